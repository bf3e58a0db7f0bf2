"""What an API knows of this machine while nobody looks: the last look, however old, or nothing. It asks for one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, g
from fresh import embedded
from sqlalchemy import select
from workbench.jobs import Jobs
from workbench.jobs.record.tables import outbox
from workbench.messages import Message
from workbench.runner.device_names import read_device
from workbench.targets import here
from workbench.webapp.devices import Devices
from workbench.webapp.identity import Identity

NPU = read_device("NPU")


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Jobs]:
    """Asked in a request of a team; no worker is there."""
    record = embedded(tmp_path).record("calibrator")
    with Flask("asking").test_request_context():
        g.identity = Identity("a", "member")
        yield record
    record.engine.dispose()


def commands(record: Jobs) -> list[Message]:
    with record.engine.connect() as connection:
        return [Message.from_json(row.message) for row in connection.execute(select(outbox))]


def test_while_nobody_looks_nothing_is_known_and_it_is_one_look_that_is_asked_for(record: Jobs) -> None:
    devices = Devices(record, look_s=0.2)

    assert devices.seen_for(NPU) is None
    assert devices.seen_for(NPU) is None
    asked = commands(record)
    assert {(each.type, each.source, each.team) for each in asked} == {("target.requested", "/calibrator", "a")}
    assert len({each.subject for each in asked}) == 1  # a repeat of a command is answered, not obeyed again


def test_a_look_that_does_not_end_in_time_leaves_the_last_one(record: Jobs) -> None:
    here.tell(record.store, {"devices": [{"name": "CPU"}], "absent": []}, 1.0)

    assert Devices(record, look_s=2).seen_for(NPU) == here.Here(("CPU",), {}, 1.0)
    assert len(commands(record)) == 1


def test_after_one_that_waited_in_vain_nobody_waits_for_a_while(record: Jobs) -> None:
    devices = Devices(record, look_s=1)
    began = time.monotonic()

    for _ in range(20):
        assert devices.seen_for(NPU) is None

    assert 1 <= time.monotonic() - began < 15, "one look, not twenty"


def test_a_device_that_was_once_here_needs_no_other_look(record: Jobs) -> None:
    here.tell(record.store, {"devices": [{"name": "NPU"}], "absent": []}, 1.0)

    assert Devices(record, look_s=60).seen_for(NPU) == here.Here(("NPU",), {}, 1.0)
    assert not commands(record)
