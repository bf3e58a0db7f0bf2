"""Probes and metrics: what they say while everything is there, and when something is not."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from fresh import embedded
from workbench.converter.app import create_app
from workbench.jobs import Adapters, Jobs, Kind, claim
from workbench.jobs.working import lease
from workbench.problems.common import RunFailed
from workbench.standalone.mount import SERVICES, Front
from workbench.webapp.connect import connect
from workbench.webapp.health import health_of
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.metrics import exposition
from workbench.webapp.process import Process
from workbench.webapp.settings import load
from workbench.webapp.shared_servers import SharedServers

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
    made.close()


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


@pytest.mark.parametrize(
    ("asked", "complete", "status"),
    [("try", True, 200), ("try", False, 200), ("require", True, 200), ("require", False, 503)],
)
def test_how_far_runs_are_confined_is_told_and_decides_where_it_is_required(
    adapters: Adapters, asked: str, complete: bool, status: int
) -> None:
    found = {"asked": asked, "complete": complete, "missing": [] if complete else ["files: no Landlock"]}
    app = Flask("test")
    app.register_blueprint(health_of([adapters.record("converter")], confinement=lambda: found))

    answer = app.test_client().get("/readyz")

    assert answer.status_code == status
    assert (
        (answer.json["missing"] == {"sandbox": "files: no Landlock"})
        if status == 503
        else (answer.json == {"status": "ready", "sandbox": found})
    )


def test_probes_may_ask_by_any_address(client: FlaskClient) -> None:
    assert client.get("/readyz", headers={"Host": "10.1.2.3:8080"}).status_code == 200


def test_servers_that_all_replicas_share_take_none_out_and_are_named_to_whoever_asks(
    without_servers: FlaskClient,
) -> None:
    assert without_servers.get("/healthz").status_code == 200
    assert without_servers.get("/readyz").json == {"status": "ready"}
    answer = without_servers.get("/readyz?verbose")

    assert answer.status_code == 200
    servers = answer.get_json()["servers"]
    assert set(servers) == {"database of converter", "object store", "message broker"}
    assert "ok" not in servers.values()
    assert "s3cret" not in answer.get_data(as_text=True)


def test_what_only_this_process_has_makes_it_not_ready(adapters: Adapters, tmp_path: Path) -> None:
    now = [0.0]
    process = Process(clock=lambda: now[0])
    app = Flask("test")
    app.register_blueprint(health_of([adapters.record("converter")], process))
    ask = app.test_client()

    def missing() -> dict[str, str]:
        answer = ask.get("/readyz")
        return answer.get_json(force=True)["missing"] if answer.status_code == 503 else {}

    ended = threading.Thread(target=lambda: None, name="bells-heard")
    ended.start()
    ended.join()
    process.turned()
    assert missing() == {}
    process.needs(ended)
    assert missing() == {"its threads": "ended: bells-heard"}
    now[0] = 60.0
    assert "its listener" in missing()
    process.lives_in(tmp_path / "gone")
    assert "No such file" in missing()["its disk"]
    process.leaving.set()
    assert missing()["this process"] == "it is stopping"


def test_a_server_that_stands_still_is_told_in_the_time_that_a_probe_has(adapters: Adapters) -> None:
    answered = threading.Event()

    class Still:
        def exists(self, _key: str) -> bool:
            return answered.wait(120)

    record = adapters.record("converter")
    record.store = Still()  # type: ignore[assignment]
    servers = SharedServers([record], patience_s=0.2)
    began = time.monotonic()

    assert servers.ask()["object store"] == "no answer within 0.2 s"
    assert servers.ask()["database of converter"] == "ok"
    assert time.monotonic() - began < 60
    answered.set()


def test_while_a_server_is_away_a_request_is_told_when_to_come_back(without_servers: FlaskClient) -> None:
    answer = without_servers.get("/v1/conversions", headers={"Authorization": "Bearer x"})

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.content_type == "application/problem+json"
    assert "s3cret" not in answer.get_data(as_text=True)


def test_metrics_are_there_even_while_no_server_is(tmp_path: Path) -> None:
    settings = load({"WORKBENCH_HOME": str(tmp_path / "away"), **AWAY})
    text = shown([connect(settings, "converter").record("converter")])

    assert 'workbench_database_up{service="converter"} 0.0' in text
    assert "workbench_store_up 0.0" in text
    assert "workbench_broker_up 0.0" in text


def test_metrics_are_only_where_probes_ask(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer token"}).status_code == 404


def shown(records: Sequence[Jobs]) -> str:
    return exposition(records, SharedServers(records)).decode()


def test_metrics_count_jobs_by_kind_and_state_and_name_no_team(client: FlaskClient, adapters: Adapters) -> None:
    record, kind = adapters.record("converter"), Kind("conversion")
    for _ in range(3):
        record.submit(kind, "team-blue", {})
    job = claim(record, ["conversion"], "test", 60)
    lease.fail(record, job, RunFailed("crashed", "it fell over"))
    client.get("/v1/conversions", headers={"Authorization": "Bearer token"})

    text = shown([record])

    assert 'workbench_jobs{kind="conversion",state="queued"} 2.0' in text
    assert 'workbench_jobs{kind="conversion",state="failed"} 1.0' in text
    assert re.search(r'workbench_oldest_queued_job_age_seconds\{kind="conversion"\} \d', text)
    assert re.search(r'workbench_job_run_seconds_count\{kind="conversion",state="failed"\} [1-9]', text)
    assert re.search(
        r'workbench_http_requests_total\{method="GET",route="/v1/conversions",service="converter",status="200"\} [1-9]',
        text,
    )
    assert "team-blue" not in text


def test_an_id_in_a_path_never_becomes_a_label(client: FlaskClient, adapters: Adapters) -> None:
    client.get("/v1/conversions/very-secret-id", headers={"Authorization": "Bearer token"})
    client.get("/very/unknown/path", headers={"Authorization": "Bearer token"})

    assert "very" not in shown([adapters.record("converter")])


def test_one_process_with_every_service_answers_for_all(adapters: Adapters, tmp_path: Path) -> None:
    front = Front(adapters, load({"WORKBENCH_HOME": str(tmp_path)}))
    answered: dict[str, str] = {}

    def ask(path: str) -> str:
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "SERVER_NAME": "x",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": None,
            "wsgi.errors": None,
        }
        return b"".join(front(environ, lambda status, *_: answered.update({path: status}))).decode()

    assert all(name in ask("/healthz") for name, _, _ in SERVICES)
    ask("/readyz")
    assert answered["/readyz"] == "200 OK"
    assert answered.keys() == {"/healthz", "/readyz"}


def test_every_metric_is_described_for_operators_and_no_other(adapters: Adapters) -> None:
    adapters.record("converter").submit(Kind("conversion"), "a", {})
    text = shown([adapters.record("converter")])
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
