"""A query parameter that a route does not read is refused by its name, on every route and with every method."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from fresh import embedded
from werkzeug.routing import Rule
from workbench.jobs import Adapters
from workbench.standalone.mount import SERVICES
from workbench.webapp import health
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.part_uploads import SIGNED_ENDPOINT
from workbench.webapp.settings import load

HEADERS = {"Authorization": "Bearer token"}


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Flask]]:
    home: Path = tmp_path_factory.mktemp("home")
    adapters: Adapters = embedded(home)
    write_token(adapters.store, "token", Identity("a", "member"), "a")
    settings = load({"WORKBENCH_HOME": str(home)})
    yield [module.create_app(adapters, settings) for _, module, _ in SERVICES]
    adapters.close()


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    """Method and path of every route, its parts filled in; probes take what anybody adds, signed links are themselves
    the permission, and nothing is added to them."""
    for rule in app.url_map.iter_rules():
        if rule.rule in health.PATHS or rule.endpoint == "static" or rule.endpoint.endswith(SIGNED_ENDPOINT):
            continue
        values = {name: "0" if name == "number" else str(uuid.uuid4()) for name in rule.arguments}
        path = app.url_map.bind("x").build(rule.endpoint, values, method=min(_asked_with(rule)))
        for method in _asked_with(rule):
            yield method, path


def _asked_with(rule: Rule) -> set[str]:
    return (rule.methods or set()) - {"HEAD", "OPTIONS"}


def test_every_route_refuses_a_parameter_that_it_does_not_read(apps: list[Flask]) -> None:
    asked = [(app, method, path) for app in apps for method, path in routes(app)]
    assert {method for _, method, _ in asked} == {"GET", "PATCH", "POST", "PUT", "DELETE"}
    assert len(asked) > 80
    for app, method, path in asked:
        answer = app.test_client().open(f"{path}?colour=red", method=method, headers=HEADERS)
        assert answer.status_code == 422, (method, path)
        assert answer.get_json()["errors"]["colour"].startswith("this is not read here; accepted: "), (method, path)


def test_what_is_accepted_is_named(apps: list[Flask]) -> None:
    client = next(app for app in apps if app.name == "workbench.dataset").test_client()

    listed = client.get("/v1/datasets?stat=queued&limit=5", headers=HEADERS).get_json()
    told = client.get("/v1/tasks?limit=5", headers=HEADERS).get_json()

    assert listed["detail"] == "stat: this is not read here; accepted: cursor, limit, of, search, sort, state, tag"
    assert told["detail"] == "limit: this is not read here; accepted: none"
    assert client.get("/v1/datasets?limit=5&state=queued", headers=HEADERS).status_code == 200
