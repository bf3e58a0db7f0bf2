"""What every message adapter does; and what a broker's must survive."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from eventually import until
from kombu import Connection, Exchange, Producer
from workbench.messages import BrokerAway, InProcessMessages, Message, Messages
from workbench.messages.rabbit import RabbitMessages
from workbench.messages.topology import DEAD_QUEUE
from workbench.problems import Problem

Make = Callable[..., Messages]
KIND = ""


@pytest.fixture(autouse=True)
def kind() -> str:
    """Types nobody else uses: the queues of other tests do not get these messages."""
    global KIND
    KIND = f"thing-{uuid.uuid4().hex[:8]}"
    return KIND


def message(word: str = "requested", subject: str = "1", **data: object) -> Message:
    return Message(f"{KIND}.{word}", "/test", subject, "a", dict(data))


@pytest.fixture
def service() -> str:
    """A name nobody else uses: its queue is new."""
    return f"service-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def over_rabbitmq(rabbitmq, service: str) -> Iterator[Make]:
    """Each call is one more process of the service, or of another one."""
    made: list[RabbitMessages] = []

    def make(name: str = service) -> RabbitMessages:
        made.append(RabbitMessages(rabbitmq.url, name))
        return made[-1]

    yield make
    for each in made:
        each.close()
    with Connection(rabbitmq.url) as connection:
        for name in {each.service for each in made}:
            connection.channel().queue_delete(f"workbench.{name}")


@pytest.fixture(params=["in process", "rabbitmq"])
def messages(request: pytest.FixtureRequest) -> Messages:
    if request.param == "in process":
        return InProcessMessages()
    return request.getfixturevalue("over_rabbitmq")()


def started(adapter: Messages) -> Messages:
    adapter.start()
    until(adapter.connected)
    return adapter


# -- every adapter -----------------------------------------------------------------------------------


def test_a_bell_wakes_whoever_waits_and_only_for_its_own_name(messages: Messages) -> None:
    since, other = messages.heard("jobs.x"), messages.heard("jobs.y")
    threading.Timer(0.1, messages.ring, ["jobs.x"]).start()

    assert messages.wait("jobs.x", since, 10)
    assert not messages.wait("jobs.y", other, 0.05)


def test_a_bell_that_rang_before_the_wait_is_not_missed(messages: Messages) -> None:
    since = messages.heard("jobs.x")
    messages.ring("jobs.x")

    assert messages.wait("jobs.x", since, 0)


def test_waiting_for_nothing_ends_with_the_timeout(messages: Messages) -> None:
    began = time.monotonic()

    assert not messages.wait("jobs.x", messages.heard("jobs.x"), 0.2)
    assert 0.15 < time.monotonic() - began < 5


def test_a_message_reaches_its_handler_as_it_was_sent(messages: Messages) -> None:
    got: list[Message] = []
    messages.subscribe([f"{KIND}.requested"], got.append)
    started(messages)
    sent = Message(f"{KIND}.requested", "/test", "é-1", "a", {"deep": [1, {"x": None}]}, request_id="r-1")

    messages.publish(sent)

    until(lambda: got)
    assert got == [sent]


def test_a_message_nobody_subscribed_to_is_no_error(messages: Messages) -> None:
    started(messages).publish(message("ignored"))


def test_a_handler_gets_only_the_types_it_asked_for_and_every_handler_of_a_type_gets_it(messages: Messages) -> None:
    first: list[str] = []
    second: list[str] = []
    messages.subscribe([f"{KIND}.succeeded", f"{KIND}.failed"], lambda one: first.append(one.type))
    messages.subscribe([f"{KIND}.failed"], lambda one: second.append(one.type))
    started(messages)

    for word in ("succeeded", "cancelled", "failed"):
        messages.publish(message(word))

    until(lambda: len(first) == 2 and second)
    assert first == [f"{KIND}.succeeded", f"{KIND}.failed"]
    assert second == [f"{KIND}.failed"]


def test_closing_twice_and_without_a_start_is_fine(messages: Messages) -> None:
    messages.close()
    messages.close()


# -- between processes -------------------------------------------------------------------------------


def test_a_bell_crosses_to_other_processes_of_the_service_only(over_rabbitmq: Make, service: str) -> None:
    here, there, elsewhere = (started(over_rabbitmq(name)) for name in (service, service, "other"))
    bell = f"jobs.{service}"
    since, aside = there.heard(bell), elsewhere.heard(bell)

    here.ring(bell)

    assert there.wait(bell, since, 10)
    assert not elsewhere.wait(bell, aside, 0.3)


def test_a_thousand_rings_disturb_nobody(over_rabbitmq: Make, service: str) -> None:
    here, there = started(over_rabbitmq()), started(over_rabbitmq())
    began = time.monotonic()
    for _ in range(1000):
        here.ring(f"jobs.{service}")

    assert time.monotonic() - began < 1
    assert there.wait(f"jobs.{service}", 1, 10)


def test_processes_of_one_service_share_its_messages_and_each_service_gets_all(over_rabbitmq: Make, service) -> None:
    shares: list[list[str]] = [[], []]
    for share in shares:
        worker = over_rabbitmq()
        worker.subscribe([f"{KIND}.requested"], lambda one, share=share: (share.append(one.subject), time.sleep(0.01)))
        started(worker)
    others: list[str] = []
    other = over_rabbitmq(f"{service}-other")
    other.subscribe([f"{KIND}.requested"], lambda one: others.append(one.subject))
    started(other)

    sender = over_rabbitmq("sender")
    expected = sorted(str(number) for number in range(60))
    for number in expected:
        sender.publish(message(subject=number))

    until(lambda: len(shares[0]) + len(shares[1]) >= 60 and len(others) >= 60)
    assert sorted(shares[0] + shares[1]) == expected
    assert all(shares)
    assert sorted(others) == expected


def test_a_message_sent_while_no_worker_runs_waits_for_one(over_rabbitmq: Make) -> None:
    first = over_rabbitmq()
    first.subscribe([f"{KIND}.requested"], lambda _one: None)
    started(first)
    first.close()

    over_rabbitmq("sender").publish(message(subject="waits"))
    got: list[str] = []
    second = over_rabbitmq()
    second.subscribe([f"{KIND}.requested"], lambda one: got.append(one.subject))
    started(second)

    until(lambda: got == ["waits"])


# -- handlers that fail ------------------------------------------------------------------------------


def test_a_handler_that_fails_gets_the_message_again(over_rabbitmq: Make) -> None:
    tries: list[str] = []

    def handler(one: Message) -> None:
        tries.append(one.subject)
        if len(tries) < 3:
            raise RuntimeError("not yet")

    worker = over_rabbitmq()
    worker.subscribe([f"{KIND}.requested"], handler)
    started(worker).publish(message(subject="again"))

    until(lambda: len(tries) == 3)


class ServerAway(Problem):
    """Remedy: wait."""

    status = 503


def test_while_a_server_is_away_the_message_is_kept_however_long_it_takes(over_rabbitmq: Make) -> None:
    tries: list[float] = []

    def handler(_one: Message) -> None:
        tries.append(time.monotonic())
        if len(tries) < 8:  # more often than a failing handler is given
            raise ServerAway

    worker = over_rabbitmq()
    worker.subscribe([f"{KIND}.requested"], handler)
    started(worker).publish(message())

    until(lambda: len(tries) == 8, 60)


def test_a_message_that_can_never_be_handled_is_set_aside_and_the_rest_goes_on(over_rabbitmq, rabbitmq) -> None:
    got: list[str] = []

    def handler(one: Message) -> None:
        if one.subject == "poison":
            raise RuntimeError("I cannot read this")
        got.append(one.subject)

    worker = over_rabbitmq()
    worker.subscribe([f"{KIND}.requested"], handler)
    started(worker)
    marker = uuid.uuid4().hex
    for subject in ("before", "poison", "after"):
        worker.publish(message(subject=subject, marker=marker))

    until(lambda: got == ["before", "after"], 60)
    (reason,) = [reason for body, reason in set_aside(rabbitmq) if marker in body]
    assert reason == "RuntimeError: I cannot read this"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b'{"specversion": "0.3"}',
        b'{"specversion": "1.0"}',
        b"[" * 100_000,
        b'{"specversion":"1.0","type":1,"source":"s","subject":"1","team":"a","id":"i","time":"t","data":{}}',
        b'{"specversion":"1.0","type":"thing.requested","source":"s","subject":"1","team":"a","id":"i","time":"t",'
        b'"data":[]}',
        b"x" * 5_000_000,
    ],
    ids=["empty", "text", "bytes", "list", "old", "bare", "deep", "typed", "data", "huge"],
)
def test_what_is_no_message_is_set_aside_at_once(over_rabbitmq, rabbitmq, body: bytes) -> None:
    got: list[str] = []
    worker = over_rabbitmq()
    worker.subscribe([f"{KIND}.requested"], lambda one: got.append(one.subject))
    started(worker)

    raw_publish(rabbitmq, body)
    worker.publish(message(subject="good"))

    until(lambda: got == ["good"])
    assert any(aside == body.decode("latin-1") for aside, _ in set_aside(rabbitmq))


def raw_publish(rabbitmq, body: bytes) -> None:
    with Connection(rabbitmq.url) as connection:
        Producer(connection.channel(), Exchange("workbench", "topic", durable=True)).publish(
            body, routing_key=f"{KIND}.requested", content_type="application/octet-stream", content_encoding="binary"
        )


def set_aside(rabbitmq) -> list[tuple[str, str]]:
    """Everything in the dead queue, as (body, reason)."""
    found = []
    with Connection(rabbitmq.url) as connection:
        queue = DEAD_QUEUE(connection.channel())
        time.sleep(0.3)
        while (one := queue.get()) is not None:
            body = one.body if isinstance(one.body, bytes) else one.body.encode()
            found.append((body.decode("latin-1"), one.headers.get("x-workbench-reason", "")))
            one.ack()
    return found


# -- a broker that dies ------------------------------------------------------------------------------


def test_without_a_broker_nothing_hangs_and_the_sender_keeps_its_message() -> None:
    away = RabbitMessages("amqp://nobody:x@127.0.0.1:9//", "x")
    away.start()
    began = time.monotonic()

    with pytest.raises(BrokerAway):
        away.publish(message())
    away.ring("jobs.x")

    assert time.monotonic() - began < 5
    assert away.wait("jobs.x", 0, 1)  # heard here all the same
    assert not away.connected()
    away.close()


def test_every_confirmed_message_survives_the_brokers_sudden_death(over_rabbitmq: Make, rabbitmq) -> None:
    got: set[str] = set()
    worker = over_rabbitmq()
    worker.subscribe([f"{KIND}.requested"], lambda one: got.add(one.subject))
    started(worker)
    confirmed: set[str] = set()

    def send(numbers: range) -> None:
        for number in numbers:
            try:
                worker.publish(message(subject=str(number)))
                confirmed.add(str(number))
            except BrokerAway:
                time.sleep(0.2)

    sending = threading.Thread(target=send, args=(range(1000),))
    sending.start()
    until(lambda: len(confirmed) > 100)
    rabbitmq.kill()
    rabbitmq.start()
    sending.join(150)

    assert not sending.is_alive()
    until(lambda: confirmed <= got, 100)


def test_a_broker_that_stands_still_does_not_hold_the_sender(over_rabbitmq: Make, rabbitmq) -> None:
    worker = started(over_rabbitmq())
    worker.publish(message())
    rabbitmq.pause()
    try:
        began = time.monotonic()
        with pytest.raises(BrokerAway):
            worker.publish(message())
        assert time.monotonic() - began < 8
    finally:
        rabbitmq.resume()
    until(lambda: _published(worker))


def _published(worker: Messages) -> bool:
    try:
        worker.publish(message())
    except BrokerAway:
        return False
    return True


def test_bells_ring_again_after_the_broker_came_back(over_rabbitmq: Make, rabbitmq, service: str) -> None:
    here, there = started(over_rabbitmq()), started(over_rabbitmq())
    rabbitmq.kill()
    until(lambda: not there.connected())
    rabbitmq.start()
    until(lambda: here.connected() and there.connected(), 60)

    def rung() -> bool:
        since = there.heard(f"jobs.{service}")
        here.ring(f"jobs.{service}")
        return there.wait(f"jobs.{service}", since, 1)

    until(rung, 30)


WORKER = """
import sys, time
from workbench.messages.rabbit import RabbitMessages
def handle(message):
    print("handling", flush=True)
    time.sleep(60)
