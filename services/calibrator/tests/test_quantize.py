"""Quantization: real INT8 from real photos, the same every time; and a sentence for everything it can't do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import colours
import numpy as np
import openvino as ov
import pytest
from openvino import opset8 as ops
from workbench.calibrator.quantize import fraction_done
from workbench.shards import read_index

Core = Callable[..., Any]


def small_model(*shapes: list[int], element_type: ov.Type = ov.Type.f32) -> ov.Model:
    """A convolution and a ReLU on the first input; other inputs pass through."""
    inputs = [
        ops.parameter(ov.PartialShape(shape), element_type, name=f"in{index}") for index, shape in enumerate(shapes)
    ]
    for node in inputs:
        node.output(0).set_names({node.get_friendly_name()})
    image = inputs[0] if element_type == ov.Type.f32 else ops.convert(inputs[0], "f32")
    kernel = np.random.default_rng(0).normal(size=(4, 3, 3, 3)).astype(np.float32)
    convolved = ops.relu(ops.convolution(image, kernel, [1, 1], [0, 0], [0, 0], [1, 1], name="conv"))
    pooled = ops.reduce_mean(convolved, ops.constant([2, 3]), keep_dims=False)
    return ov.Model([pooled, *inputs[1:]], inputs, "small")


def small_recipe(**changes: Any) -> dict[str, Any]:
    return {
        "task": "classification",
        "resize": "stretch",
        "input": {"name": "in0", "width": 32, "height": 32, "channels": 3, "layout": "NCHW"},
    } | changes


@pytest.mark.parametrize("passes", range(4))
def test_progress_never_runs_backwards_nor_reaches_the_saving(passes: int) -> None:
    at = [fraction_done(passes, done / 10) for done in range(11)]

    assert at == sorted(at)
    assert at[-1] == pytest.approx(fraction_done(passes + 1, 0.0))
    assert at[-1] < 0.95


@pytest.fixture(scope="module")
def small_images(make_dataset: Core) -> Path:
    return make_dataset([(f"{n}.png", colours.picture(n), None) for n in range(6)], split="calibration")


def test_squeezenet_becomes_int8_with_every_photo_used(
    run_core: Core, squeezenet: Path, photos: Path, squeezenet_recipe: dict[str, Any]
) -> None:
    ended = run_core("quantize", {"recipe": squeezenet_recipe, "split": "all"}, model=squeezenet, dataset=photos)

    facts = ended.result
    unique = {item.sha256 for item in read_index(photos)}
    assert facts["precision"] == "INT8"
    assert facts["main_file"] == "model.xml"
    assert facts["inputs"][0]["name"] == "data_0"
    assert facts["weights"]["i8"]["elements"] > 1_000_000
    assert (facts["model_info"]["model_type"], facts["model_info"]["resize_type"]) == ("Classification", "crop")
    calibration = facts["calibration"]
    assert calibration["samples_used"] == len(unique) == 38
    assert calibration["samples_excluded"] == 0
    assert calibration["preset"] == "performance"
    assert calibration["seconds"] > 0
    assert calibration["warnings"][0] == (
        "It is calibrated with 38 images, all that there are of the 300 that it may "
        "be: 300 to 1000 are usual. Check the accuracy."
    )
    assert {line["sha256"] for line in ended.lines("calibration-items.jsonl")} == unique
    assert sorted(path.name for path in (ended.folder / "outputs").iterdir()) == [
        "calibration-items.jsonl",
        "model.bin",
        "model.xml",
    ]

    ratio = (ended.folder / "outputs" / "model.bin").stat().st_size / (squeezenet / "model.bin").stat().st_size
    assert 0.24 < ratio < 0.27  # of 32 bits 8 are left


def test_the_same_inputs_make_the_same_bytes(
    run_core: Core, network: Path, unlabelled: Path, recipe: dict[str, Any]
) -> None:
    spec = {"recipe": recipe, "subset_size": 8, "split": "all", "preset": "mixed"}

    one, other = (run_core("quantize", spec, model=network, dataset=unlabelled) for _ in range(2))

    for name in ("model.xml", "model.bin", "calibration-items.jsonl"):
        assert (one.folder / "outputs" / name).read_bytes() == (other.folder / "outputs" / name).read_bytes(), name
    assert one.result["digest"] == other.result["digest"]


def test_progress_counts_every_image(run_core: Core, network: Path, unlabelled: Path, recipe: dict[str, Any]) -> None:
    ended = run_core(
        "quantize", {"recipe": recipe, "subset_size": 20, "split": "all"}, model=network, dataset=unlabelled
    )

    lines = ended.progress
    fractions = [line["fraction"] for line in lines]
    assert fractions == sorted(fractions)
    assert "20 of 20 images (pass 1)" in [line["message"] for line in lines]
    assert lines[0]["stage"] == "reading"
    assert lines[-1]["stage"] == "saving"


def test_an_fp16_model_can_be_calibrated(
    run_core: Core, network: Path, unlabelled: Path, recipe: dict[str, Any], tmp_path: Path
) -> None:
    half = tmp_path / "half"
    half.mkdir()
    ov.save_model(ov.Core().read_model(network / "model.xml"), half / "model.xml", compress_to_fp16=True)

    ended = run_core("quantize", {"recipe": recipe, "subset_size": 5, "split": "all"}, model=half, dataset=unlabelled)

    assert ended.result["precision"] == "INT8"


def test_images_of_the_excluded_dataset_are_never_used(
    run_core: Core, save_model: Core, small_images: Path, make_dataset: Core
) -> None:
    unseen = make_dataset([("other-name.png", colours.picture(0), None)], split="evaluation")

    ended = run_core(
        "quantize",
        {"recipe": small_recipe()},
        model=save_model(small_model([1, 3, 32, 32])),
        dataset=small_images,
        exclude=unseen,
    )

    assert ended.result["calibration"]["samples_used"] == 5
    assert ended.result["calibration"]["samples_excluded"] == 1
    assert "0.png" not in {line["name"] for line in ended.lines("calibration-items.jsonl")}


def test_a_free_batch_dimension_stays_free(run_core: Core, save_model: Core, small_images: Path) -> None:
    ended = run_core(
        "quantize", {"recipe": small_recipe()}, model=save_model(small_model([-1, 3, 32, 32])), dataset=small_images
    )

    assert ended.result["precision"] == "INT8"
    assert ended.result["inputs"][0]["shape"] == [-1, 3, 32, 32]


def test_what_two_convolutions_read_directly_is_quantized_too(
    run_core: Core, save_model: Core, small_images: Path
) -> None:
    """nncf#1936: a Concat without an operation between it and both of its readers."""
    image = ops.parameter([1, 3, 32, 32], np.float32, name="in0")
    image.output(0).set_names({"in0"})
    both = ops.concat([image, ops.multiply(image, np.float32(0.5))], 1)
    kernels = [np.random.default_rng(seed).normal(size=(4, 6, 3, 3)).astype(np.float32) for seed in range(2)]
    read = [
        ops.reduce_mean(ops.relu(ops.convolution(both, kernel, [1, 1], [0, 0], [0, 0], [1, 1])), [2, 3])
        for kernel in kernels
    ]
    model = save_model(ov.Model([ops.add(*read)], [image], "concat"))

    ended = run_core("quantize", {"recipe": small_recipe()}, model=model, dataset=small_images)

    quantized = ov.Core().read_model(ended.folder / "outputs" / "model.xml")
    fed = [node.input_value(0).get_node() for node in quantized.get_ops() if node.get_type_name() == "Convolution"]
    assert len(fed) == 2
    for concat in fed:  # where what it joins is quantized, it is, too
        assert [each.get_node().get_type_name() for each in concat.input_values()] == ["FakeQuantize"] * 2


