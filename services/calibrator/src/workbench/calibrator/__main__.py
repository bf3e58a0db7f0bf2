"""Run this service: ``python -m workbench.calibrator api | worker | migrate``."""

from workbench.calibrator.app import create_app
from workbench.calibrator.worker import create_worker
from workbench.webapp.program import main

if __name__ == "__main__":
    main("calibrator", create_app, create_worker)
