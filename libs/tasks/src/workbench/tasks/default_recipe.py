"""The recipe a model most likely needs, from what is known of it and its dataset. Standard library only.

What the facts do not say is refused, with the override that would say it: a guess here would be found again
as a bad accuracy, and blamed on the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.tasks import catalogue, guesses
from workbench.tasks.catalogue import Task
from workbench.tasks.guess import Guess
from workbench.tasks.model_api import steps_inside, told_preparation
from workbench.tasks.model_facts import ModelFacts
from workbench.tasks.option import Choice
from workbench.tasks.picture_input import NoDefaultRecipe, picture_input, sized
from workbench.tasks.recipe import VERSION, BadRecipe, Recipe, renewed
from workbench.tasks.usual import FLOATS

Facts = dict[str, Any]
# Overrides about the input, flat as a person types them.
_INPUT_FIELDS = ("width", "height", "channels", "layout")
_RECIPE_FIELDS = ("task", "labels", "head", "output", "options")
PREPARED = ("resize", "short_side", "interpolation", "color", "mean", "scale", "orientation", "multiple")

__all__ = ["NoDefaultRecipe", "default_recipe"]


def default_recipe(model_facts: Facts, dataset_facts: Facts | None, overrides: Facts) -> Recipe:
    """A recipe for the model in which ``overrides`` has the last word.

    ``overrides``: ``task``, ``labels``, ``head``, ``output``, ``options``; fields of the preparation by their names;
    and those of the input as ``width``, ``height``, ``channels``, ``layout``. Raises NoDefaultRecipe, too for what the
    model's facts already contradict.
    """
    told = guesses.of_inputs(model_facts, overrides.get("task"))
    which = (told.pictures[0], told.channels) if told else (None, None)
    input_ = picture_input(model_facts["inputs"], _only(overrides, _INPUT_FIELDS), *which)
    classes = guesses.classes_of(dataset_facts)
    try:
        task, guess = _task(model_facts, overrides, classes)
        overrides = renewed(overrides, task.name)
        _refuse_unknown(overrides)
        _refuse_absent_output(overrides.get("output"), model_facts)
        head = overrides.get("head") or (guess.head if guess else None)
        options = {**(guess.options if guess else {}), **overrides.get("options", {})}
        recipe = catalogue.check(
            Recipe.from_json(
                {
                    "version": VERSION,
                    "task": task.name,
                    "labels": overrides.get("labels", classes.get(task.name)),
                    "preparation": _preparation(model_facts, input_, task, head, overrides),
                    "options": options,
                    "output": overrides.get("output"),
                    "head": head,
                }
            )
        )
    except BadRecipe as bad:
        raise NoDefaultRecipe(f"{bad}.", bad.field.removeprefix("input.")) from bad
    if misfit := task.choosing.misfit(ModelFacts(model_facts, recipe.output), recipe):
        raise NoDefaultRecipe(misfit[1], misfit[0])
    return recipe


def usual_of(head: Choice | None, model_facts: Mapping[str, Any], name: str, channels: Any, said: Facts) -> Facts:
    """What is done to pictures for the published models of that head, as far as ``said`` and the model leave it open.

    ``name``: of the input that takes them. Nothing where it takes none in colour, or whole numbers, into which no mean
    or scale fits.
    """
    tensor = next(each for each in model_facts["inputs"] if each["name"] == name)
    if head is None or head.usual is None or channels != 3 or tensor.get("element_type", "f32") not in FLOATS:
        return {}
    return head.usual.unsaid(said, steps_inside(model_facts))


def _preparation(model_facts: Facts, taken: Facts, task: Task, head: str | None, overrides: Facts) -> Facts:
    """Who says most of it has the last word: the request, the model itself, models like it, the task."""
    said = {**told_preparation(model_facts, taken["channels"]), **_only(overrides, PREPARED)}
    found = {
        "resize": _resize(task, taken),
        "color": "GRAY" if taken["channels"] == 1 else "RGB",
        **usual_of(task.head(head), model_facts, taken["name"], taken["channels"], said),
        **said,
    }
    return {**found, "input": sized(model_facts["inputs"], taken, any_size=found["resize"] == "keep")}


def _resize(task: Task, taken: Facts) -> str:
    """The task's usual way; pictures can keep their size only where the model leaves that open."""
    usual = task.choosing.RESIZE
    return "stretch" if usual == "keep" and not (taken["width"] is taken["height"] is None) else usual


def _task(model_facts: Facts, overrides: Facts, classes: guesses.Classes) -> tuple[Task, Guess | None]:
    """The one that was asked for, else the one that the facts settle."""
    if labels := overrides.get("labels"):
        classes = {name: labels for name in catalogue.NAMES}  # noqa: C420  # so that its type is that of classes
    found = guesses.guesses(model_facts, classes, overrides.get("output"))
    if "task" in overrides:
        task = catalogue.task_of(overrides["task"])
        return task, next((each.guess for each in found if each.task == task.name), None)
    best = guesses.settled(found)
    if best is None:
        raise NoDefaultRecipe(
            f"The model's task is not sure: {'; '.join(map(str, found))}. Give the override task (`--task` on the "
            "command line).",
            "task",
        )
    return catalogue.task_of(best.task), best.guess


def _refuse_unknown(overrides: Facts) -> None:
    known = (*_RECIPE_FIELDS, *PREPARED, *_INPUT_FIELDS)
    for name in overrides:
        if name not in known:
            raise BadRecipe(name, f"is unknown; accepted here are {', '.join(known)}", overrides[name])


def _refuse_absent_output(name: str | None, model: Facts) -> None:
    known = [str(tensor["name"]) for tensor in model.get("outputs") or ()]
    if name is not None and known and name not in known:
        raise BadRecipe("output", f"must be one of {', '.join(known)}", name)


def _only(overrides: Facts, names: tuple[str, ...]) -> Facts:
    return {name: overrides[name] for name in names if name in overrides}
