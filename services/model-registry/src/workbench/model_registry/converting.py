"""A model that was to be converted once it is here: the converter is asked, in the words of its own request.

The registry waits for nothing: the conversion is a job of the converter, under an id that follows from the model's.
"""

from __future__ import annotations

import uuid
from typing import Any

from workbench.jobs import Job, Jobs, put_in_outbox
from workbench.messages import Message
from workbench.store import Manifest
from workbench.tasks.told import with_told

Facts = dict[str, Any]
_PIXELS = ("mean", "scale")


def conversion_id(model: Job) -> str | None:
    """Of the conversion that the model's request asks for; None when it asks for none."""
    if model.request.get("convert") is None:
        return None
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"conversion {model.id}"))


def ask_for(record: Jobs, message: Message) -> None:
    """Hand the command over when a model is here that was to be converted; a repeat is the same command."""
    model = record.find(message.subject)
    if model is None or model.manifest is None or (wanted := conversion_id(model)) is None:
        return
    asked = requested(model.request["convert"], Manifest.parse(model.manifest).facts)
    command = Message(
        "conversion.requested",
        "/model-registry",
        wanted,
        model.team,
        {"model_id": model.id, **asked},
        request_id=model.request_id,
    )
    with record.engine.begin() as connection:
        put_in_outbox(connection, command)
    record.ring()


def requested(convert: Facts, model: Facts) -> Facts:
    """What was asked for, and of what was not: what the model's source says of it."""
    own = _own(convert["inputs"])
    told = with_told({"inputs": convert["inputs"], "recipe": own}, model)
    inputs = dict(told["inputs"])
    recipe = {name: value for name, value in told["recipe"].items() if name in (*_PIXELS, "color") and name not in own}
    if recipe:  # it is of a model with one input
        [tensor] = model["inputs"]
        inputs[tensor["name"]] = {
            "layout": tensor["layout"],
            **_given(inputs.get(tensor["name"], {})),
            **{name: recipe[name] for name in _PIXELS if name in recipe},
            **({"reverse_channels": True} if recipe.get("color") == "BGR" else {}),
        }
    outputs = convert["outputs"] or (model.get("source") or {}).get("outputs") or []
    return {**convert, "inputs": {name: _given(asked) for name, asked in inputs.items()}, "outputs": outputs}


def _own(inputs: Facts) -> Facts:
    """What was said of pixels, as a recipe has it: of these nothing is taken from anywhere else."""
    said = {name: asked[name] for asked in inputs.values() for name in _PIXELS if asked.get(name) is not None}
    return {**said, **({"color": "BGR"} if any(asked.get("reverse_channels") for asked in inputs.values()) else {})}


def _given(asked: Facts) -> Facts:
    return {name: value for name, value in asked.items() if value is not None and value is not False}
