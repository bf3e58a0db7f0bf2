"""Builds the web side: settings and adapters become a Flask app."""

from __future__ import annotations

from flask import Flask
from workbench.converter.api import conversions
from workbench.converter.kinds import KINDS
from workbench.jobs import Adapters
from workbench.webapp import app
from workbench.webapp.settings import Settings


def create_app(adapters: Adapters, settings: Settings) -> Flask:
    """The converter service's API."""
    return app.create_app("converter", settings, adapters.record("converter"), KINDS, [conversions])