def test_a_model_of_whole_pixel_values_is_fed_with_them(run_core: Core, save_model: Core, small_images: Path) -> None:
    model = save_model(small_model([1, 3, 32, 32], element_type=ov.Type.u8))

    ended = run_core("quantize", {"recipe": small_recipe()}, model=model, dataset=small_images)

    assert ended.result["precision"] == "INT8"


def test_an_ignored_scope_that_leaves_nothing_is_refused(run_core: Core, save_model: Core, small_images: Path) -> None:
    ended = run_core(
        "quantize",
        {"recipe": small_recipe(), "ignored_scope": {"patterns": [".*"]}},
        model=save_model(small_model([1, 3, 32, 32])),
        dataset=small_images,
    )

    assert ended.refusal["kind"] == "NotQuantizable"
    assert "Nothing was quantized" in ended.refusal["detail"]


def two_convolutions() -> ov.Model:
    image = ops.parameter([1, 3, 32, 32], np.float32, name="in0")
    image.output(0).set_names({"in0"})
    node = image
    for name, shape in (("first", (8, 3, 3, 3)), ("last", (64, 8, 3, 3))):
        kernel = np.random.default_rng(1).normal(size=shape).astype(np.float32)
        node = ops.relu(ops.convolution(node, kernel, [1, 1], [0, 0], [0, 0], [1, 1], name=name))
    return ov.Model([ops.reduce_mean(node, ops.constant([2, 3]), keep_dims=False)], [image], "two")


