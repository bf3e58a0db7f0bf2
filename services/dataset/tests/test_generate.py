"""Images made of a seed: the same again, unlike each other, with the statistics of photos."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from workbench import shards
from workbench.dataset import generate
from workbench.dataset.values import GENERATED_PIXELS, Generation
from workbench.fields import BadSpec
from workbench.imaging.preprocess import decode

SPEC = {"count": 12, "width": 96, "height": 64, "channels": 3, "seed": 7, "calibration_percent": 30}


def _gray(index: int, side: int = 128) -> np.ndarray:
    image = generate.make(Generation(count=1, width=side, height=side, channels=1), index)
    return np.asarray(image, np.float64)


def test_generated_images_become_an_unlabelled_dataset(new_run: Callable) -> None:
    run = new_run({}, SPEC)

    facts = generate.run(run)
    items = shards.read_index(run.outputs)

    assert (facts["format"], facts["annotated"], facts["labels"]) == ("generated", False, None)
    assert (facts["tasks"], facts["classes"]) == ([], {})
    assert facts["items"] == 12 == sum(facts["splits"].values())
    assert facts["size_bytes"] == sum(item.length for item in items)
    for item in items:
        image = Image.open(io.BytesIO(shards.read_bytes(run.outputs, item)))
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (96, 64))
        assert (item.width, item.height) == (96, 64)


def test_the_same_seed_makes_the_same_bytes(new_run: Callable) -> None:
    first, second = new_run({}, SPEC), new_run({}, SPEC)

    assert generate.run(first) == generate.run(second)
    for name in ("index.jsonl", "shards/00000.tar"):
        assert (first.outputs / name).read_bytes() == (second.outputs / name).read_bytes()


def test_another_seed_makes_other_images(new_run: Callable) -> None:
    first, second = new_run({}, SPEC), new_run({}, SPEC | {"seed": 8})
    generate.run(first)
    generate.run(second)

    digests = [{item.sha256 for item in shards.read_index(run.outputs)} for run in (first, second)]
    assert len(digests[0] | digests[1]) == 24


def test_more_images_begin_with_the_same_ones() -> None:
    few, many = (Generation(count=count, width=32, height=32, seed=3) for count in (2, 200))

    assert generate.make(few, 1).tobytes() == generate.make(many, 1).tobytes()


def test_gray_images_have_one_channel() -> None:
    assert generate.make(Generation(count=1, width=28, height=28, channels=1), 0).mode == "L"


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (7, 5), (640, 33)])
def test_any_shape_of_image_is_made(size: tuple[int, int]) -> None:
    image = generate.make(Generation(count=1, width=size[0], height=size[1]), 0)

    assert image.size == size


def test_neighbouring_pixels_are_alike_as_in_photos_and_unlike_noise() -> None:
    likeness = [np.corrcoef(image[:, :-1].ravel(), image[:, 1:].ravel())[0, 1] for image in map(_gray, range(10))]

    assert min(likeness) > 0.85


def test_power_falls_with_frequency_as_in_photos() -> None:
    spectrum = np.mean([np.abs(np.fft.fft2(image - image.mean())) ** 2 for image in map(_gray, range(10))], axis=0)
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(128), np.fft.fftfreq(128)))
    band = (frequency > 0.02) & (frequency < 0.3)

    slope = np.polyfit(np.log(frequency[band]), np.log(spectrum[band]), 1)[0]
    assert -4 < slope < -1.5


def test_images_differ_in_brightness_and_use_most_of_the_range() -> None:
    images = [_gray(index) for index in range(20)]

    assert np.std([image.mean() for image in images]) > 8
    assert np.mean([image.std() for image in images]) > 25
    assert min(image.min() for image in images) < 20
    assert max(image.max() for image in images) > 235


def test_what_is_made_passes_the_check_of_uploads(new_run: Callable) -> None:
    run = new_run({}, SPEC | {"count": 1, "channels": 1})
    generate.run(run)

    [item] = shards.read_index(run.outputs)
    assert decode(shards.read_bytes(run.outputs, item)).size == (96, 64)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": 10**9}, "count"),
        ({"count": 1.5}, "count"),
        ({"count": None}, "count"),
        ({"width": 0}, "width"),
        ({"width": -5}, "width"),
        ({"height": 10**6}, "height"),
        ({"height": "64"}, "height"),
        ({"channels": 2}, "channels"),
        ({"channels": 4}, "channels"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**70}, "seed"),
        ({"calibration_percent": 101}, "calibration_percent"),
    ],
)
def test_an_absurd_wish_is_refused_by_its_field(new_run: Callable, change: dict, field: str) -> None:
    with pytest.raises(BadSpec, match=f"^{field}: ") as refused:
        generate.run(new_run({}, SPEC | change))

    assert refused.value.facts == {"field": field}


def test_sizes_that_only_together_are_absurd_are_refused_with_the_most_that_is_made(new_run: Callable) -> None:
    most = GENERATED_PIXELS // (4096 * 4096)

    with pytest.raises(BadSpec, match=f"count: At 4096×4096 at most {most} images are made."):
        generate.run(new_run({}, SPEC | {"count": 10_000, "width": 4096, "height": 4096}))


def test_a_size_is_needed(new_run: Callable) -> None:
    with pytest.raises(BadSpec, match="^width: Missing data for required field"):
        generate.run(new_run({}, {"count": 3}))


def test_under_the_runner_progress_reaches_the_end(new_run: Callable) -> None:
    run = new_run({}, SPEC)

    code = subprocess.run(
        [sys.executable, "-m", "workbench.runner", "workbench.dataset.generate", str(run.folder)],
        timeout=60,
        check=False,
    ).returncode

    last = json.loads((run.folder / "progress.jsonl").read_text().splitlines()[-1])
    assert code == 0
    assert (last["fraction"], last["message"]) == (1.0, "12 of 12 images")
