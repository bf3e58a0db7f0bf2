"""`workbench inspect PATH`: what a model file holds and is taken for, before it is imported; nothing is kept."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer
from workbench.client import uploads
from workbench.client.cli import analysis_page, output
from workbench.client.cli.asking import in_words
from workbench.client.cli.options import Argument, Values, add_command
from workbench.client.cli.progress import Progress
from workbench.client.cli.session import Session
from workbench.client.client import Client
from workbench.client.errors import JobCancelled, JobFailed, Refused, WorkbenchError
from workbench.client.jobs import View, ended

PATH = Argument("PATH", "Model file (what belongs to it comes along), or a folder with all its files.")
HELP = """Say what a model file holds and is taken for, without importing it.

Each guess says how sure it is. The files are looked at where the workbench runs, and nothing of them is kept.
"""

Facts = dict[str, Any]


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "inspect", inspect, HELP, [PATH])


def inspect(session: Session, values: Values) -> None:
    """Send the files, show what was seen, and forget it there."""
    path = Path(values["path"]).expanduser()
    with Progress() as progress:
        started = session.client.inspections.upload(path, tell=progress.sent, name=uploads.display_name(path))
        try:
            view = session.client.inspections.wait(started["id"], lambda view: progress.job("inspection", view))
        except JobCancelled:
            raise
        except JobFailed as failed:  # its log goes with it, and the reason says what to do
            raise Refused({**failed.problem, "remedy": None}) from None
        finally:
            _forget(session.client, started["id"])
    if session.as_json:
        output.write_json(view["facts"])
    else:
        output.write("\n".join(page(view["facts"])))
        if view["facts"]["readable"]:
            output.tell(f"Import it: workbench models create {shlex.quote(values['path'])}")


def page(facts: Facts) -> Iterator[str]:
    """What was seen, in lines of at most 80 columns where nothing long has to stay whole."""
    yield f"{facts['file']}: {facts['format']}{_of(facts.get('producer'))}"
    if not facts["readable"]:
        yield from _wrapped(facts["reason"])
        return
    millions = f"{facts['parameters'] / 1e6:.4g} M parameters"
    yield f"Stored in {facts['precision']}, {millions}, {facts['op_count']} operations"
    yield "Inputs:"
    for tensor in facts["inputs"]:
        yield from _wrapped(_input(tensor))
    yield "Outputs:"
    for tensor in facts["outputs"]:
        yield from _wrapped(f"{tensor['name']} {_shape(tensor)}")
    yield "Task:"
    for guess in facts["guesses"]:
        head = f", head {guess['head']}" if guess.get("head") else ""
        yield from _wrapped(f"{in_words(guess)}{head}")
    yield "Operations:"
    for line in analysis_page.support(facts):
        yield from _wrapped(line)


def _input(tensor: Facts) -> str:
    layout = f", layout {tensor['layout']} ({tensor['layout_sure']})" if tensor["layout"] else ", layout unknown"
    color = tensor["color"]
    order = f", {color['color']} ({color['sure']}: {color['why']})" if color else ""
    return f"{tensor['name']} {_shape(tensor)}{layout}{order}"


def _shape(tensor: Facts) -> str:
    shape = "of any rank" if tensor["shape"] is None else str(tensor["shape"]).replace(" ", "")
    return f"{shape} {tensor['element_type']}"


def _of(producer: str | None) -> str:
    return f", written by {producer}" if producer else ""


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        analysis_page.WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _forget(client: Client, id: str) -> None:
    with suppress(WorkbenchError):
        view: View = client.inspections.get(id)
        if not ended(view):
            client.inspections.cancel(id)
        client.inspections.delete(id)
