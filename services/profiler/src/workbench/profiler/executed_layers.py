"""The layers of a profile as lines, like those of a model: what was executed, with its time and its original layers;
and what takes the time of all of them.
"""

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


def times(profile: Job) -> dict[str, Any]:
    """How much of the layers' time each type and each precision takes, the most first. Raises NotFound."""
    timed = [layer for line in of(profile)() if (layer := json.loads(line)).get("time_ms")]
    total = sum(layer["time_ms"] for layer in timed)
    return {
        "total_ms": total,
        "types": _shares(timed, "type", total),
        "precisions": _shares(timed, "runtime_precision", total),
    }


def _shares(layers: list[dict[str, Any]], by: str, total: float) -> list[dict[str, Any]]:
    found: dict[str, list[float]] = {}
    for layer in layers:
        found.setdefault(layer.get(by) or "not told", []).append(layer["time_ms"])
    rows = [
        {"name": name, "layers": len(each), "time_ms": sum(each), "share": sum(each) / total}
        for name, each in found.items()
    ]
    return sorted(rows, key=lambda row: -row["time_ms"])
