"""Builds the web side: settings and adapters become a Flask app."""

from __future__ import annotations

from flask import Flask
from workbench.jobs import Adapters
from workbench.model_registry.api import inspections, models
from workbench.model_registry.kinds import KINDS
from workbench.webapp import app
from workbench.webapp.settings import Settings


def create_app(adapters: Adapters, settings: Settings) -> Flask:
    """The model-registry service's API."""
    return app.create_app("model-registry", settings, adapters.record("model-registry"), KINDS, [models, inspections])
