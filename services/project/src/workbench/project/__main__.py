"""Run this service: ``python -m workbench.project api | worker | migrate``."""

from workbench.project.app import create_app
from workbench.project.worker import create_worker
from workbench.webapp.program import main

if __name__ == "__main__":
    main("project", create_app, create_worker)
