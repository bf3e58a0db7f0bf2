"""The arguments of the converter that Open Model Zoo was made with, in the words of the workbench.

``--reverse_input_channels`` says that the network wants RGB, since the zoo's own IRs take BGR. Without it a network may
want either, so nothing is said (decision 55 has the counts).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

_DOWNLOADED, _MADE = "$dl_dir/", "$conv_dir/"
# Those that name a file; what the main one of a folder is called comes last.
_MAINS = {"--input_model": "", "--input_meta_graph": "", "--input_meta": "", "--saved_model_dir": "/saved_model.pb"}
_OTHER_FILES = ("--input_proto", "--input_symbol", "--input_checkpoint", "--input_config")
_NUMBERS = re.compile(r"(?P<name>[^\[\](),]*)[\[(](?P<numbers>[-+0-9.eE, ]{1,200})[\])]")


def main_file(arguments: Sequence[str]) -> str | None:
    """Of what is downloaded, the file that the converter was given; None when it was made first, or is not told."""
    for name, value in map(_parts, arguments):
        if name in _MAINS and value.startswith(_DOWNLOADED):
            return value.removeprefix(_DOWNLOADED).rstrip("/") + _MAINS[name]
    return None


def is_made_first(arguments: Sequence[str]) -> bool:
    """Whether a script of the zoo's own makes what is converted."""
    return any(name in _MAINS and value.startswith(_MADE) for name, value in map(_parts, arguments))


def in_our_words(arguments: Sequence[str]) -> dict[str, Any]:
    """``recipe``: mean, scale (a number a channel, or one for all) and colour that the network wants; ``outputs`` where
    the zoo ends it; ``unused``: arguments that say something that is not heard."""
    recipe: dict[str, Any] = {}
    outputs, unused = list[str](), list[str]()
    for argument in arguments:
        name, value = _parts(argument)
        if name in ("--mean_values", "--scale_values", "--scale") and (numbers := _per_channel(value)):
            recipe["mean" if name == "--mean_values" else "scale"] = numbers
        elif name == "--reverse_input_channels" and not value:
            recipe["color"] = "RGB"
        elif name == "--output":
            outputs = [each for each in value.split(",") if each]
        elif name not in (*_MAINS, *_OTHER_FILES, "--input"):
            unused.append(argument)
    return {"recipe": recipe, "outputs": outputs, "unused": unused}


def _parts(argument: str) -> tuple[str, str]:
    name, _, value = argument.partition("=")
    return name, value


def _per_channel(text: str) -> list[float] | None:
    """Of one input; None for what is something else."""
    found = _NUMBERS.fullmatch(text)
    try:
        numbers = [float(each) for each in (found["numbers"] if found else text).split(",")]
    except ValueError:
        return None
    return numbers if len(numbers) <= 4 and all(map(_is_plain, numbers)) else None


def _is_plain(number: float) -> bool:
    return math.isfinite(number) and abs(number) <= 1e6