def test_an_ignored_operation_stays_in_floating_point(run_core: Core, save_model: Core, small_images: Path) -> None:
    spec = {"recipe": small_recipe(), "subset_size": 3, "ignored_scope": {"names": ["last"]}}

    ended = run_core("quantize", spec, model=save_model(two_convolutions()), dataset=small_images)

    nodes = {
        node.get_friendly_name(): node
        for node in ov.Core().read_model(ended.folder / "outputs" / "model.xml").get_ops()
    }
    before = {name: nodes[name].input_value(0).get_node().get_type_name() for name in ("first", "last")}
    assert before["first"] == "FakeQuantize"
    assert before["last"] != "FakeQuantize"
    assert 64 * 8 * 9 <= ended.result["weights"]["f32"]["elements"] < 64 * 8 * 9 + 100


@pytest.mark.parametrize(
    ("scope", "entry"),
    [
        ({"names": ["conv", "conv_typo"]}, "conv_typo"),
        ({"types": ["Convolutional"]}, "Convolutional"),
        ({"patterns": ["^nothing/like/it"]}, "^nothing/like/it"),
    ],
)
def test_an_ignored_scope_that_matches_nothing_is_named(
    run_core: Core, save_model: Core, small_images: Path, scope: dict[str, Any], entry: str
) -> None:
    ended = run_core(
        "quantize",
        {"recipe": small_recipe(), "ignored_scope": scope},
        model=save_model(small_model([1, 3, 32, 32])),
        dataset=small_images,
    )

    assert ended.refusal["kind"] == "NothingIgnored"
    assert ended.refusal["entry"] == entry
    assert f"'{entry}'" in ended.refusal["detail"]


def test_an_already_quantized_model_is_refused(
    run_core: Core, save_model: Core, small_images: Path, tmp_path: Path
) -> None:
    spec = {"recipe": small_recipe()}
    quantized = run_core("quantize", spec, model=save_model(small_model([1, 3, 32, 32])), dataset=small_images)

    again = run_core("quantize", spec, model=quantized.folder / "outputs", dataset=small_images)

    assert again.refusal["kind"] == "AlreadyQuantized"
    assert "calibrate the FP32 or FP16 model" in again.refusal["detail"]


