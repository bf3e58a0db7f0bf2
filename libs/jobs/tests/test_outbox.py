"""Events are handed over at least once, whoever dies; commands are answered, never done twice."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from sqlalchemy import func, select
from workbench.jobs import Adapters, DatabaseAway, Jobs, Relay, State, accept_commands, claim, put_in_outbox
from workbench.jobs.record.events import BATCH
from workbench.jobs.record.tables import outbox
from workbench.jobs.working import lease
from workbench.messages import InProcessMessages, Message
from workbench.problems.common import InvalidRequest, RunFailed
from workbench.store import Manifest

ID = "00000000-0000-0000-0000-000000000001"


def waiting(jobs: Jobs) -> int:
    with jobs.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(outbox)).scalar_one())


def relay_of(jobs: Jobs) -> Relay:
    return Relay(jobs.engine, jobs.messages, jobs.service)


def say(jobs: Jobs, count: int) -> list[str]:
    messages = [Message("thing.said", "/here", f"{number}", "a", {}) for number in range(count)]
    with jobs.engine.begin() as connection:
        for message in messages:
            put_in_outbox(connection, message)
    return [message.id for message in messages]


@pytest.fixture
def heard(jobs: Jobs) -> list[Message]:
    heard: list[Message] = []
    jobs.messages.subscribe(
        ["thing.said", "thing.succeeded", "thing.failed", "thing.cancelled", "thing.rejected"], heard.append
    )
    return heard


def test_messages_are_handed_over_oldest_first_and_then_gone(jobs: Jobs, heard: list[Message]) -> None:
    ids = say(jobs, 2 * BATCH + 3)

    assert relay_of(jobs).drain() == len(ids)
    assert [message.id for message in heard] == ids
    assert waiting(jobs) == 0


def test_a_broker_that_fails_midway_loses_nothing_and_repeats_little(jobs: Jobs) -> None:
    taken: list[str] = []

    def tired(message: Message) -> None:
        if len(taken) == 5:
            taken.append("fell")
            raise ConnectionError("the broker is away")
        taken.append(message.id)

    jobs.messages.subscribe(["thing.said"], tired)
    ids = say(jobs, 10)
    with pytest.raises(ConnectionError):
        relay_of(jobs).drain()

    assert waiting(jobs) == 5
    assert relay_of(jobs).drain() == 5
    assert [name for name in taken if name != "fell"] == ids


def test_a_relay_outlives_a_broker_that_is_away(jobs: Jobs) -> None:
    class Absent(InProcessMessages):
        here = False

        def publish(self, message: Message) -> None:
            if not self.here:
                raise ConnectionError("away")
            super().publish(message)

    jobs.messages = Absent()
    heard: list[Message] = []
    jobs.messages.subscribe(["thing.said"], heard.append)
    stop = threading.Event()
    relay = threading.Thread(target=relay_of(jobs).run, args=(stop, 0.1))
    relay.start()
    say(jobs, 3)
    jobs.ring()
    time.sleep(0.5)
    assert (len(heard), waiting(jobs)) == (0, 3)

    jobs.messages.here = True
    deadline = time.monotonic() + 60
    while waiting(jobs) and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    relay.join(10)

    assert (len(heard), waiting(jobs)) == (3, 0)


@pytest.mark.parametrize("ending", ["succeeded", "failed", "cancelled"])
def test_every_end_is_an_event_that_says_what_another_service_needs(
    jobs: Jobs, kind: Any, heard: list[Message], ending: str
) -> None:
    jobs.submit(kind(), "a", {}, name="mine")
    job = claim(jobs, ["thing"], "w", 30)
    if ending == "succeeded":
        lease.accept_manifest(jobs, job, Manifest("thing", job.id, "a", "").text(), {"kind": "thing", "id": job.id})
        lease.succeed(jobs, job)
    elif ending == "failed":
        lease.fail(jobs, job, RunFailed("crashed", "it fell"))
    else:
        lease.end_cancelled(jobs, job)
    relay_of(jobs).drain()

    (event,) = heard
    assert (event.type, event.subject, event.team) == (f"thing.{ending}", job.id, "a")
    assert event.data["state"] == ending
    assert event.data["name"] == "mine"
    assert (event.data["error"] is not None) == (ending == "failed")
    assert (event.data["result"] is not None) == (ending == "succeeded")


def test_an_event_and_the_end_it_tells_of_are_one_transaction(jobs: Jobs, kind: Any) -> None:
    jobs.submit(kind(), "a", {})
    job = claim(jobs, ["thing"], "w", 30)

    def fall(_job: Any) -> None:
        raise ConnectionError("the store fell while the holds were given back")

    jobs.release_holds = fall
    with pytest.raises(ConnectionError):
        lease.succeed(jobs, job)

    assert jobs.find(job.id).state is State.RUNNING
    assert waiting(jobs) == 0


# -- commands ---------------------------------------------------------------------------------------


def validate(data: dict[str, Any]) -> dict[str, Any]:
    if "x" not in data:
        raise InvalidRequest({"x": "Missing data for required field."})
    return data


@pytest.fixture
def commanded(jobs: Jobs, kind: Any) -> Jobs:
    accept_commands(jobs, kind(), jobs.messages, validate)
    return jobs


def order(word: str = "requested", subject: str = ID, team: str = "a", **data: Any) -> Message:
    return Message(f"thing.{word}", "/project", subject, team, data, request_id="r-7")


def test_a_command_is_a_job_under_its_id_with_its_request(commanded: Jobs) -> None:
    commanded.messages.publish(order(x=1, name="mine"))

    job = commanded.find(ID)
    assert (job.state, job.team, job.request, job.name) == (State.QUEUED, "a", {"x": 1, "name": "mine"}, "mine")
    assert job.request_id == "r-7"


def test_a_command_that_comes_again_is_answered_and_not_repeated(commanded: Jobs, heard: list[Message]) -> None:
    for _ in range(3):
        commanded.messages.publish(order(x=1))
    relay_of(commanded).drain()
    assert (commanded.active(), heard) == (1, [])

    job = claim(commanded, ["thing"], "w", 30)
    lease.fail(commanded, job, RunFailed("crashed", "it fell"))
    commanded.messages.publish(order(x=1))
    relay_of(commanded).drain()

    assert [message.type for message in heard] == ["thing.failed", "thing.failed"]
    assert {message.request_id for message in heard} == {"r-7"}


def test_a_command_that_is_wrong_is_answered_with_the_problem(commanded: Jobs, heard: list[Message]) -> None:
    commanded.messages.publish(order(y=1))
    relay_of(commanded).drain()

    assert [message.type for message in heard] == ["thing.rejected"]
    assert "x" in heard[0].data["error"]["detail"]
    assert heard[0].data["state"] == "failed"
    assert commanded.active() == 0


def test_a_command_whose_id_no_row_can_keep_is_no_message() -> None:
    with pytest.raises(ValueError, match="its subject has more than 64 characters"):
        order(x=1, subject="n" * 65)


def test_a_command_cannot_take_or_cancel_another_teams_job(commanded: Jobs, heard: list[Message]) -> None:
    commanded.messages.publish(order(x=1))
    commanded.messages.publish(order(x=2, team="b"))
    commanded.messages.publish(order("cancel", team="b"))
    relay_of(commanded).drain()

    assert (commanded.find(ID).state, commanded.find(ID).request) == (State.QUEUED, {"x": 1})
    assert heard == []


def test_a_cancel_that_comes_twice_or_for_nothing_changes_nothing(commanded: Jobs, heard: list[Message]) -> None:
    commanded.messages.publish(order("cancel"))
    commanded.messages.publish(order(x=1))
    for _ in range(2):
        commanded.messages.publish(order("cancel"))
    relay_of(commanded).drain()

    assert commanded.find(ID).state is State.CANCELLED
    assert [message.type for message in heard] == ["thing.cancelled"]


@pytest.mark.parametrize("word", ["requested", "cancel"])
def test_a_database_away_is_never_taken_for_a_refusal(
    commanded: Jobs, heard: list[Message], monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise DatabaseAway

    with monkeypatch.context() as absent:
        absent.setattr(commanded, "submit", away)
        absent.setattr(commanded, "cancel", away)
        with pytest.raises(DatabaseAway):
            commanded.messages.publish(order(word, x=1))

    relay_of(commanded).drain()
    assert heard == []
    commanded.messages.publish(order(x=1))
    assert commanded.find(ID).state is State.QUEUED


def test_reports_reach_who_follows_without_waiting_for_the_outbox(adapters: Adapters, jobs: Jobs, kind: Any) -> None:
    heard: list[Message] = []
    adapters.messages.subscribe(["thing.running"], heard.append)
    jobs.submit(kind(), "a", {})
    job = claim(jobs, ["thing"], "w", 30)

    lease.report(jobs, job, {"stage": "x", "fraction": 0.5, "message": ""}, "its device")

    assert [message.data["waiting_for"] for message in heard] == ["its device"]
