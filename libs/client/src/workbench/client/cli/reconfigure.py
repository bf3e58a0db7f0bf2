"""`workbench models reconfigure MODEL`: another variant of an IR, of other shapes, layouts, batch or precision.

It is a conversion of the IR that keeps what is not asked for: the precision, too.
"""

from __future__ import annotations

from typing import Any

import typer
from workbench.client.cli import made
from workbench.client.cli.accepted import asked
from workbench.client.cli.inputs import LAYOUT, NEW_SHAPE, by_input
from workbench.client.cli.made import WAIT, Making
from workbench.client.cli.options import Argument, Option, Values, add_command, body, wrong
from workbench.client.cli.session import Session
from workbench.client.jobs import View

MODEL = Argument("ID", "Id of the model, an OpenVINO IR.", "model_id")
PRECISION = asked(
    "--precision", "Of the stored weights", "ConversionRequest", "precision", "P", default=" (default: as they are)"
)
BATCH = asked("--batch", "Pictures at once", "ConversionRequest", "batch", "N")
NAME = Option("--name", "A name for people.", place="name")
OF_INPUTS = (NEW_SHAPE, LAYOUT)
CHANGES = (*OF_INPUTS, BATCH, PRECISION)
HELP = """Make another variant of an IR: other shapes, layouts, batch or precision.

What is not asked for stays. The variant is a model of its own, compared with the one it is made of.
"""


def add(group: typer.Typer) -> None:
    """Give the models the command."""
    add_command(group, "reconfigure", reconfigure, HELP, [MODEL, *CHANGES, NAME, WAIT])


def reconfigure(session: Session, values: Values) -> None:
    """Convert the IR as asked."""
    if not any(values[option.key] for option in CHANGES):
        raise wrong("ID", f"say what is to change: {', '.join(option.name for option in CHANGES)}")
    model = session.client.models.get(values["id"])
    facts = _of_ir(model)
    request = {"precision": _own_precision(facts)} | body([MODEL, BATCH, PRECISION, NAME], values)
    request["inputs"] = by_input(model, values, OF_INPUTS)
    view = session.client.conversions.create(request)
    made.tell(session, Making("variant", session.client.conversions, "models show {}"), view, wait=values["wait"])


def _of_ir(model: View) -> dict[str, Any]:
    facts: dict[str, Any] = model.get("facts") or {}
    if not facts:
        raise wrong("ID", f"the model {model['id']} is {model['state']}; it can be changed once it has succeeded")
    if facts["format"] != "ir":
        raise wrong(
            "ID",
            f"{model['id']} is {facts['format']}; `workbench conversions create {model['id']}` makes an "
            "IR of it and takes the same options",
        )
    return facts


def _own_precision(facts: dict[str, Any]) -> str:
    """What its floats are stored in; a quantized model has some, too."""
    stored = facts.get("weights") or {}
    return "FP16" if "f16" in stored and "f32" not in stored else "FP32"
