"""The page of a dataset: its statistics, its images with their annotations, what is odd or wrong, some of it apart."""

from __future__ import annotations

import hashlib
import io

import pytest
from console_bench import Bench
from PIL import Image
from workbench.dataset import ingest
from workbench.plots.drawing import steps
from workbench.runner.core import Run
from workbench.store import File, Keys


def picture(level: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (20, 16), (level, 0, 0)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def pets(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The id of a dataset of 52 images: 50 cats, 2 dogs."""
    folder = tmp_path_factory.mktemp("pets")
    (folder / "outputs").mkdir()
    (folder / "spec.json").write_text("{}")
    for number in range(52):
        path = folder / "inputs" / "upload" / ("dog" if number < 2 else "cat") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(4 * number))
    run = Run(folder)
    facts, files = ingest.run(run), []
    for path in (each for each in sorted(run.outputs.rglob("*")) if each.is_file()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        bench.adapters.store.put(Keys("hostile").blob(digest), path.read_bytes())
        files.append(File(str(path.relative_to(run.outputs)), digest, path.stat().st_size))
    return bench.have("dataset", "succeeded", name="pets", facts=facts, files=tuple(files))


def test_a_dataset_tells_its_classes_and_sizes(bench: Bench, pets: str) -> None:
    page = bench.visitor("hostile").get(f"/console/dataset/{pets}").text

    assert '<bdi>cat</bdi></a></td><td class="number">50</td>' in page
    assert '<th scope="row">Width, pixels</th><td class="number">20</td>' in page


def test_its_images_are_looked_through_page_by_page_and_by_class(bench: Bench, pets: str) -> None:
    visitor = bench.visitor("hostile")

    first = visitor.get(f"/console/dataset/{pets}").text
    second = visitor.get(f"/console/dataset/{pets}/images?cursor=48").text
    dogs = visitor.get(f"/console/dataset/{pets}/images?class=dog").text
    shown = visitor.get(f"/console/dataset/{pets}/images/0.jpg")

    assert first.count("<img src=") - second.count("<img src=") == 48 - 4 + 1  # and the brand
    assert "cursor=48" in first
    assert "Next page" not in second
    assert dogs.count("<img src=") == 2
    assert "has no class &#39;bird&#39;" in visitor.get(f"/console/dataset/{pets}?class=bird").text
    assert shown.content_type == "image/jpeg"
    assert Image.open(io.BytesIO(shown.data)).format == "JPEG"
    assert visitor.get(f"/console/dataset/{pets}/images/52.jpg").status_code == 404


def test_some_of_it_becomes_a_dataset_of_its_own(bench: Bench, pets: str) -> None:
    visitor = bench.visitor("hostile")

    answer = visitor.post(f"/console/dataset/{pets}/subset", count="3", part="", **{"class": "cat"})
    made = visitor.get(answer.headers["Location"]).text

    assert answer.status_code == 303
    assert 'class="state queued"' in made
    wrong = visitor.post(f"/console/dataset/{pets}/subset", count="many")
    assert wrong.status_code == 422
    assert "is no whole number" in wrong.text


def test_what_is_wrong_with_a_dataset_is_named_file_by_file(bench: Bench) -> None:
    fault = {"file": "a<b>.png", "line": 7, "reason": "it is cut off"}
    problem = {"type": "x", "status": 422, "title": "No", "detail": "One fault", "faults": [fault]}
    id = bench.have("dataset", "failed", error=problem)

    page = bench.visitor("hostile").get(f"/console/dataset/{id}").text

    assert "<bdi>a&lt;b&gt;.png</bdi></td><td>7</td><td><bdi>it is cut off</bdi>" in page


def test_a_dataset_of_an_earlier_release_says_what_it_has_not(bench: Bench) -> None:
    page = bench.visitor("hostile").get(f"/console/dataset/{bench.ids['dataset succeeded']}").text

    assert "An earlier release did not keep this" in page


def test_steps_are_as_high_as_their_counts() -> None:
    drawn = steps([1, 2])

    assert 'height="13.0"' in drawn
    assert 'height="26.0"' in drawn
    assert steps([]) == steps([0, 0]) == ""
