"""An evaluation is looked through: the worst images first, drawn beside what is known of them, and what is confused."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import colours
import pytest
from fresh import embedded
from PIL import Image
from werkzeug.test import TestResponse
from workbench.calibrator import shown
from workbench.calibrator.app import create_app
from workbench.store import File, Keys, Manifest, Manifests
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load

Ask = Callable[..., TestResponse]
Core = Callable[..., Any]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[Any], Ask]]:
    """GETs what lies below the evaluation that a core has made."""
    adapters = embedded(tmp_path / "home")
    write_token(adapters.store, "token", Identity("a", "viewer"), "a")
    client = create_app(adapters, load({"WORKBENCH_HOME": str(tmp_path / "home")})).test_client()

    def serve(ended: Any, keep: Callable[[str], bool] = lambda _name: True) -> Ask:
        files, folder = [], ended.folder / "outputs"
        for path in (each for each in sorted(folder.rglob("*")) if each.is_file()):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            adapters.store.put(Keys("a").blob(digest), path.read_bytes())
            files.append(File(str(path.relative_to(folder)), digest, path.stat().st_size))
        kept = tuple(file for file in files if keep(file.name))
        manifest = Manifest("evaluation", str(uuid.uuid4()), "a", "", kept, ended.result)
        Manifests(adapters.store, "a").write(manifest.text())
        adapters.record("calibrator").index("evaluation", manifest, "scored")
        return lambda path, **query: client.get(
            f"/v1/evaluations/{manifest.id}/{path}", query_string=query, headers={"Authorization": "Bearer token"}
        )

    yield serve
    adapters.close()


@pytest.fixture
def scored(run_core: Core, network: Path, few_images: Path, recipe: dict[str, Any]) -> Any:
    return run_core("evaluate", {"recipe": recipe}, model=network, dataset=few_images)


def test_the_worst_images_come_first_and_of_wrong_answers_the_surest(scored: Any, serve: Any) -> None:
    ask = serve(scored)

    first, rest = ask("images", limit=5).json, ask("images", cursor=5).json

    images = [*first["items"], *rest["items"]]
    top1 = scored.result["metrics"][0]
    assert (first["metric"], first["unit"], first["better"]) == ("top1", "share", "higher")
    assert (first["next_cursor"], rest["next_cursor"]) == (5, None)
    assert [image["number"] for image in images] == list(range(12))
    assert [image["score"] for image in images] == sorted(image["score"] for image in images)
    assert sum(image["score"] for image in images) == round(12 * top1["value"])
    wrong = [float(image["said"][0].split()[0]) for image in images if image["score"] == 0]
    assert len(wrong) > 1
    assert wrong == sorted(wrong, reverse=True)
    assert {image["beside"] for image in images} == {"annotation"}
    assert all(len(image["known"]) == 1 and len(image["said"]) == 5 for image in images)
    assert ask("images", cursor=12).json["items"] == []


def test_a_drawn_result_lies_beside_what_is_known(scored: Any, serve: Any) -> None:
    ask = serve(scored)

    result, truth = ask("images/0/result"), ask("images/0/truth")

    assert (result.status_code, result.content_type, result.headers["X-Content-Type-Options"]) == (
        200,
        "image/jpeg",
        "nosniff",
    )
    sizes = [Image.open(io.BytesIO(answer.data)).size for answer in (result, truth)]
    assert sizes[0] == sizes[1]
    assert max(sizes[0]) <= shown.DRAWN_PIXELS
    assert result.data != truth.data
    assert ask("images/12/result").status_code == 404


def test_only_the_worst_are_drawn(
    run_core: Core, serve: Any, network: Path, make_dataset: Core, recipe: dict[str, Any]
) -> None:
    images = make_dataset(
        [(f"{n:02d}.png", colours.picture(n), 0) for n in range(shown.MOST_DRAWN + 2)], split="evaluation"
    )

    ask = serve(run_core("evaluate", {"recipe": recipe}, model=network, dataset=images))

    assert [image["beside"] for image in ask("images").json["items"]] == ["annotation"] * shown.MOST_DRAWN + [None] * 2
    assert ask(f"images/{shown.MOST_DRAWN - 1}/truth").status_code == 200
    refused = ask(f"images/{shown.MOST_DRAWN}/truth")
    assert (refused.status_code, refused.json["type"].rpartition(":")[2]) == (404, "not-drawn")


def test_what_is_confused_adds_up_to_the_images(scored: Any, serve: Any) -> None:
    told = serve(scored)("confusion").json

    assert told["of"] == "images"
    assert sum(pair["count"] for pair in told["pairs"]) == sum(each["there"] for each in told["classes"]) == 12
    right = sum(pair["count"] for pair in told["pairs"] if pair["truth"] == pair["said"])
    assert right == sum(each["right"] for each in told["classes"]) == round(12 * scored.result["metrics"][0]["value"])


def test_without_labels_the_result_lies_beside_the_reference_and_nothing_is_confused(
    run_core: Core, serve: Any, network: Path, make_dataset: Core, recipe: dict[str, Any]
) -> None:
    images = make_dataset([(f"{n}.png", colours.picture(n), None) for n in range(3)], split="evaluation")

    ask = serve(run_core("evaluate", {"recipe": recipe}, model=network, dataset=images, reference=network))

    assert {image["beside"] for image in ask("images").json["items"]} == {"reference"}
    assert ask("images/0/truth").data == ask("images/0/result").data
    refused = ask("confusion")
    assert (refused.status_code, refused.json["type"].rpartition(":")[2]) == (404, "nothing-confused")


def test_an_evaluation_of_an_earlier_release_says_that_it_kept_none(scored: Any, serve: Any) -> None:
    ask = serve(scored, keep=lambda name: not name.startswith(shown.SHOWN))

    refused = [ask(path) for path in ("images", "images/0/truth", "confusion")]

    assert {answer.status_code for answer in refused} == {404}
    assert {answer.json["type"].rpartition(":")[2] for answer in refused} == {"not-looked-at"}


def test_every_line_of_the_list_is_where_its_place_says(scored: Any) -> None:
    folder = scored.folder / "outputs"
    lines = (folder / shown.IMAGES_NAME).read_bytes()

    places = list(shown.PLACE.iter_unpack((folder / shown.PLACES_NAME).read_bytes()))

    assert [json.loads(lines[at : at + length])["name"] for at, length in places] == [
        line["name"] for line in map(json.loads, lines.splitlines())
    ]
