"""Jobs of every collection as one list: in their order, each collection asked for no more than is read of it."""

from __future__ import annotations

from itertools import islice

import httpx
from workbench.client import Client


def workbench(asked: list[str]) -> httpx.MockTransport:
    """An API whose conversions and profiles took turns, a hundred of each, and optimizations of two projects."""
    held = {
        "/v1/conversions": [f"{number:04}" for number in range(198, -2, -2)],
        "/v1/profiles": [f"{number:04}" for number in range(199, -1, -2)],
        "/v1/projects/-/optimizations": ["0300", "0003.5"],
    }

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.url.path}?{request.url.params}")
        places = held.get(request.url.path, [])
        cursor, limit = request.url.params.get("cursor"), int(request.url.params["limit"])
        left = [each for each in places if cursor is None or each < cursor]
        items = [{"id": each, "place": each, "request": {"project_id": f"of {each}"}} for each in left[:limit]]
        further = items[-1]["place"] if len(left) > limit else None
        return httpx.Response(200, json={"items": items, "next_cursor": further})

    return httpx.MockTransport(answer)


def test_the_newest_come_first_whatever_they_are() -> None:
    asked: list[str] = []
    client = Client(transport=workbench(asked))

    found = list(islice(client.jobs(at_once=8), 20))

    assert [view["place"] for _, view in found[:4]] == ["0300", "0199", "0198", "0197"]
    assert [path for path, _ in found[:3]] == ["projects/of 0300/optimizations", "profiles", "conversions"]
    assert len(found) == 20
    assert len([each for each in asked if each.startswith("/v1/profiles")]) == 2
    assert len([each for each in asked if each.startswith("/v1/models")]) == 1
    client.close()


def test_it_goes_on_after_any_of_them_and_is_narrowed_as_one_list() -> None:
    asked: list[str] = []
    client = Client(transport=workbench(asked))

    places = [view["place"] for _, view in client.jobs(["conversions", "profiles"], cursor="0005", state="failed")]

    assert places == ["0004", "0003", "0002", "0001", "0000"]
    assert all("state=failed" in each for each in asked)
    client.close()
