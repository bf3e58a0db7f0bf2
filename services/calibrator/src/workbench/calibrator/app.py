"""Builds the web side: settings and adapters become a Flask app."""

from __future__ import annotations

from flask import Flask
from workbench.calibrator.api import calibrations, evaluations, recipes, trials
from workbench.calibrator.kinds import KINDS
from workbench.jobs import Adapters
from workbench.webapp import app
from workbench.webapp.settings import Settings


def create_app(adapters: Adapters, settings: Settings) -> Flask:
    """The calibrator service's API."""
    blueprints = [calibrations, evaluations, recipes, trials]
    return app.create_app("calibrator", settings, adapters.record("calibrator"), KINDS, blueprints)
