"""The SDK against the real services, over a connection that loses the first answer to each POST: one thing is made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from served import Served, good
from workbench.client import Client

# That both databases let one of several be is asked in test_repeats.py.
pytestmark = pytest.mark.parametrize("served", ["sqlite"], indirect=True, scope="module")


class LosingTransport(httpx.BaseTransport):
    """The services in this process; the first answer to a POST is lost once the request was carried out."""

    def __init__(self, served: Served) -> None:
        self._inner = httpx.WSGITransport(served.front)
        self._told: set[str] = set()
        self.lost: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raises ReadError for an answer that is lost."""
        answer = self._inner.handle_request(request)
        key = request.headers.get("Idempotency-Key", "")
        if request.method == "POST" and key not in self._told:
            answer.read()
            self._told.add(key)
            self.lost.append(request.url.path)
            raise httpx.ReadError("the connection broke before the answer came")
        return answer


@pytest.fixture
def losing(served: Served) -> LosingTransport:
    return LosingTransport(served)


@pytest.fixture
def client(losing: LosingTransport) -> Iterator[Client]:
    with Client("http://127.0.0.1", "token", transport=losing) as made:
        yield made


def ids(collection: Any) -> set[str]:
    return {each["id"] for each in collection.list()}


CREATED = (
    "conversions",
    "profiles",
    "calibrations",
    "evaluations",
    "trials",
    "recipes",
    "packages",
    "projects",
    "exports",
)


@pytest.mark.parametrize("name", CREATED)
def test_what_is_created_is_there_once(served: Served, client: Client, losing: LosingTransport, name: str) -> None:
    collection = getattr(client, name)
    before = ids(collection)

    made = collection.create(good(served.ids)[f"/v1/{name}"])

    assert losing.lost == [f"/v1/{name}"]
    assert ids(collection) - before == {made["id"]}


def test_an_optimization_is_there_once_and_is_cancelled(served: Served, client: Client) -> None:
    collection = client.optimizations(served.ids["project"])
    before = ids(collection)

    made = collection.create({})

    assert ids(collection) - before == {made["id"]}
    assert collection.cancel(made["id"])["id"] == made["id"]


def test_a_small_upload_is_there_once(client: Client, losing: LosingTransport, tmp_path: Path) -> None:
    (tmp_path / "small.onnx").write_bytes(b"bytes")
    before = ids(client.models)

    made = client.models.upload(tmp_path / "small.onnx")

    assert losing.lost == ["/v1/models"]
    assert ids(client.models) - before == {made["id"]}


def test_an_upload_in_parts_is_there_once(
    client: Client, losing: LosingTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("workbench.client.uploaded.SMALL_BYTES", 1)
    (tmp_path / "large.onnx").write_bytes(b"bytes" * 1000)
    before = ids(client.models)

    made = client.models.upload(tmp_path / "large.onnx")

    assert [path.rpartition("/")[2] for path in losing.lost] == ["uploads", "complete"]
    assert ids(client.models) - before == {made["id"]}


def test_a_queued_job_is_cancelled_though_the_answer_was_lost(served: Served, client: Client) -> None:
    made = client.conversions.create(good(served.ids)["/v1/conversions"])

    assert client.conversions.cancel(made["id"])["state"] == "cancelled"
