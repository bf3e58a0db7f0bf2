"""A project for people: what it is, and the report of its newest optimization, or how far that is."""

from __future__ import annotations

from typing import Any

from workbench.client.cli import report
from workbench.client.cli.output import outline
from workbench.client.client import Client
from workbench.client.jobs import View


def with_newest(client: Client, project: View) -> View:
    """The project and its newest optimization, if it has any."""
    return {**project, "newest": next(client.optimizations(project["id"]).list(limit=1), None)}


def page(project: View) -> str:
    """As lines."""
    rest = {name: value for name, value in project.items() if name != "newest"}
    return "\n".join([outline(rest), "", *_newest(project["newest"])])


def _newest(view: dict[str, Any] | None) -> list[str]:
    if view is None:
        return ["Nothing was optimized yet: `workbench projects again ID` has the options"]
    error = view.get("error") or {}
    known = view.get("facts") or error.get("report")
    said = [f"Optimization {view['id']}: {view['state']}"]
    if error:
        said.append(f"{error.get('title')}: {error.get('detail')}")
    return [*said, "", report.page(known)] if known else said
