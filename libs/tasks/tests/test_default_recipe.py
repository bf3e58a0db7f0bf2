"""The default recipe: what the facts say, what the person says instead, and what neither says."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from workbench.tasks.default_recipe import NoDefaultRecipe, default_recipe


def facts(
    shape: Any = (1, 3, 224, 224), layout: str | None = "NCHW", classes: Any = (1, 1000), element_type: str = "f32"
) -> dict[str, Any]:
    return {
        "inputs": [{"name": "data", "shape": shape and list(shape), "element_type": element_type, "layout": layout}],
        "outputs": [{"name": "prob", "shape": classes and list(classes), "element_type": "f32", "layout": None}],
    }


def labels(count: int) -> dict[str, Any]:
    return {"labels": [f"class {number}" for number in range(count)]}


def test_a_classifier_gets_the_usual_imagenet_recipe() -> None:
    recipe = default_recipe(facts(), None, {})

    assert recipe.task == "classification"
    assert recipe.preparation.resize == "crop"
    assert recipe.preparation.color == "RGB"
    assert recipe.preparation.mean is None
    assert recipe.preparation.input.shape == (1, 3, 224, 224)


@pytest.mark.parametrize("classes", [(1, 10), (1, 10, 1, 1), (1, 1, 1, 10), (-1, 10)])
def test_an_output_of_one_list_of_scores_is_a_classifiers(classes: tuple[int, ...]) -> None:
    assert default_recipe(facts(classes=classes), None, {}).task == "classification"


@pytest.mark.parametrize("classes", [(1, 21, 7, 7, 7), (1, -1), (1, 100, 4), None, (1,), (1, 1), (1, [1, 8])])
def test_another_output_makes_a_generic_model_stretched_whole(classes: Any) -> None:
    recipe = default_recipe(facts(classes=classes), None, {})

    assert (recipe.task, recipe.preparation.resize) == ("generic", "stretch")


def test_nhwc_is_read_in_its_own_order() -> None:
    recipe = default_recipe(facts((1, 192, 256, 3), "NHWC"), None, {})

    assert recipe.preparation.input.shape == (1, 192, 256, 3)


def test_one_channel_is_gray() -> None:
    assert default_recipe(facts((1, 1, 64, 64)), None, {}).preparation.color == "GRAY"


def test_the_labels_are_the_datasets() -> None:
    recipe = default_recipe(facts(classes=(1, 2)), {"labels": ["cat", "dog"]}, {})

    assert recipe.labels == ("cat", "dog")
    assert recipe.options["label_offset"] == 0


def test_one_class_more_than_labels_is_a_background_class() -> None:
    assert default_recipe(facts(classes=(1, 1001)), labels(1000), {}).options["label_offset"] == 1


def test_the_offset_can_be_overridden() -> None:
    assert default_recipe(facts(classes=(1, 1001)), labels(1000), {"options": {"label_offset": 0}}).options == {
        "label_offset": 0,
        "top_k": 5,
    }


def test_a_free_batch_is_fine() -> None:
    assert default_recipe(facts((-1, 3, 224, 224)), None, {}).preparation.input.shape == (1, 3, 224, 224)


def test_overrides_have_the_last_word() -> None:
    recipe = default_recipe(
        facts(),
        labels(5),
        {
            "color": "BGR",
            "mean": [104, 117, 123],
            "resize": "letterbox",
            "interpolation": "bicubic",
            "task": "generic",
            "labels": None,
        },
    )

    prepared = recipe.preparation
    assert (prepared.color, prepared.mean, prepared.resize) == ("BGR", (104, 117, 123), "letterbox")
    assert (prepared.interpolation, recipe.task, recipe.labels) == ("bicubic", "generic", None)


def test_options_are_those_of_the_task() -> None:
    assert default_recipe(facts(), None, {"options": {"top_k": 3}}).options == {"label_offset": 0, "top_k": 3}


@pytest.mark.parametrize(
    ("overrides", "options"),
    [
        ({"top_k": 3}, {"label_offset": 0, "top_k": 3}),
        ({"top_k": 3, "label_offset": 1, "task": "classification"}, {"label_offset": 1, "top_k": 3}),
        ({"top_k": 3, "task": "generic"}, {}),
    ],
)
def test_options_of_a_request_that_an_earlier_release_kept_are_read_beside_the_rest(
    overrides: dict[str, Any], options: dict[str, Any]
) -> None:
    assert default_recipe(facts(), None, overrides).options == options


def test_a_layout_the_facts_do_not_know_can_be_given() -> None:
    recipe = default_recipe(facts((1, 3, 224, 3), layout=None), None, {"layout": "NCHW"})

    assert (recipe.preparation.input.height, recipe.preparation.input.width) == (224, 3)


def test_a_free_image_size_can_be_given() -> None:
    recipe = default_recipe(facts((1, 3, -1, [64, 512])), None, {"width": 320, "height": 240})

    assert (recipe.preparation.input.width, recipe.preparation.input.height) == (320, 240)


def test_channels_that_are_open_can_be_given() -> None:
    assert default_recipe(facts((1, -1, 224, 224)), None, {"channels": 1}).preparation.input.channels == 1


def test_the_output_to_read_can_be_named_and_is_one_that_there_is() -> None:
    model = facts()
    model["outputs"].append({**model["outputs"][0], "name": "aux"})

    assert default_recipe(model, None, {"task": "classification", "output": "aux"}).output == "aux"
    with pytest.raises(NoDefaultRecipe, match=f"must be one of {model['outputs'][0]['name']}, aux") as refused:
        default_recipe(model, None, {"task": "classification", "output": "probe"})
    assert refused.value.field == "output"


@pytest.mark.parametrize(
    ("model", "overrides", "field", "said"),
    [
        (facts(layout=None), {}, "layout", "no known layout; convert the model with one, NCHW or NHWC (`--layout"),
        (facts(layout="CHWN"), {}, "layout", "no known layout"),
        (facts((1, 3, -1, 224)), {}, "height", "no fixed height; convert the model with a fixed shape (`--input-shape"),
        (facts((1, 3, 224, [32, 512])), {}, "width", "no fixed width"),
        (facts((1, -1, 224, 224)), {}, "channels", "no fixed channels"),
        (facts((1, 4, 224, 224)), {}, "layout", "4 channels as NCHW"),
        (facts((1, 224, 224, 3)), {}, "layout", "224 channels as NCHW"),
        (facts((8, 3, 224, 224)), {}, "model_id", "with `batch` 1 (`--batch 1` on the command line)"),
        (facts((1, 1000), None), {}, "model_id", "four dimensions"),
        (facts(None, None), {}, "model_id", "four dimensions"),
        (facts(), {"width": 320}, "width", "width can't be 320"),
        (facts(), {"input_name": "image"}, "input_name", "is unknown; accepted here are task, labels, head, output"),
        (facts(), {"layout": "CHW"}, "layout", "NCHW or NHWC"),
        (facts(), {"color": "GRAY"}, "color", "must be RGB or BGR"),
        (facts(), {"mean": [1]}, "mean", "list of 3 numbers"),
        (facts(), {"scale": [0, 1, 1]}, "scale", "no zero"),
        (facts(), {"task": "detection"}, "task", "must be one of"),
        (facts(), {"colour": "BGR"}, "colour", "is unknown"),
        (facts(), {"options": {"top_k": 0}}, "options.top_k", "a whole number from 1 to 100"),
        (facts(), {"options": {"threshold": 1}}, "options.threshold", "accepted here are label_offset, top_k"),
        (facts(classes=(1, 8, 8)), {"options": {"top_k": 1}}, "options.top_k", "accepted here are none"),
        (facts(), {"head": "boxes"}, "head", "must be one of scores"),
        (facts((1, 3, -1, -1)), {"width": 0, "height": 8}, "width", "from 1 to"),
    ],
)
def test_what_neither_facts_nor_overrides_settle_is_refused_by_field(
    model: dict[str, Any], overrides: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(NoDefaultRecipe) as refused:
        default_recipe(model, None, overrides)

    assert refused.value.field == field
    assert said in str(refused.value)


def test_several_inputs_are_refused_with_their_names() -> None:
    model = facts()
    model["inputs"].append({"name": "mask", "shape": [1, 1, 64, 64], "element_type": "f32", "layout": "NCHW"})

    with pytest.raises(NoDefaultRecipe, match=r"2 inputs \(data, mask\); .*`--freeze"):
        default_recipe(model, None, {})


def test_a_model_without_inputs_is_refused() -> None:
    with pytest.raises(NoDefaultRecipe, match=r"0 inputs \(none\)"):
        default_recipe({"inputs": [], "outputs": []}, None, {})


def test_an_api_process_can_make_recipes_without_numpy_or_openvino() -> None:
    code = "import sys, workbench.tasks.default_recipe\nprint({'numpy', 'PIL', 'openvino', 'nncf'} & set(sys.modules))"

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)

    assert printed.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("model", "overrides", "field", "said"),
    [
        (facts(classes=(1, 85, 22, 22)), {"task": "classification"}, "task", r"\[1, classes\], not \[1, 85, 22, 22\]"),
        (facts(classes=(1, 1)), {"task": "classification"}, "task", "not \\[1, 1\\]"),
        (facts(classes=(1, 7)), {"labels": ["x"] * 8}, "labels", "has 8 classes; the model has 7, so at most 7 are"),
        (
            facts(classes=(1, 7)),
            {"labels": ["x"] * 6, "options": {"label_offset": 2}},
            "labels",
            "has 7, the first 2 of them before label 0, so at most 5 are accepted",
        ),
        (facts(classes=(1, 7), element_type="i64"), {}, "model_id", "takes i64; an image is fed as f32, f16, u8"),
    ],
)
def test_what_the_facts_already_contradict_is_refused(
    model: dict[str, Any], overrides: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(NoDefaultRecipe, match=said) as refused:
        default_recipe(model, None, overrides)

    assert refused.value.field == field


@pytest.mark.parametrize("classes", [(1, -1), None])
def test_outputs_whose_size_only_the_running_model_knows_are_not_contradicted(classes: Any) -> None:
    assert default_recipe(facts(classes=classes), labels(5), {"task": "classification"}).labels is not None


def test_fewer_labels_than_classes_are_fine() -> None:
    assert default_recipe(facts(classes=(1, 1000)), labels(200), {}).options["label_offset"] == 0


def test_the_classes_are_those_of_the_recipes_own_task() -> None:
    dataset = {"classes": {"object-detection": ["face"], "classification": ["cat", "dog"]}, "labels": ["cat", "dog"]}

    assert default_recipe(facts(classes=(1, 2)), dataset, {}).labels == ("cat", "dog")
    assert default_recipe(facts(classes=(1, 2)), dataset, {"task": "generic"}).labels is None
