"""Builds the pages: settings and a way to the API become a Flask app."""

from __future__ import annotations

import secrets

import httpx
from flask import Blueprint, Flask, redirect
from jinja2 import ChoiceLoader
from werkzeug.wrappers import Response
from workbench.console import guard, live, reach, uploads
from workbench.console.assets import addresses
from workbench.console.page import FIRST, PLACE
from workbench.console.pages import PAGES
from workbench.console.session import Seal
from workbench.plots import report
from workbench.plots.drawing import steps
from workbench.plots.text import shown
from workbench.webapp import health
from workbench.webapp.settings import Settings


def of_settings(settings: Settings) -> Flask:
    """The console of an installation: its API is where ``WORKBENCH_API_URLS`` says."""
    return create_app(settings, reach.Backends(settings.api_urls), settings.session_key)


def create_app(settings: Settings, api: httpx.BaseTransport, key: str = "") -> Flask:
    """The pages, over an API that ``api`` reaches. ``key`` seals sessions; without one they end with the process."""
    app = Flask("workbench.console", static_url_path=f"{PLACE}/static")
    app.config.update(MAX_CONTENT_LENGTH=65 << 20, MAX_FORM_MEMORY_SIZE=1 << 20, PROPAGATE_EXCEPTIONS=False)
    app.jinja_options = {**app.jinja_options, "finalize": shown, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_loader = ChoiceLoader([app.jinja_loader, report.loader()] if app.jinja_loader else [report.loader()])
    report.furnish(app.jinja_env)
    sheet = Blueprint("sheet", __name__, static_folder=str(report.STATIC), static_url_path=f"{PLACE}/sheet")
    asset = addresses({app.static_url_path or "": app.static_folder or "", f"{PLACE}/sheet": str(report.STATIC)})
    app.jinja_env.globals.update(PAGES=PAGES, FIRST=FIRST, steps=steps, asset=asset)
    app.extensions["workbench.console"] = reach.Reach(api, Seal(key or secrets.token_urlsafe()))
    guard.keep(app, settings)
    app.register_blueprint(health.health_of([]))
    app.register_blueprint(uploads.uploads)
    app.register_blueprint(live.live)
    app.register_blueprint(sheet)
    for page in PAGES:
        app.register_blueprint(page.blueprint)

    @app.get("/")
    @app.get(PLACE)
    @app.get(f"{PLACE}/")
    def first() -> Response:
        """Where people begin."""
        return redirect(FIRST)

    return app
