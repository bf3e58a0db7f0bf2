"""An earlier result answers an identical request under a new id, unless what it made is gone."""

from __future__ import annotations

from typing import Any

import pytest
from workbench.jobs import Jobs, State
from workbench.problems.common import Deleted, NotFound
from workbench.store import Manifest, Manifests


@pytest.fixture
def manifests(jobs: Jobs) -> Manifests:
    return Manifests(jobs.store, "a")


@pytest.fixture
def done(jobs: Jobs, working: Any, ended: Any) -> Any:
    """Submit and wait for the end."""

    def run(kind: Any, request: dict[str, Any], team: str = "a") -> Any:
        working(kind)
        return ended(jobs.submit(kind, team, request))

    return run


def model(manifests: Manifests, model_id: str, digest: str) -> None:
    manifests.write(Manifest("model", model_id, manifests.team, "", (), {"digest": digest}).text())


def test_an_identical_request_succeeds_at_once_with_the_earlier_manifest(jobs: Jobs, kind: Any, done: Any) -> None:
    versioned = kind(version="1")
    first = done(versioned, {"x": 1})

    again = jobs.submit(versioned, "a", {"x": 1})

    assert (again.state, again.reused_from) == (State.SUCCEEDED, first.id)
    assert again.id != first.id
    assert (again.manifest, again.result) == (first.manifest, first.result)


@pytest.mark.parametrize(
    ("version", "request_", "team"),
    [("2", {"x": 1}, "a"), ("1", {"x": 2}, "a"), ("1", {"x": 1}, "b"), (None, {"x": 1}, "a")],
)
def test_another_core_request_or_team_computes_anew(
    jobs: Jobs, kind: Any, done: Any, version: str | None, request_: dict[str, Any], team: str
) -> None:
    done(kind(version="1"), {"x": 1})

    assert jobs.submit(kind(version=version), team, request_).state is State.QUEUED


def test_the_same_bytes_under_another_id_are_the_same_input(
    jobs: Jobs, kind: Any, done: Any, manifests: Manifests
) -> None:
    for model_id, digest in (("one", "d1"), ("copy", "d1"), ("other", "d2")):
        model(manifests, model_id, digest)
    converting = kind(version="1", needs=lambda request: [("model", request["model"])])
    first = done(converting, {"model": "one"})

    assert jobs.submit(converting, "a", {"model": "copy"}).reused_from == first.id
    assert jobs.submit(converting, "a", {"model": "other"}).reused_from is None


def test_a_reused_job_holds_nothing(jobs: Jobs, kind: Any, done: Any, manifests: Manifests) -> None:
    model(manifests, "one", "d1")
    converting = kind(version="1", needs=lambda request: [("model", request["model"])])
    done(converting, {"model": "one"})

    jobs.submit(converting, "a", {"model": "one"})

    assert manifests.holders("one") == []


def test_a_deleted_result_is_computed_again(jobs: Jobs, kind: Any, done: Any, manifests: Manifests) -> None:
    versioned = kind(version="1")
    first = done(versioned, {"x": 1})
    assert manifests.bury(first.result["id"]) == []

    assert jobs.submit(versioned, "a", {"x": 1}).state is State.QUEUED


def test_failed_cancelled_and_reused_jobs_are_never_reused(jobs: Jobs, kind: Any, done: Any) -> None:
    versioned = kind(version="1")
    jobs.cancel("thing", "a", jobs.submit(versioned, "a", {"x": 1}).id)
    first = done(versioned, {"x": 1})
    second = jobs.submit(versioned, "a", {"x": 1})

    third = jobs.submit(versioned, "a", {"x": 1})

    assert first.reused_from is None
    assert (second.reused_from, third.reused_from) == (first.id, first.id)


@pytest.mark.parametrize(("buried", "refusal"), [(True, Deleted), (False, NotFound)])
def test_a_submission_that_names_what_is_gone_is_refused_and_holds_nothing(
    jobs: Jobs, kind: Any, manifests: Manifests, buried: bool, refusal: type[Exception]
) -> None:
    model(manifests, "kept", "d1")
    if buried:
        model(manifests, "gone", "d2")
        manifests.bury("gone")
    needing = kind(needs=lambda _request: [("model", "kept"), ("model", "gone")])

    with pytest.raises(refusal):
        jobs.submit(needing, "a", {})

    assert (manifests.holders("kept"), manifests.holders("gone")) == ([], [])
    assert jobs.active() == 0


def test_what_another_service_made_is_indexed_once(jobs: Jobs) -> None:
    manifest = Manifest("model", "made-elsewhere", "a", "", (), {"digest": "d"})
    for _ in range(3):
        jobs.index("model", manifest, "a name")

    (row,) = jobs.list("model", "a").items
    assert (row.id, row.state, row.name) == ("made-elsewhere", State.SUCCEEDED, "a name")
    assert Manifest.parse(row.manifest) == manifest
