"""Evaluation: the published accuracy to the image, and a sentence where no honest figure can be given."""

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

Core = Callable[..., Any]


def by_name(ended: Any) -> dict[str, dict[str, Any]]:
    return {row["metric"]: row for row in ended.result["metrics"]}


def fixed_answer(scores: Any, size: int = 8) -> ov.Model:
    """A model that says the same of every image: its output has the scores' shape."""
    image = ops.parameter([1, 3, size, size], ov.Type.f32, name="in0")
    image.output(0).set_names({"in0"})
    nothing = ops.multiply(ops.reduce_mean(image, ops.constant([0, 1, 2, 3])), np.float32(0))
    answer = ops.add(ops.constant(np.array(scores, np.float32)), nothing)
    answer.output(0).set_names({"scores"})
    return ov.Model([answer], [image], "fixed")


def small_recipe(**changes: Any) -> dict[str, Any]:
    return {
        "task": "classification",
        "resize": "stretch",
        "input": {"name": "in0", "width": 8, "height": 8, "channels": 3, "layout": "NCHW"},
    } | changes


def test_squeezenet_is_right_on_123_of_200_images(
    run_core: Core, squeezenet: Path, imagenet: Path, squeezenet_recipe: dict[str, Any]
) -> None:
    ended = run_core("evaluate", {"recipe": squeezenet_recipe, "split": "all"}, model=squeezenet, dataset=imagenet)

    top1, top5 = by_name(ended)["top1"], by_name(ended)["top5"]
    assert top1["value"] * 200 == pytest.approx(123)
    assert (top1["n"], top1["split"]) == (200, "all")
    assert top1["low"] == pytest.approx(0.546, abs=0.001)
    assert top1["high"] == pytest.approx(0.680, abs=0.001)
    assert top5["value"] * 200 == pytest.approx(166)
    assert ended.result["items"] == 200
    assert ended.result["device"] == "CPU"
    assert ended.result["configuration"]["INFERENCE_PRECISION_HINT"] == "f32"
    assert ended.result["configuration"]["executed"]["devices"] == ["CPU"]


def test_rgb_where_bgr_is_needed_is_far_less_accurate(
    run_core: Core, network: Path, both_parts: Path, recipe: dict[str, Any]
) -> None:
    wrong = recipe | {"color": "RGB", "mean": [123, 117, 104]}

    right, ended = (
        run_core("evaluate", {"recipe": each, "split": "all"}, model=network, dataset=both_parts)
        for each in (recipe, wrong)
    )

    assert by_name(right)["top1"]["value"] * 60 == 57
    assert by_name(ended)["top1"]["value"] * 60 < 15


def test_by_itself_only_the_evaluation_part_is_scored(
    run_core: Core, network: Path, both_parts: Path, recipe: dict[str, Any]
) -> None:
    ended = run_core("evaluate", {"recipe": recipe}, model=network, dataset=both_parts)

    index = [json.loads(line) for line in (both_parts / "index.jsonl").read_text().splitlines()]
    scored = [line["name"] for line in index if line["split"] == "evaluation"]
    assert by_name(ended)["top1"]["n"] == len(scored) < 60
    assert by_name(ended)["top1"]["split"] == "evaluation"
    assert [line["name"] for line in ended.lines("predictions.jsonl")] == scored


def test_every_prediction_is_listed_and_adds_up_to_the_metric(
    run_core: Core, network: Path, few_images: Path, recipe: dict[str, Any]
) -> None:
    ended = run_core("evaluate", {"recipe": recipe}, model=network, dataset=few_images)

    lines = ended.lines("predictions.jsonl")
    metrics = by_name(ended)
    assert sum(line["correct"] for line in lines) == round(metrics["top1"]["value"] * 12) == 9
    assert sum(line["label"] in [class_id for class_id, _ in line["top"]] for line in lines) == round(
        metrics["top5"]["value"] * 12
    )
    for line in lines:
        assert set(line) == {"name", "sha256", "label", "top", "correct", "answer", "items"}
        scores = [score for _, score in line["top"]]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) == 5


