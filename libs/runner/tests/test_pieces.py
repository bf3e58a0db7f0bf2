"""Work of many pieces tells no more than people can read, and knows how long it waited for its turns."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from workbench.runner import read_progress
from workbench.runner.core import TURNS, Run
from workbench.runner.pieces import TURN_S, Pieces


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def told(folder: Path) -> list[str]:
    return [row.message for row in read_progress(folder)[0]]


def test_at_most_two_pieces_a_second_are_told_and_always_the_last(tmp_path: Path, clock: Clock) -> None:
    pieces = Pieces(Run(tmp_path), "reading", 0.2, 0.6, clock)

    for number in range(1, 11):
        clock.now += 0.2
        pieces.done(number / 10, str(number))

    assert told(tmp_path) == ["1", "4", "7", "10"]
    assert [row.fraction for row in read_progress(tmp_path)[0]] == pytest.approx([0.24, 0.36, 0.48, 0.6])


def test_the_device_is_given_back_every_few_seconds_but_not_at_the_end(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor, core = socket.socketpair()
    monkeypatch.setenv(TURNS, str(core.fileno()))
    os.write(supervisor.fileno(), b"yyyy")  # each wish is granted at once
    pieces = Pieces(Run(tmp_path), "reading", 0.0, 1.0, clock)

    for number in range(1, 31):
        clock.now += TURN_S / 10
        pieces.done(number / 30, str(number))

    assert supervisor.recv(100) == b"nn"
    assert pieces.waited_s == 0.0
    supervisor.close()
    core.close()
