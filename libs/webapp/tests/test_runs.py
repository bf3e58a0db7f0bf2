"""What the pods of runs may ask a service's API: with a run's token, that and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import marshmallow as ma
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_smorest import Blueprint
from fresh import embedded
from servers.pools import in_cluster
from workbench.jobs import Adapters, Job, Kind, Runs, claim
from workbench.runner import Launch, Limits
from workbench.webapp import app as factory
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.routes import Resource, serve_jobs
from workbench.webapp.settings import Settings, load

KIND = Kind("deed", plan=lambda _job, _manifests: None)
LIMITS = Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 20, wall_s=60)
LAUNCH = Launch("a.core", {"x": 1}, {}, LIMITS)
ROUTES = ("/internal/run", "/internal/run/reports", "/internal/run/parts", "/internal/run/end")
PROGRESS = {"stage": "s", "fraction": 0.5, "message": ""}
REPORT = {"progress": None, "log": "", "log_bytes": 0, "next_bytes": 0}
EXIT = {"reason": "finished", "code": 0, "detail": ""}
PART = {"number": 1, "size_bytes": 1, "md5": "0" * 32}


class NothingKnown(ma.Schema):
    """Nothing is known of what it makes."""


def served(adapters: Adapters, settings: Settings) -> Flask:
    deeds = Blueprint("deeds", __name__, url_prefix="/v1/deeds")
    serve_jobs(deeds, Resource(KIND.name), NothingKnown)
    return factory.create_app("here", settings, adapters.record("here"), [KIND], [deeds])


@pytest.fixture(scope="module")
def adapters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adapters]:
    made = embedded(tmp_path_factory.mktemp("home"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(adapters: Adapters) -> FlaskClient:
    return served(adapters, in_cluster(adapters.home)).test_client()


@pytest.fixture
def job(adapters: Adapters) -> Job:
    record = adapters.record("here")
    record.submit(KIND, "red", {})
    found = claim(record, ["deed"], "test", 3600)
    assert found is not None
    return found


@pytest.fixture
def token(adapters: Adapters, job: Job) -> str:
    return Runs(adapters.record("here")).open(job.id, LAUNCH).token


def asked(client: FlaskClient, route: str, body: Any = None, token: str = "", pod: str = "pod-1") -> Any:
    headers = {"X-Run-Pod": pod, **({"Authorization": f"Bearer {token}"} if token else {})}
    return client.post(route, json={} if body is None else body, headers=headers)


def test_a_pod_learns_what_to_do_and_says_how_far_it_is(
    client: FlaskClient, token: str, job: Job, adapters: Adapters
) -> None:
    news = {**REPORT, "progress": PROGRESS, "log": "a\n", "next_bytes": 2}
    begun = asked(client, "/internal/run", token=token)
    told = asked(client, "/internal/run/reports", news, token)
    over = asked(client, "/internal/run/end", {"exit": EXIT}, token)

    assert (begun.json["core"], begun.json["spec"], begun.json["inputs"]) == ("a.core", {"x": 1}, {})
    assert told.json == {"log_bytes": 2, "stop": False}
    assert over.status_code == 200
    assert adapters.record("here").find(job.id).progress == PROGRESS
    assert Runs(adapters.record("here")).current(job.id).exit.reason == "finished"


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic x.y", "Bearer nodot", "x.y"])
def test_without_a_token_of_a_run_nothing_opens(client: FlaskClient, route: str, header: str | None) -> None:
    answer = client.post(route, json={}, headers={"Authorization": header} if header is not None else {})

    refused(answer, 401)


BODIES = {
    "/internal/run": {},
    "/internal/run/reports": REPORT,
    "/internal/run/parts": {"number": 1, "size_bytes": 1},
    "/internal/run/end": {"exit": EXIT},
}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("wrong", ["x.y", ".", "{job}.", "{token}x", "{job}.ünknown", "\x00.y", "a" * 99 + ".y"])
def test_a_token_of_no_run_is_gone(client: FlaskClient, token: str, job: Job, route: str, wrong: str) -> None:
    refused(asked(client, route, BODIES[route], wrong.format(job=job.id, token=token).replace("\0", "%00")), 410)


@pytest.mark.parametrize("route", ROUTES[1:])
@pytest.mark.parametrize("pod", ["", "another", "p" * 65])
def test_only_the_pod_that_has_begun_may_write(client: FlaskClient, token: str, route: str, pod: str) -> None:
    asked(client, "/internal/run", token=token)

    refused(asked(client, route, BODIES[route], token, pod), 410)


@pytest.mark.parametrize(
    ("route", "body", "member"),
    [
        ("reports", {}, "log_bytes"),
        ("reports", [], "log_bytes"),
        ("reports", 5, "nvalid"),
        ("reports", [REPORT], "nvalid"),
        ("reports", {**REPORT, "log_bytes": -1}, "log_bytes"),
        ("reports", {**REPORT, "next_bytes": 1e30}, "next_bytes"),
        ("reports", {**REPORT, "log": 5}, "log"),
        ("reports", {**REPORT, "log": "x" * (1 << 20) + "x"}, "log"),
        ("reports", {**REPORT, "progress": {**PROGRESS, "fraction": 1.1}}, "fraction"),
        ("reports", {**REPORT, "progress": {**PROGRESS, "fraction": float("nan")}}, "NaN"),
        ("reports", {**REPORT, "progress": {**PROGRESS, "more": 1}}, "more"),
        ("reports", {**REPORT, "team": "blue"}, "team"),
        ("parts", {"number": 0, "size_bytes": 1}, "number"),
        ("parts", {"number": 10_001, "size_bytes": 1}, "number"),
        ("parts", {"number": 1, "size_bytes": 0}, "size_bytes"),
        ("parts", {"number": 1, "size_bytes": 1 << 40}, "size"),
        ("parts", {"number": 1, "size_bytes": 1, "key": "teams/blue/x"}, "key"),
        ("end", {}, "exit"),
        ("end", {"exit": {}}, "reason"),
        ("end", {"exit": {**EXIT, "code": "x"}}, "code"),
        ("end", {"exit": {**EXIT, "more": 1}}, "more"),
        ("end", {"exit": {**EXIT, "reason": "x" * 41}}, "reason"),
        ("end", {"exit": EXIT, "parts": [{**PART, "md5": "0"}]}, "md5"),
        ("end", {"exit": EXIT, "parts": {}}, "parts"),
        ("end", {"exit": EXIT, "parts": [{**PART, "url": "x"}]}, "url"),
        ("end", {"exit": EXIT, "state": "x"}, "state"),
        ("end", {"exit": {**EXIT, "reason": "because"}}, "reason"),
    ],
)
def test_a_body_that_does_not_fit_is_a_problem_that_names_the_member(
    client: FlaskClient, token: str, route: str, body: Any, member: str
) -> None:
    asked(client, "/internal/run", token=token)

    problem = refused(asked(client, f"/internal/run/{route}", body, token), 422)

    assert member in problem["detail"]


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"null"])
def test_a_body_that_is_no_json_is_a_problem(client: FlaskClient, token: str, data: bytes) -> None:
    headers = {"Authorization": f"Bearer {token}", "X-Run-Pod": "pod-1", "Content-Type": "application/json"}

    refused(client.post("/internal/run/reports", data=data, headers=headers), 422)


def test_all_that_a_core_may_say_of_its_progress_is_taken(client: FlaskClient, token: str) -> None:
    asked(client, "/internal/run", token=token)
    long = {"stage": "s" * 8_000, "fraction": 1, "message": "m" * 8_000}

    assert asked(client, "/internal/run/reports", {**REPORT, "progress": long}, token).status_code == 200


def test_parts_that_nobody_has_sent_are_a_problem_and_no_defect(client: FlaskClient, token: str) -> None:
    asked(client, "/internal/run", token=token)

    refused(asked(client, "/internal/run/end", {"exit": EXIT, "parts": [PART]}, token), 422)


@pytest.mark.parametrize("route", ROUTES)
def test_a_teams_token_opens_nothing_here(client: FlaskClient, adapters: Adapters, route: str) -> None:
    for secret in ("of-a-team", "of.a.team"):
        write_token(adapters.store, secret, Identity("red", "admin"), "test")

    refused(asked(client, route, BODIES[route], "of-a-team"), 401)
    refused(asked(client, route, BODIES[route], "of.a.team"), 410)


def test_a_runs_token_opens_nothing_else(client: FlaskClient, token: str, job: Job) -> None:
    headers = {"Authorization": f"Bearer {token}"}

    for path in ("/v1/deeds", f"/v1/deeds/{job.id}", f"/v1/deeds/{job.id}/log", f"/v1/deeds/{job.id}/events"):
        refused(client.get(path, headers=headers), 401)
    refused(client.post(f"/v1/deeds/{job.id}/cancel", headers=headers), 401)
    refused(client.delete(f"/v1/deeds/{job.id}", headers=headers), 401)


@pytest.mark.parametrize("route", ROUTES)
def test_nothing_is_to_be_read_there(client: FlaskClient, token: str, route: str) -> None:
    refused(client.get(route, headers={"Authorization": f"Bearer {token}"}), 405)


@pytest.mark.parametrize("route", ROUTES)
def test_where_runs_are_processes_there_are_no_such_routes(adapters: Adapters, tmp_path: Path, route: str) -> None:
    settings = load({"WORKBENCH_HOME": str(tmp_path)})

    refused(asked(served(adapters, settings).test_client(), route, {}, "x.y"), 404)


def test_the_public_description_does_not_name_them(client: FlaskClient, adapters: Adapters) -> None:
    write_token(adapters.store, "secret", Identity("red", "viewer"), "test")

    described = client.get("/v1/deeds/openapi.json", headers={"Authorization": "Bearer secret"})

    assert "/v1/deeds" in described.json["paths"]
    assert "internal" not in described.text


def refused(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    problem: dict[str, Any] = answer.json
    assert problem["status"] == status
    assert problem["detail"]
    return problem
