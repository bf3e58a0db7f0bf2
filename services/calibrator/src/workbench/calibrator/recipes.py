"""The recipe a model most likely needs, from what is known of it and its dataset. Standard library only.

What the facts do not say is refused, with the override that would say it: a guess here would be found again
as a bad accuracy, and blamed on the model.
"""

from __future__ import annotations

from typing import Any

from workbench.runner.core import Refusal
from workbench.tasks import catalogue, guesses
from workbench.tasks.catalogue import Task
from workbench.tasks.guess import Guess
from workbench.tasks.recipe import VERSION, BadRecipe, Recipe, renewed

Facts = dict[str, Any]
# Overrides about the input, flat as a person types them, and the recipe's own names for them.
_INPUT_FIELDS = {"input_name": "name", "width": "width", "height": "height", "channels": "channels",
                 "layout": "layout"}
_RECIPE_FIELDS = ("task", "labels", "head", "output", "options")
PREPARED = ("resize", "short_side", "interpolation", "color", "mean", "scale")


class NoDefaultRecipe(Refusal):
    """The facts leave something open, or an override can't be used; ``field`` names the override to give."""


def default_recipe(model_facts: Facts, dataset_facts: Facts | None, overrides: Facts) -> Recipe:
    """A recipe for the model in which ``overrides`` has the last word.

    ``overrides``: ``task``, ``labels``, ``head``, ``output``, ``options``; fields of the preparation by their names;
    and those of the input as ``input_name``, ``width``, ``height``, ``channels``, ``layout``. Raises NoDefaultRecipe.
    """
    given = {inner: overrides[name] for name, inner in _INPUT_FIELDS.items() if name in overrides}
    input_ = _input(model_facts["inputs"], given)
    labels = overrides.get("labels", (dataset_facts or {}).get("labels"))
    try:
        task, guess = _task(model_facts, overrides, labels)
        overrides = renewed(overrides, task.name)
        _refuse_unknown(overrides)
        preparation = {"resize": task.choosing.RESIZE, "color": "GRAY" if input_["channels"] == 1 else "RGB",
                       **_only(overrides, PREPARED), "input": input_}
        options = {**(guess.options if guess else {}), **overrides.get("options", {})}
        return catalogue.check(Recipe.from_json({
            "version": VERSION, "task": task.name, "labels": labels, "preparation": preparation, "options": options,
            "output": overrides.get("output"), "head": overrides.get("head") or (guess.head if guess else None)}))
    except BadRecipe as bad:
        raise NoDefaultRecipe(f"{bad}.", field=bad.field.removeprefix("input.")) from bad


def _task(model_facts: Facts, overrides: Facts, labels: list[str] | None) -> tuple[Task, Guess | None]:
    """The one that was asked for, else the one that the facts settle."""
    found = guesses.guesses(model_facts, labels, overrides.get("output"))
    if "task" in overrides:
        task = catalogue.task_of(overrides["task"])
        return task, next((each.guess for each in found if each.task == task.name), None)
    best = guesses.settled(found)
    if best is None:
        raise NoDefaultRecipe(f"The model's task is not sure: {'; '.join(map(str, found))}. Give the override task.",
                              field="task")  # fmt: skip
    return catalogue.task_of(best.task), best.guess


def _refuse_unknown(overrides: Facts) -> None:
    known = (*_RECIPE_FIELDS, *PREPARED, *_INPUT_FIELDS)
    for name in overrides:
        if name not in known:
            raise BadRecipe(name, f"is unknown; accepted here are {', '.join(known)}", overrides[name])


def _only(overrides: Facts, names: tuple[str, ...]) -> Facts:
    return {name: overrides[name] for name in names if name in overrides}


def _input(inputs: list[Facts], given: Facts) -> Facts:
    tensor = _image_tensor(inputs, given.get("name"))
    what, shape = f"The input '{tensor['name']}' has the shape {tensor['shape']}", tensor["shape"]
    if shape is None or len(shape) != 4:
        raise NoDefaultRecipe(f"{what}; an image input has four dimensions.", field="input_name")
    if type(shape[0]) is int and shape[0] > 1:
        raise NoDefaultRecipe(f"{what}; images go in one by one: convert the model with batch 1.",
                              field="input_name")
    layout = given.get("layout", tensor["layout"])
    if layout not in ("NCHW", "NHWC"):
        raise NoDefaultRecipe(f"{what} and no known layout; give the override layout: NCHW or NHWC.",
                              field="layout")
    sizes = dict(zip(layout, shape, strict=True))
    return {"name": tensor["name"], "layout": layout, "channels": _channels(what, sizes["C"], layout, given),
            "height": _fixed(what, "height", sizes["H"], given),
            "width": _fixed(what, "width", sizes["W"], given)}


def _image_tensor(inputs: list[Facts], name: str | None) -> Facts:
    chosen = [tensor for tensor in inputs if name in (None, tensor["name"])]
    if len(chosen) == 1:
        return chosen[0]
    known = ", ".join(str(tensor["name"]) for tensor in inputs) or "none"
    asked = "which one takes the image?" if name is None else f"none is called '{name}'."
    raise NoDefaultRecipe(
        f"The model has {len(inputs)} inputs ({known}); {asked} Give the override input_name.",
        field="input_name")


def _channels(what: str, declared: Any, layout: str, given: Facts) -> int:
    channels = _fixed(what, "channels", declared, given)
    if channels not in (1, 3):
        raise NoDefaultRecipe(
            f"{what}, {channels} channels as {layout}; an image has 1 or 3. If the layout is another, give "
            "the override layout.", field="layout")
    return channels


def _fixed(what: str, field: str, declared: Any, given: Facts) -> Any:
    """A size the model fixes can't be overridden; one it leaves free must be."""
    if type(declared) is int and declared >= 0:
        if given.get(field, declared) != declared:
            raise NoDefaultRecipe(f"{what}; {field} can't be {given[field]}.", field=field)
        return declared
    if field in given:
        return given[field]
    raise NoDefaultRecipe(
        f"{what}, no fixed {field}; convert the model with a fixed shape, or give the override {field}.",
        field=field)
