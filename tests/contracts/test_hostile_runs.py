"""What the pod of a run sends is hostile, too: it runs models. Its words are kept as far as they can be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import marshmallow as ma
import pytest
from flask.testing import FlaskClient
from flask_smorest import Blueprint
from hostile import DOCUMENTS, VALUES
from servers.pools import in_cluster
from workbench.jobs import Adapters, Kind, Runs, claim
from workbench.runner import Launch, Limits
from workbench.webapp import app as factory
from workbench.webapp.routes import Resource, serve_jobs

KIND = Kind("deed", plan=lambda _job, _manifests: None)
LAUNCH = Launch("a.core", {}, {}, Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 20, wall_s=60))
PROGRESS = {"stage": "s", "fraction": 0.5, "message": ""}
GOOD: dict[str, dict[str, Any]] = {
    "/internal/run/reports": {"progress": PROGRESS, "log": "", "log_bytes": 0, "next_bytes": 0},
    "/internal/run/parts": {"number": 1, "size_bytes": 1},
    "/internal/run/end": {"exit": {"reason": "finished", "code": 0, "detail": ""}, "parts": []},
}
KEPT = {"log", "stage", "message", "detail"}


class NothingKnown(ma.Schema):
    """Nothing is known of what it makes."""


@pytest.fixture
def client(adapters: Adapters, tmp_path: Path) -> FlaskClient:
    deeds = Blueprint("deeds", __name__, url_prefix="/v1/deeds")
    serve_jobs(deeds, Resource(KIND.name), NothingKnown)
    return factory.create_app("here", in_cluster(tmp_path), adapters.record("here"), [KIND], [deeds]).test_client()


@pytest.fixture
def headers(adapters: Adapters) -> dict[str, str]:
    record = adapters.record("here")
    record.submit(KIND, "red", {})
    job = claim(record, ["deed"], "test", 3600)
    assert job is not None
    return {"Authorization": f"Bearer {Runs(record).open(job.id, LAUNCH).token}", "X-Run-Pod": "pod"}


@pytest.mark.parametrize("route", GOOD)
def test_no_hostile_document_is_a_defect(client: FlaskClient, headers: dict[str, str], route: str) -> None:
    client.post("/internal/run", json={}, headers=headers)
    for what, document in DOCUMENTS.items():
        answer = client.post(route, data=document, headers=headers, content_type="application/json")
        assert answer.status_code == 422, (what, answer.status_code, answer.text)

    for place in GOOD[route]:
        inner = GOOD[route][place]
        names = [(place, name) for name in inner] if isinstance(inner, dict) else [(place,)]
        for name in names:
            for what, value in VALUES.items():
                answer = client.post(
                    route, data=hostile(GOOD[route], name, value), headers=headers, content_type="application/json"
                )
                assert answer.status_code == 422 or (answer.status_code == 200 and name[-1] in KEPT), (name, what)


def hostile(document: dict[str, Any], place: tuple[str, ...], value: bytes) -> bytes:
    made = json.loads(json.dumps(document))
    (made if len(place) == 1 else made[place[0]])[place[-1]] = "@here@"
    return json.dumps(made).encode().replace(b'"@here@"', value)


def test_what_a_run_says_is_kept_without_what_no_row_keeps(client: FlaskClient, headers: dict[str, str]) -> None:
    client.post("/internal/run", json={}, headers=headers)
    odd = "a\0b \ud800"
    news = {"progress": {**PROGRESS, "message": odd}, "log": odd, "log_bytes": 0, "next_bytes": 5}
    end = {"exit": {"reason": "finished", "code": 0, "detail": odd}}

    assert client.post("/internal/run/reports", json=news, headers=headers).status_code == 200
    assert client.post("/internal/run/end", json=end, headers=headers).status_code == 200
