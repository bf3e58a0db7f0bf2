"""Repeating, giving up, finding the server again; and what is said about answers that are none."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from flask import Response
from workbench.client import Client, JobCancelled, JobFailed, Refused, Unreachable


@contextlib.contextmanager
def resetting(server: Any, times: int) -> Iterator[str]:
    """A proxy that resets the first connections after it has passed the request on, then works."""
    listener = socket.create_server(("127.0.0.1", 0))
    left = [times]

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=relay, args=(client,), daemon=True).start()

    def relay(client: socket.socket) -> None:
        upstream = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])))
        asked = client.recv(2**16)
        if asked.startswith(b"POST") and asked.endswith(b"\r\n\r\n"):
            asked += client.recv(2**16)  # the body came by itself
        upstream.sendall(asked.replace(b"Connection: keep-alive", b"Connection: close"))
        answer = b"".join(iter(lambda: upstream.recv(2**16), b""))
        if left[0] > 0:
            left[0] -= 1
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            client.sendall(answer)
        client.close()
        upstream.close()

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def test_a_get_is_repeated_after_a_reset(server: Any) -> None:
    with resetting(server, 2) as url:
        assert next(server.client(url).targets.list())["id"] == "local"


def test_a_post_that_was_carried_out_but_not_answered_is_carried_out_once(server: Any) -> None:
    with resetting(server, 2) as url:
        view = server.client(url).profiles.create({"model_id": "m"})

    assert list(server.jobs) == [view["id"]]
    assert len([1 for method, _, _ in server.requests if method == "POST"]) == 3


def test_who_has_too_many_requests_under_way_comes_back_when_the_server_says(server: Any) -> None:
    busy = {"type": "urn:workbench:problem:too-many-requests", "status": 429, "title": "Too many", "detail": "…"}
    left = [2]

    def refuse() -> Response | None:
        left[0] -= 1
        if left[0] < 0:
            return None
        return Response(json.dumps(busy), 429, {"Retry-After": "1"}, content_type="application/problem+json")

    server.before = refuse
    began = time.monotonic()
    assert next(server.client().targets.list())["id"] == "local"
    assert time.monotonic() - began >= 2


def test_each_post_has_a_key_of_its_own(server: Any) -> None:
    client = server.client()
    first, second = (client.profiles.create({"model_id": "m"}) for _ in range(2))

    assert first["id"] != second["id"]


def test_a_server_that_never_answered_is_soon_called_unreachable() -> None:
    began = time.monotonic()

    with pytest.raises(Unreachable, match=r"no workbench answers at http://127\.0\.0\.1:9"):
        Client("http://127.0.0.1:9").models.get("x")
    assert time.monotonic() - began < 4


def test_a_server_that_comes_back_at_the_same_place_is_waited_for(server: Any) -> None:
    client = server.client()
    list(client.targets.list())
    port = int(server.url.rpartition(":")[2])
    server.stop()
    threading.Timer(0.5, server.start, [port]).start()

    assert list(client.targets.list())


def test_a_server_that_comes_back_elsewhere_with_another_token_is_found(server: Any) -> None:
    client = server.client(find=lambda: server.address)
    list(client.targets.list())
    server.stop()
    server.token = "new-token"
    server.start()

    assert list(client.targets.list())
    assert client.base_url == server.url


def test_a_new_token_at_the_same_place_is_found(server: Any) -> None:
    client = server.client(find=lambda: server.address)
    server.token = "new-token"

    assert list(client.targets.list())


def test_while_the_server_cannot_be_started_the_client_goes_on_asking(server: Any) -> None:
    asked: list[int] = []

    def find() -> tuple[str, str]:
        asked.append(1)
        if len(asked) < 3:
            raise RuntimeError("not yet")
        return server.address

    client = server.client("http://127.0.0.1:9", "old", find=find)

    assert list(client.targets.list())
    assert len(asked) == 3


def test_patience_ends_with_the_reason(server: Any) -> None:
    client = server.client(patience_s=0.5)
    list(client.targets.list())
    server.stop()

    with pytest.raises(Unreachable, match=r"refused|disconnected|closed"):
        list(client.targets.list())
    server.start()


def test_a_gateway_without_its_workbench_is_asked_again(server: Any) -> None:
    answers = [Response("<html>bad gateway</html>", 502, content_type="text/html"), None]
    server.before = lambda: answers.pop(0) if answers else None

    assert list(server.client().targets.list())


def test_the_workbench_s_own_503_is_an_answer(server: Any) -> None:
    body = '{"title": "Busy", "status": 503, "detail": "too busy"}'
    server.before = lambda: Response(body, 503, content_type="application/problem+json")

    with pytest.raises(Refused, match="too busy"):
        list(server.client().targets.list())
    assert len(server.requests) == 1


def test_a_problem_arrives_with_all_its_members(server: Any) -> None:
    client = server.client()
    id = client.models.create({})["id"]
    server.holding[id] = ["package x"]

    with pytest.raises(Refused) as refused:
        client.models.delete(id)

    problem = refused.value
    assert (problem.status, problem.type, problem.title) == (409, "still-in-use", "Still in use")
    assert problem.remedy == "remedy of still-in-use"
    assert problem.problem["holders"] == ["package x"]
    assert str(problem) == "used by ['package x']"


def test_a_wrong_token_is_refused_once(server: Any) -> None:
    with pytest.raises(Refused, match="A valid token"):
        list(server.client(token="wrong").targets.list())
    assert len(server.headers) == 1


def test_an_error_in_other_words_than_ours_says_so(server: Any) -> None:
    server.before = lambda: Response("<h1>teapot</h1>", 418, content_type="text/html")

    with pytest.raises(Refused, match="teapot") as refused:
        list(server.client().targets.list())
    assert "418" in refused.value.title
    assert "address" in refused.value.remedy


def test_a_page_that_is_no_workbench_is_called_so(server: Any) -> None:
    server.before = lambda: Response("<h1>hello</h1>", 200, content_type="text/html")

    with pytest.raises(Unreachable, match="is not a workbench: it answered text/html"):
        list(server.client().targets.list())


@pytest.mark.parametrize("id", ["", "../models", "a/b", "a?b", "..", "a b"])
def test_what_would_change_the_url_is_no_id(server: Any, id: str) -> None:
    with pytest.raises(Exception, match="is not an id"):
        server.client().models.get(id)
    assert server.requests == []


def test_an_app_in_this_process_is_a_transport_too() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"items": [{"id": "local"}]}']

    client = Client(transport=httpx.WSGITransport(app))

    assert list(client.targets.list()) == [{"id": "local"}]


def test_lists_are_read_page_by_page_up_to_the_limit(server: Any) -> None:
    client = server.client()
    made = [client.profiles.create({"model_id": f"m{number}"})["id"] for number in range(120)]

    assert [view["id"] for view in client.profiles.list()] == made
    assert [view["id"] for view in client.profiles.list(limit=110)] == made[:110]
    assert len(list(client.profiles.list(limit=3))) == 3


def test_waiting_gives_the_last_view_and_tells_of_each_change(server: Any) -> None:
    client = server.client()
    seen: list[str] = []

    id = client.profiles.create({"model_id": "m"})["id"]

    view = client.profiles.wait(id, lambda view: seen.append(view["state"]))

    assert view["state"] == "succeeded"
    assert seen == ["queued", "running", "succeeded"]


@pytest.mark.parametrize(("state", "error"), [("failed", JobFailed), ("cancelled", JobCancelled)])
def test_a_job_that_ended_otherwise_raises(server: Any, state: str, error: type[Exception]) -> None:
    problem = {"title": "The input was refused", "detail": "byte 7 is wrong"} if state == "failed" else None
    server.script["profiles"] = [{"state": state, "error": problem}]
    client = server.client()

    with pytest.raises(error, match="byte 7" if problem else "cancelled"):
        client.profiles.wait(client.profiles.create({"model_id": "m"})["id"])


def test_waiting_goes_on_through_a_restart_elsewhere(server: Any) -> None:
    server.streams = False
    client = server.client(find=lambda: server.address)
    id = client.profiles.create({"model_id": "m"})["id"]
    views = client.profiles.watch(id)
    next(views)
    server.stop()
    server.start()

    assert [view["state"] for view in views] == ["running", "succeeded"]


def test_a_server_that_does_not_wait_is_not_hammered(server: Any) -> None:
    server.streams = False
    server.script["profiles"] = [{}] * 4 + [{"state": "succeeded"}]
    client = server.client()
    id = client.profiles.create({"model_id": "m"})["id"]
    began = time.monotonic()

    client.profiles.wait(id)

    assert time.monotonic() - began > 2


def test_a_log_is_read_from_where_it_was_left(server: Any) -> None:
    client = server.client()
    id = client.profiles.create({"model_id": "m"})["id"]

    assert "".join(client.profiles.log(id)) == f"the log of {id}\n"