messages = RabbitMessages(sys.argv[1], sys.argv[2])
messages.subscribe([sys.argv[3]], handle)
messages.start()
time.sleep(60)
"""


def test_a_message_whose_worker_is_killed_goes_to_another(over_rabbitmq: Make, rabbitmq, service: str) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, rabbitmq.url, service, f"{KIND}.requested"], stdout=subprocess.PIPE, text=True
    )
    try:
        sender = over_rabbitmq("sender")
        time.sleep(1.5)
        sender.publish(message(subject="taken"))
        assert worker.stdout is not None
        assert worker.stdout.readline() == "handling\n"
        os.kill(worker.pid, signal.SIGKILL)
    finally:
        worker.kill()
        worker.communicate(timeout=10)
    got: list[str] = []
    other = over_rabbitmq()
    other.subscribe([f"{KIND}.requested"], lambda one: got.append(one.subject))
    started(other)

    until(lambda: got == ["taken"])


def test_a_handler_that_takes_long_keeps_its_connection(over_rabbitmq: Make, monkeypatch) -> None:
    monkeypatch.setattr("workbench.messages.consumer.HEARTBEAT_S", 2)
    handled: list[str] = []

    def slow(one: Message) -> None:
        time.sleep(9)
        handled.append(one.subject)

    worker = over_rabbitmq()
    worker.subscribe([f"{KIND}.requested"], slow)
    started(worker).publish(message(subject="slow"))

    until(lambda: handled, 30)
    time.sleep(2)
    assert handled == ["slow"]  # once: the broker did not think it lost


def test_closing_ends_every_thread(over_rabbitmq: Make) -> None:
    worker = over_rabbitmq("closing")
    worker.subscribe([f"{KIND}.requested"], lambda _one: None)
    started(worker)

    worker.close()

    until(lambda: not [one for one in threading.enumerate() if one.name.startswith("closing")], 10)


def test_what_goes_over_the_wire_is_a_cloudevent(over_rabbitmq: Make, rabbitmq, tmp_path: Path) -> None:
    with Connection(rabbitmq.url) as connection:
        channel = connection.channel()
        queue = channel.queue_declare("", exclusive=True).queue
        channel.queue_bind(queue, "workbench", "thing.seen")
        over_rabbitmq().publish(Message("thing.seen", "/test", "1", "a", {"x": 1}, request_id="r"))
        until(lambda: (delivery := channel.basic_get(queue)) is not None and _check(delivery))


def _check(delivery) -> bool:
    document = json.loads(delivery.body)
    assert delivery.content_type == "application/cloudevents+json"
    assert document["specversion"] == "1.0"
    assert document["requestid"] == "r"
    assert "request_id" not in document
    return True
