"""Everything is replaced while two teams work: no request of theirs fails, and no job is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.installation import Release
from cluster.traffic import Team

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
TWO = {"services.model-registry.api.replicas": "2", "services.model-registry.worker.replicas": "2"}


@pytest.fixture(scope="module")
def doubled(release: Release) -> Iterator[Release]:
    """Two of each pod that the teams' requests and jobs meet, as an installation has them by default."""
    release.upgrade(**TWO)
    yield release
    release.upgrade(**dict.fromkeys(TWO, "1"))


def test_a_rolling_restart_costs_no_request_and_no_job(doubled: Release, inputs: Path) -> None:
    teams = [Team(doubled.url, doubled.token(name), inputs / "model.onnx") for name in ("rolling-a", "rolling-b")]
    kubectl = doubled.cluster.kubectl
    for team in teams:
        team.start()

    for _ in range(2):
        for name in (f"{doubled.name}-model-registry", f"{doubled.name}-model-registry-worker"):
            kubectl("rollout", "restart", f"deployment/{name}")
            kubectl("rollout", "status", f"deployment/{name}", "--timeout=240s")
    for team in teams:
        team.end()

    assert [team.failed for team in teams] == [[], []]
    for team in teams:
        assert team.done["import"] >= 1
        assert team.done["follow"] >= 1
        assert team.done["look"] >= 50
