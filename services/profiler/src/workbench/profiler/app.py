"""Builds the web side: settings and adapters become a Flask app."""

from __future__ import annotations

from functools import partial

from flask import Flask
from workbench.jobs import Adapters
from workbench.profiler.api import CENSUS, STANDING, profiles, targets, tensors
from workbench.profiler.kinds import KINDS
from workbench.runner.local.devices import standing
from workbench.targets.census import Reader
from workbench.webapp import app
from workbench.webapp.settings import Settings


def create_app(adapters: Adapters, settings: Settings) -> Flask:
    """The profiler service's API."""
    made = app.create_app("profiler", settings, adapters.record("profiler"), KINDS, [targets, profiles, tensors])
    made.extensions[CENSUS] = Reader(adapters.store)
    made.extensions[STANDING] = partial(standing, adapters.home)
    return made
