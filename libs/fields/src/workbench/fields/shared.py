"""Fields that several services ask for: their ranges, choices and words, once.

Each makes a field of its own, since what a schema leaves open (a default, null, another description) differs.
"""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, Regexp
from workbench.fields.strict import Choice, Number, Whole
from workbench.fields.text import Text
from workbench.runner.device_names import WrongDevice, read_device
from workbench.runner.device_time import FEWEST_LAUNCHES, MOST_LAUNCHES

INFERENCE_PRECISIONS = ("f32", "f16", "bf16")
HINTS = ("throughput", "latency")
PRESETS = ("performance", "mixed")
LARGEST_SIZE = 2**31 - 1  # over it is no tensor, and some products would no longer fit OpenVINO's own counters
# NNCF's own default: more images rarely change the ranges it collects.
DEFAULT_SUBSET_SIZE = 300
# Calibrated with fewer, ranges of rare activations are a matter of luck.
FEW_TO_CALIBRATE_WITH = 300
LARGEST_SUBSET_SIZE = 100_000


def an_id(**kwargs: Any) -> Text:
    """The id of something that a service keeps."""
    return Text(validate=Length(1, 64), **kwargs)


def a_name(words: str, **kwargs: Any) -> Text:
    """What people call something."""
    return Text(validate=Length(1, 200), metadata={"description": words}, **kwargs)


def tags(**kwargs: Any) -> ma.fields.List[str]:
    """Words by which people find what belongs together."""
    return ma.fields.List(
        Text(validate=[Length(1, 32), _a_tag]),
        validate=[Length(max=8), _each_once],
        metadata={"description": "Up to 8 words of up to 32 characters; a list finds by them without regard to case."},
        **kwargs,
    )


def _a_tag(tag: str) -> None:
    if not tag.isprintable() or tag != tag.strip():
        raise ma.ValidationError("A tag is in one line, of characters that can be seen, with no space around it.")


def _each_once(tags: list[str]) -> None:
    if len({tag.casefold() for tag in tags}) < len(tags):
        raise ma.ValidationError("Give each tag once, whatever its case.")


def device(words: str, **kwargs: Any) -> Text:
    """A device in OpenVINO's words, or a list of devices that it makes one of."""
    lists = " Or a list: `AUTO:GPU,CPU` (the first that can), `MULTI:…` (requests to all), `HETERO:…` (layers)."
    return Text(validate=[Length(1, 100), _a_device], metadata={"description": words + lists}, **kwargs)


def _a_device(name: str) -> None:
    try:
        read_device(name)
    except WrongDevice as fault:
        raise ma.ValidationError(str(fault)) from None


def main_file() -> Text:
    """The model's file, below a core's ``inputs/model``; there is no way out of that folder."""
    below = Regexp(r"(?!/)(?!(?:.*/)?\.\.(?:/|\Z))[^\0]+\Z", error="Must be a file below inputs/model.")
    return Text(required=True, validate=[Length(1, 500), below])


def inference_precision() -> Choice:
    """What a model is executed in."""
    words = "`INFERENCE_PRECISION_HINT`; always set, since its default differs between machines."
    return Choice(*INFERENCE_PRECISIONS, load_default="f32", metadata={"description": words})


def duration_s() -> Number:
    """How long one launch measures."""
    return Number(0.1, 3600, load_default=2.0, metadata={"description": "Measured seconds a launch."})


def launches() -> Whole:
    """How often a measurement begins anew."""
    words = "Fresh processes; the interval is over these."
    return Whole(FEWEST_LAUNCHES, MOST_LAUNCHES, load_default=FEWEST_LAUNCHES, metadata={"description": words})


def until() -> Number:
    """How precisely the throughput is to be known."""
    return Number(
        0.001,
        0.5,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Go on launching until the throughput's interval reaches so far to each side, as a share: "
            "0.02 "
            "is ± 2 %. `launches` is then the least. Where it can't be reached a note says why."
        },
    )


def within_s() -> Number:
    """How long that may take."""
    words = "With `until`: no launch begins after so many seconds of measuring."
    return Number(1, 3600, load_default=600.0, metadata={"description": words})


def preset() -> Choice:
    """How NNCF quantizes."""
    return Choice(
        *PRESETS,
        load_default="performance",
        metadata={
            "description": "`mixed`: weights symmetric, "
            "activations not; somewhat slower, and better where activations are not centred."
        },
    )


def subset_size() -> Whole:
    """How many images calibrate."""
    return Whole(1, LARGEST_SUBSET_SIZE, load_default=DEFAULT_SUBSET_SIZE, metadata={"description": "Images at most."})


def fixed_shape(**kwargs: Any) -> ma.fields.List[int]:
    """A shape whose dimensions are all known."""
    return ma.fields.List(Whole(1, LARGEST_SIZE), validate=Length(max=32), **kwargs)
