"""One measurement: its launches and what they come to, whether that may be relied on, where the time goes, on what."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request
from markupsafe import Markup
from workbench.console.now import serve_now
from workbench.console.page import Page
from workbench.console.reach import client, graph_of, layers_of, perhaps
from workbench.plots.drawing import Range, launches, ranges
from workbench.plots.text import figure

PAGE = Page("profile")
serve_now(PAGE, "profiles")
LONGEST = 20  # layers of those that take time
LATENCIES = {
    "p50": "Median",
    "mean": "Mean",
    "p90": "90 % below",
    "p95": "95 % below",
    "p99": "99 % below",
    "max": "Slowest",
}
COMPARED, METRICS = (
    50,
    {
        "throughput_fps": "the throughput",
        "latency_p50_ms": "the median latency",
        "cpu_ms_per_request": "the CPU time a request",
    },
)
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
        "profile.html",
        view=view,
        model=perhaps(client().models, (view.get("request") or {}).get("model_id")),
        picture=_picture(facts),
        latencies=LATENCIES,
        before=BEFORE,
        longest=longest,
        most_ms=float(longest[0]["time_ms"]) if longest else 0.0,
        **_layers(view),
        spread=_spread(facts),
        times=client().profiles.times(profile_id) if run else None,
        **_beside(view),
    )


@PAGE.blueprint.get("/<profile_id>/layers")
def layers(profile_id: str) -> str:
    """A page of the executed layers that fit ``search``, in execution order."""
    view = client().profiles.get(profile_id)
    return render_template("_profile_layers.html", view=view, **_layers(view))


@PAGE.blueprint.get("/<profile_id>/graph.json")
def graph(profile_id: str) -> Response:
    """A part of the graph that was executed."""
    return graph_of(f"profiles/{profile_id}")


def _beside(view: View) -> dict[str, Any]:
    """``others``: profiles to compare with; ``other``: the one that ``against`` names; ``beside``: both drawn;
    ``ratios``: how many times the other's, where the two were measured in turns.
    """
    if view["state"] != "succeeded":
        return {"others": [], "other": None}
    listed = [each for each in client().profiles.list(state="succeeded", limit=COMPARED) if each["id"] != view["id"]]
    other = perhaps(client().profiles, request.args.get("against"))
    if other is None or other["state"] != "succeeded":
        return {"others": listed, "other": None}
    rows = [("this one", view["facts"], True), ("the other", other["facts"], False)]
    fps = [Range(name, facts["throughput_fps"], mine) for name, facts, mine in rows]
    ms = [Range(name, p50, mine) for name, facts, mine in rows if (p50 := (facts.get("latency_ms") or {}).get("p50"))]
    beside = [("FPS", ranges("Throughput in FPS", fps, figure)), ("Median latency, ms", ranges("Latency", ms, figure))]
    return {"others": listed, "other": other, "beside": beside, "ratios": _ratios(view, other), "metrics": METRICS}


def _ratios(view: View, other: View) -> View | None:
    """As the job that measured both tells them."""
    together, theirs = (each["facts"].get("together") or {} for each in (view, other))
    model, of = (each["request"].get("model_id") for each in (view, other))
    if (together.get("profile_id") or view["id"]) != (theirs.get("profile_id") or other["id"]):
        return None
    found: View | None = ((together.get("ratios") or {}).get(model) or {}).get(of)
    return found


def _spread(facts: dict[str, Any]) -> Markup:
    """How latencies are distributed: each share of them with its interval, on one scale."""
    told = [
        (words, each)
        for key, words in LATENCIES.items()
        if key != "mean" and (each := (facts.get("latency_ms") or {}).get(key))
    ]
    return ranges("Latency in ms", [Range(words, each) for words, each in told], lambda value: f"{figure(value)} ms")


def _layers(view: View) -> dict[str, Any]:
    return layers_of(f"profiles/{view['id']}") if view["state"] == "succeeded" else {"layers": None, "search": ""}


def _picture(facts: dict[str, Any]) -> Markup:
    values = [launch["throughput_fps"] for launch in facts.get("launches") or []]
    return launches(values, facts["throughput_fps"]) if values else Markup("")
