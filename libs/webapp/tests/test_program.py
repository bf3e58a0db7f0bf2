"""``python -m workbench.<name> api | worker | migrate``: real processes, as an operator starts them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from workbench.store import FileStore
from workbench.webapp.identity import Identity, write_token

NAMES = ("model_registry", "converter", "dataset", "profiler", "calibrator", "packager", "project")


class Program:
    """One process of one service, in a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *words: str, **settings: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "WORKBENCH_HOME": str(self.home)}
        environment |= {f"WORKBENCH_{name}": value for name, value in settings.items()}
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def run(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*words, **settings)
        output, errors = process.communicate(timeout=60)
        return subprocess.CompletedProcess(words, process.returncode, output, errors)

    def url(self, process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on http://"), line
        return line.split()[-1]

    def ask(self, url: str, path: str, body: dict | None = None) -> tuple[int, dict]:
        write_token(FileStore(self.home / "store"), "secret", Identity("a", "admin"), "test")
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Authorization": "Bearer secret", "Content-Type": "application/json"}
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(urllib.request.Request(url + path, data, headers), timeout=20) as answer:
                    return answer.status, json.load(answer)
            except urllib.error.HTTPError as refusal:
                return refusal.code, json.load(refusal)
            except OSError:  # the socket listens before gunicorn's worker is up
                assert time.monotonic() < deadline
                time.sleep(0.1)


@pytest.fixture
def program(serving: None, tmp_path: Path) -> Iterator[Program]:
    made = Program(tmp_path / "home")
    yield made
    for process in made.started:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.communicate(timeout=20)


@pytest.mark.parametrize("name", NAMES)
def test_every_service_migrates_and_answers_alone(program: Program, name: str) -> None:
    assert program.run(f"workbench.{name}", "migrate").returncode == 0
    process = program.start(f"workbench.{name}", "api")

    status, document = program.ask(program.url(process), "/healthz")

    assert (status, document["status"]) == (200, "ok")
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


@pytest.mark.parametrize("words", [(), ("serve",), ("api", "now"), ("--help",)])
def test_wrong_usage_is_one_line_and_exit_code_2(program: Program, words: tuple[str, ...]) -> None:
    ended = program.run("workbench.model_registry", *words)

    assert ended.returncode == 2
    assert ended.stderr.strip() == "usage: python -m workbench.model_registry api|worker|migrate"


@pytest.mark.parametrize(("name", "value"), [("SLOTS", "many"), ("SANDBOX", "perhaps"), ("SANDBOX", "")])
def test_a_wrong_setting_is_one_line_and_exit_code_2(program: Program, name: str, value: str) -> None:
    ended = program.run("workbench.converter", "worker", **{name: value})

    assert ended.returncode == 2
    assert ended.stderr.strip().startswith(f"workbench: WORKBENCH_{name}={value!r} cannot be used")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("setting", "told"),
    [("PORT", "cannot listen on 127.0.0.1:"), ("HEALTH_PORT", "Choose another with WORKBENCH_HEALTH_PORT")],
)
def test_a_port_in_use_is_told_with_exit_code_2(program: Program, setting: str, told: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = program.run("workbench.converter", "api", **{setting: str(taken.getsockname()[1])})

    assert ended.returncode == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_address_that_is_not_this_machines_is_told_with_exit_code_2(program: Program) -> None:
    ended = program.run("workbench.converter", "api", HOST="192.0.2.1")

    assert ended.returncode == 2
    assert "cannot listen on 192.0.2.1" in ended.stderr


def test_an_api_and_a_worker_as_two_processes_carry_a_job_to_its_end(program: Program) -> None:
    api, worker = program.start("workbench.profiler", "api"), program.start("workbench.profiler", "worker")
    url = program.url(api)
    program.ask(url, "/healthz")

    status, targets = program.ask(url, "/v1/targets")

    assert status == 200, targets
    for process in (worker, api):
        process.send_signal(signal.SIGTERM)
    assert (api.wait(20), worker.wait(20)) == (0, 0)


def test_a_worker_that_is_asked_to_stop_ends_quickly_and_quietly(program: Program) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    worker = program.start("workbench.converter", "worker", HEALTH_PORT=str(port))
    status, ready = program.ask(f"http://127.0.0.1:{port}", "/readyz")
    assert (status, ready["status"]) == (200, "ready")
    assert ready["sandbox"]["asked"] == "try"

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(10) == 0
    said = worker.communicate()[1]
    assert "Traceback" not in said
    assert len([line for line in said.splitlines() if "runs are" in line]) == 1, "how far runs are confined, once"


def test_an_api_answers_probes_on_a_port_of_their_own_and_metrics_only_there(program: Program) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = program.url(program.start("workbench.converter", "api", HEALTH_PORT=str(port)))
    probes = f"http://127.0.0.1:{port}"

    assert program.ask(probes, "/readyz") == (200, {"status": "ready"})
    assert program.ask(probes, "/v1/conversions")[0] == 404
    assert program.ask(url, "/metrics")[0] == 404
    with urllib.request.urlopen(f"{probes}/metrics", timeout=20) as answer:
        assert b"workbench_jobs" in answer.read()


def test_an_api_whose_process_is_killed_is_replaced_on_the_same_port(program: Program) -> None:
    api = program.start("workbench.converter", "api")
    url = program.url(api)
    program.ask(url, "/healthz")

    children = Path(f"/proc/{api.pid}/task/{api.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)

    assert program.ask(url, "/healthz")[0] == 200


def test_the_runs_port_answers_runs_alone_whatever_host_is_named(program: Program) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    main = program.url(program.start("workbench.profiler", "api", RUNS_PORT=str(port)))
    runs = f"http://127.0.0.1:{port}"

    for path in ("/v1/profiles", "/v1/profiles/openapi.json", "/healthz", "/internal"):
        status, problem = program.ask(runs, path)
        assert (status, problem["detail"]) == (404, "This port answers runs alone."), path
    assert program.ask(main, "/v1/profiles")[0] == 200
    disguised = urllib.request.Request(f"{runs}/v1/profiles", headers={"Host": main.removeprefix("http://")})
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(disguised, timeout=20)
