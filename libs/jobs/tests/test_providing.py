"""A run that misses an environment: it is made, and the same run begins again; where nobody may, it is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from workbench.jobs import Adapters, Job, Jobs, State, claim
from workbench.jobs.working import lease
from workbench.jobs.working.execution import Execution
from workbench.problems.common import NotFound
from workbench.runner.environments import below, interpreter_of

Carried = Callable[..., Job]


@pytest.fixture
def carried_out(jobs: Jobs, kind: Any, execution: Callable[..., Execution], ended: Any) -> Carried:
    """A job that needs the environment `poems`, with this to provide it."""

    def carry_out(provide: Any) -> Job:
        needing = kind("needing")
        job = jobs.submit(needing, "a", {"environment": "poems"})

        claimed = claim(jobs, ["thing"], "me", 30)
        replace(execution(needing), provide=provide).carry_out(claimed)
        found = jobs.find(job.id)
        assert found is not None
        return found

    return carry_out


def test_what_is_missing_is_made_and_the_run_begins_again(adapters: Adapters, carried_out: Carried, jobs: Jobs) -> None:
    asked: list[str] = []

    def provide(name: str, conduct: Any) -> None:
        conduct.report({"stage": "environment", "fraction": 0.5, "message": name})
        asked.append(name)
        interpreter = interpreter_of(below(adapters.home) / name)
        interpreter.parent.mkdir(parents=True)
        interpreter.write_text("I am Python.")

    job = carried_out(provide)

    assert (job.state, job.attempt, asked) == (State.SUCCEEDED, 1, ["poems"])


def test_one_that_is_missing_even_then_is_a_refusal(carried_out: Carried) -> None:
    asked: list[str] = []

    job = carried_out(lambda name, _conduct: asked.append(name))

    assert (job.state, job.attempt, asked) == (State.FAILED, 1, ["poems"])
    assert job.error is not None
    assert job.error["environment"] == "poems"


def test_where_nobody_may_make_it_the_refusal_stands(carried_out: Carried) -> None:
    job = carried_out(None)

    assert job.error is not None
    assert (job.state, job.error["type"].rpartition(":")[2]) == (State.FAILED, "environment-missing")


def test_a_failure_to_make_it_is_the_end_of_the_job(carried_out: Carried) -> None:
    def provide(_name: str, _conduct: Any) -> None:
        raise NotFound("environment", "poems")

    assert carried_out(provide).state is State.FAILED


def test_a_job_that_is_cancelled_meanwhile_is_cancelled(carried_out: Carried) -> None:
    def provide(_name: str, _conduct: Any) -> None:
        raise lease.Cancelled

    assert carried_out(provide).state is State.CANCELLED
