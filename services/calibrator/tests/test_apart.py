"""How far outputs are apart: for a model of which nobody knows what its outputs mean, and beside any agreement."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset8 as ops
from workbench.imaging.preprocess import preprocess
from workbench.shards import read_bytes, read_index
from workbench.tasks.recipe import Recipe

Core = Callable[..., Any]
RECIPE = {
    "task": "generic",
    "resize": "stretch",
    "input": {"name": "in0", "width": 8, "height": 8, "channels": 3, "layout": "NCHW"},
}


def scaling(by: float, outputs: int = 1, rows: int = 8) -> ov.Model:
    """Its outputs are the picture, times ``by``; the first ``rows`` of it."""
    image = ops.parameter([1, 3, 8, 8], ov.Type.f32, name="in0")
    image.output(0).set_names({"in0"})
    cut = ops.slice(image, ops.constant([0]), ops.constant([rows]), ops.constant([1]), ops.constant([2]))
    made = [ops.multiply(cut, np.float32(by if number == 0 else 1)) for number in range(outputs)]
    for number, node in enumerate(made):
        node.output(0).set_names({f"out{number}"})
    return ov.Model(made, [image], "scaling")


def powers(dataset: Path) -> list[float]:
    """The mean square of what each picture feeds, by name."""
    preparation = Recipe.from_json(RECIPE).preparation
    items = sorted(read_index(dataset), key=lambda item: item.name)
    return [float((preprocess(read_bytes(dataset, item), preparation) ** 2).mean()) for item in items]


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[ov.Model], Path]:
    def save(model: ov.Model) -> Path:
        folder = tmp_path / f"model{len(list(tmp_path.glob('model*')))}"
        folder.mkdir()
        ov.save_model(model, folder / "model.xml", compress_to_fp16=False)
        return folder

    return save


def test_a_model_of_no_task_is_compared_with_a_reference_image_by_image(
    run_core: Core, saved: Core, few_images: Path
) -> None:
    ended = run_core(
        "evaluate",
        {"recipe": RECIPE},
        dataset=few_images,
        model=saved(scaling(1.1, outputs=2)),
        reference=saved(scaling(1.0, outputs=2)),
    )

    assert ended.result["metrics"] == []
    told = {each["output"]: each for each in ended.result["tensor_distance"]["outputs"]}
    assert ended.result["tensor_distance"]["images"] == 12
    assert told["out0"]["relative"] == pytest.approx(0.1, rel=1e-4)
    assert told["out0"]["mse"] > 1
    assert told["out1"] == {"output": "out1", "mse": 0, "relative": 0}
    lines = ended.lines("shown/images.jsonl")
    assert len(lines) == 12
    assert [line["score"] for line in lines] == pytest.approx([0.1] * 12, rel=1e-4)
    assert all(line["said"][0].startswith("out0: mean squared error ") for line in lines)
    # Each picture's own: many are in flight, and are done in another order.
    errors = [float(line["said"][0].rpartition(" ")[2]) for line in sorted(lines, key=lambda line: line["name"])]
    assert errors == pytest.approx([0.01 * power for power in powers(few_images)], rel=0.01)


def test_outputs_of_other_shapes_have_no_distance(run_core: Core, saved: Core, few_images: Path) -> None:
    ended = run_core(
        "evaluate",
        {"recipe": RECIPE},
        dataset=few_images,
        model=saved(scaling(1.0, rows=4)),
        reference=saved(scaling(1.0)),
    )

    assert ended.result["tensor_distance"]["outputs"] == [{"output": "out0", "mse": None, "relative": None}]
    assert ended.lines("shown/images.jsonl")[0]["score"] is None


def choosing(output: str) -> ov.Model:
    """It says which of the picture's numbers are largest: their values, or their places."""
    image = ops.parameter([1, 3, 8, 8], ov.Type.f32, name="in0")
    image.output(0).set_names({"in0"})
    top = ops.topk(ops.reshape(image, ops.constant([1, 192]), special_zero=False), ops.constant(5), 1, "max", "value")
    made = ops.convert(image, "i32").output(0) if output == "whole" else top.output(0)
    made.set_names({"out0"})
    return ov.Model([made], [image], "choosing")


@pytest.mark.parametrize(("output", "why"), [("values", "the model selects or sorts"), ("whole", "whole numbers")])
def test_what_was_chosen_and_whole_numbers_have_no_distance_and_say_why(
    run_core: Core, saved: Core, few_images: Path, output: str, why: str
) -> None:
    ended = run_core(
        "evaluate",
        {"recipe": RECIPE},
        dataset=few_images,
        model=saved(choosing(output)),
        reference=saved(choosing(output)),
    )

    assert ended.result["tensor_distance"]["outputs"] == [{"output": "out0", "mse": None, "relative": None}]
    lines = ended.lines("shown/images.jsonl")
    assert {line["score"] for line in lines} == {None}
    assert lines[0]["said"][0].startswith(f"out0: {why}")


def test_an_agreement_tells_how_far_the_outputs_are_apart_too(
    run_core: Core, network: Path, few_images: Path, recipe: dict[str, Any]
) -> None:
    alone, beside = (
        run_core("evaluate", {"recipe": recipe}, model=network, dataset=few_images, **more)
        for more in ({}, {"reference": network})
    )

    assert alone.result["tensor_distance"] is None
    told = beside.result["tensor_distance"]
    assert (told["images"], [each["mse"] for each in told["outputs"]]) == (8, [0])