def test_the_same_evaluation_makes_the_same_predictions(
    run_core: Core, network: Path, few_images: Path, recipe: dict[str, Any]
) -> None:
    one, other = (run_core("evaluate", {"recipe": recipe}, model=network, dataset=few_images) for _ in range(2))

    assert one.result["metrics"] == other.result["metrics"]
    assert [(line["name"], line["top"][0][0]) for line in one.lines("predictions.jsonl")] == [
        (line["name"], line["top"][0][0]) for line in other.lines("predictions.jsonl")
    ]


def test_without_labels_the_agreement_with_a_reference_is_measured(
    run_core: Core, network: Path, unlabelled: Path, recipe: dict[str, Any]
) -> None:
    ended = run_core(
        "evaluate", {"recipe": recipe, "split": "all"}, model=network, dataset=unlabelled, reference=network
    )

    assert list(by_name(ended)) == ["top1_agreement"]
    agreement = by_name(ended)["top1_agreement"]
    assert agreement["value"] == 1.0
    assert agreement["low"] < 0.95
    assert {line["correct"] for line in ended.lines("predictions.jsonl")} == {None}


@pytest.mark.parametrize("label", [0, 3])
def test_a_model_that_always_says_the_same_is_told_to(
    run_core: Core, save_model: Core, few_images: Path, label: int
) -> None:
    scores = [[float(number == label) for number in range(100)]]
    ended = run_core(
        "evaluate",
        {"recipe": small_recipe(), "metrics": ["top1_agreement"]},
        dataset=few_images,
        model=save_model(fixed_answer(scores)),
        reference=save_model(fixed_answer(scores)),
    )

    agreement = by_name(ended)["top1_agreement"]
    assert (agreement["value"], agreement["constant"]) == (1.0, True)


@pytest.mark.parametrize("infinite", [float("inf"), float("nan")])
def test_a_score_that_is_no_finite_number_is_refused_by_its_image(
    run_core: Core, save_model: Core, few_images: Path, infinite: float
) -> None:
    ended = run_core(
        "evaluate",
        {"recipe": small_recipe()},
        dataset=few_images,
        model=save_model(fixed_answer([[0.0] * 98 + [infinite] * 2])),
    )

    assert ended.refusal["kind"] == "UnusableOutput"
    assert ended.refusal["detail"].startswith(f"{ended.refusal['file']}: 2 of 100 scores are not")


def test_a_class_that_is_ruled_out_by_minus_infinity_is_no_fault(
    run_core: Core, save_model: Core, few_images: Path
) -> None:
    ended = run_core(
        "evaluate",
        {"recipe": small_recipe()},
        dataset=few_images,
        model=save_model(fixed_answer([[1.0] + [float("-inf")] * 99])),
    )

    assert "top1" in by_name(ended)
    assert "Infinity" not in (ended.folder / "outputs" / "predictions.jsonl").read_text()


def test_with_labels_and_a_reference_both_are_told_the_correct_answers_first(
    run_core: Core, save_model: Core, network: Path, few_images: Path, recipe: dict[str, Any]
) -> None:
    ended = run_core("evaluate", {"recipe": recipe}, model=network, dataset=few_images, reference=network)

    assert list(by_name(ended)) == ["top1", "top5", "top1_agreement"]


def test_against_another_evaluation_the_change_is_paired_over_the_same_images(
    run_core: Core, squeezenet: Path, imagenet: Path, squeezenet_recipe: dict[str, Any]
) -> None:
    spec, wrong = {"recipe": squeezenet_recipe, "split": "all"}, squeezenet_recipe | {"color": "RGB"}
    right = run_core("evaluate", spec, model=squeezenet, dataset=imagenet)

    ended = run_core(
        "evaluate", spec | {"recipe": wrong}, model=squeezenet, dataset=imagenet, against=right.folder / "outputs"
    )

    top1, before = by_name(ended)["top1"], by_name(right)["top1"]
    assert right.result["changed_items"] is None
    assert "change" not in before
    assert top1["change"]["value"] == pytest.approx(top1["value"] - before["value"])
    assert (top1["change"]["n"], top1["change"]["beyond_noise"]) == (200, True)
    changed = ended.result["changed_items"]
    assert changed["fixed_n"] - changed["broken_n"] == round(200 * top1["change"]["value"])
    # Narrower than if the images had been others.
    assert top1["change"]["high"] - top1["change"]["low"] < 1.4 * (before["high"] - before["low"])


