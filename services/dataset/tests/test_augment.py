"""Copies of images and what is known of them: the same from the same seed, and where the things are in them."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from workbench.dataset import augment, ingest
from workbench.dataset.augment import CannotAugment
from workbench.dataset.kinds import check
from workbench.dataset.values import METHODS
from workbench.imaging.orientation import Turn, orientation_of, upright
from workbench.imaging.preprocess import opened, rgb
from workbench.problems.common import InvalidRequest
from workbench.runner.core import BadSpec, Run
from workbench.shards import read_annotations, read_bytes, read_index
from workbench.store import Manifest
from workbench.tasks.computing import computing_of
from workbench.tasks.facial_landmarks.mirror import swapped

BOXES, MASKS, CLASSES, POINTS = (
    "object-detection",
    "instance-segmentation",
    "semantic-segmentation",
    "facial-landmarks",
)

Made = tuple[dict[str, Any], Path]


@pytest.fixture
def imported(new_run: Callable[..., Run]) -> Callable[..., Path]:
    def make(files: dict[str, bytes], format: str | None = None) -> Path:
        run = new_run(files, {"format": format} if format else {})
        ingest.run(run)
        return Path(run.outputs)

    return make


@pytest.fixture
def augmented(new_run: Callable[..., Run]) -> Callable[..., Made]:
    """``augmented(dataset, "noise", …)``: the facts, and the folder of the new dataset."""

    def make(dataset: Path, *methods: str, **spec: Any) -> Made:
        run = new_run({}, {"methods": list(methods), **spec})
        (run.inputs / "dataset").symlink_to(dataset)
        return augment.run(run), run.outputs

    return make


def levels(dataset: Path) -> dict[str, np.ndarray]:
    found = {}
    for item in read_index(dataset):
        with Image.open(io.BytesIO(read_bytes(dataset, item))) as image:
            found[item.name] = np.asarray(image.convert("RGB"), np.int16)
    return found


@pytest.fixture
def photos(imported: Callable[..., Path], image: Callable[..., bytes]) -> Path:
    """Six pictures of two classes."""
    return imported({f"{'ab'[n % 2]}/{n}.png": image(n, kind="PNG", size=(40, 30)) for n in range(6)})


def test_each_method_makes_its_copies_beside_the_images(photos: Path, augmented: Callable[..., Made]) -> None:
    facts, folder = augmented(photos, *METHODS, copies=2)

    names = [item.name for item in read_index(folder)]
    assert (facts["format"], facts["items"], facts["tasks"]) == ("augmented", 66, ["classification"])
    assert names[:11] == [
        "a/0.png",
        "a/0-flip-horizontal.png",
        "a/0-flip-vertical.png",
        *(f"a/0-{method}{number}.png" for method in METHODS[2:] for number in ("", "-2")),
    ]
    known = read_annotations(folder, "classification")
    assert {known[name]["label"] for name in names if name.startswith("a/")} == {0}
    assert {known[name]["label"] for name in names if name.startswith("b/")} == {1}


def test_a_copy_lies_in_the_part_of_its_image(photos: Path, augmented: Callable[..., Made]) -> None:
    before = {item.name: item.split for item in read_index(photos)}

    _, folder = augmented(photos, "noise", "flip-vertical")

    assert len(set(before.values())) == 2
    assert all(
        item.split == before[item.name.partition("-")[0].removesuffix(".png") + ".png"] for item in read_index(folder)
    )


def test_the_same_seed_makes_the_same_bytes_and_another_others(photos: Path, augmented: Callable[..., Made]) -> None:
    def bytes_of(**spec: Any) -> dict[str, bytes]:
        _, folder = augmented(photos, *spec.pop("methods", METHODS), **spec)
        return {item.name: read_bytes(folder, item) for item in read_index(folder)}

    first = bytes_of(seed=7)

    assert bytes_of(seed=7) == first
    other = bytes_of(seed=8)
    drawn = [name for name in first if "-" in name and "-flip" not in name]
    assert [name for name in drawn if first[name] == other[name]] == []
    # What else is asked for changes nothing of a copy.
    assert bytes_of(seed=7, methods=["contrast"], copies=3)["a/0-contrast.png"] == first["a/0-contrast.png"]


def test_copies_of_one_method_differ_from_each_other(photos: Path, augmented: Callable[..., Made]) -> None:
    _, folder = augmented(photos, *METHODS[2:], copies=4, originals=False)

    assert len({item.sha256 for item in read_index(folder)}) == 6 * 4 * 4


def test_flips_are_exact_and_twice_is_the_image_again(photos: Path, augmented: Callable[..., Made]) -> None:
    found = levels(augmented(photos, "flip-horizontal", "flip-vertical")[1])

    for name, image in levels(photos).items():
        stem = name.removesuffix(".png")
        assert (found[f"{stem}-flip-horizontal.png"] == image[:, ::-1]).all()
        assert (found[f"{stem}-flip-vertical.png"] == image[::-1]).all()


@pytest.fixture
def gray(imported: Callable[..., Path]) -> Path:
    """A middle gray with a black square in it, and the same in another gray."""
    files = {}
    for level in (100, 110):
        pixels, file = np.full((80, 120, 3), level, np.uint8), io.BytesIO()
        pixels[20:40, 20:40] = 0
        Image.fromarray(pixels).save(file, "PNG")
        files[f"{level}.png"] = file.getvalue()
    return imported(files)


def test_erased_is_the_share_that_was_asked_for(gray: Path, augmented: Callable[..., Made]) -> None:
    for share in (0.02, 0.3, 0.9):
        found = levels(augmented(gray, "erase", erase=share, copies=5, originals=False)[1])
        for name, image in found.items():
            assert (image == 128).all(axis=2).mean() == pytest.approx(share, abs=0.02), name


def test_noise_has_the_deviation_that_was_asked_for(gray: Path, augmented: Callable[..., Made]) -> None:
    found = levels(augmented(gray, "noise", noise=10.0, originals=False)[1])

    inside = found["100-noise.png"][50:] - 100
    assert inside.std() == pytest.approx(10, rel=0.05)
    assert abs(float(inside.mean())) < 0.3


def test_brightness_and_contrast_change_by_no_more_than_asked_for(gray: Path, augmented: Callable[..., Made]) -> None:
    found = levels(augmented(gray, "brightness", "contrast", light=0.2, copies=10, originals=False)[1])

    factors = [float(found[f"100-brightness{n}.png"][60, 60, 0]) / 100 for n in ("", *(f"-{n}" for n in range(2, 11)))]
    assert 0.79 < min(factors) < 0.95 < 1.05 < max(factors) < 1.21
    for name, image in found.items():
        if "contrast" in name and name.startswith("100"):
            assert float(image.mean()) == pytest.approx(float(levels(gray)["100.png"].mean()), abs=1)


@pytest.fixture
def lying(imported: Callable[..., Path]) -> Callable[[int], Path]:
    """A picture that a viewer turns by that orientation, with a light thing in the dark and its box, as stored."""

    def make(orientation: int) -> Path:
        pixels, exif, file = np.full((16, 20, 3), 40, np.uint8), Image.Exif(), io.BytesIO()
        pixels[1:9, 2:9] = 220
        exif[0x0112] = orientation
        Image.fromarray(pixels).save(file, "PNG", exif=exif)
        thing = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [2, 1, 7, 8]}
        document = {
            "images": [{"id": 1, "file_name": "a.png", "width": 20, "height": 16}],
            "categories": [{"id": 1, "name": "x"}],
            "annotations": [thing],
        }
        return imported({"a.png": file.getvalue(), "instances.json": json.dumps(document).encode()})

    return make


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_that_viewers_turn_is_flipped_as_they_show_it_with_its_box(
    lying: Callable[[int], Path], augmented: Callable[..., Made], orientation: int
) -> None:
    facts, folder = augmented(lying(orientation), *METHODS)

    shown = {
        item.name: np.asarray(
            opened(read_bytes(folder, item), lambda image: upright(rgb(image), orientation_of(image)))
        )
        for item in read_index(folder)
    }
    assert (shown["a-flip-horizontal.png"] == shown["a.png"][:, ::-1]).all()
    assert (shown["a-flip-vertical.png"] == shown["a.png"][::-1]).all()
    assert {image.shape for image in shown.values()} == {shown["a.png"].shape}
    for name, image in levels(folder).items():
        if "flip" in name or name == "a.png":
            left, top, right, bottom = map(int, read_annotations(folder, BOXES)[name]["things"][0]["box"])
            inside = image[top:bottom, left:right]
            assert (inside.shape, inside.min(), (image == 220).sum()) == ((8, 7, 3), 220, inside.size), name
    told = [warning for warning in facts["warnings"] if warning.startswith("7 images have an EXIF orientation")]
    assert bool(told) == (orientation != 1)


def test_brightness_and_contrast_are_what_they_would_be_pixel_by_pixel(
    photos: Path, augmented: Callable[..., Made]
) -> None:
    found = levels(augmented(photos, "brightness", "contrast", light=0.9, seed=3, originals=False)[1])

    for item in read_index(photos):
        image, stem = levels(photos)[item.name].astype(np.float64), item.name.removesuffix(".png")
        for method, middle in (("brightness", 0.0), ("contrast", image.mean())):
            change = 1 + random.Random(f"3 {item.sha256} {method} 1").uniform(-0.9, 0.9)
            wanted = np.clip(np.rint(middle + (image - middle) * change), 0, 255)
            assert (found[f"{stem}-{method}.png"] == wanted).all()


@pytest.mark.parametrize(
    ("folder", "layout", "tasks"),
    [
        ("tinycoco", "coco", [BOXES, MASKS]),
        ("voc7", "voc-segmentation", [MASKS, CLASSES]),
        ("landmarks_dlib68", "celeba-landmarks", [POINTS]),
        ("sr8", "common-super-resolution", ["super-resolution"]),
    ],
)
def test_what_is_known_of_real_images_is_flipped_and_back(
    sample: Callable, imported: Callable[..., Path], folder: str, layout: str, tasks: list[str]
) -> None:
    files = {name: data for name, data in sample(folder, layout).items() if not name.startswith("LR_x3")}
    first = imported(files, layout if "voc" in layout else None)
    sizes = {item.name: (item.width, item.height) for item in read_index(first)}

    for task in tasks:
        computing = computing_of(task)
        assert computing is not None
        for name, document in read_annotations(first, task).items():
            known = computing.annotation.from_json(document)
            for orientation in (2, 4):
                turn = Turn(orientation, *sizes[name])
                once = computing.annotation.turned(computing.contents.copied(known, mirrored=True), turn)
                twice = computing.annotation.turned(computing.contents.copied(once, mirrored=True), turn)
                assert not computing.annotation.faults(once, *sizes[name], None)
                assert rounded(computing.annotation.to_json(twice)) == rounded(document)
                assert rounded(computing.annotation.to_json(once)) != rounded(document)


def rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return round(value, 6) if isinstance(value, float) else value


def test_a_box_and_a_mask_lie_where_their_pixels_have_gone(
    imported: Callable[..., Path], augmented: Callable[..., Made], image: Callable[..., bytes]
) -> None:
    thing = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [2, 1, 7, 8], "segmentation": [[2, 1, 9, 1, 9, 9, 2, 9]]}
    document = {
        "images": [{"id": 1, "file_name": "a.png", "width": 20, "height": 16}],
        "categories": [{"id": 1, "name": "x"}],
        "annotations": [thing],
    }
    first = imported({"a.png": image(1, kind="PNG"), "instances.json": json.dumps(document).encode()})

    _, folder = augmented(first, "flip-horizontal", "flip-vertical", "erase")

    boxes, masks = (read_annotations(folder, task) for task in (BOXES, MASKS))
    assert [known["things"][0]["box"] for known in boxes.values()] == [
        [2, 1, 9, 9],
        [11, 1, 18, 9],
        [2, 7, 9, 15],
        [2, 1, 9, 9],
    ]
    assert [(each["instances"][0]["mask"]["left"], each["instances"][0]["mask"]["top"]) for each in masks.values()] == [
        (2, 1),
        (11, 1),
        (2, 7),
        (2, 1),
    ]


def test_a_mirrored_face_has_the_shape_of_a_face(
    datasets: Path, read_folder: Callable, imported: Callable[..., Path]
) -> None:
    """The mean of many faces is nearly symmetric; with left and right in the wrong places it would be turned over."""
    known = read_annotations(imported(read_folder(datasets / "landmarks_dlib68")), POINTS)
    faces = np.array([each["points"] for each in known.values()])
    faces -= faces.mean(axis=1, keepdims=True)
    mean = (faces / np.linalg.norm(faces, axis=(1, 2), keepdims=True)).mean(axis=0)

    mirrored = mean[swapped(68)] * [-1, 1]

    assert np.linalg.norm(mirrored - mean) < 0.1 * np.linalg.norm(mean)
    assert np.linalg.norm(mean * [-1, 1] - mean) > np.linalg.norm(mean)


@pytest.mark.parametrize("count", [5, 68, 98])
def test_a_mirror_of_points_undoes_itself(count: int) -> None:
    found = swapped(count)

    assert sorted(found) == list(range(count))
    assert [found[place] for place in found] == list(range(count))


def test_points_whose_sides_are_not_known_are_refused(
    imported: Callable[..., Path], augmented: Callable[..., Made], image: Callable[..., bytes]
) -> None:
    face = {"id": 1, "image_id": 1, "bbox": [0, 0, 20, 16], "keypoints": [4, 4, 2, 12, 4, 2, 8, 9, 2]}
    document = {"images": [{"id": 1, "file_name": "a.png", "width": 20, "height": 16}], "annotations": [face]}
    first = imported({"a.png": image(1, kind="PNG"), "person_keypoints.json": json.dumps(document).encode()})

    with pytest.raises(CannotAugment, match=r"a.png can't be changed by flip-horizontal: which of 3 points are left"):
        augmented(first, "flip-horizontal")
    assert augmented(first, "noise")[0]["items"] == 2


def test_pictures_of_high_resolution_are_not_those_of_noisy_ones(
    datasets: Path, read_folder: Callable, imported: Callable[..., Path], augmented: Callable[..., Made]
) -> None:
    files = {name: data for name, data in read_folder(datasets / "sr8").items() if not name.startswith("LR_x3")}

    with pytest.raises(CannotAugment, match="What is known for super-resolution is a picture, .* after noise; flip"):
        augmented(imported(files), "flip-horizontal", "noise")


def test_faces_in_pairs_stay_so_and_their_copies_are_in_none(
    imported: Callable[..., Path], augmented: Callable[..., Made], image: Callable[..., bytes]
) -> None:
    faces = {
        f"photos/{name}/{name}_000{n}.png": image(n + 3 * (name == "bob"), kind="PNG")
        for name, n in (("ann", 1), ("ann", 2), ("bob", 1))
    }
    first = imported(faces | {"lists/pairs.txt": b"1\t1\nann\t1\t2\nann\t1\tbob\t1\n"})

    known = read_annotations(augmented(first, "flip-horizontal")[1], "face-recognition")

    assert [(each["identity"], len(each["pairs"])) for each in known.values()] == [
        ("ann", 2),
        ("ann", 0),
        ("ann", 0),
        ("ann", 0),
        ("bob", 0),
        ("bob", 0),
    ]


@pytest.mark.parametrize(
    "spec",
    [
        {"methods": []},
        {"methods": ["blur"]},
        {"methods": ["noise", "noise"]},
        {"methods": ["noise"], "noise": 0},
        {"methods": ["noise"], "copies": 21},
    ],
)
def test_what_is_no_augmentation_is_refused_by_its_field(
    photos: Path, augmented: Callable[..., Made], spec: dict[str, Any]
) -> None:
    with pytest.raises(BadSpec):
        augmented(photos, *spec.pop("methods"), **spec)


def test_more_than_a_dataset_may_have_is_refused_before_the_job() -> None:
    held = [Manifest("dataset", "d", "team", "", (), {"items": 2_000_000, "tasks": []})]
    request = {"dataset_id": "d", "methods": ["noise"], "copies": 4, "originals": True}

    check(request, held)
    with pytest.raises(InvalidRequest) as refused:
        check(request | {"copies": 5}, held)
    assert refused.value.errors["copies"].startswith("the dataset has 2,000,000 images; 6 of each would be more than")
