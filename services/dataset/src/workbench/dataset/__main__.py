"""Run this service: ``python -m workbench.dataset api | worker | migrate``."""

from workbench.dataset.app import create_app
from workbench.dataset.worker import create_worker
from workbench.webapp.program import main

if __name__ == "__main__":
    main("dataset", create_app, create_worker)
