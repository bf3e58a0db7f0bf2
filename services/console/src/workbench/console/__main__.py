"""Run this service: ``python -m workbench.console api``. It has no jobs and no rows: neither worker nor migration."""

from workbench.console.app import of_settings
from workbench.webapp.program import serve_pages

if __name__ == "__main__":
    serve_pages("console", of_settings)
