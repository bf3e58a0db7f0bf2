"""Statistics, subsets and previews of a dataset, as the SDK asks for them and the commands show them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from commanding import CliRunner, Result
from held_to_reference import holding
from workbench.client import Client
from workbench.client.cli import datasets
from workbench.client.cli.session import Session

IMAGES = [
    {
        "number": n,
        "name": f"../{n}/a b.png",
        "has_preview": n != 2,
        "part": "evaluation",
        "width": 8,
        "height": 8,
        "size_bytes": 100,
        "classes": [{"task": "t", "id": 0, "name": "cat", "things": n}],
    }
    for n in range(5)
]


class Server:
    """Answers for one dataset, two images a page, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        what = request.url.path.removeprefix("/v1/datasets/")
        if what == "d/images":
            start = int(request.url.params.get("cursor", 0))
            after = start + 2 if start + 2 < len(IMAGES) else None
            return httpx.Response(200, json={"items": IMAGES[start : start + 2], "next_cursor": after})
        if what.endswith("/preview"):
            return httpx.Response(200, content=b"jpeg " + what.encode())
        return httpx.Response(202, json={"id": "s", "kind": "dataset", "state": "queued"})


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def client(server: Server) -> Client:
    return Client(transport=holding(server))


def run(client: Client, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    app = typer.Typer()
    datasets.register(app)
    monkeypatch.setattr(Session, "client", client)
    return CliRunner().invoke(app, [*words], env={"COLUMNS": "80"}, catch_exceptions=False)


def test_images_come_page_by_page_with_their_filters(client: Client, server: Server) -> None:
    found = list(client.datasets.images("d", class_="cat", task=None, part="evaluation"))

    assert [image["number"] for image in found] == [0, 1, 2, 3, 4]
    asked = [dict(request.url.params) for request in server.asked]
    assert [each.pop("cursor", None) for each in asked] == [None, "2", "4"]
    assert asked == [{"class": "cat", "part": "evaluation"}] * 3


def test_previews_are_saved_inside_the_folder_under_safe_names(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "pictures"

    told = run(client, monkeypatch, "preview", "d", "--out", str(out), "--limit", "4")

    assert told.exit_code == 0, told.output
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        f"00000{n}-a b.jpg": f"jpeg d/images/{n}/preview".encode() for n in (0, 1, 3)
    }
    assert "3 cat" in told.output
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_no_more_is_asked_for_than_is_shown(
    client: Client, monkeypatch: pytest.MonkeyPatch, server: Server, tmp_path: Path
) -> None:
    run(client, monkeypatch, "preview", "d", "--out", str(tmp_path), "--limit", "1")

    asked = [request.url.path.removeprefix("/v1/datasets/d/") for request in server.asked]
    assert asked == ["images", "images/0/preview"]


def test_a_subset_is_asked_for_with_what_was_typed(
    client: Client, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    told = run(
        client,
        monkeypatch,
        "subset",
        "d",
        "--count",
        "9",
        "--class",
        "cat",
        "--class",
        "dog",
        "--seed",
        "0",
        "--split",
        "evaluation",
        "--name",
        "few",
    )

    assert told.exit_code == 0, told.output
    assert json.loads(server.asked[0].content) == {
        "dataset_id": "d",
        "count": 9,
        "classes": ["cat", "dog"],
        "seed": 0,
        "split": "evaluation",
        "name": "few",
    }


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["subset", "d", "--count", "0"], "whole number from 1"),
        (["subset", "d", "--split", "test"], "not one of all,"),
        (["preview", "d"], "Missing option '--out'"),
        (["export", "d", "--out", "x"], "Missing option '--format'"),
        (["export", "d", "--out", "x", "--format", "kitti"], "not one of coco,"),
        (["preview", "d", "--out", "x", "--limit", "many"], "whole number from 1"),
    ],
)
def test_wrong_usage_is_told(client: Client, monkeypatch: pytest.MonkeyPatch, words: list[Any], reason: str) -> None:
    told = run(client, monkeypatch, *words)

    assert told.exit_code == 2
    assert reason in " ".join(told.output.split())
