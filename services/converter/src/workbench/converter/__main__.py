"""Run this service: ``python -m workbench.converter api | worker | migrate``."""

from workbench.converter.app import create_app
from workbench.converter.worker import create_worker
from workbench.webapp.program import main

if __name__ == "__main__":
    main("converter", create_app, create_worker)
