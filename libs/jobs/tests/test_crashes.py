"""A core that crashes by itself is tried once more, one that somebody kills as often as there are attempts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from workbench.jobs import Job, Jobs, State
from workbench.jobs.kind import Kind
from workbench.jobs.working.failures import failure
from workbench.runner import Exit, Outcome
from workbench.runner.kubernetes.ends import end_of_pod
from workbench.runner.remedies import CRASHES_AGAIN


def starts(journal: Path) -> int:
    return len(list(journal.parent.glob(f"{journal.name}-*")))


@pytest.fixture
def crashing(jobs: Jobs, kind: Any, working: Any, ended: Any, journals: Path) -> Any:
    """The job of a core that crashes by this signal, when it has ended."""

    def end(by: str, **spec: Any) -> Job:
        made: Kind = kind("crashing", max_attempts=5)
        working(made)
        return ended(jobs.submit(made, "a", {"journal": str(journals / "journal"), "signal": by, **spec}))

    return end


@pytest.mark.parametrize("by", ["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE"])
def test_the_second_crash_is_final_and_says_where_it_was_and_what_to_do(crashing: Any, journals: Path, by: str) -> None:
    job = crashing(by)

    assert (job.state, job.attempt, starts(journals / "journal")) == (State.FAILED, 2, 2)
    assert job.error["type"].endswith(":run-failed")
    assert f"2 times by {by} while it was at: read net.onnx." in job.error["detail"]
    assert job.error["remedy"] == CRASHES_AGAIN


def test_the_log_says_where_the_native_code_was_called_from(crashing: Any, jobs: Jobs) -> None:
    job = crashing("SIGSEGV")

    assert "crashing.py" in jobs.log(job, 0)[0]


def test_one_crash_may_be_bad_luck(crashing: Any, journals: Path) -> None:
    job = crashing("SIGSEGV", crashes=1)

    assert (job.state, job.attempt, starts(journals / "journal")) == (State.SUCCEEDED, 2, 2)


def test_who_is_killed_from_outside_is_tried_as_often_as_there_are_attempts(crashing: Any, journals: Path) -> None:
    job = crashing("SIGKILL")

    assert (job.state, job.attempt, starts(journals / "journal")) == (State.FAILED, 5, 5)
    assert job.error["type"].endswith(":too-many-attempts")


@pytest.mark.parametrize(
    ("code", "again"),
    [
        (-11, False),
        (-6, False),
        (-31, False),
        (-9, True),
        (-15, True),
        (70, True),
        (0, True),
        (None, True),
        (-1000, True),
    ],
)
def test_only_what_a_process_does_to_itself_counts(
    code: int | None, again: bool, tmp_path: Path, jobs: Jobs, kind: Any
) -> None:
    before = jobs.submit(kind(), "a", {})
    crashed_once = Job(**{**before.__dict__, "crashes": 1})

    failed = failure(crashed_once, Outcome(reason="crashed", detail="It fell."), Exit("crashed", code, ""), tmp_path)

    assert failed.again is again


@pytest.mark.parametrize(("exit_code", "again"), [(139, False), (134, False), (137, True), (70, True)])
def test_a_pod_whose_node_tells_of_it_counts_like_a_process(
    exit_code: int, again: bool, tmp_path: Path, jobs: Jobs, kind: Any
) -> None:
    ended = {"state": {"terminated": {"exitCode": exit_code, "reason": "Error"}}}
    pod = {"spec": {"nodeName": "n"}, "status": {"phase": "Failed", "containerStatuses": [ended]}}
    exit_ = end_of_pod(pod)
    before = jobs.submit(kind(), "a", {})

    failed = failure(
        Job(**{**before.__dict__, "crashes": 1}), Outcome(reason=exit_.reason, detail=exit_.detail), exit_, tmp_path
    )

    assert failed.again is again


def test_who_is_cut_off_is_told_where_it_was(tmp_path: Path, jobs: Jobs, kind: Any) -> None:
    (tmp_path / "progress.jsonl").write_text('{"stage": "read", "fraction": 0.4, "message": "net.onnx"}\n')
    cut = Outcome(reason="wall_limit", detail="The run took longer than its 60 s.")

    failed = failure(jobs.submit(kind(), "a", {}), cut, Exit("wall_limit", -9, ""), tmp_path)

    assert not failed.again
    assert failed.problem.detail == "The run took longer than its 60 s. It was at: read net.onnx."
    assert "branches" in failed.problem.document()["remedy"]
