"""`--input-shape [NAME=]1,3,224,224` and its like: which of the model's inputs an option speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from workbench.client.cli.options import Option, Values, wrong
from workbench.client.cli.progress import Progress
from workbench.client.cli.readers import divisors, fixed_shape, is_id, layout, named, numbers, per_channel, shape
from workbench.client.client import Client
from workbench.client.uploads import display_name

NAMED = "NAME= may be left out for a model's only input. Repeatable."
NEW_SHAPE = Option(
    "--input-shape",
    f"New shape of an input; -1 keeps a dimension dynamic, 1..8 within limits. {NAMED}",
    named(shape),
    "[NAME=]1,3,224,224",
    repeat=True,
)
RUN_SHAPE = Option(
    "--input-shape",
    f"Shape of an input whose dimensions are dynamic. {NAMED}",
    named(fixed_shape),
    "[NAME=]1,3,224,224",
    repeat=True,
)
LAYOUT = Option(
    "--layout", "Layout of an input, one letter per dimension. Repeatable.", named(layout), "[NAME=]NCHW", repeat=True
)
MEAN = Option(
    "--mean",
    "Values subtracted per channel, in the order the model expects. Repeatable.",
    named(per_channel),
    "[NAME=]104,117,123",
    repeat=True,
)
SCALE = Option(
    "--scale",
    "Values divided by per channel, after the mean. Repeatable.",
    named(divisors),
    "[NAME=]58.4,57.1,57.4",
    repeat=True,
)
REVERSE = Option(
    "--reverse-channels",
    "Swap the first and last channel before the model (RGB for BGR); for a model with one input.",
    flag=True,
)
ELEMENT_TYPE = Option(
    "--element-type",
    "Type of the numbers the result takes, such as u8. Repeatable.",
    named(str),
    "[NAME=]u8",
    repeat=True,
)
TENSOR_LAYOUT = Option(
    "--tensor-layout",
    "Layout the result takes, where it is not that of the network. Repeatable.",
    named(layout),
    "[NAME=]NHWC",
    repeat=True,
)
RESIZE_INPUT = Option(
    "--embed-resize",
    "The result takes pictures of any size and resizes them: linear, cubic or nearest. Repeatable.",
    named(str),
    "[NAME=]linear",
    repeat=True,
)
FREEZE = Option(
    "--freeze",
    "Freeze an input to this value, or to one for each element; it is gone then. Repeatable.",
    named(numbers),
    "[NAME=]0.5",
    repeat=True,
)
MEASURED_SHAPE = Option(
    "--shape",
    f"Shape to measure, where an input leaves it open or another is wanted. {NAMED}",
    named(fixed_shape),
    "[NAME=]1,3,224,224",
    repeat=True,
)
FED = Option(
    "--input",
    "What an input is fed with: an array that numpy.save has written, or the id of one (`workbench "
    f"tensors list`). The other inputs get made-up data. {NAMED}",
    named(str),
    "[NAME=]FILE.npy",
    "inputs.*",
    repeat=True,
)
OF_CONVERSION = (NEW_SHAPE, LAYOUT, MEAN, SCALE, REVERSE, ELEMENT_TYPE, TENSOR_LAYOUT, RESIZE_INPUT, FREEZE)
OF_OPTIMIZATION = (RUN_SHAPE, LAYOUT)
OF_TRIAL = (NEW_SHAPE, LAYOUT)
MEMBERS = {"shape": "shape", "input_shape": "shape", "embed_resize": "resize", "freeze": "value"}


def by_input(model: dict[str, Any], values: Values, options: Sequence[Option]) -> dict[str, dict[str, Any]]:
    """``inputs`` of a request: name to what was said of it. ``model`` is the view of an examined model.

    Raises a usage error for a name the model does not have, or none where it has several inputs.
    """
    inputs: dict[str, dict[str, Any]] = {}
    for option in options:
        for name, value in _said(values.get(option.key)):
            member = MEMBERS.get(option.key, option.key)
            inputs.setdefault(_resolve(model, name, option.name), {})[member] = value
    return inputs


def fed(client: Client, model: dict[str, Any], values: Values) -> dict[str, str]:
    """Input name to the id of its tensor; files are sent and looked at first. Raises JobFailed for one that is none."""
    said = by_input(model, values, (FED,))
    tensors = {name: str(each["input"]) for name, each in said.items()}
    paths = {name: Path(text).expanduser() for name, text in tensors.items() if not _is_tensor(text)}
    for path in paths.values():
        client.tensors.parts(path)  # all that can be said before anything is sent
    with Progress() as progress:
        for name, path in paths.items():
            view = client.tensors.upload(path, tell=progress.sent, name=display_name(path))
            tensors[name] = client.tensors.wait(view["id"], partial(progress.job, path.name))["id"]
    return tensors


def _is_tensor(text: str) -> bool:
    return is_id(text) and not Path(text).exists()


def as_asked(model: dict[str, Any], inputs: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The view of a model with its inputs as a request asks for them."""
    facts = model.get("facts") or {}
    return {
        **model,
        "facts": {**facts, "inputs": [{**each, **inputs.get(each["name"], {})} for each in facts.get("inputs") or []]},
    }


def channels(model: dict[str, Any]) -> int:
    """How many channels the first input has, as far as its shape tells; 3 unless it says 1."""
    inputs = (model.get("facts") or {}).get("inputs") or [{}]
    dimensions = inputs[0].get("shape") or []
    if len(dimensions) != 4:
        return 3
    where = (inputs[0].get("layout") or "").find("C")
    return 1 if (dimensions[where] == 1 if where >= 0 else 1 in (dimensions[1], dimensions[3])) else 3


def _said(value: Any) -> list[tuple[str | None, Any]]:
    return [(None, True)] if value is True else value or []


def _resolve(model: dict[str, Any], name: str | None, option: str) -> str:
    known = [each["name"] for each in (model.get("facts") or {}).get("inputs") or []]
    if name is None and len(known) == 1:
        return str(known[0])
    if name in known:
        return str(name)
    asked = f"the model has no input {name!r}" if name else "the model has several inputs, write NAME=..."
    raise wrong(option, f"{asked}; its inputs: {', '.join(known) or 'unknown'}")
