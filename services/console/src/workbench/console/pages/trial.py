"""Try: what one or two models say of an image that is brought is drawn side by side, with the options of their task."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse
from workbench.client import Refused
from workbench.console.page import PLACE, Page
from workbench.console.reach import client, perhaps
from workbench.console.typed import number
from workbench.problems.common import InvalidRequest

PAGE = Page("trial", "Try")
LISTED = 100
OPTION = "option."
# What an address of this page says, besides `image`, as often as images are meant, and `trial`, once for each model.
WORDS = ("model_id", "against_id", "dataset_id", "recipe_id", "task")
View = dict[str, Any]


@PAGE.blueprint.get("")
def show() -> str:
    """The form, and below it what was asked for in the address."""
    return _page(request.args)


@PAGE.blueprint.get("/now")
def now() -> str:
    """How far it is; in the end the pictures."""
    return render_template("_tried.html", **_far(request.args))


@PAGE.blueprint.post("")
def begin() -> AnyResponse | str | tuple[str, int]:
    """A recipe with the options as they are set; then the models are asked."""
    given = request.form
    try:
        recipe_id = _recipe(given)
    except (Refused, InvalidRequest) as refused:
        problem = refused.problem if isinstance(refused, Refused) else refused.document()
        return _page(given, problem), 422
    return redirect(_address(given, recipe_id=recipe_id), 303)


@PAGE.blueprint.post("/ask")
def ask() -> AnyResponse:
    """Each model, once recipe and images are there."""
    given, known = request.form, client()
    recipe, images = (
        resource.get(given.get(f"{name}_id", ""))
        for name, resource in (("recipe", known.recipes), ("dataset", known.datasets))
    )
    found = {"recipe_id": recipe["result"]["id"], "dataset_id": images["result"]["id"]}
    models = [given[name] for name in ("model_id", "against_id") if given.get(name)]
    found |= {"images": given.getlist("image")} if given.getlist("image") else {}
    trials = [known.trials.create({"model_id": each, **found})["id"] for each in models]
    to = _address(given, recipe_id=given["recipe_id"], trials=trials)
    return Response(headers={"HX-Redirect": to}) if "HX-Request" in request.headers else redirect(to, 303)


@PAGE.blueprint.get("/<trial_id>/<int:number>.png")
def picture(trial_id: str, number: int) -> Response:
    """What a model says of an image, drawn onto it."""
    response = Response(client().trials.drawing(trial_id, number), content_type="image/png")
    response.headers["Cache-Control"] = "private, max-age=86400"  # a trial never changes
    return response


def _page(given: MultiDict[str, str], problem: View | None = None) -> str:
    known = client()
    models = [
        view
        for view in known.models.list(state="succeeded", limit=LISTED)
        if (view.get("facts") or {}).get("format") == "ir"
    ]
    far = _far(given)
    if far["trials"]:
        problem = problem or next((each["error"] for each in far["trials"] if each.get("error")), None)
    return render_template(
        "trial.html",
        models=models,
        datasets=list(known.datasets.list(limit=LISTED)),
        problem=problem,
        tasks=[task["name"] for task in known.tasks.list()],
        **far,
    )


def _far(given: MultiDict[str, str]) -> View:
    """The recipe with the options of its task, the images, the trials: each None or empty until there is one."""
    known = client()
    recipe, images = perhaps(known.recipes, given.get("recipe_id")), perhaps(known.datasets, given.get("dataset_id"))
    trials = [known.trials.get(each) for each in given.getlist("trial")[:2]]
    waits = [each for each in (recipe, images, *trials) if each and each["state"] in ("queued", "running")]
    names = {
        each: (perhaps(known.models, each) or {}).get("name") or each[:8]
        for trial in trials
        if (each := (trial.get("request") or {}).get("model_id"))
    }
    return {
        "given": given,
        "recipe": recipe,
        "images": images,
        "trials": trials,
        "waits": waits,
        "names": names,
        "options": _options(recipe),
        "query": urlencode(_words(given), doseq=True),
    }


def _options(recipe: View | None) -> list[View]:
    """Of the recipe's task, each with what it is set to."""
    found = ((recipe or {}).get("facts") or {}).get("recipe") or {}
    task = next((each for each in client().tasks.list() if each["name"] == found.get("task")), None)
    set_to = found.get("options") or {}
    return [{**each, "value": set_to.get(each["name"], each["default"])} for each in (task or {}).get("options") or ()]


def _recipe(given: MultiDict[str, str]) -> str:
    """The id of the one that is named, or of a new one where an option is set otherwise. Raises InvalidRequest."""
    known = client()
    base = perhaps(known.recipes, given.get("recipe_id"))
    wanted = {
        each["name"]: _value(each, given[f"{OPTION}{each['name']}"])
        for each in _options(base)
        if f"{OPTION}{each['name']}" in given
    }
    if base and all(wanted.get(each["name"], each["value"]) == each["value"] for each in _options(base)):
        return str(base["id"])
    asked = dict((base or {}).get("request") or {"model_id": given.get("model_id", ""), "overrides": {}})
    overrides = dict(asked.get("overrides") or {})
    if wanted:
        overrides["options"] = {**(overrides.get("options") or {}), **wanted}
    if not base and given.get("task"):
        overrides["task"] = given["task"]
    body = {"model_id": asked["model_id"], "dataset_id": asked.get("dataset_id"), "overrides": overrides}
    return str(known.recipes.create(body)["id"])


def _value(option: View, text: str) -> bool | float | str:
    """Of its type; whether it fits, the API says."""
    match option["type"]:
        case "boolean":
            return text == "true"
        case "integer":
            return number(option["name"], text, int)
        case "number":
            return number(option["name"], text)
    return text


def _words(given: MultiDict[str, str]) -> View:
    return {name: given[name] for name in WORDS if given.get(name)} | {
        name: given.getlist(name) for name in ("image", "trial")
    }


def _address(given: MultiDict[str, str], *, recipe_id: str, trials: list[str] | None = None) -> str:
    if not given.get("dataset_id"):
        abort(422, "Choose images, or bring one.")
    words = {**_words(given), "recipe_id": recipe_id, "trial": trials or []}
    return f"{PLACE}/trial?{urlencode(words, doseq=True)}#tried"
