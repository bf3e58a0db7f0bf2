"""What a package's sample is made into: its picture, and the mask that lies beside it where its task takes one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops
from PIL import Image
from workbench.application import masks
from workbench.application.loading import load
from workbench.application.package import Package
from workbench.tasks import catalogue
from workbench.tasks.recipe import Recipe

SIDE = 8


@pytest.fixture
def package(tmp_path: Path) -> Package:
    """One of an inpainting model, with a grey sample."""
    recipe = {
        "version": 2,
        "task": "inpainting",
        "preparation": {
            "resize": "stretch",
            "input": {"name": "image", "width": SIDE, "height": SIDE, "channels": 3, "layout": "NCHW"},
        },
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"recipe": recipe}))
    (tmp_path / "samples").mkdir()
    Image.new("RGB", (SIDE, SIDE), (9, 9, 9)).save(tmp_path / "samples" / "01.png")
    return Package(tmp_path)


def filler() -> ov.Model:
    image, hole = (ops.parameter([1, channels, SIDE, SIDE], np.float32) for channels in (3, 1))
    for port, name in ((image, "image"), (hole, "mask")):
        port.output(0).set_names({name})
    return ov.Model([ops.add(image, hole)], [image, hole], "filler")


def given_mask(package: Package) -> list[list[float]]:
    recipe = catalogue.check(Recipe.from_json(package.manifest["recipe"]))
    mask: list[list[float]] = package.prepare("samples/01.png", load(filler(), "CPU", {}, recipe))[1][0, 0].tolist()
    return mask


def test_a_sample_goes_in_with_the_mask_beside_it(package: Package) -> None:
    hole = np.zeros((SIDE, SIDE), np.uint8)
    hole[2:4, 5:] = 255
    Image.fromarray(hole).save(masks.place(package.root / "samples" / "01.png"))

    assert given_mask(package) == (hole / 255).tolist()


def test_a_sample_without_a_mask_gets_the_hole_of_the_recipe(package: Package) -> None:
    drawn = given_mask(package)

    assert 0 < np.mean(drawn) < 1
    assert given_mask(package) == drawn
