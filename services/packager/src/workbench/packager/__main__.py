"""Run this service: ``python -m workbench.packager api | worker | migrate``."""

from workbench.packager.app import create_app
from workbench.packager.worker import create_worker
from workbench.webapp.program import main

if __name__ == "__main__":
    main("packager", create_app, create_worker)