def test_only_the_metrics_asked_for_are_told(
    run_core: Core, network: Path, few_images: Path, recipe: dict[str, Any]
) -> None:
    ended = run_core("evaluate", {"recipe": recipe, "metrics": ["top5"]}, model=network, dataset=few_images)

    assert list(by_name(ended)) == ["top5"]


def test_top5_counts_five_even_when_the_recipe_lists_one(
    run_core: Core, network: Path, few_images: Path, recipe: dict[str, Any]
) -> None:
    one = run_core("evaluate", {"recipe": recipe | {"top_k": 1}}, model=network, dataset=few_images)
    five = run_core("evaluate", {"recipe": recipe}, model=network, dataset=few_images)

    assert by_name(one)["top5"] == by_name(five)["top5"]


def test_a_background_class_is_taken_off(run_core: Core, save_model: Core, make_dataset: Core) -> None:
    dataset = make_dataset([("a.png", colours.picture(1), 1)], split="evaluation")

    ended = run_core(
        "evaluate",
        {"recipe": small_recipe(label_offset=1)},
        dataset=dataset,
        model=save_model(fixed_answer([[0.1, 0.2, 0.7]])),
    )

    assert by_name(ended)["top1"]["value"] == 1.0
    assert ended.lines("predictions.jsonl")[0]["top"][0][0] == 1


def test_the_recipe_names_the_output_to_read(run_core: Core, save_model: Core, few_images: Path) -> None:
    model = fixed_answer([[0.0] * 60])
    second = ops.constant(np.eye(1, 60, 5, dtype=np.float32))
    second = ops.add(second, ops.multiply(model.output(0).get_node().input_value(0), np.float32(0)))
    second.output(0).set_names({"second"})
    both = ov.Model([*model.get_results(), ops.result(second)], model.get_parameters(), "both")

    ended = run_core("evaluate", {"recipe": small_recipe(output="second")}, model=save_model(both), dataset=few_images)

    assert ended.lines("predictions.jsonl")[0]["top"][0][0] == 5


def test_progress_ends_with_the_last_image(
    run_core: Core, network: Path, few_images: Path, recipe: dict[str, Any]
) -> None:
    ended = run_core("evaluate", {"recipe": recipe}, model=network, dataset=few_images, reference=network)

    fractions = [line["fraction"] for line in ended.progress]
    assert fractions == sorted(fractions)
    assert ended.progress[-1]["message"] == "12 of 12 images"
    assert {line["stage"] for line in ended.progress} == {"reading", "evaluating", "evaluating the reference"}


def test_images_that_calibrated_the_model_are_never_scored(
    run_core: Core, network: Path, few_images: Path, recipe: dict[str, Any], tmp_path: Path
) -> None:
    index = [json.loads(line) for line in (few_images / "index.jsonl").read_text().splitlines()]
    calibrated = tmp_path / "calibrated"
    calibrated.mkdir()
    (calibrated / "calibration-items.jsonl").write_text(
        json.dumps({"sha256": "0" * 64, "name": "unrelated.jpg"})
        + "\n"
        + json.dumps({"sha256": index[3]["sha256"], "name": "another-name.jpg"})
        + "\n"
    )

    ended = run_core("evaluate", {"recipe": recipe}, model=network, dataset=few_images, calibrated=calibrated)

    assert ended.refusal["kind"] == "ScoredOnCalibration"
    assert ended.refusal["count"] == 1
    assert ended.refusal["names"] == [index[3]["name"]]


