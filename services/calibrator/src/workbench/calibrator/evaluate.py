"""How often a model is right on a dataset or agrees with a reference, and what it said of each image."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.calibrator import feed
from workbench.calibrator.metrics import TABLE, Metric, Prediction, Ranking
from workbench.calibrator.scorer import Scorer, compile_model, configuration, rank
from workbench.calibrator.values import BadSpec, EvaluationSpec
from workbench.imaging.recipe import Recipe
from workbench.runner.core import Refusal, Run
from workbench.shards import Item


class ScoredOnCalibration(Refusal):
    """Images to be scored have calibrated the model; ``count`` says how many, ``names`` some of them."""


class NotMeasurable(Refusal):
    """A metric needs what the evaluation does not have: labels, or a reference model."""


def run(run: Run) -> dict[str, Any]:
    """Evaluate inputs/model on inputs/dataset; see the contract of the evaluation spec."""
    try:
        spec = EvaluationSpec.from_json(run.spec)
    except BadSpec as bad:
        raise feed.BadRequest(f"{bad}.") from bad
    run.progress("reading", 0.0)
    recipe = feed.read_recipe(spec.recipe)
    items = choose(feed.read_items(run.inputs / "dataset"), spec.split)
    refuse_calibrated(items, run.inputs / "calibrated" / "calibration-items.jsonl")
    reference_file = run.inputs / "reference" / "model.xml"
    labels = feed.read_labels(run.inputs / "dataset")
    labelled = any(item.name in labels for item in items)
    metrics = choose_metrics(spec.metrics, recipe, labelled=labelled, has_reference=reference_file.is_file())
    recipe = replace(recipe, top_k=max(recipe.top_k, *(metric.depth for metric in metrics)))

    scorer = compile_model(run.inputs / "model" / spec.main_file, spec, recipe)
    reference = compile_model(reference_file, spec, recipe) if reference_file.is_file() else None
    predictions = predict(run, items, labels, recipe, scorer, reference)
    _write(run.outputs / "predictions.jsonl", predictions)
    return {
        "metrics": [row for metric in metrics if (row := _measured(metric, predictions, spec.split))],
        "items": len(items),
        "device": spec.device,
        "configuration": configuration(scorer.compiled),
    }


def choose(items: Sequence[Item], split: str) -> list[Item]:
    """The images to score, in index order; refuses when there is none."""
    chosen = [item for item in items if split in ("all", item.split)]
    if not chosen:
        raise feed.NoImages(
            f"None of the dataset's {len(items)} images is in its {split} part; images to score are needed: "
            "add some, or use split 'all'.", items=len(items))
    return chosen


def refuse_calibrated(items: Sequence[Item], file: Path) -> None:
    """Nothing may be scored on what calibrated it: the figure would be too good to be true."""
    if not file.is_file():
        return
    with file.open(encoding="utf-8") as lines:
        calibrated = {json.loads(line)["sha256"] for line in lines}
    seen = [item for item in items if item.sha256 in calibrated]
    if seen:
        raise ScoredOnCalibration(
            f"{len(seen)} of the {len(items)} images calibrated this model ({feed.names(seen)}); score it "
            "on others, or calibrate it with others.",
            count=len(seen), names=[item.name for item in seen[:20]])


def choose_metrics(names: Sequence[str] | None, recipe: Recipe, *, labelled: bool,
                   has_reference: bool) -> list[Metric]:
    """The metrics asked for, or all that labels and reference allow; refuses one that can't be measured."""
    if recipe.task != "classification":
        raise NotMeasurable(
            f"No metric fits the task '{recipe.task}'; classification is needed.", field="task")
    there = {"labels": labelled, "reference": has_reference}
    if names is None:
        chosen = [metric for metric in TABLE.values() if there[metric.needs]]
        if not chosen:
            raise NotMeasurable("The dataset has no labels and no reference model was given; one of them is "
                                "needed.")
        return chosen
    return [_metric(name, there) for name in names]


def predict(run: Run, items: Sequence[Item], labels: Mapping[str, int], recipe: Recipe, scorer: Scorer,
            reference: Scorer | None) -> list[Prediction]:
    """What the model, and the reference if there is one, says of every image, in the order of the items."""
    share = 0.45 if reference else 0.9

    def ranked(model: Scorer, stage: str, start: float) -> list[Ranking]:
        counter = feed.Counter(run, stage, len(items))
        return rank(model, run.inputs / "dataset", items, labels, recipe,
                    lambda count: counter.done(count, start + share * count / len(items)))

    tops = ranked(scorer, "evaluating", 0.05)
    reference_tops: Sequence[Ranking | None] = [None] * len(items)
    if reference:
        reference_tops = ranked(reference, "evaluating the reference", 0.5)
    return [Prediction(item.name, item.sha256, labels.get(item.name), top, reference_top)
            for item, top, reference_top in zip(items, tops, reference_tops, strict=True)]


def _metric(name: str, there: dict[str, bool]) -> Metric:
    if name not in TABLE:
        raise feed.BadRequest(f"metrics: '{name}' is unknown; accepted are {', '.join(TABLE)}.")
    metric = TABLE[name]
    if not there[metric.needs]:
        missing = "labels in the dataset" if metric.needs == "labels" else "a reference model"
        raise NotMeasurable(f"The metric {name} needs {missing}.", metric=name)
    return metric


def _measured(metric: Metric, predictions: Sequence[Prediction], split: str) -> dict[str, Any] | None:
    measured = metric.measure(predictions)
    if measured is None:
        return None
    return {"metric": metric.name, **measured.share.to_json(), "n": measured.n, "split": split}


def _write(file: Path, predictions: Sequence[Prediction]) -> None:
    with file.open("w", encoding="utf-8") as lines:
        for prediction in predictions:
            lines.write(json.dumps(_line(prediction), ensure_ascii=False) + "\n")


def _line(prediction: Prediction) -> dict[str, Any]:
    label = prediction.label
    return {"name": prediction.name, "sha256": prediction.sha256, "label": label,
            "top": [list(pair) for pair in prediction.top],
            "correct": None if label is None else prediction.top[0][0] == label}
