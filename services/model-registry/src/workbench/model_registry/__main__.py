"""Run this service: ``python -m workbench.model_registry api | worker | migrate``."""

from workbench.model_registry.app import create_app
from workbench.model_registry.worker import create_worker
from workbench.webapp.program import main

if __name__ == "__main__":
    main("model-registry", create_app, create_worker)
