"""Builds the web side: settings and adapters become a Flask app."""

from __future__ import annotations

from flask import Flask
from workbench.jobs import Adapters
from workbench.packager.api import packages
from workbench.packager.kinds import KINDS
from workbench.webapp import app
from workbench.webapp.settings import Settings


def create_app(adapters: Adapters, settings: Settings) -> Flask:
    """The packager service's API."""
    return app.create_app("packager", settings, adapters.record("packager"), KINDS, [packages])
