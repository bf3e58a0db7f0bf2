"""The words of a verdict, for who asks and who compares. Light: who asks loads no runtime."""

from __future__ import annotations

from typing import Any

ALIKE, DIFFERS, NOT_COMPARABLE = "alike", "differs", "not comparable"
NOT_CHECKED = "not checked"  # nothing here runs the source: only what OpenVINO itself read of it was looked at


def not_comparable(reason: str, runtime: str, version: str | None, tolerance: float | None = None) -> dict[str, Any]:
    """What is told where there was nothing to compare, as JSON; ``reason`` ends a sentence."""
    return {
        "verdict": NOT_COMPARABLE,
        "reason": reason,
        "runtime": {"name": runtime, "version": version},
        "tolerance": tolerance,
        "rounds": [],
        "constant": False,
        "outputs": [],
    }
