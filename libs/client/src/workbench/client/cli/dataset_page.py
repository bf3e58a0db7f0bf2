"""A dataset for people: everything known of it, and below that what its images and classes are like."""

from __future__ import annotations

from typing import Any

from workbench.client.cli import statistics_page
from workbench.client.cli.output import outline
from workbench.client.client import Client
from workbench.client.errors import Refused

Facts = dict[str, Any]


def with_statistics(client: Client, view: Facts) -> Facts:
    """None of a dataset that is still being made, or was by a release that did not count."""
    if not view.get("facts"):
        return view
    try:
        return {**view, "statistics": client.datasets.statistics(view["id"])}
    except Refused as refused:
        if refused.status != 404:
            raise
        return view


def page(view: Facts) -> str:
    """All of it within 80 columns."""
    rest = {name: value for name, value in view.items() if name != "statistics"}
    if "statistics" not in view:
        return outline(rest)
    return f"{outline(rest)}\n\n{statistics_page.page(view['statistics'])}"
