"""The console over the embedded workbench's own API: a team with nothing, and one with hostile things."""

from __future__ import annotations

import hashlib
import json
import re
import struct
import time
import uuid
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from sqlalchemy import insert
from werkzeug.test import Client, TestResponse
from workbench.jobs import Adapters
from workbench.jobs.record.tables import jobs
from workbench.jobs.record.words import named, words_of
from workbench.standalone.mount import SERVICES, Front
from workbench.store import File, Keys, Manifest, Manifests

ORIGIN = {"Origin": "http://localhost"}
HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{ 7*7 }} "
    "\u202eevil\u202c \x1b[31m \u0000 \u200b \u2028 " + "long " * 2000
)
KINDS_OF = {name: import_module(f"workbench.{name.replace('-', '_')}.kinds").KINDS for name, _, _ in SERVICES}
SERVICE_OF = {kind.name: name for name, kinds in KINDS_OF.items() for kind in kinds}


@dataclass
class Bench:
    """Both teams' workbench; ``ids``: of the hostile team's things, by kind and state."""

    adapters: Adapters
    front: Front
    ids: dict[str, str] = field(default_factory=dict)

    def visitor(self, token: str) -> Visitor:
        visitor = Visitor(Client(self.front))
        assert visitor.post("/console/sign-in", token=token).status_code == 303
        return visitor

    def asked(self, path: str) -> dict[str, Any]:
        """What was asked for with a job of the hostile team."""
        answer = Client(self.front).get(f"/v1{path}", headers={"Authorization": "Bearer hostile"})
        return dict(json.loads(answer.text)["request"])

    def have(
        self,
        kind: str,
        state: str,
        *,
        team: str = "hostile",
        facts: dict[str, Any] | None = None,
        id: str = "",
        files: tuple[File, ...] = (File("report.json", "0" * 64, 1),),
        parents: tuple[str, ...] = (),
        **columns: Any,
    ) -> str:
        """A job of that team, as if it had come to this; ``ids`` keeps the first of its kind and state."""
        id, now = id or str(uuid.uuid4()), time.time()
        text = None
        if state == "succeeded":
            text = Manifest(kind, id, team, "", files, facts or {}, parents).text()
            Manifests(self.adapters.store, team).write(text)
        row = {
            "id": id,
            "team": team,
            "kind": kind,
            "state": state,
            "name": HOSTILE,
            "request": {},
            "created_at": now,
            "started_at": None if state == "queued" else now,
            "holds": [],
            "manifest": text,
            "result": {"kind": kind, "id": id} if text else None,
            "finished_at": now if state in ("succeeded", "failed", "cancelled") else None,
            **columns,
        }
        row = {"words": words_of(row["name"], []), "about": named(row["request"], ()), **row}
        with self.adapters.record(SERVICE_OF[kind]).engine.begin() as connection:
            connection.execute(insert(jobs).values(**row))
        self.ids.setdefault(f"{kind} {state}", id)
        return id


@dataclass
class Visitor:
    """Somebody with a browser: every request keeps the cookies, every form names the page that it comes from."""

    browser: Client

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.browser.get(path, headers=headers)

    def post(self, path: str, **form: str) -> TestResponse:
        return self.browser.post(path, data=form, headers=ORIGIN)

    def send(self, path: str, body: Any) -> TestResponse:
        """As a script of ours does."""
        return self.browser.post(path, json=body, headers={**ORIGIN, "Accept": "application/json"})


def addresses(bench: Bench) -> list[str]:
    """Each GET route of the console with the ids that there are."""
    ids = bench.ids
    console = bench.front._owners["/console"]
    found = []
    known = {"project_id": ids["project"]} | {
        f"{kind}_id": ids[f"{kind} succeeded"] for kind in ("model", "dataset", "profile", "evaluation")
    }
    files = ("static", "sheet", "health", "uploads", "file", "first", "live")
    for rule in console.url_map.iter_rules():  # type: ignore[attr-defined]
        page = rule.endpoint.partition(".")[0]
        if rule.endpoint == "sign-in.kept":  # leads on
            continue
        if rule.rule.endswith((".json", ".html", ".txt", ".jpg", ".png")):  # a file to keep, with a test of its own
            continue
        if "GET" not in (rule.methods or ()) or page in files:
            continue
        if not rule.arguments:
            found.append(rule.rule)
        elif rule.arguments == {"where"}:
            places = [
                f"{name}s/{ids[f'{name} {state}']}"
                for name in ("model", "profile", "recipe")
                for state in ("queued", "running", "failed")
            ]
            places.append(f"projects/{ids['project']}/optimizations/{ids['optimization failed']}")
            found += [rule.rule.replace("<path:where>", place) for place in places]
        elif rule.arguments <= {*known, "kind", "upload_id"}:
            found.append(re.sub(r"<(?:\w+:)?(\w+)>", lambda match: known[match[1]], rule.rule))
        else:
            assert rule.endpoint == "sign-in.by_link", f"{rule.rule}: say here what its arguments are"
    return sorted(found)


