"""An evaluation's images and confusion, as the SDK asks for them and the commands show them."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
import typer
from commanding import CliRunner, Result
from held_to_reference import holding
from workbench.client import Client
from workbench.client.cli import evaluations
from workbench.client.cli.session import Session

BY = {"metric": "top1", "unit": "share", "better": "higher"}
IMAGES = [
    {
        "number": n,
        "name": f"../{n}/a b.png",
        "score": 0.0 if n < 3 else 1.0,
        "said": [f"0.9{n}  cat"],
        "known": ["dog"],
        "beside": "annotation" if n < 2 else None,
    }
    for n in range(5)
]
CLASSES = [
    {"id": 0, "label": "cat", "there": 3, "said": 4, "right": 2},
    {"id": 1, "label": None, "there": 2, "said": 1, "right": 0},
]
PAIRS = [
    {"truth": 0, "said": 0, "count": 2},
    {"truth": 1, "said": 0, "count": 2},
    {"truth": 0, "said": None, "count": 1},
    {"truth": None, "said": 1, "count": 1},
]


def answer(request: httpx.Request) -> httpx.Response:
    what = request.url.path.removeprefix("/v1/evaluations/e/")
    if what == "images":
        start = int(request.url.params.get("cursor", 0))
        after = start + 2 if start + 2 < len(IMAGES) else None
        return httpx.Response(200, json={**BY, "items": IMAGES[start : start + 2], "next_cursor": after})
    if what == "confusion":
        return httpx.Response(200, json={"of": "things", "classes": CLASSES, "pairs": PAIRS})
    return httpx.Response(200, content=b"jpeg " + what.encode())


@pytest.fixture
def client() -> Client:
    return Client(transport=holding(answer))


def run(client: Client, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    app = typer.Typer()
    evaluations.register(app)
    monkeypatch.setattr(Session, "client", client)
    return CliRunner().invoke(app, [*words], env={"COLUMNS": "80"}, catch_exceptions=False)


def test_images_come_page_by_page_and_each_tells_by_what_it_is_ranked(client: Client) -> None:
    assert list(client.evaluations.images("e")) == [image | BY for image in IMAGES]


def test_the_worst_are_listed_first_with_score_answer_and_truth(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run(client, monkeypatch, "images", "e", "--limit", "4")

    rows = [line.split() for line in told.output.splitlines() if "../" in line]
    assert told.exit_code == 0, told.output
    assert [row[:2] for row in rows] == [["0.0", "%"]] * 3 + [["100.0", "%"]]
    assert [row[3:5] for row in rows] == [["cat", "dog"]] * 4
    assert "higher is better" in told.output


def test_pictures_of_those_that_are_drawn_are_saved_inside_the_folder(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = tmp_path / "new"

    told = run(client, monkeypatch, "images", "e", "--out", str(out))

    assert told.exit_code == 0, told.output
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        f"00{n}-a b-{what}.jpg": f"jpeg images/{n}/{what}".encode() for n in (0, 1) for what in ("result", "truth")
    }


def test_a_small_matrix_is_shown_with_what_is_confused_most(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    told = run(client, monkeypatch, "confusion", "e").output

    rows = {line.split()[0]: line.split()[1:] for line in told.splitlines() if line[:1].strip()}
    assert "5 things are there; 2 are taken for what they are" in told
    assert rows["cat"] == ["2", "·", "1"]
    assert rows["nothing"] == ["·", "1", "·"]
    assert "2  class 1 taken for cat" in told
    assert "1  cat not found" in told
    assert "1  class 1 found where nothing is" in told
    assert max(map(len, told.splitlines())) <= 80


def test_of_many_classes_only_what_is_confused_most_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    classes = [{"id": n, "label": f"c{n}", "there": 1, "said": 1, "right": 0} for n in range(40)]
    pairs = [{"truth": n, "said": (n + 1) % 40, "count": 1} for n in range(40)]
    many = {"of": "images", "classes": classes, "pairs": pairs}
    client = Client(transport=holding(lambda _request: httpx.Response(200, json=many)))

    told = run(client, monkeypatch, "confusion", "e").output

    assert "taken for\n" not in told
    assert "c0 taken for c1" in told
    assert "… and 25 more kinds" in told


def test_programs_get_the_confusion_as_it_is(client: Client) -> None:
    found = client.evaluations.confusion("e")

    assert json.loads(json.dumps(found))["pairs"] == PAIRS
