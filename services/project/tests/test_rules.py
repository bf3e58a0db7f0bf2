"""The pure rules of a pipeline: which inputs, which steps."""

from __future__ import annotations

import pytest
from workbench.project.inputs import conversion_inputs, recipe_overrides
from workbench.project.pipeline import expected, wanted
from workbench.project.plan import Plan
from workbench.project.problems import ModelNeedsHelp
from workbench.project.values import Facts, Step

REQUEST = {
    "objective": "throughput",
    "max_latency_ms": None,
    "max_accuracy_drop": 1.0,
    "task": "classification",
    "calibration_dataset_id": None,
    "inputs": {},
    "recipe": {},
    "inference_precision": "f32",
    "duration_s": 1.0,
    "launches": 5,
    "preset": "performance",
    "subset_size": 300,
    "package": True,
}
LABELLED, UNLABELLED = {"annotated": True}, {"annotated": False}


def tensor(shape, name="x", layout="NCHW"):
    return {"name": name, "shape": shape, "element_type": "f32", "layout": layout}


def model(file_format="onnx", precision="FP32", shape=(1, 3, 8, 8), layout="NCHW"):
    return {"format": file_format, "precision": precision, "inputs": [tensor(list(shape), layout=layout)]}


def plan(facts=None, dataset=LABELLED, where=("local", "CPU"), **request):
    return Plan({**REQUEST, **request}, "m", facts or model(), "d" if dataset else None, dataset, *where)


def drive(what: Plan) -> dict[str, Facts]:
    """Let every step succeed as soon as it may start; their requests, in the order they started in."""
    steps: dict[str, Step] = {}
    while due := wanted(what, steps):
        for one in due:
            steps[one.name] = Step(one.name, one.kind, one.name, one.request, "succeeded", result={"id": one.name})
    return {name: step.request for name, step in steps.items()}


def test_a_task_that_every_image_answers_is_scored_without_annotations_and_compared_in_pairs() -> None:
    steps = drive(plan(dataset=UNLABELLED, task="inpainting"))

    asked = {name: steps[f"evaluate-{name}"] for name in ("fp32", "int8")}
    assert [each["reference_model_id"] for each in asked.values()] == [None, None]
    assert asked["int8"]["against_evaluation_id"] == "evaluate-fp32"


def test_a_mask_in_the_fourth_channel_stays_as_it_is() -> None:
    request = {**REQUEST, "task": "inpainting", "recipe": {"mean": [1.0, 2.0, 3.0], "scale": [4.0, 5.0, 6.0]}}
    four = {**model(shape=(1, 4, 8, 8)), "outputs": [tensor([1, 3, 8, 8], "y")]}

    assert conversion_inputs(four, request)["x"] == {
        "mean": [1.0, 2.0, 3.0, 0.0],
        "scale": [4.0, 5.0, 6.0, 1.0],
        "layout": "NCHW",
    }
    with pytest.raises(ModelNeedsHelp, match=r"recipe\.color: BGR can't be built into an input of 4 channels"):
        conversion_inputs(four, {**request, "recipe": {"color": "BGR"}})


def test_a_dynamic_batch_becomes_one_and_other_dynamic_dimensions_are_asked_for() -> None:
    assert conversion_inputs(model(shape=(-1, 3, 8, 8)), REQUEST) == {"x": {"shape": [1, 3, 8, 8]}}
    with pytest.raises(ModelNeedsHelp, match=r"inputs\.x\.shape: .*give the shape to measure"):
        conversion_inputs(model(shape=(-1, 3, -1, -1)), REQUEST)


def test_mean_scale_and_colour_order_are_built_in_and_leave_the_recipe() -> None:
    request = {**REQUEST, "recipe": {"color": "BGR", "mean": [1.0, 2.0, 3.0], "resize": "crop"}}

    built = conversion_inputs(model(), request)

    assert built == {"x": {"mean": [1.0, 2.0, 3.0], "reverse_channels": True, "layout": "NCHW"}}
    assert recipe_overrides(request) == {"task": "classification", "resize": "crop"}


def test_mean_scale_and_colour_order_stay_in_the_recipe_when_they_are_to_stay_outside() -> None:
    said = {"color": "BGR", "mean": [1.0, 2.0, 3.0], "scale": [4.0, 5.0, 6.0], "resize": "crop"}
    request = {**REQUEST, "recipe": said, "preprocessing": "outside"}

    assert conversion_inputs(model(), request) == {}
    assert recipe_overrides(request) == {"task": "classification", **said}


@pytest.mark.parametrize(
    ("task", "said", "overrides"),
    [
        ("classification", {"options": {"top_k": 3}, "head": "scores"}, {"options": {"top_k": 3}, "head": "scores"}),
        ("classification", {"top_k": 3, "resize": "crop"}, {"options": {"top_k": 3}, "resize": "crop"}),
        ("generic", {"top_k": 3}, {}),
    ],
)
def test_what_is_said_of_the_task_stays_for_the_recipe_as_0_1_0_said_it_too(task, said, overrides) -> None:
    assert recipe_overrides({**REQUEST, "task": task, "recipe": said}) == {"task": task, **overrides}


