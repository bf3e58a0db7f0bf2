"""What is already known when an optimization is asked for, and so is refused before any work. Pure rules over facts."""

from __future__ import annotations

from typing import Any

from workbench.project.inputs import conversion_inputs, measured_shapes, recipe_overrides
from workbench.project.problems import DatasetOfAnotherTask, ModelNeedsHelp, TaskNotSure
from workbench.project.values import Facts
from workbench.tasks import guesses
from workbench.tasks.catalogue import task_of
from workbench.tasks.default_recipe import NoDefaultRecipe, default_recipe
from workbench.tasks.picture_input import MODEL
from workbench.tasks.told import with_told, with_usual

# Where a request has what a recipe calls by these names.
_FIELDS = {"task": "task", "labels": "dataset_id"}
_SHAPE = ("width", "height", "channels")


def settled(request: Facts, model: Facts, dataset: Facts | None) -> Facts:
    """The request with its task, with ``guess`` where that was left open, and with what the model's source tells.

    Raises ModelNeedsHelp, TaskNotSure or DatasetOfAnotherTask, each with the field to give.
    """
    request = _with_task(with_told(request, model), model, dataset)
    _refuse_another_task(request["task"], dataset)
    request = with_usual(request, model, dataset)
    inputs = conversion_inputs(model, request)
    measured_shapes(model, request)
    converted = {**model, "inputs": _converted(model, inputs)}
    _refuse_several_inputs(converted, request["task"])
    try:
        default_recipe(converted, dataset, recipe_overrides(request))
    except NoDefaultRecipe as refusal:
        raise ModelNeedsHelp(_field(refusal.field, model), str(refusal)) from refusal
    return request


def _with_task(request: Facts, model: Facts, dataset: Facts | None) -> Facts:
    if request["task"] is not None:
        return request
    found = guesses.guesses(model, guesses.classes_of(dataset))
    best = guesses.settled(guesses.served(found, guesses.tasks_of(dataset)))
    if best is None:
        raise TaskNotSure([each.to_json() for each in found], guesses.tasks_of(dataset))
    return {**request, "task": best.task, "guess": best.to_json()}


def _refuse_another_task(task: str, dataset: Facts | None) -> None:
    serves = guesses.tasks_of(dataset)
    if task_of(task).annotated and serves and task not in serves:
        raise DatasetOfAnotherTask(task, serves)


def _refuse_several_inputs(model: Facts, task: str) -> None:
    names = [tensor["name"] for tensor in model["inputs"]]
    if len(names) > 1 and not guesses.of_inputs(model, task):
        reason = f"the model has {len(names)} inputs ({', '.join(names)}), and {task} can't tell what goes into each"
        help = (
            "freeze the others (`workbench conversions create ID --freeze NAME=0.5` on the command line) and optimize "
            "what becomes of it, or only convert and measure it (`workbench profiles create ID`)"
        )
        raise ModelNeedsHelp("model_id", f"{reason}: {help}.")


def _converted(model: Facts, inputs: Facts) -> list[Facts]:
    """The inputs as they are once a conversion has done what it will be asked for."""
    return [
        {**tensor, **{name: value for name, value in inputs.get(tensor["name"], {}).items() if name in tensor}}
        for tensor in model["inputs"]
    ]


def _field(name: str, model: Facts) -> str:
    """Where the request has it; what no override mends is the model's own."""
    if name == MODEL:
        return name
    if name in _SHAPE or name == "layout":
        tensor: Any = model["inputs"][0]["name"]
        return f"inputs.{tensor}.{'layout' if name == 'layout' else 'shape'}"
    return _FIELDS.get(name, f"recipe.{name}")
