"""What there is to say of a noun of the command line; its commands follow from that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import typer
from workbench.client.cli.listing import Column
from workbench.client.cli.options import Argument, Option, Values
from workbench.client.client import Client
from workbench.client.jobs import View

UPLOADED = ("list", "show", "create", "rename", "tag", "wait", "log", "cancel", "rm", "download")
ALL = (*UPLOADED, "again")


@dataclass(frozen=True)
class Description:
    """One resource: its collection's name, one of it in words, and its commands.

    ``settle``: makes the values fit before they are asked for. ``prepare``: what is POSTed, of the options at their
    places; ``create``: where that is not how one is made. ``key``: by what one is found in a list that comes as a
    whole; without it one is asked for by its id. ``for_list`` and ``page``: how a person sees one; ``rows``: the lines
    of a list, where one thing takes several; ``more``: asks for what the page has beside the view;
    ``after``: what else is made of one that was waited for; ``compared``: what is said of all that. ``own``: adds the
    commands that it alone has.
    """

    name: str
    noun: str
    columns: Sequence[Column]
    parameters: Sequence[Argument | Option] = ()
    prepare: Callable[[Client, dict[str, Any], Values], dict[str, Any]] | None = None  # None: just the options
    create_help: str = ""
    create: Callable[[Client, dict[str, Any], Values], View] | None = None
    commands: Sequence[str] = ALL
    settle: Callable[[Client, Values], None] | None = None
    key: str | None = None
    for_list: Callable[[View], View] = dict
    rows: Callable[[View], Sequence[View]] | None = None
    page: Callable[[View], str] | None = None
    more: Callable[[Client, View], View] | None = None
    after: Callable[[Client, View], Sequence[View]] | None = None
    compared: str = ""
    own: Callable[[typer.Typer], None] | None = None
