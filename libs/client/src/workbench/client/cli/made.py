"""How a command tells of the job that it has made: the same after `create`, `again`, `subset`, `reconfigure` …"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.client.cli import output
from workbench.client.cli.options import Option
from workbench.client.cli.progress import beforehand, followed
from workbench.client.cli.session import Session
from workbench.client.client import Client
from workbench.client.jobs import View
from workbench.client.resources import Resource

WAIT = Option("--wait", "Wait until the job has ended.", flag=True)


@dataclass(frozen=True)
class Making:
    """What is made, in words, and where its jobs are.

    ``shown``: the words that show one, `{}` where its id goes. ``after``: what else is made of one that was waited for;
    ``compared``: what is said of all that, `{ids}` where their ids go.
    """

    noun: str
    resource: Resource
    shown: str
    after: Callable[[Client, View], Sequence[View]] | None = None
    compared: str = ""


def tell(session: Session, making: Making, view: View, *, wait: bool) -> None:
    """What is known of the job just accepted; with ``wait`` of the one that has ended."""
    if expected := beforehand(view):
        output.tell(expected)
    if wait:
        view = followed(making.resource, view["id"], making.noun)
    more = making.after(session.client, view) if wait and making.after else []
    if session.as_json:
        output.write_json({**view, "others": more} if more else view)
        return
    for warning in (view.get("facts") or {}).get("warnings") or ():
        output.tell(f"Warning: {warning}")
    for each in (view, *more):
        id, known = _usable_id(each), " by an earlier one, whose id this is" if each.get("reused_from") else ""
        output.write(id)
        output.tell(f"{making.noun} {each.get('state', 'created')}{known}; `workbench {making.shown.format(id)}`")
    if more and making.compared:
        output.tell(making.compared.format(ids=" ".join(map(_usable_id, (view, *more)))))


def _usable_id(view: View) -> str:
    """What other commands take: a job that was answered with an earlier result has made nothing of its own."""
    return str((view.get("result") or {}).get("id") or view["reused_from"] if view.get("reused_from") else view["id"])
