"""The shared segmenter of drawn shapes: the figures it is known by, and INT8 that keeps them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openvino as ov
import pytest
from workbench.dataset.drawing import drawn
from workbench.dataset.reading.outlines import Outlines
from workbench.dataset.reading.shelf import Shelf

Core = Callable[..., Any]
TASK = "instance-segmentation"
RECIPE = {
    "version": 2,
    "task": TASK,
    "head": "yolo_seg",
    "options": {"nms": 0.6, "threshold": 0.001},
    "preparation": {
        "resize": "letterbox",
        "scale": [255, 255, 255],
        "input": {"name": "images", "width": 160, "height": 160, "channels": 3, "layout": "NCHW"},
    },
}


@pytest.fixture(scope="module")
def shapes(shared: Path, make_annotated: Core) -> Callable[[str, str], Path]:
    """``shapes(part, split)``: the drawn images of one part."""

    def make(part: str, split: str) -> Path:
        folder = shared / "datasets" / "shapes_instances"
        coco = json.loads((folder / "annotations" / f"instances_{part}.json").read_text())
        shelf = Shelf()
        known = {image["id"]: Outlines((image["width"], image["height"]), shelf) for image in coco["images"]}
        for each in coco["annotations"]:
            known[each["image_id"]].add(
                each["category_id"] - 1, each["segmentation"], each["area"], crowd=bool(each["iscrowd"])
            )
        images = [
            (
                image["file_name"],
                (folder / "images" / image["file_name"]).read_bytes(),
                drawn(known[image["id"]], image["width"], image["height"]),
            )
            for image in coco["images"]
        ]
        return make_annotated(TASK, images, split)

    return make


@pytest.fixture(scope="module")
def model(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("yolo-seg")
    file = shared / "models" / "yolo_seg_shapes" / "yolo_seg_shapes.onnx"
    ov.save_model(ov.Core().read_model(file), folder / "model.xml", compress_to_fp16=False)
    return folder


def test_its_figures_are_found_again_with_masks_cut_at_the_pictures_own_pixels(
    run_core: Core, shapes: Core, model: Path
) -> None:
    ended = run_core("evaluate", {"recipe": RECIPE}, model=model, dataset=shapes("val", "evaluation"))

    found = {row["metric"]: row for row in ended.result["metrics"]}
    # Its README: .7875, .9943 and .8903 with the crop after the masks are enlarged.
    assert found["ap"]["value"] == pytest.approx(0.7875, abs=0.01)
    assert found["ap50"]["value"] == pytest.approx(0.9943, abs=0.005)
    assert found["ap75"]["value"] == pytest.approx(0.8903, abs=0.015)
    assert found["ap"]["low"] < found["ap"]["value"] < found["ap"]["high"]
    assert len(found["ap"]["classes"]) == 3


def test_int8_is_made_and_keeps_what_it_promises(run_core: Core, shapes: Core, model: Path, tmp_path: Path) -> None:
    made = run_core(
        "quantize", {"recipe": RECIPE, "subset_size": 12}, model=model, dataset=shapes("calib", "calibration")
    )
    assert made.result["precision"] == "INT8"

    ended = run_core("evaluate", {"recipe": RECIPE}, model=made.folder / "outputs", dataset=shapes("val", "evaluation"))

    found = {row["metric"]: row for row in ended.result["metrics"]}
    assert found["ap"]["value"] == pytest.approx(0.7833, abs=0.02)
