"""The layers of a profile as lines, like those of a model: what was executed, with its time and its original layers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from workbench.jobs import Job
from workbench.problems.common import NotFound
from workbench.webapp.graph_parts import Lines

_NO_NODE: dict[str, Any] = {"place": None, "inputs": [], "outputs": []}  # as an earlier release kept them


def of(profile: Job) -> Lines:
    """Raises NotFound of one that has not succeeded."""
    if profile.manifest is None:
        raise NotFound("profile", profile.id)
    layers = json.loads(profile.manifest)["facts"].get("layers") or []

    def lines() -> Iterator[bytes]:
        return (json.dumps(_NO_NODE | layer).encode() for layer in layers)

    return lines
