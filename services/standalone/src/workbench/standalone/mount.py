"""Every service in one process: one URL space in front, every worker behind."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import httpx
from flask import Flask
from workbench.calibrator import app as calibrator_app
from workbench.calibrator import worker as calibrator_worker
from workbench.console import app as console_app
from workbench.console.page import PLACE
from workbench.converter import app as converter_app
from workbench.converter import worker as converter_worker
from workbench.dataset import app as dataset_app
from workbench.dataset import worker as dataset_worker
from workbench.jobs import Adapters, Jobs, Worker
from workbench.model_registry import app as model_registry_app
from workbench.model_registry import worker as model_registry_worker
from workbench.packager import app as packager_app
from workbench.packager import worker as packager_worker
from workbench.profiler import app as profiler_app
from workbench.profiler import worker as profiler_worker
from workbench.project import app as project_app
from workbench.project import worker as project_worker
from workbench.webapp.app import SECURITY
from workbench.webapp.confinement import confinement
from workbench.webapp.errors import answer_with_problems
from workbench.webapp.health import PATHS, health_of
from workbench.webapp.settings import Settings

# A service more is a line more.
SERVICES: tuple[tuple[str, ModuleType, ModuleType], ...] = (
    ("model-registry", model_registry_app, model_registry_worker),
    ("converter", converter_app, converter_worker),
    ("dataset", dataset_app, dataset_worker),
    ("profiler", profiler_app, profiler_worker),
    ("calibrator", calibrator_app, calibrator_worker),
    ("packager", packager_app, packager_worker),
    ("project", project_app, project_worker),
)

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Front:
    """The one WSGI application: hands a request to the service that owns the path, and remembers when.

    session_key: seals the console's sessions; without one they end with the process.
    """

    def __init__(self, adapters: Adapters, settings: Settings, session_key: str = "") -> None:
        self.last_request = time.monotonic()
        self._under_way = 0
        self._counting = threading.Lock()
        self._owners: dict[str, Wsgi] = {}
        for _, app_module, _ in SERVICES:
            app = app_module.create_app(adapters, settings)
            for rule in app.url_map.iter_rules():
                self._owners.setdefault(_owner_key(rule.rule), app)
        # Each app answers for itself; here one answer covers all.
        health = Flask("workbench.standalone")
        answer_with_problems(health)
        records = [adapters.record(name) for name, _, _ in SERVICES]
        health.register_blueprint(health_of(records, confinement=confinement(settings)))
        self._owners |= dict.fromkeys(PATHS, health)
        # The pages ask what they show of us, by HTTP as anybody does, but without a socket.
        self._owners[PLACE] = console_app.create_app(settings, httpx.WSGITransport(app=self), session_key)

    @property
    def busy(self) -> bool:
        """Whether a request is being answered right now."""
        return self._under_way > 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request; an unknown path still goes to a service, for its problem document."""
        owner = self._owners.get(_owner_key(environ.get("PATH_INFO", ""))) or self._owners["/v1/models"]
        with self._counting:
            self._under_way += 1
        try:
            return owner(environ, start_response)
        finally:
            with self._counting:
                self._under_way -= 1
            self.last_request = time.monotonic()


def _owner_key(path: str) -> str:
    if path in ("/", PLACE) or path.startswith(f"{PLACE}/"):
        return PLACE
    return "/".join(path.split("/")[:3])


def workers(adapters: Adapters, settings: Settings) -> list[tuple[Worker, Jobs]]:
    """A worker per service. Building them subscribes them, so build all before any runs."""
    return [
        (worker_module.create_worker(adapters, settings), adapters.record(name)) for name, _, worker_module in SERVICES
    ]


def merged_openapi(adapters: Adapters, settings: Settings) -> dict[str, Any]:
    """The OpenAPI documents of all services as one."""
    merged: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "DL Workbench", "version": "v1"},
        "paths": {},
        "components": {"schemas": {}, "responses": {}, "securitySchemes": {}},
        "security": SECURITY["security"],
        "tags": [],
    }
    for name, app_module, _ in SERVICES:
        app = app_module.create_app(adapters, settings)
        spec = json.loads(json.dumps(app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()))
        assert name, "a service has a name"
        merged["paths"] |= spec["paths"]
        merged["tags"] += spec.get("tags", [])
        for part in ("schemas", "responses", "securitySchemes"):
            merged["components"][part] |= spec.get("components", {}).get(part, {})
    return merged
