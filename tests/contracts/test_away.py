"""Each shared server is stopped, or stands still: an API does what docs/architecture.md says, and soon."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from eventually import until
from servers.process import free_port
from servers.services import Service
from workbench.store import Store
from workbench.webapp.connect import store_of
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load

pytestmark = pytest.mark.slow
BODY = {"files": [{"name": "a.onnx", "size_bytes": 10}]}


class Api(Service):
    """A model registry over real servers, asked by one team."""

    probes: str
    token = "known"

    def ask(self, method: str = "GET", path: str = "/v1/models", **more: Any) -> tuple[httpx.Response, float]:
        began = time.monotonic()
        url, headers = f"http://127.0.0.1:{self.port}{path}", {"Authorization": f"Bearer {self.token}"}
        answer = httpx.request(method, url, headers=headers, timeout=100, **more)
        return answer, time.monotonic() - began

    def works(self) -> bool:
        return self.ask()[0].is_success


@pytest.fixture
def api(postgres: Any, rabbitmq: Any, seaweedfs: Any, tmp_path: Path) -> Iterator[Api]:
    health = free_port()
    environment = {
        "WORKBENCH_HOME": str(tmp_path),
        "WORKBENCH_DATABASE_URL": postgres.fresh(),
        "WORKBENCH_BROKER_URL": rabbitmq.url,
        "WORKBENCH_HEALTH_PORT": str(health),
        **seaweedfs.settings,
    }
    store: Store = store_of(load(environment))
    for token in ("known", "other"):
        write_token(store, token, Identity("team", "member"), "test")
    migrating = Api(tmp_path / "migrate", "workbench.model_registry", "migrate", environment)
    migrating.launch()
    assert migrating._process is not None
    assert migrating._process.wait(60) == 0
    made = Api(tmp_path / "api", "workbench.model_registry", "api", environment)
    made.probes = f"http://127.0.0.1:{health}"
    made.start()
    until(made.works)
    yield made
    made.stop()


def is_told_to_come_back(answered: tuple[httpx.Response, float], within_s: float) -> None:
    answer, took_s = answered
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) <= 10
    assert took_s < within_s, f"it took {took_s:.1f} s"


def is_ready_and_says_that_is_away(api: Api, server: str) -> None:
    assert httpx.get(f"{api.probes}/readyz", timeout=2).status_code == 200
    said = httpx.get(f"{api.probes}/readyz?verbose", timeout=10).json()["servers"]
    assert said[server] != "ok", said
    assert "workbench_jobs" in httpx.get(f"{api.probes}/metrics", timeout=10).text


def test_without_the_broker_requests_go_on(api: Api, rabbitmq: Any) -> None:
    for away, back in ((rabbitmq.pause, rabbitmq.resume), (rabbitmq.kill, rabbitmq.start)):
        away()
        try:
            for _ in range(3):
                answer, took_s = api.ask("POST", "/v1/models/uploads", json=BODY)
                assert answer.status_code == 201
                assert took_s < 3
            assert httpx.get(f"{api.probes}/readyz", timeout=2).status_code == 200
        finally:
            back()


def test_without_the_database_requests_are_told_to_come_back(api: Api, postgres: Any) -> None:
    postgres.kill()
    try:
        for _ in range(3):
            is_told_to_come_back(api.ask(), within_s=3)
        is_ready_and_says_that_is_away(api, "database of model-registry")
    finally:
        postgres.start()
    until(api.works)


def test_with_a_database_that_stands_still_only_the_first_wait_long(api: Api, postgres: Any) -> None:
    postgres.pause()
    try:
        is_told_to_come_back(api.ask(), within_s=25)
        for _ in range(3):
            is_told_to_come_back(api.ask(), within_s=8)
        is_ready_and_says_that_is_away(api, "database of model-registry")
    finally:
        postgres.resume()
    until(api.works)


def test_without_the_store_what_needs_none_goes_on(api: Api, seaweedfs: Any) -> None:
    assert api.works()  # its token is known for half a minute
    seaweedfs.pause()
    try:
        assert api.ask()[1] < 2
        is_ready_and_says_that_is_away(api, "object store")
        api.token = "other"
        is_told_to_come_back(api.ask(), within_s=60)
    finally:
        seaweedfs.resume()
    until(api.works, 60)
