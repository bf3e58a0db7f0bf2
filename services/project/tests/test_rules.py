"""The pure rules of a pipeline: which inputs, which steps, which differences, which recommendation."""

from __future__ import annotations

import pytest
from workbench.project.compare import accuracy_change, changed_items, quotient
from workbench.project.inputs import conversion_inputs, recipe_overrides
from workbench.project.pipeline import Plan, expected, wanted
from workbench.project.problems import ModelNeedsHelp
from workbench.project.recommend import Constraints, recommend
from workbench.project.values import Facts, Step, Variant

REQUEST = {
    "objective": "throughput", "max_latency_ms": None, "max_accuracy_drop": 1.0, "task": "classification",
    "calibration_dataset_id": None, "inputs": {}, "recipe": {}, "inference_precision": "f32", "duration_s": 1.0,
    "launches": 5, "preset": "performance", "subset_size": 300, "package": True,
}  # fmt: skip
LABELLED, UNLABELLED = {"annotated": True}, {"annotated": False}


def tensor(shape, name="x", layout="NCHW"):
    return {"name": name, "shape": shape, "element_type": "f32", "layout": layout}


def model(file_format="onnx", precision="FP32", shape=(1, 3, 8, 8), layout="NCHW"):
    return {"format": file_format, "precision": precision, "inputs": [tensor(list(shape), layout=layout)]}


def plan(facts=None, dataset=LABELLED, where=("local", "CPU"), **request):
    return Plan({**REQUEST, **request}, "m", facts or model(), "d" if dataset else None, dataset, *where)


def figure(value, spread=0.01):
    return {"value": value, "low": value * (1 - spread), "high": value * (1 + spread)}


def variant(name, fps, p50=1.0, change=None, size=100, spread=0.01, metric="top1"):
    """``change``: of its accuracy against the baseline, 0 to 1."""
    row = {"metric": metric, "value": 0.9, "n": 100, "low": 0, "high": 1}
    if change is not None:
        figure_of = {"value": change, "low": change - 0.01, "high": change + 0.01}
        row["change"] = {**figure_of, "n": 100, "beyond_noise": True}
    evaluation = {"metrics": [row], "changed_items": None}
    profile = {"throughput_fps": figure(fps, spread), "latency_ms": {"p50": figure(p50, spread)},
               "cpu_ms_per_request": figure(1.0), "trust": {"verdict": "trusted"}}  # fmt: skip
    precision = {"fp32": "FP32", "fp16": "FP16", "int8": "INT8"}[name]
    return Variant(name, f"m-{name}", {"precision": precision}, size, "p", profile, "e", evaluation)


def drive(what: Plan) -> dict[str, Facts]:
    """Let every step succeed as soon as it may start; their requests, in the order they started in."""
    steps: dict[str, Step] = {}
    while due := wanted(what, steps):
        for one in due:
            steps[one.name] = Step(one.name, one.kind, one.name, one.request, "succeeded", result={"id": one.name})
    return {name: step.request for name, step in steps.items()}


def test_a_quotient_widens_with_both_intervals_and_knows_the_noise() -> None:
    clear, vague = quotient(figure(200), figure(100)), quotient(figure(105, 0.2), figure(100, 0.2))

    assert clear["value"] == pytest.approx(2.0)
    assert clear["low"] == pytest.approx(2 * 2.718281828 ** -(2**0.5 * 0.010000333), rel=1e-4)
    assert clear["beyond_noise"]
    assert not vague["beyond_noise"]


def test_a_change_of_accuracy_is_told_in_points_as_the_evaluation_paired_it() -> None:
    change = accuracy_change(variant("int8", 1, change=-0.05))

    assert change == {"value": pytest.approx(-5.0), "low": pytest.approx(-6.0), "high": pytest.approx(-4.0), "n": 100,
                      "beyond_noise": True}  # fmt: skip
    assert accuracy_change(variant("int8", 1)) is None
    assert changed_items(variant("int8", 1))["broken"] == []


def test_of_an_error_more_is_accuracy_lost() -> None:
    worse = variant("int8", 300, change=0.05, metric="nme")

    change = accuracy_change(worse)

    assert change is not None
    assert (change["value"], change["low"], change["high"]) == pytest.approx((-5, -6, -4))
    limits = Constraints("throughput", None, 1.0)
    assert "it loses 5.00 points" in recommend([variant("fp32", 100), worse], limits).reason


def test_the_fastest_variant_within_the_accuracy_limit_is_recommended() -> None:
    fp32, int8 = variant("fp32", 100), variant("int8", 300, change=0.0, size=25)

    chosen = recommend([fp32, int8], Constraints("throughput", None, 1.0))

    assert chosen.variant is int8
    assert "3.00 ×" in chosen.reason


def test_a_variant_that_loses_too_much_is_not_chosen_and_the_reason_says_so() -> None:
    fp32, int8 = variant("fp32", 100), variant("int8", 300, change=-0.05)

    chosen = recommend([fp32, int8], Constraints("throughput", None, 1.0))

    assert chosen.variant is fp32
    assert "loses 5.00 points" in chosen.reason
    assert recommend([fp32, int8], Constraints("throughput", None, None)).variant is int8


def test_unknown_accuracy_is_never_good_enough_for_int8() -> None:
    chosen = recommend([variant("fp32", 100), variant("int8", 300)], Constraints("throughput", None, 1.0))

    assert chosen.variant.name == "fp32"
    assert "unknown" in chosen.reason


def test_a_latency_limit_counts_the_upper_end_of_the_interval() -> None:
    one = variant("fp32", 100, p50=1.0, spread=0.05)

    assert recommend([one], Constraints("latency", 1.06, None)).variant is one
    nothing = recommend([one], Constraints("latency", 1.02, None))
    assert nothing.variant is None
    assert "over the limit of 1.02 ms" in nothing.reason


def test_of_two_that_cannot_be_told_apart_the_smaller_is_chosen() -> None:
    fp32, fp16 = variant("fp32", 101, spread=0.1, size=100), variant("fp16", 100, spread=0.1, size=50)

    assert recommend([fp32, fp16], Constraints("throughput", None, 1.0)).variant is fp16


def test_a_dynamic_batch_becomes_one_and_other_dynamic_dimensions_are_asked_for() -> None:
    assert conversion_inputs(model(shape=(-1, 3, 8, 8)), REQUEST) == {"x": {"shape": [1, 3, 8, 8]}}
    with pytest.raises(ModelNeedsHelp, match=r"inputs\.x\.shape: .*give the shape to measure"):
        conversion_inputs(model(shape=(-1, 3, -1, -1)), REQUEST)


def test_mean_scale_and_colour_order_are_built_in_and_leave_the_recipe() -> None:
    request = {**REQUEST, "recipe": {"color": "BGR", "mean": [1.0, 2.0, 3.0], "resize": "crop"}}

    built = conversion_inputs(model(), request)

    assert built == {"x": {"mean": [1.0, 2.0, 3.0], "reverse_channels": True, "layout": "NCHW"}}
    assert recipe_overrides(request) == {"task": "classification", "resize": "crop"}


@pytest.mark.parametrize(("task", "said", "overrides"), [
    ("classification", {"options": {"top_k": 3}, "head": "scores"}, {"options": {"top_k": 3}, "head": "scores"}),
    ("classification", {"top_k": 3, "resize": "crop"}, {"options": {"top_k": 3}, "resize": "crop"}),
    ("generic", {"top_k": 3}, {}),
])  # fmt: skip
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
