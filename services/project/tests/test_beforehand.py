"""Nothing that is already known is found out after minutes of work: refused before, by the field to give."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError
from workbench.problems import Problem
from workbench.project.beforehand import settled
from workbench.project.inputs import conversion_inputs, measured_shapes
from workbench.project.problems import DatasetOfAnotherTask, ModelNeedsHelp, TaskNotSure
from workbench.project.schemas import OptimizationRequest
from workbench.store import Manifest, Manifests

TEN = [str(digit) for digit in range(10)]
LABELLED = {"annotated": True, "tasks": ["classification"], "classes": {"classification": TEN}, "labels": TEN}


def model(shape=(1, 3, 32, 32), output=(1, 10), name="prob", layout="NCHW", element_type="f32", **rest):
    inputs = [{"name": "x", "shape": shape and list(shape), "element_type": element_type, "layout": layout}]
    outputs = [{"name": name, "shape": list(output), "element_type": "f32", "layout": None}]
    return {"format": "onnx", "precision": "FP32", "inputs": inputs, "outputs": outputs, **rest}


def asked(**request):
    return OptimizationRequest().load(request)


def test_a_task_that_was_left_open_is_settled_and_told() -> None:
    request = settled(asked(), model(), None)

    assert request["task"] == "classification"
    assert (request["guess"]["sure"], request["guess"]["head"]) == ("likely", "scores")


def test_a_task_that_was_given_is_no_guess() -> None:
    assert "guess" not in settled(asked(task="generic"), model(), None)
    assert settled(asked(task="generic"), model(output=(1, 85, 22, 22)), LABELLED)["task"] == "generic"


def test_as_many_labels_as_outputs_make_sure_what_a_bare_list_of_numbers_is() -> None:
    assert settled(asked(), model(name="y"), LABELLED)["task"] == "classification"
    with pytest.raises(TaskNotSure):
        settled(asked(), model(name="y"), None)


def test_what_is_not_sure_is_refused_with_each_choice_and_why() -> None:
    with pytest.raises(TaskNotSure) as refused:
        settled(asked(), model(output=(1, 77), name="numbers"), None)

    document = refused.value.document()
    assert document["field"] == "task"
    assert [each["task"] for each in document["guesses"]] == ["classification", "generic"]
    assert document["detail"].startswith("task: say what the model is for. classification is possible: ")


def upscaler(shape=(None, 3, None, None)):
    outputs = [
        {
            "name": "y",
            "shape": [None, 3, None, None],
            "element_type": "f32",
            "layout": None,
            "operations": ["DepthToSpace"],
        }
    ]
    return {**model(shape), "outputs": outputs}


def test_pictures_that_keep_their_size_leave_the_model_open_and_the_shape_to_measure_is_asked_for() -> None:
    keep = {"task": "super-resolution", "recipe": {"resize": "keep"}}
    with pytest.raises(ModelNeedsHelp, match="the shape that speed is measured with") as refused:
        settled(asked(**keep), upscaler(), None)
    assert refused.value.document()["field"] == "inputs.x.shape"

    request = settled(asked(**keep, inputs={"x": {"shape": [1, 3, 64, 64]}}), upscaler(), None)

    assert conversion_inputs(upscaler(), request) == {"x": {"shape": [1, 3, -1, -1]}}
    assert measured_shapes(upscaler(), request) == {"x": [1, 3, 64, 64]}


def test_without_that_a_shape_is_the_models_and_a_fixed_model_keeps_no_size() -> None:
    request = settled(asked(task="super-resolution", inputs={"x": {"shape": [1, 3, 64, 64]}}), upscaler(), None)

    assert conversion_inputs(upscaler(), request) == {"x": {"shape": [1, 3, 64, 64]}}
    assert measured_shapes(upscaler(), request) == {}
    with pytest.raises(ModelNeedsHelp, match="must be open"):
        settled(asked(task="super-resolution", recipe={"resize": "keep"}), upscaler((1, 3, 32, 32)), None)


def test_a_detector_and_a_dataset_of_classes_do_not_belong_together() -> None:
    with pytest.raises(TaskNotSure, match="generic is likely: .* The dataset is annotated for classification"):
        settled(asked(), model(output=(1, 84, 8400)), LABELLED)


def test_a_dataset_of_another_task_is_refused_with_the_tasks_it_serves() -> None:
    boxes = {"annotated": True, "tasks": ["object-detection"], "classes": {}, "labels": None}

    with pytest.raises(DatasetOfAnotherTask, match="annotated for object-detection, not for classification"):
        settled(asked(task="classification"), model(), boxes)


def test_a_dataset_of_the_first_release_is_one_of_classes() -> None:
    first = {"annotated": True, "labels": TEN}

    assert settled(asked(), model(name="y"), first)["task"] == "classification"


@pytest.mark.parametrize(
    ("facts", "request_", "field"),
    [
        (model(output=(1, 85, 22, 22)), {"task": "classification"}, "task"),
        (model(output=(1, 7)), {"task": "classification"}, "dataset_id"),
        (model(), {"recipe": {"options": {"label_offset": 1}}}, "dataset_id"),
        (model(shape=(1, 128)), {"task": "generic"}, "model_id"),
        (model(shape=None), {"task": "generic"}, "model_id"),
        (model(element_type="i64"), {}, "model_id"),
        (model(element_type="i64"), {"recipe": {"mean": [1, 2, 3]}}, "recipe"),
        (model(shape=(1, 32, 32, 32), layout=None), {"task": "generic"}, "inputs.x.layout"),
        (model(shape=(1, 3, -1, -1)), {}, "inputs.x.shape"),
        (model(), {"recipe": {"resize": "crop", "short_side": 31}}, "recipe.short_side"),
        (model(), {"recipe": {"color": "GRAY"}}, "recipe.color"),
        (model(), {"inputs": {"y": {"layout": "NCHW"}}}, "inputs.y"),
    ],
)
def test_what_the_facts_already_say_is_refused_by_field(facts, request_, field) -> None:
    with pytest.raises(ModelNeedsHelp) as refused:
        settled(asked(**request_), facts, LABELLED)

    assert refused.value.field == field
    assert refused.value.detail.startswith(f"{field}: ")


def test_what_a_conversion_will_have_done_is_no_reason_to_refuse() -> None:
    free = model(shape=(-1, 3, -1, -1), element_type="f16")

    assert settled(asked(inputs={"x": {"shape": [1, 3, 32, 32]}}), free, LABELLED)["task"] == "classification"
    assert settled(asked(inputs={"x": {"layout": "NHWC"}}), model(shape=(1, 32, 32, 3), layout=None), LABELLED)


def test_pictures_go_into_a_known_detector_as_into_those_that_are_published_and_that_is_told() -> None:
    yolox = model(shape=(1, 3, 416, 416), output=(1, 3549, 85), source_files=["yolox_nano.onnx"])

    request = settled(asked(), yolox, None)

    assert request["recipe"] == {"color": "BGR", "resize": "letterbox"}
    assert [(each["field"], each["sure"]) for each in request["told"]] == [("color", "likely"), ("resize", "likely")]
    assert conversion_inputs(yolox, request) == {"x": {"reverse_channels": True, "layout": "NCHW"}}
    assert settled(asked(recipe={"color": "RGB", "resize": "crop"}), yolox, None)["recipe"] == {
        "color": "RGB",
        "resize": "crop",
    }


def test_what_the_source_of_a_model_tells_counts_more_than_what_is_usual() -> None:
    told = {"recipe": {"mean": [1.0, 2.0, 3.0], "scale": [4.0, 4.0, 4.0]}}
    yolo = model(shape=(1, 3, 416, 416), output=(1, 84, 3549), source_files=["yolov8n.onnx"], source=told)

    assert settled(asked(), yolo, None)["recipe"] == {**told["recipe"], "color": "RGB", "resize": "letterbox"}


def test_a_model_of_four_pictures_at_once_is_converted_to_one_of_one() -> None:
    assert settled(asked(), model(shape=(4, 3, 32, 32), output=(4, 10)), LABELLED)["task"] == "classification"


def test_two_inputs_are_one_too_many_for_a_picture() -> None:
    two = model()
    two["inputs"].append({"name": "mask", "shape": [1, 1, 32, 32], "element_type": "f32", "layout": "NCHW"})

    with pytest.raises(ModelNeedsHelp, match=r"2 inputs \(x, mask\)"):
        settled(asked(task="generic"), two, None)


def test_two_inputs_are_fine_where_the_task_knows_what_goes_into_each() -> None:
    two = model(output=(1, 3, 64, 64))
    two["inputs"].insert(0, {"name": "large", "shape": [1, 3, -1, -1], "element_type": "f32", "layout": "NCHW"})
    request = asked(recipe={"scale": [255.0] * 3}, inputs={"large": {"shape": [1, 3, 64, 64]}})

    assert settled(asked(task="super-resolution", inputs=request["inputs"]), two, None)["task"] == "super-resolution"
    built_in = conversion_inputs(two, {**request, "task": "super-resolution"})
    assert {name: each["scale"] for name, each in built_in.items()} == {"x": [255.0] * 3, "large": [255.0] * 3}


def test_an_option_of_no_task_is_refused_before_the_task_is_known() -> None:
    with pytest.raises(ValidationError, match="of_no_task.*Is unknown"):
        asked(recipe={"options": {"of_no_task": 1}})


def answer_to(bench, **request):
    return bench.client.post(bench.url, json=request)


def test_over_http_a_refusal_comes_before_any_job(bench) -> None:
    facts = {**model(output=(1, 77), name="y"), "digest": "p"}
    Manifests(bench.adapters.store, "a").write(Manifest("model", "points", "a", "", (), facts).text())
    made = bench.client.post("/v1/projects", json={"name": "p", "model_id": "points"})
    bench.project_id = made.json["id"]

    refused = answer_to(bench)

    assert refused.status_code == 422
    assert refused.json["type"] == "urn:workbench:problem:task-not-sure"
    assert refused.json["field"] == "task"
    assert bench.client.get(bench.url).json["items"] == []
    assert answer_to(bench, task="classification").status_code == 202


def test_over_http_null_is_as_good_as_nothing(bench) -> None:
    job = answer_to(bench, task=None).json

    assert job["request"]["task"] == "classification"
    assert job["request"]["guess"]["task"] == "classification"


def test_a_calibration_dataset_that_is_not_there_is_said_before_work(bench) -> None:
    refused = answer_to(bench, calibration_dataset_id="nowhere")

    assert refused.status_code == 404
    assert "nowhere" in refused.json["detail"]


def test_every_refusal_names_a_field_and_what_to_do() -> None:
    for refusal in (TaskNotSure([], []), DatasetOfAnotherTask("a", ["b"]), ModelNeedsHelp("x", "y")):
        assert isinstance(refusal, Problem)
        assert refusal.detail.startswith(f"{refusal.document()['field']}: ")
        assert refusal.remedy()