def test_a_model_of_two_inputs_is_refused_with_their_names(
    run_core: Core, save_model: Core, small_images: Path
) -> None:
    ended = run_core(
        "quantize",
        {"recipe": small_recipe()},
        model=save_model(small_model([1, 3, 32, 32], [1, 3, 32, 32])),
        dataset=small_images,
    )

    assert ended.refusal["kind"] == "SeveralInputs"
    assert ended.refusal["inputs"] == ["in0", "in1"]


def test_a_free_image_size_is_refused_with_the_shape_to_convert_to(
    run_core: Core, save_model: Core, small_images: Path
) -> None:
    ended = run_core(
        "quantize", {"recipe": small_recipe()}, model=save_model(small_model([1, 3, -1, -1])), dataset=small_images
    )

    assert ended.refusal["kind"] == "DynamicInput"
    assert ended.refusal["shape"] == [1, 3, -1, -1]
    assert "[1, 3, 32, 32]" in ended.refusal["detail"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "image"}, "input.name"),
        ({"width": 64}, "input"),
        ({"layout": "NHWC"}, "input"),
    ],
)
def test_a_recipe_of_another_input_is_refused(
    run_core: Core, save_model: Core, small_images: Path, changes: dict[str, Any], field: str
) -> None:
    recipe = small_recipe()
    recipe["input"] |= changes

    ended = run_core(
        "quantize", {"recipe": recipe}, model=save_model(small_model([1, 3, 32, 32])), dataset=small_images
    )

    assert ended.refusal["kind"] == "InputMismatch"
    assert ended.refusal["field"] == field


def test_a_mean_for_a_model_of_whole_pixel_values_is_refused(
    run_core: Core, save_model: Core, small_images: Path
) -> None:
    ended = run_core(
        "quantize",
        {"recipe": small_recipe(mean=[1, 2, 3])},
        dataset=small_images,
        model=save_model(small_model([1, 3, 32, 32], element_type=ov.Type.u8)),
    )

    assert ended.refusal["kind"] == "InputMismatch"
    assert ended.refusal["field"] == "mean"


def test_a_model_that_takes_integers_is_refused(run_core: Core, save_model: Core, small_images: Path) -> None:
    ended = run_core(
        "quantize",
        {"recipe": small_recipe()},
        dataset=small_images,
        model=save_model(small_model([1, 3, 32, 32], element_type=ov.Type.i64)),
    )

    assert ended.refusal["kind"] == "InputMismatch"
    assert ended.refusal["element_type"] == "i64"


def test_a_dataset_of_nothing_is_refused(run_core: Core, save_model: Core, make_dataset: Core) -> None:
    ended = run_core(
        "quantize",
        {"recipe": small_recipe()},
        model=save_model(small_model([1, 3, 32, 32])),
        dataset=make_dataset([], split="evaluation"),
    )

    assert ended.refusal["kind"] == "NoImages"
    assert "holds no images" in ended.refusal["detail"]


def test_a_dataset_without_a_calibration_part_is_refused(run_core: Core, save_model: Core, few_images: Path) -> None:
    ended = run_core(
        "quantize", {"recipe": small_recipe()}, model=save_model(small_model([1, 3, 32, 32])), dataset=few_images
    )

    assert ended.refusal["kind"] == "NoImages"
    assert "None of the dataset's 12 images is in its calibration part; use split 'all'" in ended.refusal["detail"]


def test_a_dataset_that_is_excluded_whole_is_refused_with_the_reason(
    run_core: Core, save_model: Core, small_images: Path
) -> None:
    ended = run_core(
        "quantize",
        {"recipe": small_recipe()},
        model=save_model(small_model([1, 3, 32, 32])),
        dataset=small_images,
        exclude=small_images,
    )

    assert ended.refusal["kind"] == "NoImages"
    assert "All 6 images" in ended.refusal["detail"]
    assert ended.refusal["excluded"] == 6


