"""One measurement: its launches and what they come to, whether that may be relied on, where the time goes, on what."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template
from markupsafe import Markup
from workbench.console.page import Page
from workbench.console.reach import client, graph_of, layers_of, perhaps
from workbench.plots.drawing import launches

PAGE = Page("profile")
LONGEST = 20  # layers of those that take time
LATENCIES = {"p50": "Median", "mean": "Mean", "p90": "90 % below", "p95": "95 % below", "p99": "99 % below",
             "max": "Slowest"}  # fmt: skip
BEFORE = {"load_ms": "Reading the model", "compile_ms": "Compiling it", "first_inference_ms": "First inference"}
View = dict[str, Any]


@PAGE.blueprint.get("/<profile_id>")
def show(profile_id: str) -> str:
    """The whole page."""
    view = client().profiles.get(profile_id)
    facts = view.get("facts") or {}
    run = [layer for layer in facts.get("layers") or [] if layer.get("time_ms")]
    longest = sorted(run, key=lambda layer: float(layer["time_ms"]), reverse=True)[:LONGEST]
    return render_template(
        "profile.html", view=view, model=perhaps(client().models, (view.get("request") or {}).get("model_id")),
        picture=_picture(facts), latencies=LATENCIES, before=BEFORE,
        longest=longest, most_ms=float(longest[0]["time_ms"]) if longest else 0.0, **_layers(view),
    )  # fmt: skip


@PAGE.blueprint.get("/<profile_id>/layers")
def layers(profile_id: str) -> str:
    """A page of the executed layers that fit ``search``, in execution order."""
    view = client().profiles.get(profile_id)
    return render_template("_profile_layers.html", view=view, **_layers(view))


@PAGE.blueprint.get("/<profile_id>/graph.json")
def graph(profile_id: str) -> Response:
    """A part of the graph that was executed."""
    return graph_of(f"profiles/{profile_id}")


def _layers(view: View) -> dict[str, Any]:
    return layers_of(f"profiles/{view['id']}") if view["state"] == "succeeded" else {"layers": None, "search": ""}


def _picture(facts: dict[str, Any]) -> Markup:
    values = [launch["throughput_fps"] for launch in facts.get("launches") or []]
    return launches(values, facts["throughput_fps"]) if values else Markup("")
