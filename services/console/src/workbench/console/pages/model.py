"""One model: what goes in and comes out, what it computes, what was made from what, what was found out about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, render_template
from workbench.client import Client
from workbench.console.now import serve_now
from workbench.console.page import Page
from workbench.console.reach import client, graph_of, layers_of, perhaps

PAGE = Page("model")
serve_now(PAGE, "models")
LISTED, DEEPEST = 100, 20
FOUND_OUT = {"profiles": "Speed", "evaluations": "Accuracy", "packages": "Package"}
View = dict[str, Any]


@PAGE.blueprint.get("/<model_id>")
def show(model_id: str) -> str:
    """All that is known; the analysis begins when the page is first looked at."""
    known = client()
    view = known.models.get(model_id)
    return render_template(
        "model.html",
        view=view,
        tree=_tree(known, view),
        found_out=list(_found_out(known, model_id)),
        **_analysed(view),
    )


@PAGE.blueprint.get("/<model_id>/analysis")
def analysis(model_id: str) -> str:
    """The analysis as far as it is."""
    view = client().models.get(model_id)
    return render_template("_analysis.html", view=view, **_analysed(view))


@PAGE.blueprint.get("/<model_id>/layers")
def layers(model_id: str) -> str:
    """A page of them that fit ``search``."""
    view = client().models.get(model_id)
    return render_template("_model_layers.html", view=view, **_analysed(view))


@PAGE.blueprint.get("/<model_id>/graph.json")
def graph(model_id: str) -> Response:
    """A part of its graph."""
    return graph_of(f"models/{model_id}")


def _analysed(view: View) -> dict[str, Any]:
    """The job that analyses it, and once that has succeeded a page of the layers."""
    if view["state"] != "succeeded":
        return {"job": None, "layers": None, "search": ""}
    job = client().models.analysis(view["id"])
    done = job["state"] == "succeeded"
    return {"job": job, **(layers_of(f"models/{view['id']}") if done else {"layers": None, "search": ""})}


def _tree(known: Client, view: View) -> list[View]:
    """What it was made from, from the first on, then it with what was made from it: ``{view, made}`` each."""
    models = list(known.models.list(limit=LISTED))
    above = [view]
    while above[0].get("parents") and len(above) < DEEPEST:
        parent = perhaps(known.models, above[0]["parents"][0])
        if parent is None or parent["id"] in {each["id"] for each in above}:
            break
        above.insert(0, parent)
    return [_with_what_was_made(above[0], models, DEEPEST)]


def _with_what_was_made(view: View, models: list[View], deep: int) -> View:
    made = [each for each in models if view["id"] in each["parents"] and each["id"] != view["id"]] if deep else []
    return {"view": view, "made": [_with_what_was_made(each, models, deep - 1) for each in made]}


def _found_out(known: Client, model_id: str) -> Iterator[tuple[str, str, View]]:
    """What was measured, scored and packed: in words, the collection, the job; the newest first."""
    for name, words in FOUND_OUT.items():
        for view in getattr(known, name).list(of=model_id, limit=LISTED):
            # A measurement or score of another may name this one, too; a package has several.
            if (view.get("request") or {}).get("model_id", model_id) == model_id:
                yield words, name, view
