"""How right a model is on a dataset or how far it agrees with a reference, and what it said of each image."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench import ir, shards
from workbench.application.loading import Loaded
from workbench.calibrator import apart, confused, feed, predictions, suspicion, worst
from workbench.calibrator import rows as rows_of
from workbench.calibrator.images import Images
from workbench.calibrator.scorer import Dataset, compile_model, results
from workbench.calibrator.shelf import Shelf
from workbench.calibrator.spec import read_evaluation
from workbench.calibrator.values import EvaluationSpec
from workbench.runner.core import BadSpec, Refusal, Run
from workbench.runner.pieces import Pieces
from workbench.shards import Item
from workbench.tasks.computing import COMPUTING, Computing, computing_of
from workbench.tasks.recipe import Recipe
from workbench.tasks.scoring import Metric

Scale = Metric[Any, Any]


class ScoredOnCalibration(Refusal):
    """Images to be scored have calibrated the model; ``count`` says how many, ``names`` some of them."""


class NotMeasurable(Refusal):
    """A metric needs what the evaluation does not have: labels, or a reference model."""


def run(run: Run) -> dict[str, Any]:
    """Evaluate inputs/model on inputs/dataset; see the contract of the evaluation spec."""
    spec = read_evaluation(run.spec)
    run.progress("reading", 0.0)
    recipe = feed.read_recipe(spec.recipe)
    items = choose(feed.read_items(run.inputs / "dataset"), spec.split)
    refuse_calibrated(items, run.inputs / "calibrated" / "calibration-items.jsonl")
    reference_file = run.inputs / "reference" / "model.xml"
    if reference_file.is_file() and computing_of(recipe.task) is None:
        return unjudged(run, spec, recipe, Dataset(run.inputs / "dataset", items, {}), reference_file)
    task = judged(recipe)
    annotations = feed.read_annotations(run.inputs / "dataset", recipe, task.annotation, items)
    there: dict[str, bool] = {"annotation": bool(annotations), "reference": reference_file.is_file(), "image": True}
    metrics = choose_metrics(spec.metrics, task, there, shards.tasks_of(run.inputs / "dataset"))

    model = compile_model(run.inputs / "model" / spec.main_file, spec, recipe)
    reference = compile_model(reference_file, spec, recipe) if there["reference"] else None
    dataset = Dataset(run.inputs / "dataset", items, annotations)
    scored = score(run, task, dataset, model, reference)
    noted = predictions.noted(task, scored)
    predictions.write(run.outputs / "predictions.jsonl", noted, [task.line(each) for each in scored])
    against = predictions.read(run.inputs / "against" / "predictions.jsonl")
    worst.write(run.outputs, worst.ranked(task, metrics[0], scored, noted), task, dataset, recipe)
    confused.write(run.outputs, task, scored, recipe)
    found = [(metric, rows_of.row(metric, noted, against, recipe)) for metric in metrics]
    rows = [{**row, "split": spec.split, **metric.belief(scored)} for metric, row in found if row]
    return {
        "metrics": rows,
        "warnings": suspected(run, model, task, metrics[0], rows, dataset),
        "changed_items": rows_of.changed_items(metrics[0], noted, against) if against else None,
        "tensor_distance": reference
        and apart.to_json(
            apart.of_images(
                model,
                reference,
                replace(dataset, items=items[: apart.IMAGES]),
                lambda _count: None,
                selecting=apart.selects(ir.read(reference_file)),
            )
        ),
        "ranked_by": {"metric": metrics[0].name, "unit": metrics[0].unit, "better": metrics[0].better},
        "items": len(items),
        "device": spec.device,
        "configuration": model.configuration,
        "env": run.env,
    }


def unjudged(run: Run, spec: EvaluationSpec, recipe: Recipe, dataset: Dataset, reference_file: Path) -> dict[str, Any]:
    """Where nobody can say what an answer is worth: how far the outputs are from the reference's, image by image."""
    if spec.metrics is not None:
        judged(recipe)
    model = compile_model(run.inputs / "model" / spec.main_file, spec, recipe)
    reference, total = compile_model(reference_file, spec, recipe), len(dataset.items)
    pieces = Pieces(run, "comparing outputs", 0.05, 0.95)
    found = apart.of_images(
        model,
        reference,
        dataset,
        lambda count: pieces.done(count / total, f"{count} of {total} images"),
        selecting=apart.selects(ir.read(reference_file)),
    )
    rows = [
        {"name": item.name, "score": apart.worst(gaps), "said": apart.lines(gaps), "known": [], "beside": None}
        for item, gaps in zip(dataset.items, found, strict=True)
    ]
    worst.write_lines(run.outputs, sorted(rows, key=lambda row: -1.0 if row["score"] is None else -row["score"]))
    return {
        "metrics": [],
        "warnings": [],
        "changed_items": None,
        "tensor_distance": apart.to_json(found),
        "ranked_by": {"metric": "tensor_distance", "unit": "ratio", "better": "lower"},
        "items": total,
        "device": spec.device,
        "configuration": model.configuration,
        "env": run.env,
    }


