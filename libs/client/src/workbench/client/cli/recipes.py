"""How images become the model's input: the options that `optimize` and `recipes create` share.

What is not said, the workbench decides from the model.
"""

from __future__ import annotations

from workbench.client.cli.options import Option
from workbench.client.cli.readers import divisors, one_of, per_channel, resize

COLORS = ("RGB", "BGR", "GRAY")


def recipe_options(place: str) -> list[Option]:
    """The options, with their values at ``place`` in the request."""
    return [
        Option("--mean", "Values subtracted per channel, on 0..255, in the order of --color.", per_channel,
               "104,117,123", f"{place}.mean"),
        Option("--scale", "Values divided by per channel, after the mean.", divisors, "58.4,57.1,57.4",
               f"{place}.scale"),
        Option("--color", "Channel order the model expects: RGB, BGR or GRAY (default RGB).", one_of(*COLORS),
               "ORDER", f"{place}.color"),
        Option("--resize", "How an image gets the input's size: stretch, letterbox, crop, or crop:SHORT with "
               "the short side in pixels before the centre crop.", resize, "HOW", f"{place}.resize"),
        Option("--interpolation", "bilinear, bicubic or nearest (default bilinear).",
               one_of("bilinear", "bicubic", "nearest"), "HOW", f"{place}.interpolation"),
    ]
