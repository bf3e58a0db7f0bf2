"""From which model a model was made, and what was made of it: a tree, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from workbench.client.client import Client
from workbench.client.errors import Refused
from workbench.client.jobs import View

WIDTH = 80
MOST_LOOKED_AT = 2000
MOST_SHOWN = 40

Models = dict[str, View]


def with_family(client: Client, view: View) -> View:
    """The view with ``family``: the team's models that it descends from, and those that descend from these."""
    known = {model["id"]: model for model in client.models.list(state="succeeded", limit=MOST_LOOKED_AT)}
    known[view["id"]] = view
    _add_ancestors(client, known, view)
    return {**view, "family": _descendants(known, _first(known, view))}


def lines(view: View) -> Iterator[str]:
    """The tree, where there is more than the model itself; the model is marked."""
    family: Sequence[tuple[int, View]] = view.get("family") or ()
    if not family:
        return
    gone = _parents(family[0][1])
    if len(family) + len(gone) < 2:
        return
    yield "Lineage:"
    yield from (f"  {id}  deleted since" for id in gone)
    shown = _shown(family, view["id"])
    for depth, model in shown:
        yield _line(depth + len(gone), model, here=model["id"] == view["id"])
    if len(shown) < len(family):
        yield f"  … and {len(family) - len(shown)} more"


def _shown(family: Sequence[tuple[int, View]], id: str) -> list[tuple[int, View]]:
    """The first of them, and the one that was asked for."""
    return [each for number, each in enumerate(family) if number < MOST_SHOWN or each[1]["id"] == id]


def _line(depth: int, model: View, *, here: bool) -> str:
    facts: dict[str, Any] = model.get("facts") or {}
    mark = "*" if here else " "
    what = ", ".join(str(facts[name]) for name in ("precision", "origin") if facts.get(name))
    start = f"{mark} {'  ' * depth}{model['id']}  "
    room = WIDTH - len(start) - len(what) - 2
    name = str(facts.get("name") or model.get("name") or "")
    if len(name) > room:
        name = f"{name[: max(room - 1, 7)]}…"
    return f"{start}{name}  {what}".rstrip()


def _add_ancestors(client: Client, known: Models, view: View) -> None:
    """Those older than what was looked at."""
    left = _parents(view)
    while left:
        id = left.pop()
        if id not in known:
            try:
                known[id] = client.models.get(id)
            except Refused:  # deleted
                continue
            left += _parents(known[id])


def _first(known: Models, view: View) -> View:
    """The oldest of its ancestors that is still there."""
    seen = {view["id"]}
    while (parent := next((known[id] for id in _parents(view) if id in known), None)) and parent["id"] not in seen:
        seen.add(parent["id"])
        view = parent
    return view


def _descendants(known: Models, root: View) -> list[tuple[int, View]]:
    """With how deep each is, parents before their children, the oldest first."""
    children: dict[str, list[View]] = {}
    for model in sorted(known.values(), key=lambda model: str(model.get("created_at"))):
        for parent in _parents(model):
            children.setdefault(parent, []).append(model)
    found, left, seen = list[tuple[int, View]](), [(0, root)], set[str]()
    while left:
        depth, model = left.pop()
        if model["id"] in seen:
            continue
        seen.add(model["id"])
        found.append((depth, model))
        left += [(depth + 1, child) for child in reversed(children.get(model["id"], []))]
    return found


def _parents(model: View) -> list[str]:
    return list(model.get("parents") or ())
