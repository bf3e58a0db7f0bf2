"""A team with 20 MiB and a member who wants more: by forms, by parts, by races, by kills."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from eventually import until

from metering.conftest import LIMIT, MIB, Apis

HEAD = b'--x\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n\r\n'
FORM = {"Content-Type": "multipart/form-data; boundary=x"}


def form(mib: int, name: bytes = b"a.onnx", seen: list[int] | None = None) -> Iterator[bytes]:
    """A body that says of no length."""
    yield HEAD % name
    for number in range(mib):
        if seen is not None:
            seen.append(number)
        yield bytes(MIB)
    yield b"\r\n--x--\r\n"


def declare(client: httpx.Client, size_bytes: int) -> httpx.Response:
    return client.post("/v1/models/uploads", json={"files": [{"name": "a.onnx", "size_bytes": size_bytes}]})


def put(client: httpx.Client, answer: httpx.Response, data: Any) -> httpx.Response:
    return httpx.put(client.base_url.join(answer.json()["files"][0]["parts"][0]["url"]), content=data, timeout=60)


def test_a_form_of_no_length_is_refused_as_soon_as_it_has_brought_too_much(apis: Apis) -> None:
    with apis.client() as red:
        try:
            answer = red.post("/v1/models", content=form(200), headers=FORM)
        except httpx.WriteError:  # it was told while it was still sending
            answer = None
        if answer is not None:
            assert answer.status_code == 507, answer.text
            assert answer.json()["type"] == "urn:workbench:problem:storage-limit"
        until(lambda: apis.counted() == 0)
        assert apis.stored() == 0

        assert red.post("/v1/models", content=form(5), headers=FORM).status_code == 202
    assert 5 * MIB <= apis.counted() < 6 * MIB


def test_one_part_sent_again_and_again_is_there_twice_at_most_and_both_count(apis: Apis) -> None:
    with apis.client() as red:
        answer = declare(red, 4 * MIB)
        for number in range(8):
            assert put(red, answer, bytes([number]) * (4 * MIB)).status_code == 200
        assert apis.stored() <= 8 * MIB
        assert apis.counted() >= apis.stored()

        assert declare(red, LIMIT - 8 * MIB).status_code == 201
        assert declare(red, 1).status_code == 507


def test_at_the_limit_no_second_candidate_comes_and_the_first_stays(apis: Apis) -> None:
    with apis.client() as red:
        answer = declare(red, 4 * MIB)
        assert declare(red, LIMIT - 4 * MIB).status_code == 201
        assert put(red, answer, bytes(4 * MIB)).status_code == 200
        assert put(red, answer, bytes(4 * MIB)).status_code == 200, "the same again is no candidate more"

        assert put(red, answer, b"x" * (4 * MIB)).status_code == 507

        assert apis.stored() == 4 * MIB
        assert red.post(f"{answer.headers['Location']}/complete", json={}).status_code == 202


def test_more_than_was_declared_is_refused(apis: Apis) -> None:
    with apis.client() as red:
        answer = declare(red, 1)
        assert put(red, answer, bytes(2 * MIB)).status_code == 422
        refused = put(red, answer, iter([bytes(MIB)] * 2))  # of no length
        assert refused.status_code in (411, 422)
        assert apis.stored() == 0


def test_two_processes_share_the_last_mib(apis: Apis) -> None:
    clients = [apis.client(number) for number in range(2)]
    assert declare(clients[0], LIMIT - MIB).status_code == 201

    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(declare, clients[number % 2], MIB // 2) for number in range(16)]
        let_in = [each.result().status_code for each in asked].count(201)

    assert let_in == 2
    assert apis.counted() == LIMIT


def test_an_abandoned_upload_makes_room_at_once_in_every_process(apis: Apis) -> None:
    with apis.client(0) as one, apis.client(1) as two:
        answer = declare(one, LIMIT)
        assert declare(two, 1).status_code == 507

        assert one.delete(answer.headers["Location"]).status_code == 204

        assert declare(two, LIMIT).status_code == 201


def test_the_other_team_is_served_meanwhile(apis: Apis) -> None:
    stop = threading.Event()

    def attack() -> None:
        with apis.client() as red:
            while not stop.is_set():
                try:
                    red.post("/v1/models", content=form(60), headers=FORM)
                except httpx.HTTPError:
                    continue

    attackers = [threading.Thread(target=attack) for _ in range(3)]
    for each in attackers:
        each.start()
    try:
        with apis.client(team="blue") as blue:
            took = []
            for _ in range(5):
                began = time.monotonic()
                assert declare(blue, MIB).status_code == 201
                took.append(time.monotonic() - began)
    finally:
        stop.set()
        for each in attackers:
            each.join()
    assert sorted(took)[2] < 1.0


def test_a_process_killed_in_the_middle_of_a_form_leaves_no_byte(apis: Apis) -> None:
    def slow() -> Iterator[bytes]:
        yield HEAD % b"a.onnx"
        for _ in range(100):
            yield bytes(MIB // 8)
            time.sleep(0.05)

    with apis.client() as red, ThreadPoolExecutor(1) as threads:
        sending = threads.submit(red.post, "/v1/models", content=slow(), headers=FORM)
        until(lambda: apis.counted() > 0)
        apis.servers[0].kill()
        assert isinstance(sending.exception(), httpx.HTTPError)

    left = [path for folder in ("tmp", "work") for path in (apis.home / folder).rglob("*") if path.is_file()]
    assert left == []
    assert apis.stored() == 0


def test_a_part_sent_again_and_again_to_the_stores_own_door_is_found_and_dropped(apis: Apis) -> None:
    """SeaweedFS keeps every copy; a store of files has no door of its own."""
    with apis.client() as red:
        answer = declare(red, 9 * MIB)
        for number in range(2):
            assert put(red, answer, bytes([number]) * (8 * MIB)).status_code == 200
        apis.storage().watch_uploads()
        twice = not answer.json()["files"][0]["parts"][0]["url"].startswith("/")
        assert apis.counted() == (17 if twice else 9) * MIB

        assert put(red, answer, b"x" * (8 * MIB)).status_code == 200
        apis.storage().watch_uploads()
        assert apis.counted() == 9 * MIB
        # Beyond two copies the upload is none any more: it has to be declared again.
        assert red.get(answer.headers["Location"]).status_code == (404 if twice else 200)
