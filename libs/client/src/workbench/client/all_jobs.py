"""Jobs of every collection as one list, the newest first: each collection is asked for as much as is read of it."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.client.jobs import View
from workbench.client.resources import Resource

# Where the optimizations of all projects are.
EVERY_PROJECT = "projects/-/optimizations"


def newest(resources: Mapping[str, Resource], at_once: int, wanted: Mapping[str, Any]) -> Iterator[tuple[str, View]]:
    """Of each job the path of its collection below /v1, and its view. ``cursor``: the ``place`` of one before them."""
    each = [_of(path, resource.list(at_once=at_once, **wanted)) for path, resource in resources.items()]
    return heapq.merge(*each, key=lambda found: str(found[1]["place"]), reverse=True)


def _of(path: str, views: Iterator[View]) -> Iterator[tuple[str, View]]:
    for view in views:
        project = view["request"].get("project_id")
        yield (f"projects/{project}/optimizations" if path == EVERY_PROJECT else path), view
