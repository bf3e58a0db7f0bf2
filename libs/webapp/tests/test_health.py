"""Probes and metrics: what they say while everything is there, and when something is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from workbench.converter.app import create_app
from workbench.jobs import Adapters, Kind, claim, embedded, lease
from workbench.problems.common import RunFailed
from workbench.standalone.mount import SERVICES, Front
from workbench.webapp.connect import connect
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load

OPERATE = Path(__file__).resolve().parents[3] / "docs" / "howto" / "operate.md"
AWAY = {
    "WORKBENCH_DATABASE_URL": "postgresql+psycopg://nobody:s3cret@127.0.0.1:9/x",
    "WORKBENCH_BROKER_URL": "amqp://nobody:s3cret@127.0.0.1:9//",
    "WORKBENCH_S3_ENDPOINT": "http://127.0.0.1:9",
    "WORKBENCH_S3_ACCESS_KEY": "key",
    "WORKBENCH_S3_SECRET_KEY": "s3cret",
}


@pytest.fixture
def adapters(tmp_path: Path) -> Iterator[Adapters]:
    made = embedded(tmp_path)
    write_token(made.store, "token", Identity("team-blue", "member"), "test")
    yield made
    for name, _, _ in SERVICES:
        made.record(name).engine.dispose()


@pytest.fixture
def client(adapters: Adapters, tmp_path: Path) -> FlaskClient:
    return create_app(adapters, load({"WORKBENCH_HOME": str(tmp_path)})).test_client()


@pytest.fixture
def without_servers(tmp_path: Path) -> FlaskClient:
    settings = load({"WORKBENCH_HOME": str(tmp_path / "away"), **AWAY})
    return create_app(connect(settings, "converter"), settings).test_client()


def test_with_everything_there_it_is_alive_and_ready_without_a_token(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok", "services": ["converter"]}
    assert client.get("/readyz").json == {"status": "ready"}


def test_probes_may_ask_by_any_address(client: FlaskClient) -> None:
    assert client.get("/readyz", headers={"Host": "10.1.2.3:8080"}).status_code == 200


def test_without_its_servers_it_is_alive_but_not_ready_and_names_each(without_servers: FlaskClient) -> None:
    assert without_servers.get("/healthz").status_code == 200
    answer = without_servers.get("/readyz")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    missing = answer.get_json(force=True)["missing"]
    assert set(missing) == {"database of converter", "object store", "message broker"}
    assert "s3cret" not in answer.get_data(as_text=True)


def test_while_a_server_is_away_a_request_is_told_when_to_come_back(without_servers: FlaskClient) -> None:
    answer = without_servers.get("/v1/conversions", headers={"Authorization": "Bearer x"})

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.content_type == "application/problem+json"
    assert "s3cret" not in answer.get_data(as_text=True)


def test_metrics_are_there_even_while_the_database_is_not(without_servers: FlaskClient) -> None:
    text = without_servers.get("/metrics").get_data(as_text=True)

    assert 'workbench_database_up{service="converter"} 0.0' in text


def test_metrics_count_jobs_by_kind_and_state_and_name_no_team(client: FlaskClient, adapters: Adapters) -> None:
    record, kind = adapters.record("converter"), Kind("conversion")
    for _ in range(3):
        record.submit(kind, "team-blue", {})
    job = claim(record, ["conversion"], "test", 60)
    lease.fail(record, job, RunFailed("crashed", "it fell over"))
    client.get("/v1/conversions", headers={"Authorization": "Bearer token"})

    text = client.get("/metrics").get_data(as_text=True)

    assert 'workbench_jobs{kind="conversion",state="queued"} 2.0' in text
    assert 'workbench_jobs{kind="conversion",state="failed"} 1.0' in text
    assert re.search(r'workbench_oldest_queued_job_age_seconds\{kind="conversion"\} \d', text)
    assert re.search(r'workbench_job_run_seconds_count\{kind="conversion",state="failed"\} [1-9]', text)
    assert re.search(
        r'workbench_http_requests_total\{method="GET",route="/v1/conversions",service="converter",status="200"\} [1-9]',
        text,
    )
    assert "team-blue" not in text


def test_an_id_in_a_path_never_becomes_a_label(client: FlaskClient) -> None:
    client.get("/v1/conversions/very-secret-id", headers={"Authorization": "Bearer token"})
    client.get("/very/unknown/path", headers={"Authorization": "Bearer token"})

    text = client.get("/metrics").get_data(as_text=True)
    assert "very" not in text


def test_one_process_with_every_service_answers_for_all(adapters: Adapters, tmp_path: Path) -> None:
    front = Front(adapters, load({"WORKBENCH_HOME": str(tmp_path)}))
    answered: dict[str, str] = {}

    def ask(path: str) -> str:
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": "x", "SERVER_PORT": "80",
                   "wsgi.url_scheme": "http", "wsgi.input": None, "wsgi.errors": None}  # fmt: skip
        return b"".join(front(environ, lambda status, *_: answered.update({path: status}))).decode()

    assert all(name in ask("/healthz") for name, _, _ in SERVICES)
    ask("/readyz")
    assert answered["/readyz"] == "200 OK"
    assert all(f'workbench_database_up{{service="{name}"}} 1.0' in ask("/metrics") for name, _, _ in SERVICES)


def test_every_metric_is_described_for_operators_and_no_other(client: FlaskClient, adapters: Adapters) -> None:
    adapters.record("converter").submit(Kind("conversion"), "a", {})
    text = client.get("/metrics").get_data(as_text=True)
    there = set(re.findall(r"^# TYPE (workbench_\w+) ", text, re.MULTILINE))
    described = set(re.findall(r"^\| `(workbench_\w+)", OPERATE.read_text(), re.MULTILINE))

    assert there == described


def test_answers_forbid_browsers_to_run_frame_sniff_or_keep_them(client: FlaskClient) -> None:
    answer = client.get("/v1/conversions", headers={"Authorization": "Bearer token"})

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_request_is_one_line_with_its_id_and_without_its_token(client: FlaskClient, capfd) -> None:
    headers = {"Authorization": "Bearer token", "X-Request-Id": "r-77"}
    answer = client.get("/v1/conversions?cursor=hidden", headers=headers)

    written = "".join(capfd.readouterr())
    (line,) = [line for line in written.splitlines() if "r-77" in line]
    assert answer.headers["X-Request-Id"] == "r-77"
    assert "/v1/conversions" in line
    assert "team-blue" in line
    assert "token" not in line
    assert "hidden" not in line
