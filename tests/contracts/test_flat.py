"""No question costs more because there are fifty thousand jobs: rows are counted, not milliseconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import pytest
from queued import queue
from visiting import analyze, visited
from workbench.jobs import Adapters, Job, Jobs, Kind, Made, claim
from workbench.jobs.record.following import Following
from workbench.jobs.record.outlook import COUNTED, Outlook
from workbench.jobs.record.reuse import reusable
from workbench.jobs.working import lease

THING = Kind("thing", plan=lambda _job, _manifests: None, publish=lambda job, *_: Made("thing", dict(job.request)))
FEW, MANY = 2 * COUNTED, 50_000
A_FEW_ROWS = 60  # that a plan may read beside those it answers with
Question = Callable[[Jobs, Job], object]


@pytest.fixture
def jobs(adapters: Adapters) -> Jobs:
    return adapters.record("here")


def fill(jobs: Jobs, prefix: str, count: int, state: str = "queued", **more: object) -> None:
    """Rows of three teams, one of which has nearly all."""
    teams = ["large" if number > 20 else ("b", "c")[number % 2] for number in range(count)]
    queue(jobs, [{"id": f"{prefix}-{at}", "team": team, "state": state, **more} for at, team in enumerate(teams)])


def words_of_the_wait(jobs: Jobs, job: Job) -> object:
    outlook = Outlook(jobs.engine)
    return outlook.turns_before(job), outlook.expected_wait_s(job)


def submission(jobs: Jobs, _job: Job) -> object:
    return jobs.submit(THING, "large", {}, idempotency_key=str(time.time_ns()))


def second_page(jobs: Jobs, _job: Job) -> object:
    return jobs.list("thing", "large", limit=20, cursor=f"{(time.time() - 3600 + 0.3).hex()}~x")


def pages_of_each_state(jobs: Jobs, _job: Job) -> object:
    return [jobs.list("thing", "large", limit=20, state=state) for state in ("queued", "running", "failed")]


def earlier_result(jobs: Jobs, _job: Job) -> object:
    with jobs.engine.connect() as connection:
        return reusable(connection, jobs.store, "large", "key")


def what_followers_ask(jobs: Jobs, job: Job) -> object:
    return Following(jobs)._find([job.id])


def progress(jobs: Jobs, job: Job) -> object:
    return lease.report(jobs, job, {"stage": "x", "fraction": 0.5, "message": str(time.time_ns())}, None)


QUESTIONS: dict[str, Question] = {
    "the words of the wait": words_of_the_wait,
    "a submission": submission,
    "one job": lambda jobs, job: jobs.get("thing", job.team, job.id),
    "the first page": lambda jobs, _: jobs.list("thing", "large", limit=20),
    "a later page": second_page,
    "a page of each state": pages_of_each_state,
    "an earlier result": earlier_result,
    "what followers ask": what_followers_ask,
    "progress": progress,
    "how held jobs stand": lambda jobs, job: lease.standing(jobs, [job]),
    "a renewal": lambda jobs, job: lease.renew(jobs, [job], 3600.0),
}


def costs(jobs: Jobs, job: Job) -> dict[str, int]:
    return {name: visited(jobs.engine, partial(question, jobs, job)) for name, question in QUESTIONS.items()}


def test_no_question_costs_more_with_fifty_thousand_queued_jobs(jobs: Jobs) -> None:
    fill(jobs, "first", FEW, reuse_key="key")
    fill(jobs, "done", FEW, "succeeded", started_at=1.0, finished_at=2.0, reuse_key="key", reused_from="first")
    job = claim(jobs, ["thing"], "worker", 3600.0)
    assert job is not None
    analyze(jobs.engine)
    few = costs(jobs, job)

    fill(jobs, "more", MANY, reuse_key="key")
    fill(jobs, "more-done", MANY, "succeeded", started_at=1.0, finished_at=2.0, reuse_key="key", reused_from="first")
    analyze(jobs.engine)
    many = costs(jobs, job)

    assert {name: (few[name], cost) for name, cost in many.items() if cost > 1.5 * few[name] + A_FEW_ROWS} == {}
