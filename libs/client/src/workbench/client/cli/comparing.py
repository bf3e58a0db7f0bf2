"""`workbench compare A B …`: what is known of profiles, evaluations and projects, side by side."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from typing import Any

import typer
from workbench.client.cli import output, paired
from workbench.client.cli.listing import Column, show_list
from workbench.client.cli.options import Argument, Option, Values, add_command, wrong
from workbench.client.cli.readers import is_id, one_of
from workbench.client.cli.report import accuracy, interval
from workbench.client.cli.session import Session
from workbench.client.client import Client
from workbench.client.errors import Refused
from workbench.client.jobs import View

Row = dict[str, Any]
IDS = Argument(
    "ID", "Ids of profiles, evaluations or projects, two at least (a project's variants are rows each).", repeat=True
)
FORMAT = Option("--format", "How to write it: text (default), json or csv.", one_of("text", "json", "csv"), "FORMAT")
COLUMNS = (
    Column("WHAT", "what", folds=True),
    Column("FPS", "fps_shown", folds=True),
    Column("P50 MS", "p50_shown", folds=True),
    Column("ACCURACY", "accuracy_shown", folds=True),
    Column("TRUST", "trust"),
    Column("DEVICE", "device"),
)
FIGURES = ("throughput_fps", "latency_p50_ms", "accuracy")
PLAIN = ("kind", "id", "name", "precision", "device", "trust", "measured_at", "job", "metric", "unit", "items")
APART = (
    "Not measured together: the throughputs come from different jobs, so a busy machine may have slowed one of them "
    "alone. Before you act on a difference, measure them in turns: workbench profiles create MODEL --with-model MODEL."
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(
        app, "compare", compare, "Profiles, evaluations or projects side by side, with their intervals.", [IDS, FORMAT]
    )


def compare(session: Session, values: Values) -> None:
    """Find each, make its rows, write them; say when figures were not measured together."""
    ids: list[str] = list(dict.fromkeys(values["id"]))
    for id in ids:
        if not is_id(id):
            raise wrong("ID", f"{id!r} is not an id; `workbench profiles list` shows some")
    rows = [row for id in ids for row in rows_of(session.client, id)]
    if len(rows) < 2:
        raise wrong("ID", "give two at least")
    format = "json" if session.as_json else values["format"] or "text"
    if format == "json":
        document = {"rows": [_plain(row) for row in rows], "measured_together": paired.together(rows)}
        output.write_json({**document, "ratios": paired.ratios(rows)})
    elif format == "csv":
        _write_csv(rows)
    else:
        show_list([shown(row) for row in rows], COLUMNS)
        for ratio in paired.ratios(rows):
            output.write(paired.words(ratio))
    if not paired.together(rows):
        output.tell(APART)
    if told := paired.variables_differ(rows):
        output.tell(told)


def rows_of(client: Client, id: str) -> list[Row]:
    """The rows of whatever has this id. Raises a usage error where nothing comparable has."""
    for kind, resource, read in (
        ("profile", client.profiles, _profile),
        ("evaluation", client.evaluations, _evaluation),
    ):
        if view := _found(resource.get, id):
            _refuse_unfinished(kind, view)
            named = {"kind": kind, "id": id, "name": _name(client, view), "measured_at": view["created_at"]}
            return [{**named, **read(view)}]
    if project := _found(client.projects.get, id):
        return list(_variants(client, project))
    raise wrong("ID", f"there is no profile, evaluation or project {id}")


def _name(client: Client, view: View) -> str | None:
    """Its own, which few give, else its model's, as long as that is there."""
    model_id = str(view["request"].get("model_id"))
    if view.get("name") or not is_id(model_id):
        return view.get("name")
    model = _found(client.models.get, model_id)
    return model["name"] if model else None


def shown(row: Row) -> Row:
    """The row in words."""
    name = " ".join(filter(None, [row["kind"], row.get("name") or row["id"], row.get("precision")]))
    score = row.get("accuracy") and {
        **row["accuracy"],
        "metric": row["metric"],
        "unit": row.get("unit"),
        "n": row.get("items") or "?",
    }
    return {
        **row,
        "what": name,
        "fps_shown": interval(row.get("throughput_fps")),
        "p50_shown": interval(row.get("latency_p50_ms")),
        "accuracy_shown": accuracy(score) if score else None,
    }


def scored_for_list(view: View) -> View:
    """An evaluation with its first metric in words; its interval has no room in a list."""
    metrics = (view.get("facts") or {}).get("metrics")
    return {**view, "score": accuracy({**metrics[0], "low": None}) if metrics else None}


def _profile(view: View) -> Row:
    facts = view["facts"]
    return {
        **paired.of_profile(view),
        "device": view["request"].get("device") or facts.get("device"),
        "precision": ((facts.get("provenance") or {}).get("spec") or view["request"]).get("inference_precision"),
        "throughput_fps": facts["throughput_fps"],
        "latency_p50_ms": facts["latency_ms"].get("p50"),
        "trust": facts["trust"]["verdict"],
        "env": (facts.get("provenance") or {}).get("env") or {},
    }


def _evaluation(view: View) -> Row:
    metrics = view["facts"]["metrics"]  # none of a model whose answers nobody can judge
    where = {"device": view["request"].get("device"), "env": view["facts"].get("env") or {}}
    return {"job": view["id"], **where, **_scored(metrics[0] if metrics else None)}


def _variants(client: Client, project: View) -> Iterable[Row]:
    done = next(iter(client.optimizations(project["id"]).list(state="succeeded", limit=1)), None)
    if done is None:
        raise wrong("ID", f"the project {project['id']} has no optimization that succeeded yet")
    done = client.optimizations(project["id"]).get(done["id"])  # a list has no comparisons
    for variant in done["facts"]["variants"]:
        yield {
            "kind": "variant",
            "id": project["id"],
            "name": f"{project['name']} {variant['name']}",
            "precision": variant.get("precision"),
            "device": project.get("device"),
            "measured_at": done["created_at"],
            "env": (done["facts"].get("environment") or {}).get("env") or {},
            **paired.of_variant(done["facts"], variant),
            "throughput_fps": variant.get("throughput_fps"),
            "latency_p50_ms": (variant.get("latency_ms") or {}).get("p50"),
            "trust": (variant.get("trust") or {}).get("verdict"),
            **_scored(variant.get("accuracy")),
        }


def _plain(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "ratios"}


def _scored(metric: dict[str, Any] | None) -> Row:
    if not metric or metric.get("value") is None:
        return {}
    figure = {name: metric.get(name) for name in ("value", "low", "high")}
    return {"metric": metric["metric"], "unit": metric.get("unit"), "items": metric.get("n"), "accuracy": figure}


def _refuse_unfinished(kind: str, view: View) -> None:
    if view["state"] != "succeeded":
        raise wrong("ID", f"the {kind} {view['id']} is {view['state']}: there is nothing to compare yet")


def _found(get: Any, id: str) -> View | None:
    try:
        view: View = get(id)
    except Refused as refused:
        if refused.status != 404:
            raise
        return None
    return view


def _write_csv(rows: list[Row]) -> None:
    ends = ("value", "low", "high")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*PLAIN, *(name if end == "value" else f"{name}_{end}" for name in FIGURES for end in ends)])
    for row in rows:
        figures = [(row.get(name) or {}).get(end) for name in FIGURES for end in ends]
        writer.writerow([*(row.get(name) for name in PLAIN), *figures])
