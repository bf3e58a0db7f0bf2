"""Builds the web side: settings and adapters become a Flask app."""

from __future__ import annotations

from flask import Flask
from workbench.dataset.api import datasets, exports, tasks
from workbench.dataset.kinds import KINDS
from workbench.jobs import Adapters
from workbench.webapp import app
from workbench.webapp.settings import Settings


def create_app(adapters: Adapters, settings: Settings) -> Flask:
    """The dataset service's API."""
    return app.create_app("dataset", settings, adapters.record("dataset"), KINDS, [datasets, exports, tasks])
