"""Builds the web side: settings and adapters become a Flask app."""

from __future__ import annotations

from flask import Flask
from workbench.jobs import Adapters
from workbench.project.api import optimizations, projects
from workbench.project.kinds import KINDS
from workbench.project.migrations import HERE
from workbench.webapp import app
from workbench.webapp.settings import Settings
from workbench.webapp.tokens import tokens
from workbench.webapp.whoami import identity


def create_app(adapters: Adapters, settings: Settings) -> Flask:
    """The project service's API."""
    blueprints = [projects, optimizations, identity, tokens]
    return app.create_app("project", settings, adapters.record("project", HERE), KINDS, blueprints)
