"""A dataset is looked through image by image: by number, class and part, with its annotation drawn onto a preview."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from fresh import embedded
from PIL import Image
from werkzeug.test import TestResponse
from workbench.dataset import gallery, ingest
from workbench.dataset.app import create_app
from workbench.shards import read_index
from workbench.store import File, Keys, Manifest, Manifests
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load

Ask = Callable[..., TestResponse]
TALL = "c/0.png"


@pytest.fixture
def made(new_run: Callable, image: Callable, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, dict[str, Any]]:
    """Nine images in three classes; of the last there is no preview."""
    monkeypatch.setattr(gallery, "MOST_PREVIEWS", 8)
    files = {f"{name}/{n}.png": image(10 * label + n, kind="PNG") for label, name in enumerate("abc") for n in range(3)}
    run = new_run(files | {TALL: image(1, kind="PNG", size=(40, 800))})
    return run.outputs, ingest.run(run)


@pytest.fixture
def ask(tmp_path: Path, made: tuple[Path, dict[str, Any]]) -> Iterator[Ask]:
    """GETs what lies below the dataset that was made."""
    adapters, (folder, facts) = embedded(tmp_path / "home"), made
    write_token(adapters.store, "token", Identity("a", "viewer"), "a")
    files = []
    for path in (each for each in sorted(folder.rglob("*")) if each.is_file()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        adapters.store.put(Keys("a").blob(digest), path.read_bytes())
        files.append(File(str(path.relative_to(folder)), digest, path.stat().st_size))
    ids = {"new": (str(uuid.uuid4()), tuple(files)), "old": (str(uuid.uuid4()), tuple(files[:1]))}
    for id, kept in ids.values():
        manifest = Manifest("dataset", id, "a", "", kept, facts)
        Manifests(adapters.store, "a").write(manifest.text())
        adapters.record("dataset").index("dataset", manifest, "pets")
    client: FlaskClient = create_app(adapters, load({"WORKBENCH_HOME": str(tmp_path / "home")})).test_client()

    def get(path: str, of: str = "new", **query: Any) -> TestResponse:
        headers = {"Authorization": "Bearer token"}
        return client.get(f"/v1/datasets/{ids[of][0]}/{path}", headers=headers, query_string=query)

    yield get
    adapters.close()


def names(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json["items"]]


def test_pages_have_every_image_once_in_order_with_what_it_is(ask: Ask, made: tuple[Path, Any]) -> None:
    first = ask("images", limit=5)
    second = ask("images", limit=5, cursor=first.json["next_cursor"])

    items = read_index(made[0])
    assert names(first) + names(second) == [item.name for item in items]
    assert second.json["next_cursor"] is None
    assert [each["part"] for each in first.json["items"]] == [item.split for item in items[:5]]
    assert (
        first.json["items"][4]
        == ask("images/4").json
        == {
            "number": 4,
            "name": "b/1.png",
            "width": 20,
            "height": 16,
            "size_bytes": items[4].length,
            "part": items[4].split,
            "has_preview": True,
            "classes": [{"task": "classification", "id": 1, "name": "b", "things": 1}],
        }
    )


def test_only_those_of_a_class_of_a_task_and_of_a_part(ask: Ask, made: tuple[Path, Any]) -> None:
    assert names(ask("images", **{"class": "b"})) == ["b/0.png", "b/1.png", "b/2.png"]
    assert names(ask("images", **{"class": "b"}, task="classification", limit=2)) == ["b/0.png", "b/1.png"]
    assert names(ask("images", task="object-detection")) == []
    wanted = [item.name for item in read_index(made[0]) if item.split == "calibration"]
    assert names(ask("images", part="calibration")) == wanted


def test_what_is_there_for_people_is_read_by_no_computation(made: tuple[Path, Any]) -> None:
    names = [str(path.relative_to(made[0])) for path in made[0].rglob("*") if path.is_file()]
    manifest = Manifest("dataset", "new", "a", "", tuple(File(name, "0" * 64, 1) for name in names))

    assert sorted(manifest.inputs("d")) == [
        "d/annotations/classification.jsonl",
        "d/classes.json",
        "d/index.jsonl",
        "d/shards/00000.tar",
        "d/statistics.json",
    ]


def test_a_class_that_is_not_there_is_refused_with_those_that_are(ask: Ask) -> None:
    answer = ask("images", **{"class": "owl"})

    assert answer.status_code == 422
    assert "a, b, c" in answer.json["detail"]


def test_a_preview_is_the_picture_in_small_with_words_on_it(ask: Ask) -> None:
    answers = [ask(f"images/{number}/preview") for number in (0, 6)]

    shown = [Image.open(io.BytesIO(answer.data)) for answer in answers]
    assert [answer.content_type for answer in answers] == ["image/jpeg"] * 2
    assert [each.size for each in shown] == [(160, 128), (13, 256)]  # of 20×16, at most eight times; of 40×800
    assert shown[0].convert("RGB").getpixel((3, 3)) > (200, 200, 200)  # the legend's white


@pytest.mark.parametrize(
    ("path", "problem"),
    [("images/9", "not-found"), ("images/9/preview", "not-found"), ("images/8/preview", "no-preview")],
)
def test_what_is_not_there_is_told(ask: Ask, path: str, problem: str) -> None:
    answer = ask(path)

    assert (answer.status_code, answer.json["type"]) == (404, f"urn:workbench:problem:{problem}")


@pytest.mark.parametrize("path", ["images", "images/0", "images/0/preview", "statistics", "statistics.svg"])
def test_a_dataset_of_an_earlier_release_says_how_to_get_it(ask: Ask, path: str) -> None:
    answer = ask(path, of="old")

    assert (answer.status_code, answer.json["type"]) == (404, "urn:workbench:problem:not-kept")
    assert "datasets subset" in answer.json["remedy"]


def test_statistics_are_those_that_were_kept_and_the_picture_runs_nothing(ask: Ask, made: tuple[Path, Any]) -> None:
    assert ask("statistics").json == json.loads((made[0] / "statistics.json").read_text())
    picture = ask("statistics.svg")
    assert picture.content_type == "image/svg+xml"
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    assert b"9 images" in picture.data
