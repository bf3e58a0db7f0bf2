"""Builds the web side: settings and adapters become a Flask app."""

from __future__ import annotations

from flask import Flask
from workbench.jobs import Adapters
from workbench.model_registry.api import inspections, models, zoo
from workbench.model_registry.catalogue import ZOO_URL
from workbench.model_registry.kinds import KINDS
from workbench.webapp import app
from workbench.webapp.settings import Settings


def create_app(adapters: Adapters, settings: Settings) -> Flask:
    """The model-registry service's API."""
    record = adapters.record("model-registry")
    made = app.create_app("model-registry", settings, record, KINDS, [models, inspections, zoo])
    made.config[ZOO_URL] = settings.zoo_url.rstrip("/")
    return made
