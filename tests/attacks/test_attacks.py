"""One team, or nobody's client, does its worst: the other team's requests stay under a second and its job starts."""

from __future__ import annotations

import contextlib
import socket
import time

import pytest
from eventually import until

from attacks.conftest import Target

pytestmark = pytest.mark.slow
MANY = 300


def dribble(clients: list[socket.socket], piece: bytes) -> None:
    """A byte or two on each, so that nobody can say that nothing comes."""
    for client in clients:
        with contextlib.suppress(OSError):
            client.send(piece)


def _received(client: socket.socket) -> bytes:
    with contextlib.suppress(ConnectionError):
        return client.recv(1000)
    return b""


def waiting_path(target: Target) -> str:
    return f"/v1/conversions/{target.waiting.id}"


def test_half_heads(target: Target) -> None:
    half = target.connect(MANY, b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nX: ")

    target.others_are_served(lambda: dribble(half, b"a"))

    assert target.turns("work") <= 1


def test_half_heads_are_told_that_it_took_too_long(target: Target) -> None:
    (half,) = target.connect(1, b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nX: ")
    began = time.monotonic()
    half.settimeout(30)
    while time.monotonic() - began < 30:
        dribble([half], b"a")
        half.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            answer = _received(half)
            break

    assert 8 < time.monotonic() - began < 20
    assert answer == b"" or b"application/problem+json" in answer  # nginx says nothing


def test_half_bodies_without_a_token(target: Target) -> None:
    head = target.request(
        "POST", "/v1/models", None, "Content-Type: multipart/form-data; boundary=b", "Content-Length: 9999"
    )
    half = target.connect(MANY, head + b"--b")

    target.others_are_served(lambda: dribble(half, b"-"))

    assert target.turns("work") <= 1


def test_slow_bodies_with_a_token(target: Target) -> None:
    head = target.request(
        "POST", "/v1/models", "loud", "Content-Type: multipart/form-data; boundary=b", "Content-Length: 99999999"
    )
    half = target.connect(MANY + 30, head + b"--b")

    target.others_are_served(lambda: dribble(half, b"-"), for_s=5)


def test_slow_bodies_of_json_with_a_token(target: Target) -> None:
    head = target.request(
        "POST", "/v1/conversions", "loud", "Content-Type: application/json", "Transfer-Encoding: chunked"
    )
    half = target.connect(MANY, head + b"1\r\n{\r\n")

    target.others_are_served(lambda: dribble(half, b"1\r\n \r\n"))


def test_long_polls_of_a_viewer(target: Target) -> None:
    target.connect(MANY, target.request("GET", f"{waiting_path(target)}?wait_s=60&after=999", "viewer"))

    target.others_are_served()

    assert 30 < target.turns("wait") <= 60


def test_long_polls_whose_client_has_hung_up_keep_nothing(target: Target) -> None:
    path = f"{waiting_path(target)}?wait_s=60&after=999"
    for client in target.connect(MANY, target.request("GET", path, "viewer")):
        client.close()

    target.others_are_served()

    until(lambda: target.turns("wait") == 0, 10)


def test_event_streams_of_a_viewer(target: Target) -> None:
    target.connect(MANY, target.request("GET", f"{waiting_path(target)}/events", "viewer"))

    target.others_are_served()

    assert 30 < target.turns("wait") <= 60


def test_event_streams_whose_client_has_hung_up_keep_nothing(target: Target) -> None:
    for client in target.connect(MANY, target.request("GET", f"{waiting_path(target)}/events", "viewer")):
        client.close()

    target.others_are_served()

    until(lambda: target.turns("wait") == 0, 10)


def test_clients_that_do_not_read_a_large_download(target: Target) -> None:
    path = f"/v1/conversions/{target.big.id}/files/model.bin"
    target.connect(MANY, target.request("GET", path), buffer=4096)

    target.others_are_served(for_s=5)
    assert target.turns("work") > 30


def test_clients_that_do_not_read_a_log(target: Target) -> None:
    target.connect(MANY, target.request("GET", f"/v1/conversions/{target.big.id}/log") * 4, buffer=4096)

    target.others_are_served()


def test_who_does_not_read_loses_the_connection(target: Target) -> None:
    path = f"/v1/conversions/{target.big.id}/files/model.bin"
    target.connect(2, target.request("GET", path), buffer=4096)
    until(lambda: target.turns("work") >= 2)

    until(lambda: target.turns("work") == 0, 25)


def test_pipelined_garbage(target: Target) -> None:
    good = target.request("GET", "/v1/models", None)
    target.connect(MANY, good * 20 + b"\x16\x03\x01\x02\x00" * 400 + b"\r\n\r\n" * 100)

    target.others_are_served()


def test_ten_thousand_idle_connections(target: Target) -> None:
    """nginx has 8,192, the door of one process as many as it has descriptors, less 600; beyond that the oldest goes."""
    target.connect(10_000, b"")

    target.others_are_served(for_s=1)


def test_connections_that_are_kept_after_a_request(target: Target) -> None:
    target.connect(500, target.request("GET", "/v1/models", "viewer"))

    target.others_are_served()
