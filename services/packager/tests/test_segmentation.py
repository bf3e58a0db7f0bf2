"""A package of a segmentation model, with nothing installed but what it asks for: it proves itself, and draws."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops
from PIL import Image
from workbench.imaging.maps import decode_map, encode_map
from workbench.imaging.pencil import palette
from workbench.shards import AnnotationWriter, ShardWriter
from workbench.tasks.semantic_segmentation.annotation import Annotation, to_json

SIDE, SIZE, RED = 32, (200, 150), 1
Ended = subprocess.CompletedProcess[str]
# Without the look at the files' digests, which would end it before.
COMPARING = """
import os, pathlib, sys
from workbench.application import comparison
from workbench.application.package import Package
package = Package(pathlib.Path(sys.argv[1]))
variant = package.variant(None)
print(comparison.compare(package, variant, package.load(variant))["mismatches"], flush=True)
os._exit(0)
"""


def redness() -> ov.Model:
    """Class 1 where a picture is red, else 0, at half the resolution."""
    image = ops.parameter([1, 3, SIDE, SIDE], np.float32, name="image")
    image.output(0).set_names({"image"})
    kernel = np.zeros((2, 3, 2, 2), np.float32)
    kernel[0], kernel[1, 0], kernel[1, 1:] = 0.03, 0.25, -0.25
    logits = ops.convolution(image, kernel, [2, 2], [0, 0], [0, 0], [1, 1])
    logits.output(0).set_names({"logits"})
    return ov.Model([logits], [image], "redness")


def scene(number: int) -> tuple[bytes, np.ndarray]:
    mask = np.zeros(SIZE[::-1], np.uint8)
    mask[40:120, 60 + 10 * number : 160] = RED
    file = io.BytesIO()
    Image.fromarray(np.array([[60, 90, 60], [220, 20, 20]], np.uint8)[mask]).save(file, "PNG")
    return file.getvalue(), mask


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, run_core: Callable[[Path], dict[str, Any]]) -> Path:
    """The folder of a run that has packed it."""
    folder = tmp_path_factory.mktemp("segmenting") / "run"
    model = folder / "inputs" / "variants" / "fp32" / "model.xml"
    model.parent.mkdir(parents=True)
    ov.save_model(redness(), model, compress_to_fp16=False)
    (folder / "inputs" / "dataset").mkdir()
    with (
        ShardWriter(folder / "inputs" / "dataset") as writer,
        AnnotationWriter(folder / "inputs" / "dataset", ["semantic-segmentation"]) as annotations,
    ):
        for number in range(2):
            data, mask = scene(number)
            writer.add(f"{number}.png", data, split="evaluation", width=SIZE[0], height=SIZE[1])
            annotations.add(f"{number}.png", {"semantic-segmentation": to_json(Annotation.of(mask))})
        annotations.close({})
    recipe = {
        "version": 2,
        "task": "semantic-segmentation",
        "labels": ["wall", "poster"],
        "preparation": {
            "resize": "stretch",
            "input": {"name": "image", "width": SIDE, "height": SIDE, "channels": 3, "layout": "NCHW"},
        },
    }
    (folder / "spec.json").write_text(
        json.dumps(
            {
                "name": "posters",
                "recommended": "fp32",
                "recipe": recipe,
                "samples": 2,
                "variants": [{"folder": "fp32", "precision": "FP32"}],
            }
        )
    )
    ended = run_core(folder)
    assert "result" in ended, ended
    return folder


@pytest.fixture
def package(made: Path, unpack: Callable[[Path, Path], Path], tmp_path: Path) -> Path:
    return unpack(made / "outputs" / "package.tar.zst", tmp_path / "unpacked")


def test_it_says_which_share_is_what_and_draws_it_in_the_pictures_own_size(
    package: Path, run_bare: Callable[..., Ended], tmp_path: Path
) -> None:
    image = package / "samples" / "01.png"

    ended = run_bare("-m", "workbench.application", str(image), str(image), "--draw", str(tmp_path / "drawn"))

    assert ended.returncode == 0, ended.stderr
    shares = [line.split() for line in ended.stdout.splitlines()[1:3]]
    assert [name for _, name in shares] == ["wall", "poster"]
    assert sum(float(share.rstrip("%")) for share, _ in shares) == pytest.approx(100, abs=0.02)
    drawn = sorted((tmp_path / "drawn").iterdir())
    assert [file.name for file in drawn] == ["01-2.png", "01.png"]
    before, after = (np.asarray(Image.open(file).convert("RGB")).astype(int) for file in (image, drawn[1]))
    assert after.shape == before.shape == (SIZE[1], SIZE[0], 3)
    poster, beside = (100, 140), (140, 190)  # y, x
    assert abs(after[poster] - (0.45 * before[poster] + 0.55 * np.array(palette(RED)))).max() <= 1
    assert abs(after[beside] - 0.45 * before[beside]).max() <= 1


def test_it_passes_its_self_test(run_bare: Callable[..., Ended], package: Path) -> None:
    ended = run_bare(str(package / "selftest.py"), "--seconds", "0")

    assert ended.stdout.splitlines()[-1] == "self-test: passed (1 variant, 2 samples, outputs match)", ended.stderr


def test_other_classes_fail_the_self_test_in_words(run_bare: Callable[..., Ended], package: Path) -> None:
    expected = json.loads((package / "samples" / "expected.json").read_text())
    recorded = expected["outputs"]["fp32"][0]
    recorded["grid"] = encode_map(1 - decode_map(recorded["grid"]))
    (package / "samples" / "expected.json").write_text(json.dumps(expected))

    ended = run_bare("-c", COMPARING, str(package))

    assert "samples/01.png: 100.0% of the pixels have another class than was recorded, 1.1% is allowed" in ended.stdout


def test_what_is_known_of_each_sample_goes_along(package: Path) -> None:
    samples = json.loads((package / "samples" / "expected.json").read_text())["samples"]

    assert {sample["name"]: Annotation(sample["annotation"]["mask"]).size for sample in samples} == {
        "0.png": SIZE,
        "1.png": SIZE,
    }


def test_it_carries_its_own_task_and_no_room_that_judges(package: Path) -> None:
    carried = {
        file.relative_to(package / "app" / "workbench" / "tasks").as_posix()
        for file in (package / "app" / "workbench" / "tasks").rglob("*.py")
    }

    assert {"semantic_segmentation/heads/logits.py", "semantic_segmentation/draw.py"} <= carried
    assert not [name for name in carried if "metrics" in name or "annotation" in name or "classification" in name]
