"""What the zoo's `accuracy-check.yml` says of a model, as the zoo writes such files, and what else may lie there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from workbench.model_registry.sources.zoo_accuracy import ADAPTERS, accuracy_facts
from workbench.model_registry.sources.zoo_entry import Entry
from workbench.model_registry.sources.zoo_text import NotAnEntry
from workbench.model_registry.sources.zoo_told import told_of
from workbench.tasks.catalogue import task_of

TOP1 = {"name": "accuracy@top1", "type": "accuracy", "top_k": 1, "reference": 0.7645}
SHORT_SIDE = [{"type": "resize", "size": 256, "aspect_ratio_scale": "greater"}, {"type": "crop", "size": 224}]
NORMALIZATION = {"type": "normalization", "mean": [123.68, 116.78, 103.94]}


def said(
    *steps: dict[str, Any], framework: str = "openvino", adapter: Any = "classification", **dataset: Any
) -> dict[str, Any]:
    """One model, as one framework launches it."""
    launcher = {"framework": framework, "adapter": adapter}
    return {
        "name": "net",
        "launchers": [launcher],
        "datasets": [{"name": "imagenet_1001_classes", "preprocessing": list(steps), "metrics": [TOP1], **dataset}],
    }


def facts(*models: Any, is_ir: bool = False) -> dict[str, Any]:
    return accuracy_facts(json.dumps({"models": list(models)}), is_ir)  # which is YAML without aliases


# resnet-50-tf of the zoo: what its graph takes, and what the zoo's IR of it takes.
RESNET = (
    said({"type": "bgr_to_rgb"}, NORMALIZATION, *SHORT_SIDE, framework="tf"),
    said(*SHORT_SIDE),
)


def test_an_original_is_prepared_as_its_own_framework_launches_it() -> None:
    found = facts(*RESNET)

    assert found["recipe"] == {
        "resize": "crop",
        "short_side": 256,
        "color": "RGB",
        "mean": [123.68, 116.78, 103.94],
    }
    assert (found["task"], "head" in found) == ("classification", False)
    assert found["published"] == {
        "dataset": "imagenet_1001_classes",
        "metrics": [{"name": "accuracy@top1", "value": 0.7645}],
    }


def test_an_ir_is_prepared_as_openvino_launches_it() -> None:
    assert facts(*RESNET, is_ir=True)["recipe"] == {"resize": "crop", "short_side": 256, "color": "BGR"}


def test_an_original_that_is_launched_in_openvino_alone_says_nothing_of_pixels() -> None:
    assert facts(RESNET[1])["recipe"] == {"resize": "crop", "short_side": 256}


PIXELS = {
    "two steps are one": (
        [
            {"type": "normalization", "std": 255},
            {"type": "normalization", "mean": "(0.5, 0.25, 0)", "std": "(2, 4, 1)"},
        ],
        {"color": "BGR", "mean": [127.5, 63.75, 0.0], "scale": [510.0, 1020.0, 255.0]},
    ),
    "channels that are turned afterwards": (
        [{"type": "normalization", "mean": "1, 2, 3"}, {"type": "bgr_to_rgb"}],
        {"color": "RGB", "mean": [3.0, 2.0, 1.0]},
    ),
    "one number for all": (
        [{"type": "normalization", "mean": 127.5, "std": 127.5}],
        {"color": "BGR", "mean": [127.5], "scale": [127.5]},
    ),
    "gray": ([{"type": "bgr_to_gray"}], {"color": "GRAY"}),
    "a mean by a name": ([{"type": "normalization", "mean": "imagenet"}], None),
    "nothing to divide by": ([{"type": "normalization", "std": 0}], None),
    "no number": ([{"type": "normalization", "mean": ".nan"}], None),
    "two channels": ([{"type": "normalization", "mean": "1, 2"}], None),
    "a step without a word here": ([{"type": "bgr_to_lab"}], None),
}


@pytest.mark.parametrize("what", PIXELS)
def test_the_steps_of_pixels_become_colour_mean_and_scale_or_nothing(what: str) -> None:
    steps, expected = PIXELS[what]

    assert facts(said(*steps), is_ir=True).get("recipe") == expected


@pytest.mark.parametrize(("reader", "color"), [("pillow_imread", "RGB"), ({"type": "other"}, None), ("nifti", None)])
def test_who_reads_the_pictures_decides_on_the_order_of_channels(reader: Any, color: str | None) -> None:
    assert facts(said(reader=reader), is_ir=True).get("recipe", {}).get("color") == color


SIZES: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "stretched": ([{"type": "resize", "dst_width": 300, "dst_height": 300}], {"resize": "stretch"}),
    "in our word": (
        [{"type": "resize", "size": 4, "interpolation": "BICUBIC"}],
        {"resize": "stretch", "interpolation": "bicubic"},
    ),
    "a share of each side": ([{"type": "crop", "central_fraction": 0.875}, {"type": "resize", "size": 224}], {}),
    "filled up": ([{"type": "resize", "size": 4, "aspect_ratio_scale": "fit_to_window"}, {"type": "padding"}], {}),
    "no side": ([{"type": "resize", "aspect_ratio_scale": "greater", "size": "x"}, {"type": "crop"}], {}),
}


@pytest.mark.parametrize("what", SIZES)
def test_how_a_picture_gets_its_size_is_told_where_there_is_a_word_for_it(what: str) -> None:
    steps, expected = SIZES[what]

    assert facts(said(*steps), is_ir=True)["recipe"] == {"color": "BGR", **expected}


def test_the_head_is_that_of_the_adapter_by_name_or_with_settings() -> None:
    for adapter in ("yolo_v3", {"type": "yolo_v3", "anchors": "12,16", "outputs": ["a", "b"]}):
        found = facts(said(adapter=adapter))
        assert (found["adapter"], found["task"], found["head"]) == ("yolo_v3", "object-detection", "yolo_v3")


def test_every_head_that_an_adapter_stands_for_is_one_of_its_task() -> None:
    for adapter, (task, head) in ADAPTERS.items():
        assert head is None or head in [each.name for each in task_of(task).choosing.HEADS], adapter


@pytest.mark.parametrize(
    "document",
    [
        {"evaluations": []},
        {"models": []},
        {"models": [{"launchers": []}]},
        {"models": [{"launchers": [{"framework": "tf"}], "datasets": []}]},
    ],
)
def test_a_file_without_a_model_says_nothing(document: Any) -> None:
    assert accuracy_facts(json.dumps(document), False) == {}


@pytest.mark.parametrize("content", [b"\x80", b"- 1", b"models: 3", b"a: &a 1\nb: *a", b"[" * 1_200, b""])
def test_what_is_no_such_file_is_told_apart(content: bytes) -> None:
    with pytest.raises(NotAnEntry):
        accuracy_facts(content, False)


def test_references_of_each_class_are_no_number_of_the_model_s() -> None:
    by_class = {"type": "mean_iou", "reference": {"Bus": 0.7}}

    assert "published" not in facts(said(metrics=[by_class]))
    assert "published" not in facts(said(metrics=[{"type": "map", "reference": ".inf"}]))


def entry(*arguments: str) -> Entry:
    return Entry([], "tf", "classification", "", "", list(arguments), frozenset(), frozenset(), {})


def test_the_converter_s_arguments_come_before_how_accuracy_was_measured() -> None:
    told = told_of(entry("--scale_values=[2]", "--reverse_input_channels"), facts(*RESNET))

    assert told["recipe"] == {"resize": "crop", "short_side": 256, "color": "RGB", "scale": [2.0]}


def test_numbers_for_another_order_of_channels_are_left_out() -> None:
    measured = facts(said(NORMALIZATION, framework="tf"))

    assert told_of(entry("--reverse_input_channels"), measured)["recipe"] == {"color": "RGB"}
