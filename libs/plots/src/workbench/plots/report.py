"""The report of an optimization as one file of HTML: no script, no address, nothing to fetch; it prints as it looks."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup
from workbench.plots.drawing import Range, bar, ranges
from workbench.plots.plane import Point, plane
from workbench.plots.text import most_of, score_in, shown, size, words

STATIC = Path(__file__).parent / "static"
SHEET = STATIC / "sheet.css"
Report = dict[str, Any]


def page(document: Report, project: str | None = None) -> str:
    """The whole file. ``document``: the report as the API has it; ``project``: what that is called."""
    sheet = SHEET.read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    name = project or (document.get("model") or {}).get("name") or "an optimization"
    return _environment().get_template("report.html").render(name=name, sheet=sheet, digest=digest, told=told(document))


def told(document: Report) -> dict[str, Any]:
    """What `report_parts.html` draws: the report, its comparisons by variant, how far bars reach, the pictures."""
    variants, recommended = document.get("variants") or [], document.get("recommended") or {}
    chosen = recommended.get("variant")
    points = [
        Point(each["name"], each["latency_ms"]["p50"], each["throughput_fps"], each["name"] == chosen)
        for each in variants
        if _measured(each)
    ]
    return {
        "report": document,
        "recommended": recommended,
        "against": {each["variant"]: each for each in document.get("comparison") or ()},
        "most_fps": _most(each.get("throughput_fps") for each in variants),
        "most_ms": _most((each.get("latency_ms") or {}).get("p50") for each in variants),
        "most_bytes": max((each.get("size_bytes") or 0 for each in variants), default=0),
        "picture": plane(points, (document.get("constraints") or {}).get("max_latency_ms")),
        "accuracies": _accuracies(variants, chosen),
        "sizes": ranges(
            "Size of the model files",
            [
                Range(each["name"], {"value": each["size_bytes"]}, each["name"] == chosen)
                for each in variants
                if each.get("size_bytes")
            ],
            size,
            from_zero=True,
        ),
    }


def furnish(environment: Environment) -> None:
    """What templates of reports need of the environment that renders them."""
    environment.filters.update(words())
    environment.globals.update(bar=bar)


def loader() -> PackageLoader:
    """Where `report_parts.html` is."""
    return PackageLoader("workbench.plots")


@cache
def _environment() -> Environment:
    made = Environment(loader=loader(), autoescape=True, finalize=shown, trim_blocks=True, lstrip_blocks=True)
    furnish(made)
    return made


def _accuracies(variants: list[Report], chosen: str | None) -> Markup:
    """By the first metric, which all of them share."""
    scored = [each for each in variants if (each.get("accuracy") or {}).get("value") is not None]
    if not scored:
        return Markup("")
    unit = scored[0]["accuracy"].get("unit")
    rows = [Range(each["name"], each["accuracy"], each["name"] == chosen) for each in scored]
    return ranges(
        str(scored[0]["accuracy"]["metric"]), rows, lambda value: score_in(unit, value), at_most=most_of(unit)
    )


def _measured(variant: Report) -> bool:
    return bool(variant.get("throughput_fps") and (variant.get("latency_ms") or {}).get("p50"))


def _most(measured: Iterable[Report | None]) -> float:
    return max((float(each.get("high") or each.get("value") or 0) for each in measured if each), default=0.0)