def test_images_that_calibrated_it_may_lie_in_the_other_part(
    run_core: Core, network: Path, both_parts: Path, recipe: dict[str, Any], tmp_path: Path
) -> None:
    index = [json.loads(line) for line in (both_parts / "index.jsonl").read_text().splitlines()]
    calibrated = tmp_path / "calibrated"
    calibrated.mkdir()
    (calibrated / "calibration-items.jsonl").write_text(
        "".join(
            json.dumps({"sha256": line["sha256"], "name": line["name"]}) + "\n"
            for line in index
            if line["split"] == "calibration"
        )
    )
    spec = {"recipe": recipe, "metrics": ["top1"]}

    allowed = run_core("evaluate", spec, model=network, dataset=both_parts, calibrated=calibrated)
    refused = run_core("evaluate", spec | {"split": "all"}, model=network, dataset=both_parts, calibrated=calibrated)

    assert by_name(allowed)["top1"]["n"] > 30
    assert refused.refusal["kind"] == "ScoredOnCalibration"


def test_a_label_the_model_has_no_class_for_is_named(run_core: Core, save_model: Core, few_images: Path) -> None:
    ended = run_core(
        "evaluate", {"recipe": small_recipe()}, model=save_model(fixed_answer([[0.0] * 10])), dataset=few_images
    )

    assert ended.refusal["kind"] == "LabelOutOfRange"
    assert (ended.refusal["label"], ended.refusal["classes"]) == (10, 10)
    assert "10 classes, so labels from 0 to 9 are accepted" in ended.refusal["detail"]


def test_a_label_beyond_the_background_class_is_named(run_core: Core, save_model: Core, few_images: Path) -> None:
    ended = run_core(
        "evaluate",
        {"recipe": small_recipe(label_offset=1)},
        dataset=few_images,
        model=save_model(fixed_answer([[0.0] * 56])),
    )

    assert ended.refusal["kind"] == "LabelOutOfRange"
    assert ended.refusal["label"] == 55
    assert "labels from 0 to 54" in ended.refusal["detail"]


@pytest.mark.parametrize("shape", [(1, 10, 4), (2, 100), (1, 3, 8, 8)])
def test_an_output_that_is_no_list_of_scores_is_refused(
    run_core: Core, save_model: Core, few_images: Path, shape: tuple[int, ...]
) -> None:
    ended = run_core(
        "evaluate", {"recipe": small_recipe()}, model=save_model(fixed_answer(np.zeros(shape))), dataset=few_images
    )

    assert ended.refusal["kind"] == "UnusableOutput"
    assert ended.refusal["shape"] == list(shape)


def test_an_output_of_nan_is_refused_not_scored(run_core: Core, save_model: Core, few_images: Path) -> None:
    ended = run_core(
        "evaluate",
        {"recipe": small_recipe()},
        dataset=few_images,
        model=save_model(fixed_answer([[0.0] * 99 + [float("nan")]])),
    )

    assert ended.refusal["kind"] == "UnusableOutput"
    assert "1 of 100 scores are not a number" in ended.refusal["detail"]
    assert not (ended.folder / "outputs" / "predictions.jsonl").exists()


def test_an_output_the_model_does_not_have_is_refused(run_core: Core, save_model: Core, few_images: Path) -> None:
    ended = run_core(
        "evaluate",
        {"recipe": small_recipe(output="logits")},
        dataset=few_images,
        model=save_model(fixed_answer([[0.0] * 100])),
    )

    assert ended.refusal["kind"] == "InputMismatch"
    assert "'logits'; the model has scores" in ended.refusal["detail"]


def test_without_labels_and_reference_nothing_can_be_measured(
    run_core: Core, network: Path, unlabelled: Path, recipe: dict[str, Any]
) -> None:
    ended = run_core("evaluate", {"recipe": recipe, "split": "all"}, model=network, dataset=unlabelled)

    assert ended.refusal["kind"] == "NotMeasurable"
    assert "no labels and no reference" in ended.refusal["detail"]