def test_a_mean_without_a_known_layout_is_refused_by_field() -> None:
    with pytest.raises(ModelNeedsHelp, match="layout") as refused:
        conversion_inputs(model(layout=None), {**REQUEST, "recipe": {"mean": [1.0]}})
    assert refused.value.document()["field"] == "inputs.x.layout"


def test_an_unknown_input_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ModelNeedsHelp, match="the model has x"):
        conversion_inputs(model(), {**REQUEST, "inputs": {"y": {"shape": [1]}}})


@pytest.mark.parametrize(
    "what",
    [
        plan(),
        plan(dataset=UNLABELLED),
        plan(dataset=None),
        plan(calibration_dataset_id="c"),
        plan(model("ir", "FP32")),
        plan(model("ir", "FP16")),
        plan(model("ir", "INT8")),
        plan(model("tflite", "INT8")),
        plan(task="generic"),
    ],
)
def test_what_is_expected_is_what_runs_whatever_is_brought(what: Plan) -> None:
    assert sorted(drive(what)) == sorted(name for name in expected(what) if name != "package")


def test_with_labels_the_others_are_compared_with_the_baselines_answers_else_with_the_baseline() -> None:
    labelled, unlabelled = drive(plan()), drive(plan(dataset=UNLABELLED))

    asked = [labelled[f"evaluate-{name}"]["against_evaluation_id"] for name in ("fp32", "fp16", "int8")]
    assert asked == [None, "evaluate-fp32", "evaluate-fp32"]
    assert list(labelled).index("evaluate-fp32") < list(labelled).index("evaluate-int8")
    assert unlabelled["evaluate-int8"]["against_evaluation_id"] is None
    assert unlabelled["evaluate-int8"]["reference_model_id"] == "convert-fp32"


def test_nothing_is_scored_on_what_calibrated_it() -> None:
    own, separate = drive(plan()), drive(plan(calibration_dataset_id="c"))

    assert (own["calibrate-int8"]["split"], own["evaluate-int8"]["split"]) == ("calibration", "evaluation")
    assert (separate["calibrate-int8"]["split"], separate["evaluate-int8"]["split"]) == ("all", "all")
    assert separate["calibrate-int8"]["exclude_dataset_id"] == "d"


def test_what_runs_on_the_device_goes_to_the_target_and_the_rest_anywhere() -> None:
    requests = drive(plan(where=("npu", "NPU")))

    there = {name for name, request in requests.items() if request.get("target") == "npu"}
    assert there == {name for name in requests if name.startswith(("profile-", "evaluate-"))}
    assert {requests[name]["device"] for name in there} == {"NPU"}
    assert not [name for name in requests.keys() - there if "target" in requests[name]]


def test_int8_is_calibrated_on_the_target_when_asked() -> None:
    assert drive(plan(where=("npu", "NPU"), calibrate_on_target=True))["calibrate-int8"]["target"] == "npu"
    assert "target" not in drive(plan(where=("npu", "NPU"), calibrate_on_target=False))["calibrate-int8"]


def test_an_ir_brought_along_is_not_converted_to_what_it_is() -> None:
    assert "convert-fp32" not in drive(plan(model("ir", "FP32")))
    assert not [name for name in drive(plan(model("ir", "INT8"))) if name.startswith(("convert", "calibrate"))]


def test_what_is_int8_in_another_format_is_converted_once_and_never_calibrated() -> None:
    requests = drive(plan(model("tflite", "INT8")))

    assert [name for name in requests if name.startswith(("convert", "calibrate"))] == ["convert-int8"]
    assert requests["convert-int8"]["precision"] == "FP32"
    assert requests["profile-int8"]["model_id"] == "convert-int8"
    assert requests["evaluate-int8"]["split"] == "all"


def test_the_same_facts_want_nothing_twice() -> None:
    what = plan()
    (first, second) = wanted(what, {})
    steps = {one.name: Step(one.name, one.kind, "c", one.request) for one in (first, second)}

    assert wanted(what, steps) == []


def test_a_model_of_several_pictures_at_once_is_converted_to_take_one() -> None:
    assert conversion_inputs(model(shape=(4, 3, 8, 8)), REQUEST) == {"x": {"shape": [1, 3, 8, 8]}}
    asked = {**REQUEST, "inputs": {"x": {"shape": [2, 3, 8, 8]}}}
    assert conversion_inputs(model(shape=(4, 3, 8, 8)), asked) == {"x": {"shape": [2, 3, 8, 8]}}
    assert conversion_inputs(model(shape=(1, 3, 8, 8)), REQUEST) == {}
    assert conversion_inputs(model(shape=(8, 8, 3, 4), layout="HWCN"), REQUEST) == {}