def have_everything(bench: Bench) -> None:
    """Of every kind, in every state."""
    problem = {"type": HOSTILE, "title": HOSTILE, "status": 422, "detail": HOSTILE, "remedy": HOSTILE}
    progress = {"stage": HOSTILE, "fraction": 0.5, "message": HOSTILE}
    for team in ("empty", "hostile", "looking"):  # no worker is here to look for devices
        cpu = {"name": "CPU", "full_name": HOSTILE, "int8": True}
        seen = {"id": "local", "name": HOSTILE, "devices": [cpu], "absent": [{"device": "GPU", "reason": HOSTILE}]}
        bench.have("target", "succeeded", team=team, name=None, facts={"targets": [seen]})
    for kind in SERVICE_OF:
        if kind not in ("optimization", "target"):
            asked = {"model_id": str(uuid.uuid4())}
            bench.have(kind, "queued", waiting_for=HOSTILE, request=asked)
            bench.have(kind, "running", progress=progress, request=asked)
            bench.have(kind, "failed", error=problem, request=asked)
    tensor = {"name": HOSTILE, "shape": [1, 3, 8, 8], "element_type": "f32", "layout": "NCHW"}
    guess = {"task": "generic", "head": HOSTILE, "options": {}, "sure": "likely", "why": HOSTILE}
    bench.have(
        "model",
        "succeeded",
        facts={"format": "onnx", "precision": "FP32", "inputs": [tensor], "outputs": [], "guesses": [guess]},
    )
    bench.have("dataset", "succeeded", facts={"format": HOSTILE, "items": 3, "tasks": ["generic"]})
    bench.have("profile", "succeeded", facts=_profile(), request={"model_id": bench.ids["model succeeded"]})
    bench.have(
        "evaluation",
        "succeeded",
        facts=_evaluation(),
        files=_looked_through(bench),
        request={"model_id": bench.ids["model succeeded"]},
    )
    bench.have(
        "recipe",
        "succeeded",
        request={"model_id": bench.ids["model succeeded"], "dataset_id": None, "overrides": {"options": {"top_k": 2}}},
        facts=_recipe(),
    )
    bench.have(
        "trial",
        "succeeded",
        request={"model_id": bench.ids["model succeeded"]},
        files=_drawn(bench),
        facts={
            "images": [
                {"name": HOSTILE, "lines": [HOSTILE] * 21, "drawing": "drawings/0.png", "importance": None},
                {"name": "bare", "lines": [], "drawing": None, "importance": None},
            ]
        },
    )
    client = Client(bench.front)
    project = {"name": HOSTILE.replace("\0", "")[:200], "model_id": bench.ids["model succeeded"]}
    made = client.post("/v1/projects", json=project, headers={"Authorization": "Bearer hostile"})
    assert made.status_code == 201, made.text
    bench.ids["project"] = json.loads(made.text)["id"]
    asked = {"project_id": bench.ids["project"], "model_id": bench.ids["model succeeded"], "dataset_id": None}
    bench.have("optimization", "queued", waiting_for=HOSTILE, request=asked)
    bench.have("optimization", "failed", error=problem, request=asked)
    bench.have("optimization", "succeeded", facts=_report(), request=asked)


def _profile() -> dict[str, Any]:
    """Of a device that tells hostile things, and of no latency but the median."""
    measured = {"value": 20.0, "low": 10.0, "high": 30.0}
    layer = {
        "name": HOSTILE,
        "type": HOSTILE,
        "exec_type": HOSTILE,
        "runtime_precision": HOSTILE,
        "time_ms": 2.0,
        "original_layers": [HOSTILE] * 9,
        "place": 0,
        "inputs": [],
        "outputs": [],
    }
    reason = {"rule": HOSTILE, "detail": HOSTILE, "verdict": "untrusted"}
    return {
        "throughput_fps": measured,
        "latency_ms": {"p50": measured, "p99": None},
        "compile_ms": measured,
        "trust": {"verdict": "untrusted", "reasons": [reason]},
        "notes": [HOSTILE],
        "loop_reason": HOSTILE,
        "launches": [{"throughput_fps": value} for value in (10.0, 20.0, 30.0)],
        "layers": [layer] * 60,
        "configuration": {HOSTILE: HOSTILE},
        "counters_overhead_note": HOSTILE,
        "target": "local",
        "device": "CPU",
        "provenance": {
            "versions": {HOSTILE: HOSTILE},
            "spec": {"batch": 1, "shapes": HOSTILE},
            "device": {"full_device_name": HOSTILE},
            "machine": {"kernel": HOSTILE},
        },
    }