def judged(recipe: Recipe) -> Computing[Any, Any]:
    """The recipe's task; refuses one whose results nobody can judge."""
    task = computing_of(recipe.task)
    if task is None:
        fit = " or ".join(each.name for each in COMPUTING)
        raise NotMeasurable(
            f"No metric fits the task '{recipe.task}'; {fit} is needed, or a reference model, from "
            "whose outputs the distance is told.",
            field="task",
        )
    return task


def choose(items: Sequence[Item], split: str) -> list[Item]:
    """The images to score, in index order; refuses when there is none."""
    chosen = [item for item in items if split in ("all", item.split)]
    if not chosen:
        raise feed.NoImages(
            f"None of the dataset's {len(items)} images is in its {split} part; images to score are needed: "
            "add some, or use split 'all'.",
            items=len(items),
        )
    return chosen


def refuse_calibrated(items: Sequence[Item], file: Path) -> None:
    """Nothing may be scored on what calibrated it: the figure would be too good to be true.

    file: of the images that did, a line of JSON each; none where nothing was calibrated. Raises ScoredOnCalibration.
    """
    if not file.is_file():
        return
    with file.open(encoding="utf-8") as lines:
        calibrated = {json.loads(line)["sha256"] for line in lines}
    seen = [item for item in items if item.sha256 in calibrated]
    if seen:
        raise ScoredOnCalibration(
            f"{len(seen)} of the {len(items)} images calibrated this model ({feed.names(seen)}); score it "
            "on others, or calibrate it with others.",
            count=len(seen),
            names=[item.name for item in seen[:20]],
        )


def choose_metrics(
    names: Sequence[str] | None, task: Computing[Any, Any], there: Mapping[str, bool], served: Sequence[str]
) -> list[Scale]:
    """The metrics asked for, or all that annotations and reference allow; refuses one that can't be measured.

    ``served``: the tasks that the dataset has annotations for.
    """
    if names is not None:
        return [_metric(name, task, there) for name in names]
    chosen = [metric for metric in task.metrics if there[metric.needs]]
    if chosen:
        return chosen
    if served and task.name not in served:
        raise NotMeasurable(
            f"The dataset has annotations for {', '.join(served)}, none for {task.name}, and no reference model was "
            "given; one of them is needed.",
            field="dataset_id",
        )
    raise NotMeasurable("The dataset has no labels and no reference model was given; one of them is needed.")


def score(run: Run, task: Computing[Any, Any], dataset: Dataset, model: Loaded, reference: Loaded | None) -> Images:
    """What the model, and the reference if there is one, says of every image, in the order of the items."""
    share, total = 0.45 if reference else 0.9, len(dataset.items)

    def said(loaded: Loaded, stage: str, start: float) -> Shelf:
        pieces = Pieces(run, stage, start, start + share)
        return results(loaded, task, dataset, lambda count: pieces.done(count / total, f"{count} of {total} images"))

    mine = said(model, "evaluating", 0.05)
    theirs = said(reference, "evaluating the reference", 0.5) if reference else None
    return Images(dataset, mine, theirs, model.recipe.options)


def suspected(
    run: Run, model: Loaded, task: Computing[Any, Any], metric: Scale, rows: list[dict[str, Any]], dataset: Dataset
) -> list[str]:
    """What is wrong where the first metric is near chance, in words; its row tells it, too."""
    if not rows or rows[0]["metric"] != metric.name or not suspicion.is_near_chance(metric, rows[0]):
        return []
    cause = suspicion.cause(
        model, task, metric, dataset, lambda tried: run.progress("looking for what is wrong", 0.97, tried)
    )
    constant = rows[0].get("constant")
    told = [f"The model gives the same answer for all {rows[0]['n']} images."] if constant else []
    if cause is None:
        return told
    rows[0]["likely_cause"] = cause.to_json()
    return [*told, cause.warning(metric.name)]


def _metric(name: str, task: Computing[Any, Any], there: Mapping[str, bool]) -> Scale:
    known = {metric.name: metric for metric in task.metrics}
    if name not in known:
        raise BadSpec(f"metrics: '{name}' is unknown; accepted are {', '.join(known)}.", field="metrics")
    if not there[known[name].needs]:
        missing = "labels in the dataset" if known[name].needs == "annotation" else "a reference model"
        raise NotMeasurable(f"The metric {name} needs {missing}.", metric=name)
    return known[name]
