"""The recipe a model most likely needs, from what is known of it and its dataset. Standard library only.

What the facts do not say is refused, with the override that would say it: a guess here would be found again
as a bad accuracy, and blamed on the model.
"""

from __future__ import annotations

from typing import Any

from workbench.imaging.recipe import BadRecipe, Recipe
from workbench.runner.core import Refusal

Facts = dict[str, Any]
# Overrides about the input, flat as a person types them, and the recipe's own names for them.
_INPUT_FIELDS = {"input_name": "name", "width": "width", "height": "height", "channels": "channels",
                 "layout": "layout"}


class NoDefaultRecipe(Refusal):
    """The facts leave something open, or an override can't be used; ``field`` names the override to give."""


def default_recipe(model_facts: Facts, dataset_facts: Facts | None, overrides: Facts) -> Recipe:
    """A recipe for the model in which ``overrides`` has the last word.

    ``overrides``: fields of the recipe by their JSON names, those of its input as ``input_name``, ``width``,
    ``height``, ``channels``, ``layout``. Raises NoDefaultRecipe.
    """
    given = {inner: overrides[name] for name, inner in _INPUT_FIELDS.items() if name in overrides}
    input_ = _input(model_facts["inputs"], given)
    labels = (dataset_facts or {}).get("labels")
    classes = _classes(model_facts["outputs"], overrides.get("output"))
    task = overrides.get("task", "classification" if classes else "generic")
    is_classifier = task == "classification"
    defaults = {
        "task": task,
        "labels": labels,
        "resize": "crop" if is_classifier else "stretch",
        "color": "GRAY" if input_["channels"] == 1 else "RGB",
        "label_offset": _label_offset(classes, labels) if is_classifier else 0,
    }
    chosen = {name: value for name, value in overrides.items() if name not in _INPUT_FIELDS}
    try:
        return Recipe.from_json(defaults | chosen | {"input": input_})
    except BadRecipe as bad:
        raise NoDefaultRecipe(f"{bad}.", field=bad.field.removeprefix("input.")) from bad


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


def _classes(outputs: list[Facts], name: str | None) -> int | None:
    """How many class scores the output holds; None when its shape is no classifier's."""
    chosen = [output for output in outputs if name in (None, output["name"])]
    sizes = (chosen[0]["shape"] or [])[1:] if chosen else []
    if not all(type(size) is int and size > 0 for size in sizes):
        return None
    larger = [size for size in sizes if size > 1]
    return larger[0] if len(larger) == 1 else None


def _label_offset(classes: int | None, labels: list[str] | None) -> int:
    """One class more than labels is a background class before them: TensorFlow's ImageNet models have it."""
    return 1 if classes and labels and classes == len(labels) + 1 else 0
