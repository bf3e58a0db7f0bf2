"""A query parameter that a route does not read is refused by its name, on every route that is read from."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from workbench.jobs import Adapters, embedded
from workbench.standalone.mount import SERVICES
from workbench.webapp import health
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load

HEADERS = {"Authorization": "Bearer token"}


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Flask]]:
    home: Path = tmp_path_factory.mktemp("home")
    adapters: Adapters = embedded(home)
    write_token(adapters.store, "token", Identity("a", "viewer"), "a")
    settings = load({"WORKBENCH_HOME": str(home)})
    yield [module.create_app(adapters, settings) for _, module, _ in SERVICES]
    for service, _, _ in SERVICES:
        adapters.record(service).engine.dispose()


def reading(app: Flask) -> Iterator[str]:
    """The path of every GET route, its parts filled in; probes alone take what anybody adds."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.rule not in health.PATHS and rule.endpoint != "static":
            yield app.url_map.bind("x").build(rule.endpoint, {name: str(uuid.uuid4()) for name in rule.arguments})


def test_every_get_route_refuses_a_parameter_that_it_does_not_read(apps: list[Flask]) -> None:
    paths = [(app, path) for app in apps for path in reading(app)]
    assert len(paths) > 40
    for app, path in paths:
        answer = app.test_client().get(f"{path}?colour=red", headers=HEADERS)
        assert answer.status_code == 422, path
        assert answer.get_json()["errors"]["colour"].startswith("this is not read here; accepted: "), path


def test_what_is_accepted_is_named(apps: list[Flask]) -> None:
    client = next(app for app in apps if app.name == "workbench.dataset").test_client()

    listed = client.get("/v1/datasets?stat=queued&limit=5", headers=HEADERS).get_json()
    told = client.get("/v1/tasks?limit=5", headers=HEADERS).get_json()

    assert listed["detail"] == "stat: this is not read here; accepted: cursor, limit, state"
    assert told["detail"] == "limit: this is not read here; accepted: none"
    assert client.get("/v1/datasets?limit=5&state=queued", headers=HEADERS).status_code == 200
