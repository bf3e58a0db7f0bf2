"""Bring files, choose, begin: what the form sends becomes one project with one optimization, or nothing at all."""

from __future__ import annotations

import pytest
from console_bench import ORIGIN, Bench, Visitor
from werkzeug.test import Client


@pytest.fixture
def visitor(bench: Bench) -> Visitor:
    return bench.visitor("hostile")


def count_projects(bench: Bench) -> int:
    answer = Client(bench.front).get("/v1/projects?limit=200", headers={"Authorization": "Bearer hostile"})
    return len((answer.json or {})["items"])


def test_a_chosen_model_and_device_become_a_project_that_is_worked_on(bench: Bench, visitor: Visitor) -> None:
    answer = visitor.post(
        "/console/start",
        model_id=bench.ids["model succeeded"],
        where="local|CPU",
        name="mine",
        objective="latency",
        max_latency_ms="12,5",
    )

    assert answer.status_code == 303, answer.text
    page = visitor.get(answer.headers["Location"])
    assert page.status_code == 200
    assert 'class="state queued"' in page.text
    assert 'hx-trigger="news"' in page.text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"model_id": ""}, "Choose a model, or bring one."),
        ({"max_latency_ms": "soon"}, "is no number"),
        ({"max_latency_ms": "-1"}, "max_latency_ms"),
        ({"where": "moon|CPU"}, "moon"),
        ({"task": "dreaming"}, "task"),
    ],
)
def test_what_cannot_be_is_said_beside_what_was_filled_in_and_leaves_nothing(
    bench: Bench, visitor: Visitor, given: dict[str, str], words: str
) -> None:
    before = count_projects(bench)

    answer = visitor.post("/console/start", **{"model_id": bench.ids["model succeeded"], "name": "kept", **given})

    assert answer.status_code == 422, answer.text
    assert words in answer.text
    assert 'value="kept"' in answer.text
    assert count_projects(bench) == before


def test_a_task_that_was_guessed_says_so(bench: Bench, visitor: Visitor) -> None:
    page = visitor.get(f"/console/start/model?model_id={bench.ids['model succeeded']}").text

    assert "guessed" in page
    assert "generic: likely" in page


def test_a_dataset_says_how_many_images_it_has(bench: Bench, visitor: Visitor) -> None:
    chosen = visitor.get(f"/console/start/dataset?dataset_id={bench.ids['dataset succeeded']}").text

    assert "<dt>Images</dt><dd>3</dd>" in chosen
    assert "3 images" in visitor.get("/console/datasets").text


def test_a_viewer_cannot_start(bench: Bench) -> None:
    assert '<button class="main" id="begin" disabled>' in bench.visitor("looking").get("/console/start").text


def test_a_file_goes_in_parts_and_goes_on_where_it_stopped(visitor: Visitor) -> None:
    content = b"not really a model" * 600_000  # two parts of 8 MiB
    declared = {"name": "big", "files": [{"name": "big.onnx", "size_bytes": len(content)}]}
    upload = visitor.send("/console/uploads/models", declared).json or {}
    parts = upload["files"][0]["parts"]
    assert len(parts) == 2

    _put(visitor, parts[0], content)
    resumed = (visitor.get(f"/console/uploads/models/{upload['id']}", Accept="application/json").json or {})["files"][0]
    assert [part["arrived"] for part in resumed["parts"]] == [True, False]
    _put(visitor, resumed["parts"][1], content)
    ended = visitor.send(f"/console/uploads/models/{upload['id']}/complete", {})

    assert ended.json == {"id": upload["id"]}
    assert visitor.get(f"/console/start/model?model_id={upload['id']}").text.count("queued") > 0


def test_a_browser_cannot_choose_where_its_bytes_go(visitor: Visitor) -> None:
    for address in ("http%3A%2F%2F127.0.0.1%2F", "x", "gAAAAA"):
        answer = visitor.browser.put(f"/console/uploads/part/{address}", data=b"x", headers=ORIGIN)
        assert answer.status_code == 404, address


def test_a_refused_upload_is_a_problem_document_for_the_script(visitor: Visitor) -> None:
    answer = visitor.send("/console/uploads/models", {"files": [{"name": "../x", "size_bytes": 1}]})

    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert (answer.json or {})["remedy"]


def _put(visitor: Visitor, part: dict[str, object], content: bytes) -> None:
    start, size = int(str(part["offset"])), int(str(part["size_bytes"]))
    piece = content[start : start + size]
    answer = visitor.browser.put(str(part["to"]), data=piece, headers={**ORIGIN, "Accept": "application/json"})
    assert answer.status_code == 200, answer.text
