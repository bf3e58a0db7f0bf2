"""The web and the working side, built as every service builds them."""

from __future__ import annotations

from pathlib import Path

import marshmallow as ma
from flask import Flask
from flask_smorest import Blueprint
from marshmallow.validate import OneOf
from workbench.jobs import Adapters, Worker, accept_commands
from workbench.jobs.working.execution import Execution
from workbench.runner import ProcessLauncher
from workbench.webapp import app
from workbench.webapp.routes import Resource, serve_jobs, serve_submission
from workbench.webapp.settings import Settings
from workbench.webapp.validate import validator

from chaos.ticker.kinds import TICK

CORES = Path(__file__).parent.parent / "cores"


class NothingKnown(ma.Schema):
    """Nothing is known of what it makes."""


class TickRequest(ma.Schema):
    number = ma.fields.Integer(required=True)
    how = ma.fields.String(required=True, validate=OneOf(["nothing", "core", "exclusive"]))
    seconds = ma.fields.Float(required=True)
    journal = ma.fields.String(required=True)


def create_app(adapters: Adapters, settings: Settings) -> Flask:
    ticks = Blueprint("ticks", __name__, url_prefix="/v1/ticks")
    serve_submission(ticks, "tick", TickRequest)
    serve_jobs(ticks, Resource("tick"), NothingKnown)
    return app.create_app("ticker", settings, adapters.record("ticker"), [TICK], [ticks])


def create_worker(adapters: Adapters, settings: Settings) -> Worker:
    record = adapters.record("ticker")
    accept_commands(record, TICK, adapters.messages, validator(TickRequest))
    work = adapters.home / "work" / "ticker"
    work.mkdir(parents=True, exist_ok=True)
    launcher = ProcessLauncher(adapters.home, (CORES,), writable=(adapters.home.parent / "journal",))
    execution = Execution(record, {TICK.name: TICK}, launcher, work)
    return Worker(execution, slots=settings.slots, lease_s=settings.lease_s)
