"""Which input of a model takes the picture, of what size and layout, from the facts. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Facts = Mapping[str, Any]
# What pictures can be fed as; half precision becomes single when a model is converted.
ELEMENT_TYPES = ("f32", "f16", "u8")
MODEL = "model_id"  # what no override mends
MADE_UP_SIDE = 256  # of pictures for a model that takes any


class NoDefaultRecipe(ValueError):
    """The facts leave something open, or an override can't be used; ``field`` names the override to give.

    It is ``model_id`` where none would help: no picture fits the model as it is.
    """

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


def picture_input(
    inputs: Sequence[Facts], given: Facts, name: str | None = None, channels: int | None = None
) -> dict[str, Any]:
    """``name``, ``width``, ``height``, ``channels`` and ``layout``, of which ``given`` has what people said; None for a
    side that the model leaves open and nobody said.

    ``name`` and ``channels``: which takes the picture, and how many are the picture's, where the task fills the others.

    Raises NoDefaultRecipe where neither says it, and for an input that no picture fits.
    """
    tensor = _chosen(inputs, name)
    what, shape = f"The input '{tensor['name']}' has the shape {tensor['shape']}", tensor["shape"]
    if shape is None or len(shape) != 4:
        raise NoDefaultRecipe(
            f"{what}; an image input has four dimensions. What takes no images is converted and measured only "
            "(`workbench conversions create ID` and `profiles create ID` on the command line).",
            MODEL,
        )
    if type(shape[0]) is int and shape[0] > 1:
        raise NoDefaultRecipe(
            f"{what}; images go in one by one: convert the model with `batch` 1 (`--batch 1` on the command line).",
            MODEL,
        )
    if tensor.get("element_type", "f32") not in ELEMENT_TYPES:
        raise NoDefaultRecipe(
            f"The input '{tensor['name']}' takes {tensor['element_type']}; an image is fed as "
            f"{', '.join(ELEMENT_TYPES)}.",
            MODEL,
        )
    layout = given.get("layout", tensor["layout"])
    if layout not in ("NCHW", "NHWC"):
        raise NoDefaultRecipe(
            f"{what} and no known layout; convert the model with one, NCHW or NHWC (`--layout NAME=NCHW` on the "
            "command line), or give the override layout.",
            "layout",
        )
    sizes = dict(zip(layout, shape, strict=True))
    return {
        "name": tensor["name"],
        "layout": layout,
        "channels": channels or _channels(what, sizes["C"], layout, given),
        "height": _size(what, "height", sizes["H"], given),
        "width": _size(what, "width", sizes["W"], given),
    }


def sized(inputs: Sequence[Facts], taken: Mapping[str, Any], *, any_size: bool) -> dict[str, Any]:
    """What ``picture_input`` found, with its size. Raises NoDefaultRecipe where that is open and one is needed.

    ``any_size``: pictures keep their own; then the size is that of pictures that are made up.
    """
    shape = _chosen(inputs, taken["name"])["shape"]
    what, sides = f"The input '{taken['name']}' has the shape {shape}", ("height", "width")
    if any_size:
        if any(
            type(shape[taken["layout"].index(letter)]) is int and shape[taken["layout"].index(letter)] >= 0
            for letter in "HW"
        ):
            raise NoDefaultRecipe(
                f"{what}; where images keep their size (resize keep), height and width must be open: "
                "convert it with -1 for both, or take another way to resize.",
                "resize",
            )
        return {**taken, **{field: taken[field] or MADE_UP_SIDE for field in sides}}
    for field in sides:
        if taken[field] is None:
            raise _no_fixed(what, field)
    return dict(taken)


def _chosen(inputs: Sequence[Facts], name: str | None) -> Facts:
    chosen = [tensor for tensor in inputs if name in (None, tensor["name"])]
    if len(chosen) == 1:
        return chosen[0]
    known = ", ".join(str(tensor["name"]) for tensor in inputs) or "none"
    raise NoDefaultRecipe(
        f"The model has {len(inputs)} inputs ({known}); an image goes into one. Convert it with the others frozen: "
        "`value` of the input in a conversion, `--freeze NAME=VALUE` on the command line.",
        MODEL,
    )


def _channels(what: str, declared: Any, layout: str, given: Facts) -> int:
    channels = _size(what, "channels", declared, given)
    if channels is None:
        raise _no_fixed(what, "channels")
    if channels not in (1, 3):
        raise NoDefaultRecipe(
            f"{what}, {channels} channels as {layout}; an image has 1 or 3. If the layout is "
            "another, convert the model with it (`--layout NAME=NCHW` on the command line), or give the override "
            "layout.",
            "layout",
        )
    return int(channels)


def _size(what: str, field: str, declared: Any, given: Facts) -> Any:
    """A size the model fixes can't be overridden; None where it is free and nobody said it."""
    if type(declared) is int and declared >= 0:
        if given.get(field, declared) != declared:
            raise NoDefaultRecipe(f"{what}; {field} can't be {given[field]}.", field)
        return declared
    return given.get(field)


def _no_fixed(what: str, field: str) -> NoDefaultRecipe:
    return NoDefaultRecipe(
        f"{what}, no fixed {field}; convert the model with a fixed shape (`--input-shape NAME=1,3,224,224` on the "
        f"command line), or give the override {field}.",
        field,
    )