@pytest.mark.parametrize(("metric", "missing"), [("top1", "labels"), ("top1_agreement", "a reference model")])
def test_a_metric_that_lacks_what_it_needs_is_refused(
    run_core: Core, network: Path, unlabelled: Path, recipe: dict[str, Any], metric: str, missing: str
) -> None:
    ended = run_core(
        "evaluate", {"recipe": recipe, "split": "all", "metrics": [metric]}, model=network, dataset=unlabelled
    )

    assert ended.refusal["kind"] == "NotMeasurable"
    assert f"{metric} needs {missing}" in ended.refusal["detail"]


def test_a_generic_model_has_no_metric(run_core: Core, network: Path, few_images: Path, recipe: dict[str, Any]) -> None:
    ended = run_core("evaluate", {"recipe": recipe | {"task": "generic"}}, model=network, dataset=few_images)

    assert ended.refusal["kind"] == "NotMeasurable"


def test_an_empty_part_is_refused(run_core: Core, network: Path, recipe: dict[str, Any], make_dataset: Core) -> None:
    ended = run_core("evaluate", {"recipe": recipe}, model=network, dataset=make_dataset([], split="evaluation"))

    assert ended.refusal["kind"] == "NoImages"


def test_a_broken_image_is_refused_by_name(
    run_core: Core, network: Path, recipe: dict[str, Any], make_dataset: Core
) -> None:
    dataset = make_dataset([("torn.jpg", b"\xff\xd8\xff\xe0 torn", 0)], split="evaluation")

    ended = run_core("evaluate", {"recipe": recipe}, model=network, dataset=dataset)

    assert ended.refusal["kind"] == "BrokenImage"
    assert ended.refusal["file"] == "torn.jpg"


def test_a_device_that_is_not_there_is_refused_with_those_that_are(
    run_core: Core, network: Path, few_images: Path, recipe: dict[str, Any]
) -> None:
    ended = run_core("evaluate", {"recipe": recipe, "device": "NPU.7"}, model=network, dataset=few_images)

    assert ended.refusal["kind"] == "NotCompiled"
    assert ended.refusal["device"] == "NPU.7"
    assert "CPU" in ended.refusal["detail"].rsplit("Devices here:", 1)[1]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"metrics": ["top2"]}, "'top2' is unknown; accepted are top1, top5, top1_agreement"),
        ({"metrics": []}, "metrics: "),
        ({"metrics": "top1"}, "metrics: "),
        ({"split": "calibration"}, "split: Must be one of evaluation, all"),
        ({"inference_precision": "int8"}, "inference_precision: Must be one of f32, f16, bf16"),
        ({"device": ""}, "device: "),
        ({"batch": 8}, "batch: Unknown field"),
        ({"main_file": "/etc/passwd"}, "main_file"),
    ],
)
def test_a_bad_spec_is_refused_by_its_field(
    run_core: Core, network: Path, few_images: Path, recipe: dict[str, Any], changes: dict[str, Any], said: str
) -> None:
    ended = run_core("evaluate", {"recipe": recipe} | changes, model=network, dataset=few_images)

    assert ended.refusal["kind"] == "BadSpec"
    assert said in ended.refusal["detail"]


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["performance", "mixed"])
def test_int8_from_other_photos_keeps_119_of_200(
    run_core: Core,
    squeezenet: Path,
    photos: Path,
    imagenet: Path,
    squeezenet_recipe: dict[str, Any],
    tmp_path: Path,
    preset: str,
) -> None:
    quantized = run_core(
        "quantize",
        {"recipe": squeezenet_recipe, "split": "all", "preset": preset},
        model=squeezenet,
        dataset=photos,
        exclude=imagenet,
    )
    int8, calibrated = tmp_path / "int8", tmp_path / "calibrated"
    shutil.copytree(quantized.folder / "outputs", int8)
    calibrated.mkdir()
    shutil.move(int8 / "calibration-items.jsonl", calibrated)

    ended = run_core(
        "evaluate",
        {"recipe": squeezenet_recipe, "split": "all"},
        model=int8,
        dataset=imagenet,
        calibrated=calibrated,
        reference=squeezenet,
    )

    assert by_name(ended)["top1"]["value"] * 200 >= 119
    assert by_name(ended)["top1_agreement"]["value"] > 0.85
