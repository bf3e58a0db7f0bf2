"""``python -m workbench.console api``, as a cluster starts it: one process before an API that may be away."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from workbench.console.app import create_app
from workbench.console.session import Seal
from workbench.webapp.settings import load

KEY = "of every replica"


@pytest.fixture
def address(serving: None, tmp_path: Path) -> Iterator[str]:
    environment = {
        **os.environ,
        "WORKBENCH_HOME": str(tmp_path),
        "WORKBENCH_SESSION_KEY": KEY,
        "WORKBENCH_API_URLS": "/v1=http://127.0.0.1:9",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench.console", "api"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    yield process.stdout.readline().split()[-1].removeprefix("http://")
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    process.stdout.close()


def ask(address: str, path: str, cookie: str = "") -> tuple[int, str]:
    deadline = time.monotonic() + 60
    while True:
        connection = http.client.HTTPConnection(address, timeout=30)
        try:
            connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:  # the socket listens before gunicorn's worker is up
            assert time.monotonic() < deadline
            time.sleep(0.1)
        finally:
            connection.close()


def test_it_is_ready_by_itself_and_says_in_words_that_the_api_is_away(address: str) -> None:
    assert ask(address, "/readyz?verbose") == (200, '{"servers":{},"status":"ready"}\n')
    name = f"workbench-{address.rpartition(':')[2]}"

    status, page = ask(address, "/console/jobs", f"{name}={Seal(KEY).session('secret')}")

    assert status == 503
    assert "The workbench does not answer" in page
    assert "127.0.0.1:9" not in page


def test_wrong_usage_is_one_line_and_exit_code_2() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "workbench.console", "migrate"], capture_output=True, text=True, timeout=60, check=False
    )

    assert (ended.returncode, ended.stderr) == (2, "usage: python -m workbench.console api\n")


def test_an_api_that_asks_for_patience_becomes_a_page_that_says_so_and_when_to_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.console.reach.PATIENCE_S", 0.0)
    busy = {"status": 503, "title": "The database is away", "type": "urn:workbench:problem:database-away"}
    api = httpx.MockTransport(lambda _: httpx.Response(503, json=busy, headers={"Retry-After": "7"}))
    browser = create_app(load({"WORKBENCH_HOME": str(tmp_path)}), api, KEY).test_client()
    browser.set_cookie("workbench-session", Seal(KEY).session("secret"), path="/console")

    for headers in ({}, {"HX-Request": "true"}):
        answer = browser.get("/console/jobs/list?state=active", headers=headers)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "What to do:" in answer.text
