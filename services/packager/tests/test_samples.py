"""The images a package proves itself on."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image
from workbench.application import masks
from workbench.packager.samples import BadDataset, BrokenImage, write_samples
from workbench.shards import AnnotationWriter, ShardWriter, read_annotations, read_index
from workbench.tasks.inpainting.annotation import Hole, to_json
from workbench.tasks.recipe import Recipe


@pytest.fixture
def dataset(folder: Path) -> Path:
    return folder / "inputs" / "dataset"


@pytest.fixture
def parsed(recipe: dict[str, Any]) -> Recipe:
    return Recipe.from_json(recipe)


def test_samples_come_from_the_part_kept_for_evaluation(dataset: Path, parsed: Recipe, tmp_path: Path) -> None:
    lines = write_samples(dataset, parsed, 6, tmp_path / "samples")

    kept = {item.name for item in read_index(dataset) if item.split == "evaluation"}
    assert {line["name"] for line in lines} == kept
    assert [line["file"] for line in lines] == [f"samples/0{number}.png" for number in range(1, 7)]
    assert all((tmp_path / line["file"]).is_file() for line in lines)


def test_images_that_calibrated_follow_when_the_others_are_too_few(
    dataset: Path, parsed: Recipe, tmp_path: Path
) -> None:
    assert len(write_samples(dataset, parsed, 8, tmp_path / "samples")) == 8
    assert len(write_samples(dataset, parsed, 100, tmp_path / "all")) == 10


def test_the_same_images_are_chosen_whatever_their_order(dataset: Path, parsed: Recipe, tmp_path: Path) -> None:
    lines = write_samples(dataset, parsed, 3, tmp_path / "samples")
    index = dataset / "index.jsonl"
    index.write_text("".join(sorted(index.read_text().splitlines(keepends=True), reverse=True)))

    assert write_samples(dataset, parsed, 3, tmp_path / "again") == lines


def test_what_is_known_for_the_task_of_the_recipe_goes_along(dataset: Path, parsed: Recipe, tmp_path: Path) -> None:
    known = read_annotations(dataset, "classification")

    lines = write_samples(dataset, parsed, 4, tmp_path / "samples")
    others = write_samples(dataset, replace(parsed, task="generic"), 4, tmp_path / "others")

    assert [line["annotation"] for line in lines] == [known[line["name"]] for line in lines]
    assert [line["annotation"] for line in others] == [None] * 4


@pytest.mark.parametrize(("count", "expected"), [(0, 4), (2, 2)])
def test_without_a_dataset_images_are_generated(tmp_path: Path, parsed: Recipe, count: int, expected: int) -> None:
    lines = write_samples(tmp_path / "none", parsed, count, tmp_path / "samples")

    assert [line["name"] for line in lines] == [f"generated-0{number}.png" for number in range(1, expected + 1)]
    with Image.open(tmp_path / "samples" / "01.png") as image:
        assert (image.size, image.mode) == ((32, 32), "RGB")
        assert len(set(image.convert("L").tobytes())) > 50


def test_zero_samples_ship_none_of_the_users_images(dataset: Path, parsed: Recipe, tmp_path: Path) -> None:
    lines = write_samples(dataset, parsed, 0, tmp_path / "samples")

    assert all(line["name"].startswith("generated-") for line in lines)


def test_generated_images_are_the_same_every_time(tmp_path: Path, parsed: Recipe) -> None:
    for folder in ("a", "b"):
        write_samples(tmp_path / "none", parsed, 2, tmp_path / folder)

    assert (tmp_path / "a" / "02.png").read_bytes() == (tmp_path / "b" / "02.png").read_bytes()
    assert (tmp_path / "a" / "01.png").read_bytes() != (tmp_path / "a" / "02.png").read_bytes()


def test_a_strange_name_never_becomes_a_file_name(tmp_path: Path, parsed: Recipe) -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    with ShardWriter(tmp_path / "dataset") as writer:
        writer.add("a/$(reboot).p;g", file.getvalue(), split="evaluation", width=8, height=8)

    (line,) = write_samples(tmp_path / "dataset", parsed, 1, tmp_path / "samples")

    assert (line["file"], line["name"]) == ("samples/01.img", "a/$(reboot).p;g")


def test_a_broken_image_is_refused_by_its_name(tmp_path: Path, parsed: Recipe) -> None:
    with ShardWriter(tmp_path / "dataset") as writer:
        writer.add("bad.jpg", b"\xff\xd8\xff\xe0 no picture", split="evaluation", width=8, height=8)

    with pytest.raises(BrokenImage, match=r"bad.jpg: ") as refused:
        write_samples(tmp_path / "dataset", parsed, 1, tmp_path / "samples")

    assert refused.value.facts == {"file": "bad.jpg"}


def test_a_missing_shard_is_refused(dataset: Path, parsed: Recipe, tmp_path: Path) -> None:
    shutil.rmtree(dataset / "shards")

    with pytest.raises(BadDataset, match=r"00000.tar is missing"):
        write_samples(dataset, parsed, 1, tmp_path / "samples")


def test_an_index_that_is_no_index_is_refused_by_its_line(dataset: Path, parsed: Recipe, tmp_path: Path) -> None:
    (dataset / "index.jsonl").write_text("{}\n")

    with pytest.raises(BadDataset, match="line 1"):
        write_samples(dataset, parsed, 1, tmp_path / "samples")


@pytest.mark.parametrize("orientation", ["stored", "exif"])
def test_a_mask_goes_along_as_the_application_finds_it_and_turns_with_its_picture(
    tmp_path: Path, parsed: Recipe, orientation: Any
) -> None:
    missing = np.zeros((6, 8), np.bool_)
    missing[:2, :3] = True
    file, exif = io.BytesIO(), Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # viewers turn it by a quarter, clockwise
    Image.new("RGB", (8, 6)).save(file, "JPEG", exif=exif)
    with ShardWriter(tmp_path / "dataset") as writer:
        writer.add("photo.jpg", file.getvalue(), split="evaluation", width=8, height=6)
    annotations = AnnotationWriter(tmp_path / "dataset", ["inpainting"])
    annotations.add("photo.jpg", {"inpainting": to_json(Hole.of(missing))})
    annotations.close({})
    recipe = replace(parsed, task="inpainting", preparation=replace(parsed.preparation, orientation=orientation))

    (line,) = write_samples(tmp_path / "dataset", recipe, 1, tmp_path / "samples")

    mask = masks.beside(tmp_path / line["file"])
    assert mask is not None
    with Image.open(mask) as image:
        expected = missing if orientation == "stored" else np.rot90(missing, -1)
        assert (np.asarray(image) == expected * 255).all()


def test_a_task_whose_models_take_the_picture_alone_gets_no_masks(
    dataset: Path, parsed: Recipe, tmp_path: Path
) -> None:
    lines = write_samples(dataset, parsed, 3, tmp_path / "samples")

    assert sorted(file.name for file in (tmp_path / "samples").iterdir()) == [
        line["file"].removeprefix("samples/") for line in lines
    ]
