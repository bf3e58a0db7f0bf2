"""Run it: ``python -m chaos.ticker api | worker | migrate``."""

from workbench.webapp.program import main

from chaos.ticker.app import create_app, create_worker

if __name__ == "__main__":
    main("ticker", create_app, create_worker)
