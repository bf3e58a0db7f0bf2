"""What changes is told by one stream a tab that holds nothing; a broken connection shows as one."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import browsing
import pytest
from console_bench import Bench, Visitor
from sqlalchemy import update
from werkzeug.serving import make_server
from workbench.jobs.record.tables import jobs


@pytest.fixture
def visitor(bench: Bench) -> Visitor:
    return bench.visitor("hostile")


def look(visitor: Visitor, *pieces: str, seen: str = "") -> tuple[str, list[int]]:
    query = "&".join(f"piece={quote(piece)}" for piece in pieces)
    answer = visitor.get(f"/console/live?{query}", **({"Last-Event-ID": seen} if seen else {}))
    assert answer.status_code == 200, answer.text
    assert answer.content_type.startswith("text/event-stream")
    fields = dict(line.split(": ", 1) for line in answer.text.strip().splitlines())
    assert int(fields["retry"]) >= 2000
    return fields["id"], json.loads(fields["data"])["news"]


def changed(bench: Bench, service: str, id: str, **values: object) -> None:
    with bench.adapters.record(service).engine.begin() as connection:
        connection.execute(update(jobs).where(jobs.c.id == id).values(seq=jobs.c.seq + 1, **values))


def test_a_look_tells_what_has_changed_since_the_last(bench: Bench, visitor: Visitor) -> None:
    old = time.time() - 3 * 86400  # "3 s ago" would be another text a second later
    ids = [bench.have("conversion", "running", name="w", created_at=old, progress={"fraction": 0.1}) for _ in range(2)]
    pieces = [f"/console/job/conversions/{id}/now" for id in ids]

    seen, news = look(visitor, *pieces)
    assert news == [0, 1], "whoever has seen nothing asks for all"
    assert look(visitor, *pieces, seen=seen) == (seen, [])
    changed(bench, "converter", ids[1], progress={"fraction": 0.7})

    again, news = look(visitor, *pieces, seen=seen)
    assert news == [1]
    assert again != seen


@pytest.mark.parametrize(
    "piece",
    [
        "",
        "/v1/models",
        "https://example.com/",
        "//example.com/console/jobs",
        "/console/live?piece=x",
        "/console/../v1",
        "/console/static/console.css",
        "/console/nowhere",
        "/console/" + "x" * 5000,
        "/console/sign-in/word",
    ],
)
def test_only_pieces_of_pages_are_looked_at(visitor: Visitor, piece: str) -> None:
    assert visitor.get(f"/console/live?piece={quote(piece)}").status_code == 422


def test_a_look_is_for_who_has_a_session_and_shows_what_that_may_see(bench: Bench, visitor: Visitor) -> None:
    id = bench.have("conversion", "running", name="hidden")
    piece = f"/console/job/conversions/{id}/now"
    mine, theirs = look(visitor, piece)[0], look(bench.visitor("empty"), piece)[0]

    assert mine != theirs
    visitor.post("/console/sign-in/out")
    assert visitor.get(f"/console/live?piece={piece}").status_code == 303


@pytest.fixture
def page(whole: None, bench: Bench) -> Iterator[Any]:
    reason = browsing.available()
    if reason:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    server = make_server("127.0.0.1", 0, bench.front, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with browsing.browser() as chromium:
        page, _ = browsing.page_of(chromium)
        page.goto(f"http://127.0.0.1:{server.server_port}/console/sign-in")
        page.fill("[name=token]", "hostile")
        page.click("button.main")
        page.wait_for_url("**/console/start")
        yield page
    server.shutdown()


def test_a_page_follows_its_job_and_says_when_it_hears_nothing(page: Any, bench: Bench) -> None:
    id = bench.have("conversion", "running", name="followed", progress={"message": "a tenth", "fraction": 0.1})
    streams: list[str] = []
    page.on("request", lambda request: streams.append(request.url) if "/console/live" in request.url else None)
    page.goto(page.url.replace("/start", f"/job/conversions/{id}"))
    page.get_by_text("a tenth").wait_for(timeout=20_000)

    changed(bench, "converter", id, progress={"message": "nearly all", "fraction": 0.9})
    page.get_by_text("nearly all").wait_for(timeout=20_000)
    assert streams
    assert len(set(streams)) == 1, "one stream, whatever it shows"

    page.context.set_offline(True)
    page.locator("#lost", has_text="No connection to the workbench").wait_for(timeout=30_000)
    page.context.set_offline(False)
    page.locator("#lost").wait_for(state="detached", timeout=30_000)
    changed(bench, "converter", id, state="succeeded", finished_at=time.time())
    page.locator(".state.succeeded").wait_for(timeout=20_000)
    asked = len(streams)
    page.wait_for_timeout(6000)
    assert len(streams) <= asked + 1, "what has ended is not looked at"


def test_without_a_stream_the_page_asks_by_itself(page: Any, bench: Bench) -> None:
    id = bench.have("conversion", "running", name="asked for", progress={"message": "a tenth", "fraction": 0.1})
    page.route("**/console/live**", lambda route: route.fulfill(status=502, body="no streams here"))
    page.goto(page.url.replace("/start", f"/job/conversions/{id}"))

    changed(bench, "converter", id, progress={"message": "nearly all", "fraction": 0.9})

    page.get_by_text("nearly all").wait_for(timeout=20_000)
    assert page.locator("#lost").count() == 0
