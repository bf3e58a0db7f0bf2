"""What a model says of a few images: as JSON, in lines for people, drawn onto each, and what it looked at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from workbench.application.loading import Loaded
from workbench.application.running import running_of
from workbench.calibrator import brought, feed, importance
from workbench.calibrator.scorer import answer, compile_model, prepared, read_outputs
from workbench.calibrator.spec import read_trial
from workbench.calibrator.values import MOST_TRIED
from workbench.imaging.preprocess import picture as picture_of
from workbench.runner.core import Refusal, Run
from workbench.runner.pieces import Pieces
from workbench.shards import Item
from workbench.tasks.computing import Computing, computing_of
from workbench.tasks.recipe import Recipe


class NoSuchImage(Refusal):
    """The dataset has no image of that name; ``names`` are some that it has."""


class NothingToExplain(Refusal):
    """What a model looked at can be told for tasks whose answers can be likened; ``task`` is none."""


def run(run: Run) -> dict[str, Any]:
    """Try inputs/model on images of inputs/dataset; see the contract of the trial spec."""
    spec = read_trial(run.spec)
    run.progress("reading", 0.0)
    recipe = feed.read_recipe(spec.recipe)
    task = _explained(recipe.task) if spec.importance else None
    folder = run.inputs / "dataset"
    items = choose(feed.read_items(folder), spec.images)
    known = brought.of_items(folder, recipe, items)
    model = compile_model(run.inputs / "model" / spec.main_file, spec, recipe)
    pieces = Pieces(run, "trying", 0.05, 1.0)
    images, results = [], []
    with (run.outputs / "results.jsonl").open("w", encoding="utf-8") as lines:
        for number, item in enumerate(items):
            mask = brought.mask_of(recipe, known.get(item.name))
            said = _tried(run.outputs, number, item, feed.read(folder, item), mask, model, task)
            lines.write(json.dumps({"name": item.name, **said.pop("line")}, ensure_ascii=False) + "\n")
            results.append(said.pop("result"))
            images.append({"name": item.name, "sha256": item.sha256, **said})
            pieces.done((number + 1) / len(items), f"{number + 1} of {len(items)} images")
    likened(images, results, recipe)
    return {"images": images, "device": spec.device, "configuration": model.configuration}


def likened(images: Sequence[dict[str, Any]], results: Sequence[Any], recipe: Recipe) -> None:
    """Each image is told how alike it is to the others, the most alike first, where results say so."""
    task = computing_of(recipe.task)
    if task is None or task.likeness is None or len(images) < 2:
        return
    for mine, result in zip(images, results, strict=True):
        alike = {
            other["name"]: round(task.likeness(result, theirs, recipe.options), 4)
            for other, theirs in zip(images, results, strict=True)
            if other is not mine
        }
        ordered = sorted(alike.items(), key=lambda pair: -pair[1])
        mine["likeness"] = [{"name": name, "value": value} for name, value in ordered]
        mine["lines"] = [*mine["lines"], *(f"{value:7.3f}  like {name}" for name, value in ordered)]


def choose(items: Sequence[Item], names: Sequence[str] | None) -> list[Item]:
    """Those of the names, in their order, or the first ``MOST_TRIED``; refuses a name that is not there."""
    if names is None:
        return list(items[:MOST_TRIED])
    known = {item.name: item for item in items}
    for name in names:
        if name not in known:
            raise NoSuchImage(
                f"images: the dataset has no image '{name}'; it has {feed.names(items)}.",
                field="images",
                names=[item.name for item in items[:20]],
            )
    return [known[name] for name in names]


def _explained(name: str) -> Computing[Any, Any]:
    task = computing_of(name)
    if task is None or task.still is None:
        raise NothingToExplain(
            f"importance: what a model looked at is not told for the task {name}.", field="importance", task=name
        )
    return task


def _tried(
    outputs: Path,
    number: int,
    item: Item,
    data: bytes,
    mask: Image.Image | None,
    model: Loaded,
    task: Computing[Any, Any] | None,
) -> dict[str, Any]:
    """``line``: the whole answer, as ``result`` has it; beside it what people read, and the files' names."""
    running = running_of(model.recipe.task)
    head = running.head(model.recipe)
    arrays, fitted = prepared(data, model, item.name, mask)
    said = answer(model, arrays, item.name)
    if head is None:
        shapes = {name: {"shape": list(array.shape), "type": str(array.dtype)} for name, array in said.items()}
        lines = [f"{name}: shape {each['shape']}, {each['type']}" for name, each in shapes.items()]
        return {"line": {"outputs": shapes}, "result": None, "lines": lines, "drawing": None, "importance": None}
    result = read_outputs(head, said, model.recipe, fitted, item.name)
    picture = picture_of(data, model.recipe.preparation)
    drawing = None if running.draw is None else running.draw(picture, result, model.recipe)
    warmth = None if task is None else importance.drawn(picture, model, result, task)
    return {
        "line": {"result": result.to_json()},
        "result": result,
        "lines": result.lines(model.recipe),
        "drawing": _saved(drawing, outputs, f"drawings/{number}.png"),
        "importance": _saved(warmth, outputs, f"importance/{number}.png"),
    }


def _saved(picture: Image.Image | None, folder: Path, name: str) -> str | None:
    if picture is None:
        return None
    (folder / name).parent.mkdir(exist_ok=True)
    picture.save(folder / name, "PNG")
    return name
