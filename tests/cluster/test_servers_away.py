"""Servers stop, one at a time, while people work: the APIs do what docs/architecture.md says, and lose nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from servers.process import Server

from cluster.installation import Release
from cluster.traffic import Team

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
# Longer than the readiness probe takes to give a pod up.
AWAY_S = 25.0


@contextmanager
def away(server: Server) -> Iterator[float]:
    """It is killed, and comes back on the same data AWAY_S later; gives the time of that."""
    server.kill()
    back_at = time.monotonic() + AWAY_S
    try:
        yield back_at
        time.sleep(max(0.0, back_at - time.monotonic()))
    finally:
        server.start()


def team_of(release: Release, name: str, inputs: Path) -> Team:
    return Team(release.url, release.token(name), inputs / "model.onnx")


def never_ready(release: Release) -> list[str]:
    """The APIs' pods that Kubernetes has taken out of their Services."""
    return [
        pod["metadata"]["name"]
        for pod in release.pods("api")
        if not all(each["ready"] for each in pod["status"]["containerStatuses"])
    ]


def once(release: Release, team: Team, method: str, **more: Any) -> httpx.Response:
    """One request that is not repeated, and is answered in time."""
    headers = {"Authorization": f"Bearer {team.token}"}
    return httpx.request(method, f"{release.url}/v1/models", headers=headers, timeout=40, **more)


def test_without_the_broker_requests_are_answered_and_jobs_run(release: Release, inputs: Path) -> None:
    team = team_of(release, "brokerless", inputs)

    with away(release.installation.broker):
        job = team.import_model()
        assert team.ended(job, AWAY_S * 3)["state"] == "succeeded"
        time.sleep(AWAY_S / 2)
        assert never_ready(release) == []


def test_without_the_database_requests_say_when_to_come_back_and_jobs_go_on(release: Release, inputs: Path) -> None:
    team = team_of(release, "rowless", inputs)
    job = team.import_model()

    with away(release.installation.database) as back_at:
        while time.monotonic() < back_at - 2:
            answer = once(release, team, "GET")
            assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
            assert float(answer.headers["Retry-After"]) <= 10
            time.sleep(2)
        assert never_ready(release) == []

    assert team.ended(job)["state"] == "succeeded"


def test_without_the_store_only_what_needs_it_waits(release: Release, inputs: Path) -> None:
    team = team_of(release, "storeless", inputs)
    job = team.import_model()

    with away(release.installation.store):
        upload = once(release, team, "POST", files={"files": ("model.onnx", (inputs / "model.onnx").read_bytes())})
        assert upload.status_code == 503, upload.text
        assert "Retry-After" in upload.headers
        time.sleep(AWAY_S / 2)
        assert never_ready(release) == []

    assert team.ended(job)["state"] == "succeeded"
