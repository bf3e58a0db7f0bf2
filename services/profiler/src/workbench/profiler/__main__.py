"""Run this service: ``python -m workbench.profiler api | worker | migrate``."""

from workbench.profiler.app import create_app
from workbench.profiler.worker import create_worker
from workbench.webapp.program import main

if __name__ == "__main__":
    main("profiler", create_app, create_worker)