def _evaluation() -> dict[str, Any]:
    """Of a metric with more classes than anybody reads."""
    figure = {"value": 0.5, "low": 0.4, "high": 0.6}
    reading = {"value": 0.9, "words": HOSTILE, "remedy": HOSTILE}
    cause = {**reading, "before": 0.1, "n": 24}
    metric = {
        "metric": HOSTILE,
        "unit": "share",
        "better": "higher",
        **figure,
        "n": 10,
        "split": "evaluation",
        "chance": 0.1,
        "other_reading": reading,
        "likely_cause": cause,
        "change": {**figure, "n": 10, "beyond_noise": False},
        "classes": [{"class": each, "label": HOSTILE[:99], **figure} for each in range(600)],
    }
    names = {"fixed": [HOSTILE], "broken": [], "differing": [HOSTILE], "fixed_n": 1, "broken_n": 0, "differing_n": 1}
    assumed = {"field": "options.top_k", "words": HOSTILE, "sure": "possible"}
    return {
        "metrics": [metric],
        "changed_items": names,
        "items": 10,
        "assumed": [assumed],
        "target": "local",
        "dataset_warnings": [HOSTILE],
        "warnings": [HOSTILE],
        "device": "CPU",
        "tensor_distance": {
            "images": 10,
            "outputs": [
                {"output": HOSTILE, "mse": 0.25, "relative": 0.1},
                {"output": HOSTILE, "mse": None, "relative": None},
            ],
        },
        "ranked_by": {"metric": HOSTILE, "unit": "share", "better": "higher"},
    }


def _recipe() -> dict[str, Any]:
    """Of a task that has options, one of which is set."""
    return {"recipe": {"task": "classification", "options": {"top_k": 2}}, "digest": "d", "assumed": []}


def _drawn(bench: Bench) -> tuple[File, ...]:
    """The one picture of a trial."""
    digest = hashlib.sha256(b"picture").hexdigest()
    bench.adapters.store.put(Keys("hostile").blob(digest), b"picture")
    return (File("drawings/0.png", digest, 7),)


def _looked_through(bench: Bench) -> tuple[File, ...]:
    """The files of an evaluation of thirty images, the first of which is drawn."""
    images = [
        {
            "name": HOSTILE,
            "score": number / 30,
            "said": [HOSTILE],
            "known": [HOSTILE],
            "beside": None if number else "annotation",
        }
        for number in range(30)
    ]
    lines = [json.dumps(image).encode() + b"\n" for image in images]
    starts = [sum(map(len, lines[:number])) for number in range(30)]
    classes = [{"id": 0, "label": HOSTILE[:99], "there": 3, "said": 4, "right": 2}]
    pairs = [
        {"truth": 0, "said": 0, "count": 2},
        {"truth": 0, "said": None, "count": 1},
        {"truth": None, "said": 0, "count": 2},
    ]
    contents = {
        "shown/images.jsonl": b"".join(lines),
        "shown/places": b"".join(struct.pack("<2Q", at, len(line)) for at, line in zip(starts, lines, strict=True)),
        "shown/confusion.json": json.dumps({"of": "things", "classes": classes, "pairs": pairs}).encode(),
        "shown/result/0.jpg": b"drawn",
        "shown/truth/0.jpg": b"known",
    }
    files = []
    for name, data in contents.items():
        digest = hashlib.sha256(data).hexdigest()
        bench.adapters.store.put(Keys("hostile").blob(digest), data)
        files.append(File(name, digest, len(data)))
    return tuple(files)


def _report() -> dict[str, Any]:
    """Of two variants, one of which nobody measured."""
    measured = {"value": 20.0, "low": 10.0, "high": 30.0}
    trust = {"verdict": "doubtful", "reasons": [{"rule": "x", "detail": HOSTILE}]}
    accuracy = {"metric": HOSTILE, "value": 0.5, "low": 0.4, "high": 0.6, "n": 10}
    variants = [
        {
            "name": HOSTILE,
            "precision": "FP32",
            "size_bytes": 10,
            "throughput_fps": measured,
            "profile": "1",
            "latency_ms": {"p50": measured},
            "accuracy": accuracy,
            "trust": trust,
            "warnings": [HOSTILE],
            "advice": [
                {"share": 0.3, "loss": None, "reason": HOSTILE, "to_change": HOSTILE, "calibrate": {HOSTILE: HOSTILE}},
                {"share": None, "loss": {**measured, "unit": HOSTILE}, "reason": HOSTILE, "calibrate": None},
            ],
        },
        {
            "name": "bare",
            "precision": None,
            "size_bytes": 0,
            "throughput_fps": None,
            "latency_ms": None,
            "accuracy": None,
            "trust": None,
            "warnings": [],
        },
    ]
    recommended = {"decision": "undecided", "variant": None, "reason": HOSTILE, "needed": [HOSTILE]}
    constraints = {"max_latency_ms": 25.0, "max_accuracy_drop": 1.0}
    return {
        "variants": variants,
        "recommended": recommended,
        "constraints": constraints,
        "comparison": [],
        "package": None,
        "warnings": [HOSTILE],
        "task": "generic",
        "guess": None,
    }
