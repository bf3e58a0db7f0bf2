"""How images become the model's input: the options that `optimize` and `recipes create` share.

What is not said, the workbench decides from the model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.client.accepted import choices
from workbench.client.cli.accepted import asked
from workbench.client.cli.inputs import channels
from workbench.client.cli.options import Option
from workbench.client.cli.readers import divisors, per_channel, resize

RESIZES = choices("RecipeSettings", "resize")


def recipe_options(place: str) -> list[Option]:
    """The options, with their values at ``place`` in the request."""
    return [
        Option(
            "--mean",
            "Values subtracted per channel, on 0..255, in the order of --color.",
            per_channel,
            "104,117,123",
            f"{place}.mean",
        ),
        Option(
            "--scale", "Values divided by per channel, after the mean.", divisors, "58.4,57.1,57.4", f"{place}.scale"
        ),
        asked(
            "--color",
            "Channel order the model expects",
            "RecipeSettings",
            "color",
            "ORDER",
            place=f"{place}.color",
            default=" (default RGB)",
        ),
        Option(
            "--resize",
            f"How an image gets the input's size: {', '.join(RESIZES)}, crop:SHORT with the short side "
            "in pixels before the centre crop, or keep:MULTIPLE, which fills sides up to multiples of that.",
            resize(RESIZES),
            "HOW",
            f"{place}.resize",
        ),
        asked(
            "--interpolation",
            "How pixels are made when an image changes its size",
            "RecipeSettings",
            "interpolation",
            "HOW",
            place=f"{place}.interpolation",
            default=" (default bilinear)",
        ),
        asked(
            "--orientation",
            "Photos as they are stored, or turned upright as viewers do",
            "RecipeSettings",
            "orientation",
            "HOW",
            place=f"{place}.orientation",
            default=" (default stored)",
        ),
    ]


def spread(recipe: dict[str, Any], model: Callable[[], dict[str, Any]]) -> None:
    """``--scale 255`` means every channel's. ``model``: is asked for the view of an examined one, where that counts."""
    alone = [member for member in ("mean", "scale") if len(recipe.get(member) or []) == 1]
    if not alone:
        return
    count = 1 if recipe.get("color") == "GRAY" else channels(model())
    for member in alone:
        recipe[member] *= count
