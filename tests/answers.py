"""The exit code that an optimization's own report asks for: what a machine measures decides which it is."""

from __future__ import annotations

from typing import Any

DECIDED, NOT_MET, UNDECIDED = 0, 1, 4


def as_told(report: dict[str, Any]) -> int:
    """Undecided says what would decide it: a measurement that is not trusted, or an accuracy too wide to tell."""
    recommended = report["recommended"]
    if recommended["decision"] == "recommended":
        assert recommended["model"] in {variant["model"] for variant in report["variants"]}
        return DECIDED
    assert recommended["decision"] == "undecided"
    assert recommended["needed"]
    not_trusted = any(variant["trust"]["verdict"] != "trusted" for variant in report["variants"])
    assert not_trusted or "points of accuracy cannot be said of" in recommended["reason"], recommended
    return UNDECIDED