def test_a_broken_image_is_refused_by_name_and_nothing_is_written(
    run_core: Core, save_model: Core, make_dataset: Core
) -> None:
    whole = colours.picture(0, kind="JPEG", size=(120, 120))
    torn = whole[: len(whole) // 2]
    dataset = make_dataset([("good.jpg", whole, None), ("torn.jpg", torn, None)], split="calibration")

    ended = run_core(
        "quantize", {"recipe": small_recipe()}, model=save_model(small_model([1, 3, 32, 32])), dataset=dataset
    )

    assert ended.refusal["kind"] == "BrokenImage"
    assert ended.refusal["file"] == "torn.jpg"
    assert list((ended.folder / "outputs").iterdir()) == []


def test_changed_bytes_in_a_shard_are_refused(
    run_core: Core, save_model: Core, small_images: Path, tmp_path: Path
) -> None:
    forged = tmp_path / "forged"
    shutil.copytree(small_images, forged)
    first = read_index(forged)[0]
    with (forged / first.shard).open("r+b") as shard:
        shard.seek(first.offset + 100)
        shard.write(b"\x00\x01\x02")

    ended = run_core(
        "quantize", {"recipe": small_recipe()}, model=save_model(small_model([1, 3, 32, 32])), dataset=forged
    )

    assert ended.refusal["kind"] == "BadDataset"
    assert ended.refusal["file"] == first.name


def test_a_hostile_index_is_refused_by_its_line(
    run_core: Core, save_model: Core, tmp_path: Path, small_images: Path
) -> None:
    hostile = tmp_path / "hostile"
    shutil.copytree(small_images, hostile)
    with (hostile / "index.jsonl").open("a") as index:
        index.write(json.dumps({"name": "x", "shard": "../../../etc/passwd"}) + "\n")

    ended = run_core(
        "quantize", {"recipe": small_recipe()}, model=save_model(small_model([1, 3, 32, 32])), dataset=hostile
    )

    assert ended.refusal["kind"] == "BadDataset"
    assert "line 7" in ended.refusal["detail"]


def test_a_file_that_is_no_model_is_refused(run_core: Core, small_images: Path, tmp_path: Path) -> None:
    folder = tmp_path / "text"
    folder.mkdir()
    (folder / "model.xml").write_text("not a model")

    ended = run_core("quantize", {"recipe": small_recipe()}, model=folder, dataset=small_images)

    assert ended.refusal["kind"] == "Unreadable"
    assert ended.refusal["file"] == "model.xml"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"preset": "fast"}, "preset: Must be one of performance, mixed"),
        ({"subset_size": 0}, "subset_size"),
        ({"subset_size": True}, "subset_size"),
        ({"split": "evaluation"}, "split: Must be one of calibration, all"),
        ({"main_file": "../model.xml"}, "main_file"),
        ({"ignored_scope": {"names": "conv"}}, "ignored_scope.names"),
        ({"ignored_scope": {"subgraphs": []}}, "subgraphs: Unknown field"),
        ({"ignored_scope": {"patterns": ["("]}}, "no regular expression"),
        ({"bias_correction": True}, "bias_correction: Unknown field"),
    ],
)
def test_a_bad_spec_is_refused_by_its_field(
    run_core: Core, save_model: Core, small_images: Path, changes: dict[str, Any], said: str
) -> None:
    ended = run_core(
        "quantize",
        {"recipe": small_recipe()} | changes,
        dataset=small_images,
        model=save_model(small_model([1, 3, 32, 32])),
    )

    assert ended.refusal["kind"] == "BadSpec"
    assert said in ended.refusal["detail"]


def test_a_bad_recipe_is_refused_by_its_field(run_core: Core, save_model: Core, small_images: Path) -> None:
    ended = run_core(
        "quantize",
        {"recipe": small_recipe(scale=[1, 0, 1])},
        dataset=small_images,
        model=save_model(small_model([1, 3, 32, 32])),
    )

    assert ended.refusal["kind"] == "BadRecipe"
    assert ended.refusal["field"] == "scale"
