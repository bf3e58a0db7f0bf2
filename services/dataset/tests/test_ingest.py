"""The core from an upload to the canonical dataset, and its refusals."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from workbench import shards
from workbench.archives.entries import BrokenArchive, UnsafeUpload
from workbench.dataset import ingest
from workbench.dataset.ingest import MOST_FAULTS, InvalidDataset, NoImages
from workbench.fields import BadSpec
from workbench.runner.core import Run


@pytest.fixture(scope="module")
def pets(image: Callable) -> dict[str, bytes]:
    """Twenty pictures in two class folders."""
    return {
        f"{name}/{number:02}.jpg": image(1000 * label + number)
        for label, name in enumerate(["cat", "dog"])
        for number in range(10)
    }


def _all_outputs(run: Run) -> dict[str, bytes]:
    return {str(p.relative_to(run.outputs)): p.read_bytes() for p in run.outputs.rglob("*") if p.is_file()}


def test_a_folder_becomes_shards_and_an_index(new_run: Callable, pets: dict[str, bytes]) -> None:
    run = new_run(pets)

    facts = ingest.run(run)
    items = shards.read_index(run.outputs)

    assert facts["format"] == "imagenet-folders"
    assert facts["annotated"] is True
    assert facts["labels"] == ["cat", "dog"]
    assert facts["items"] == 20 == sum(facts["splits"].values())
    assert facts["size_bytes"] == sum(map(len, pets.values()))
    assert facts["warnings"] == []
    assert {item.name: shards.read_bytes(run.outputs, item) for item in items} == pets
    assert (facts["tasks"], facts["classes"]) == (["classification"], {"classification": ["cat", "dog"]})
    assert shards.read_classes(run.outputs) == facts["classes"]
    labels = shards.read_annotations(run.outputs, "classification")
    assert [labels[item.name]["label"] for item in items] == [0] * 10 + [1] * 10
    assert {(item.width, item.height) for item in items} == {(20, 16)}


def test_the_same_images_make_the_same_bytes_however_they_were_sent(
    new_run: Callable, pets: dict[str, bytes], zipped: Callable, tarred: Callable
) -> None:
    backwards = dict(reversed(pets.items()))
    ways = [
        pets,
        {"a.zip": zipped(pets)},
        {"b.zip": zipped({f"pets/{name}": data for name, data in backwards.items()})},
        {"c.tar": tarred({f"./{name}": data for name, data in backwards.items()})},
        {"d.tar.gz": tarred(pets | {"README.md": b"hello", "cat/.DS_Store": b"x"}, "w:gz")},
    ]

    outcomes = []
    for files in ways:
        run = new_run(files)
        outcomes.append((ingest.run(run), _all_outputs(run)))

    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_the_split_follows_the_digest_and_so_the_picture(ingested: Callable, pets: dict[str, bytes]) -> None:
    _, items = ingested(pets)
    renamed = {f"{name.split('/')[0]}/x{index}.jpg": data for index, (name, data) in enumerate(pets.items())}
    _, again = ingested(renamed)

    splits = {item["sha256"]: item["split"] for item in items}
    assert splits == {item["sha256"]: item["split"] for item in again}
    assert {digest: "calibration" if int(digest[:8], 16) % 100 < 30 else "evaluation" for digest in splits} == splits


@pytest.mark.parametrize(("percent", "calibration"), [(0, 0), (100, 20)])
def test_all_or_nothing_may_be_for_calibration(
    ingested: Callable, pets: dict[str, bytes], percent: int, calibration: int
) -> None:
    facts, _ = ingested(pets, {"calibration_percent": percent})

    assert facts["splits"] == {"calibration": calibration, "evaluation": 20 - calibration}
    assert facts["warnings"] == []


def test_a_part_that_no_image_fell_into_is_warned_of(ingested: Callable, image: Callable) -> None:
    facts, [item] = ingested({"a.jpg": image()})

    [empty] = {"calibration", "evaluation"} - {item["split"]}
    assert facts["warnings"] == [f"No image fell into the {empty} part: there is one picture, and none is in both."]


def test_the_format_may_be_chosen_against_the_look_of_the_folders(ingested: Callable, pets: dict[str, bytes]) -> None:
    facts, items = ingested(pets, {"format": "unannotated"})

    assert (facts["format"], facts["annotated"], facts["labels"]) == ("unannotated", False, None)
    assert {item.get("label") for item in items} == {None}


def test_progress_counts_the_images_to_the_end(new_run: Callable, pets: dict[str, bytes]) -> None:
    run = new_run(pets)
    ingest.run(run)

    lines = [json.loads(line) for line in (run.folder / "progress.jsonl").read_text().splitlines()]
    assert lines[-1]["fraction"] == 1.0
    assert lines[-1]["message"] == "20 of 20 images"
    assert [line["fraction"] for line in lines] == sorted(line["fraction"] for line in lines)


def test_nothing_is_left_in_the_run_but_what_the_contract_names(
    new_run: Callable, pets: dict[str, bytes], tarred: Callable
) -> None:
    run = new_run({"pets.tar.gz": tarred(pets, "w:gz")})
    ingest.run(run)

    assert {path.name for path in run.folder.iterdir()} == {"inputs", "outputs", "tmp", "spec.json", "progress.jsonl"}
    assert not list((run.folder / "tmp").iterdir())
    assert set(_all_outputs(run)) == {
        "index.jsonl",
        "shards/00000.tar",
        "annotations/classification.jsonl",
        "classes.json",
        "statistics.json",
        "shown/images.jsonl",
        "shown/places",
        "shown/previews",
    }


def test_the_same_picture_under_two_labels_is_warned_of_by_name(ingested: Callable, pets: dict[str, bytes]) -> None:
    facts, _ = ingested(pets | {"dog/copy.jpg": pets["cat/03.jpg"]})

    assert facts["warnings"] == ["1 images have different labels: cat/03.jpg (0) and dog/copy.jpg (1)"]


def test_copies_within_a_class_are_counted(ingested: Callable, pets: dict[str, bytes]) -> None:
    facts, _ = ingested(pets | {"cat/copy.jpg": pets["cat/03.jpg"]})

    assert facts["warnings"] == [
        "1 images are byte for byte copies of others and count double; each lies in the part of its original."
    ]


def test_a_set_of_one_class_is_warned_of(ingested: Callable, pets: dict[str, bytes]) -> None:
    cats = {name: data for name, data in pets.items() if name.startswith("cat/")}

    facts, _ = ingested(cats, {"format": "imagenet-folders", "calibration_percent": 0})

    assert facts["labels"] == ["cat"]
    assert facts["warnings"] == ["All images have the same label: accuracy will say nothing."]


def test_an_animated_gif_is_warned_of(ingested: Callable, pets: dict[str, bytes]) -> None:
    file = io.BytesIO()
    Image.new("RGB", (9, 7), "red").save(file, "GIF", save_all=True, append_images=[Image.new("RGB", (9, 7))])

    facts, _ = ingested(pets | {"cat/move.gif": file.getvalue()})

    assert facts["warnings"] == ["1 images are animated or have several pages; the first frame counts."]


def test_photos_that_viewers_turn_are_told(ingested: Callable, pets: dict[str, bytes]) -> None:
    def photo(orientation: int, damaged: bool = False) -> bytes:
        exif, file = Image.Exif(), io.BytesIO()
        exif[0x0112] = orientation
        Image.new("RGB", (9, 7), (orientation * 20, 3, 5)).save(file, "JPEG", exif=exif)
        return file.getvalue().replace(b"Exif\0\0MM", b"Exif\0\0XX") if damaged else file.getvalue()

    facts, _ = ingested(
        pets
        | {
            "cat/upright.jpg": photo(1),
            "cat/side.jpg": photo(6),
            "dog/head.jpg": photo(3),
            "dog/damaged.jpg": photo(8, damaged=True),
        }
    )

    [warning] = facts["warnings"]
    assert warning.startswith("2 images have an EXIF orientation: a model sees them as they are stored")
    assert "(cat/side.jpg, dog/head.jpg)" in warning


def test_broken_images_are_all_named_at_once(new_run: Callable, pets: dict[str, bytes]) -> None:
    broken = {"cat/03.jpg": pets["cat/03.jpg"][:200], "dog/05.jpg": b"hello", "dog/06.jpg": b""}

    with pytest.raises(InvalidDataset) as refused:
        ingest.run(new_run(pets | broken))

    faults = refused.value.facts["faults"]
    assert [fault["file"] for fault in faults] == list(broken)
    assert all(fault["line"] is None and fault["reason"] for fault in faults)
    assert str(refused.value).startswith("The dataset has 3 faults: cat/03.jpg: ")


def test_faults_of_the_list_and_of_images_come_together(new_run: Callable, image: Callable) -> None:
    with pytest.raises(InvalidDataset) as refused:
        ingest.run(new_run({"a.jpg": image(), "b.jpg": b"broken", "val.txt": b"a.jpg 0\nb.jpg 1\nc.jpg 2\n"}))

    assert [(fault["file"], fault["line"]) for fault in refused.value.facts["faults"]] == [
        ("val.txt", 3),
        ("b.jpg", None),
    ]


def test_after_a_hundred_faults_the_rest_is_not_looked_at(new_run: Callable) -> None:
    with pytest.raises(InvalidDataset, match="has 100 faults, perhaps more") as refused:
        ingest.run(new_run({f"{number:03}.jpg": b"broken" for number in range(110)}))

    assert len(refused.value.facts["faults"]) == MOST_FAULTS


def test_a_class_without_images_is_told_by_name(new_run: Callable, pets: dict[str, bytes], zipped: Callable) -> None:
    facts = ingest.run(new_run({"a.zip": zipped(pets | {"fox/": b""})}))

    assert any("No image is of fox (id 2)" in warning for warning in facts["warnings"])


@pytest.mark.parametrize(
    ("litter", "told"),
    [
        (
            {"cat/@eaDir/1.jpg/SYNOPHOTO_THUMB_M.jpg": b"x", "cat/@eaDir/1.jpg@SynoEAStream": b"x"},
            ["1 pictures of thumbnail or system folders were left out: set/cat/@eaDir/1.jpg/SYNOPHOTO_THUMB_M.jpg"],
        ),
        ({"cat/Icon\r": b"", "cat/._1.jpg": b"\0\5"}, []),
        (
            {"cat/1.jpg~": b"x", "cat/notes.docx": b"PK", "cat/album.txt": b"holiday", "cat/desktop.ini": b"[x]"},
            ["3 files are no images and were left out: cat/1.jpg~, cat/album.txt, cat/notes.docx"],
        ),
    ],
)
def test_litter_of_systems_decides_nothing_about_the_layout(
    new_run: Callable, pets: dict[str, bytes], zipped: Callable, litter: dict[str, bytes], told: list[str]
) -> None:
    files = {f"set/{name}": data for name, data in (pets | litter).items()}

    facts = ingest.run(new_run({"a.zip": zipped(files)}))

    assert (facts["format"], facts["items"], facts["warnings"]) == ("imagenet-folders", len(pets), told)


def test_an_empty_upload_is_refused(new_run: Callable, zipped: Callable) -> None:
    for files in ({}, {"a.zip": zipped({})}, {"a.zip": zipped({"__MACOSX/._a.jpg": b"x"})}):
        with pytest.raises(NoImages, match="The upload is empty"):
            ingest.run(new_run(files))


def test_a_set_of_nothing_but_masks_is_refused(new_run: Callable, image: Callable) -> None:
    with pytest.raises(NoImages, match="no image is left"):
        ingest.run(new_run({"VOC/SegmentationClass/1.png": image(kind="PNG"), "VOC/a.xml": b""}))


def test_a_harmful_entry_is_refused_by_name_and_nothing_is_written_outside(
    new_run: Callable, pets: dict[str, bytes], zipped: Callable, tmp_path: Path
) -> None:
    run = new_run({"a.zip": zipped(pets | {"../../../../evil.jpg": b"x"})})

    with pytest.raises(UnsafeUpload, match=r"evil\.jpg"):
        ingest.run(run)

    assert not list(tmp_path.rglob("evil.jpg"))
    assert _all_outputs(run) == {}


def test_a_damaged_entry_is_refused_by_name(new_run: Callable, pets: dict[str, bytes], tarred: Callable) -> None:
    with pytest.raises(BrokenArchive, match=r"dog/09\.jpg"):
        ingest.run(new_run({"a.tar": tarred(pets)[:-10_240]}))


@pytest.mark.parametrize(
    "spec",
    [
        {"calibration_percent": 101},
        {"calibration_percent": -1},
        {"format": 7},
        {"calibration_percent": "30"},
        {"calibration_percent": True},
        {"format": "x"},
    ],
)
def test_a_wrong_spec_is_refused_by_its_field(new_run: Callable, pets: dict[str, bytes], spec: dict) -> None:
    [field] = spec

    with pytest.raises(BadSpec) as refused:
        ingest.run(new_run(pets, spec))

    assert refused.value.facts == {"field": field}


def test_under_the_runner_a_refusal_reaches_the_result_with_its_facts(new_run: Callable) -> None:
    run = new_run({"val.txt": b"gone.jpg 0\n"})

    code = subprocess.run(
        [sys.executable, "-m", "workbench.runner", "workbench.dataset.ingest", str(run.folder)], timeout=60, check=False
    ).returncode

    refusal = json.loads((run.folder / "result.json").read_text())["refusal"]
    assert code == 1
    assert refusal["kind"] == "InvalidDataset"
    assert refusal["faults"] == [{"file": "val.txt", "line": 1, "reason": "the image gone.jpg is not in the upload"}]


def test_under_the_runner_a_dataset_reaches_the_result(new_run: Callable, pets: dict[str, bytes]) -> None:
    run = new_run(pets)

    code = subprocess.run(
        [sys.executable, "-m", "workbench.runner", "workbench.dataset.ingest", str(run.folder)], timeout=60, check=False
    ).returncode

    assert code == 0
    assert json.loads((run.folder / "result.json").read_text())["result"]["items"] == 20
