"""Who may keep a thread: no team all of them, and whoever comes later some."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.webapp.paced import Pace, PacedSocket, TooSlow
from workbench.webapp.problems import RequestTooSlow, TooManyRequests
from workbench.webapp.turns import Share, Turns


def test_the_first_team_gets_half_and_the_next_ones_always_find_some() -> None:
    share = Share("test", 120)
    got = {team: sum(share.enter(team) for _ in range(200)) for team in "abcd"}

    assert got == {"a": 60, "b": 30, "c": 15, "d": 8}


def test_a_place_that_is_given_back_is_free_again() -> None:
    share = Share("test", 10)
    while share.enter("a"):
        pass
    assert share.enter("b")
    share.leave("a")
    share.leave("a")

    assert share.enter("b")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=300))
def test_whatever_happens_nobody_has_more_than_half_and_none_is_lost(steps: list[tuple[str, bool]]) -> None:
    share, held = Share("test", 20), {"a": 0, "b": 0, "c": 0}
    for team, enters in steps:
        if enters and share.enter(team):
            held[team] += 1
        elif not enters and held[team]:
            share.leave(team)
            held[team] -= 1
        assert max(held.values()) <= 10
    for team, number in held.items():
        for _ in range(number):
            share.leave(team)
    assert sum(share.enter("d") for _ in range(30)) == 10


def test_who_waits_leaves_a_place_for_work_and_comes_back_in_any_case() -> None:
    turns = Turns(working=4, waiting=4)
    first, second = turns.begin("a"), turns.begin("a")
    with pytest.raises(TooManyRequests):
        turns.begin("a")
    assert first.wait()
    third = turns.begin("a")
    first.work()
    for turn in (first, second, third, third):
        turn.end()

    assert turns.begin("a")


def test_waits_beyond_the_share_are_not_let_in_and_keep_their_turn() -> None:
    turns = Turns(working=20, waiting=2)
    waiting, refused = turns.begin("a"), turns.begin("a")

    assert waiting.wait()
    assert not refused.wait()
    refused.end()
    waiting.end()
    assert turns.begin("a").wait()


def test_a_pace_counts_what_is_waited_for_and_nothing_else() -> None:
    pace = Pace(1000, window_s=10.0)
    for _ in range(9):
        pace.note(10, 1.0)
    pace.note(910, 1.0)  # just enough
    pace.note(0, 9.9)

    with pytest.raises(TooSlow):
        pace.note(999, 0.2)


class Clock:
    """A second passes with each look."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture
def pair() -> Iterator[tuple[PacedSocket, socket.socket]]:
    ours, theirs = socket.socketpair()
    paced = PacedSocket(ours, least_bytes=100, clock=Clock())
    with paced, theirs:
        yield paced, theirs


def test_who_sends_a_byte_a_second_is_too_slow(pair: tuple[PacedSocket, socket.socket]) -> None:
    paced, theirs = pair
    theirs.sendall(b"a" * 50)

    with pytest.raises(RequestTooSlow):
        for _ in range(50):
            paced.recv(1)


def test_who_reads_nothing_is_let_go(pair: tuple[PacedSocket, socket.socket]) -> None:
    paced, _ = pair
    paced.leaving = Pace(100, window_s=0.05)

    with pytest.raises(ConnectionResetError):
        paced.sendall(b"a" * (64 << 20))


def test_who_keeps_the_pace_gets_everything(pair: tuple[PacedSocket, socket.socket]) -> None:
    paced, theirs = pair
    theirs.sendall(b"b" * 1000)

    assert b"".join(paced.recv(200) for _ in range(5)) == b"b" * 1000
    paced.sendall(b"c" * 1000)
    assert theirs.recv(2000) == b"c" * 1000
