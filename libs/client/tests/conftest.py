"""A small server that speaks the HTTP API, and may be stopped and started again on another port.

It stands for the other side, not for our code: jobs of it are scripts of views, one step for each read. What it takes
and answers is held to the API reference, request by request: a test fails where it is other than the API.
"""

from __future__ import annotations

import copy
import hashlib
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Request, Response, g, jsonify, request
from held_to_reference import REFERENCE, breaches
from werkzeug.serving import make_server
from workbench.client import Client

TOKEN = "secret-token"
PACKAGE = bytes(range(256)) * 4096
LOCAL = {
    "id": "local",
    "name": "local",
    "devices": [
        {"name": "CPU", "full_name": "A CPU", "state": "busy", "int8": True, "reason": "a measurement is running"}
    ],
    "absent": [{"device": "GPU", "reason": "no device node."}],
}

# No workbench has these: the client knows a task from what it is told, and from nothing else.
SORTING = {
    "name": "sorting",
    "words": "where each thing on a picture belongs, and how sure that is of every one of them",
    "resize": "stretch",
    "heads": [
        {"name": "piles", "words": "One list a pile.", "usual": None},
        {"name": "rows", "words": "One.", "usual": None},
    ],
    "options": [
        {
            "name": "piles_at_most",
            "words": "How many piles are made.",
            "type": "integer",
            "default": 5,
            "low": 1,
            "high": 100,
            "choices": None,
        },
        {
            "name": "sureness",
            "words": "Of what is less sure nothing is said.",
            "type": "number",
            "default": 0.5,
            "low": 0,
            "high": 1,
            "choices": None,
        },
        {
            "name": "by",
            "words": "What decides the order.",
            "type": "choice",
            "default": "size",
            "low": None,
            "high": None,
            "choices": ["size", "age"],
        },
        {
            "name": "twice",
            "words": "Whether to look again.",
            "type": "boolean",
            "default": True,
            "low": None,
            "high": None,
            "choices": None,
        },
    ],
    "metrics": [
        {"name": "tidy", "unit": "share", "better": "higher", "needs": "annotation", "words": "Things in their place."}
    ],
    "formats": ["piles-of-folders"],
}
NOTHING: dict[str, Any] = {
    "name": "nothing",
    "words": "nothing at all",
    "resize": "crop",
    "heads": [],
    "options": [
        {"name": "sureness", "words": "Ever.", "type": "integer", "default": 3, "low": 2, "high": 9, "choices": None},
    ],
    "metrics": [],
    "formats": [],
}


def problem(status: int, kind: str, title: str, detail: str, **extras: Any) -> Response:
    body = {
        "type": f"urn:workbench:problem:{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "remedy": f"remedy of {kind}",
        **extras,
    }
    return Response(json.dumps(body), status, content_type="application/problem+json")


def interval(value: float) -> dict[str, float]:
    return {"value": value, "low": value * 0.97, "high": value * 1.03}


def report(*, met: bool = True, package_id: str | None = None) -> dict[str, Any]:
    def variant(name: str, fps: float, accuracy: float) -> dict[str, Any]:
        return {
            "name": name,
            "model": f"model-{name}",
            "precision": name.upper(),
            "size_bytes": 5_000_000,
            "digest": "d",
            "throughput_fps": interval(fps),
            "latency_ms": {"p50": interval(2.5)},
            "cpu_ms_per_request": interval(5.0),
            "profile": f"profile-{name}",
            "evaluation": None,
            "accuracy": {"metric": "top1", "value": accuracy, "n": 200, "split": "evaluation"},
            "configuration": {},
            "trust": {"verdict": "trusted", "reasons": []},
            "warnings": [],
            "built_in": [{"input": "x", "reverse_channels": True, "mean": [104.0, 117.0, 123.0], "scale": None}],
        }

    return {
        "schema_version": "1.1",
        "project_id": "p",
        "optimization_id": "o",
        "objective": "throughput",
        "variants": [variant("fp32", 400.0, 0.615), variant("int8", 800.0, 0.6)],
        "comparison": [
            {
                "variant": "int8",
                "baseline": "fp32",
                "speedup": interval(2.0) | {"beyond_noise": True},
                "cpu_per_request_ratio": interval(0.5) | {"beyond_noise": True},
                "size_ratio": 0.26,
                "accuracy_change_points": {"value": -1.5, "beyond_noise": False},
                "changed_items": {"fixed_n": 3, "broken_n": 6},
            }
        ],
        "recommended": {"model": "model-int8", "variant": "int8", "reason": "fastest within limits"}
        if met
        else {"model": None, "variant": None, "reason": "no variant is within 1 ms"},
        "preparation": {
            "input": {"name": "x", "width": 8, "height": 8, "channels": 3, "layout": "NCHW"},
            "resize": "crop",
            "short_side": None,
            "interpolation": "bilinear",
            "color": "BGR",
            "mean": [104.0, 117.0, 123.5],
            "scale": None,
            "orientation": "exif",
        },
        "constraints_met": met,
        "warnings": ["one warning"],
        "environment": {},
        "task": "classification",
        "assumed": [
            {"field": "options.label_offset", "words": "label_offset is 1: one score more", "sure": "likely"},
            {"field": "labels", "words": "the order is the dataset's", "sure": "possible"},
        ],
        "package": package_id
        and {"id": package_id, "sha256": hashlib.sha256(PACKAGE).hexdigest(), "size_bytes": len(PACKAGE)},
    }


@dataclass
class Job:
    """Each read that waits moves it one step on; ``steps`` are changes of its view."""

    view: dict[str, Any]
    steps: list[dict[str, Any]] = field(default_factory=list)
    log: str = ""

    def move(self) -> None:
        if self.steps:
            self.view |= self.steps.pop(0) | {"seq": self.view["seq"] + 1}


class Server:
    """The state survives `stop` and `start`, as a database would."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.projects: dict[str, dict[str, Any]] = {}
        self.requests: list[tuple[str, str, Any]] = []
        self.queries: list[dict[str, str]] = []
        self.uploads: list[dict[str, int]] = []
        self.headers: list[dict[str, str]] = []
        self.breaches: list[str] = []
        self.keys: dict[str, str] = {}
        self.holding: dict[str, list[str]] = {}
        self.files: dict[str, bytes] = {"package.tar.zst": PACKAGE}
        self.script: dict[str, list[dict[str, Any]]] = {}
        self.born: dict[str, dict[str, Any]] = {}  # how jobs of a kind are from the start
        self.before: Callable[[], Response | None] = lambda: None
        self.token = TOKEN
        self.targets: list[dict[str, Any]] = [LOCAL]
        self.tasks: list[dict[str, Any]] = [SORTING, NOTHING]
        self.use: list[dict[str, Any]] = []
        self.catalogue: list[dict[str, Any]] = []
        self.streams = True
        self.met = True
        self.undecided = False
        self.packaged = True
        self._clients: list[Client] = []
        self._http: Any = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def address(self) -> tuple[str, str]:
        return self.url, self.token

    def start(self, port: int = 0) -> None:
        self._http = make_server("127.0.0.1", port, application(self), threaded=True)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def client(self, url: str | None = None, token: str | None = None, **more: Any) -> Client:
        """A client that is closed with the server."""
        self._clients.append(Client(url or self.url, token or self.token, **more))
        return self._clients[-1]

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.stop()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def posted(self, ending: str) -> Any:
        """The body of the last POST to a path with this ending."""
        posts = [(path, body) for method, path, body in self.requests if method == "POST"]
        return next(body for path, body in reversed(posts) if path.endswith(ending))

    def add(self, kind: str, body: Any, steps: list[dict[str, Any]] | None = None) -> Job:
        id = str(uuid.uuid4())
        files = [
            {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data)}
            for name, data in self.files.items()
        ]
        view = {
            "id": id,
            "kind": kind,
            "state": "queued",
            "seq": 1,
            "created_at": "2026-01-01T00:00:00Z",
            "progress": None,
            "waiting_for": None,
            "error": None,
            "reused_from": None,
            "name": None,
            "request": body,
            "result": None,
            "facts": None,
            "files": files,
        }
        if kind == "models":
            view["name"] = "squeeze"
        view |= self.born.get(kind, {})
        self.jobs[id] = Job(view, steps if steps is not None else self.steps_of(kind), f"the log of {id}\n")
        return self.jobs[id]

    def steps_of(self, kind: str) -> list[dict[str, Any]]:
        if kind in self.script:
            return [dict(step) for step in self.script[kind]]
        facts = {"inputs": [{"name": "data", "shape": [1, 3, 224, 224]}]} if kind == "models" else {}
        return [
            {"state": "running", "progress": {"stage": "reading", "fraction": 0.5, "message": "half"}},
            {"state": "succeeded", "facts": facts},
        ]


class Counted:
    """A part of an upload: only how much there was."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, data: bytes) -> None:
        self.size += len(data)

    def seek(self, position: int) -> None:
        pass

    def close(self) -> None:
        pass


class CountingRequest(Request):
    def _get_file_stream(self, *_sizes: Any, **_more: Any) -> Any:
        return Counted()


def application(server: Server) -> Flask:
    app = Flask("workbench-under-test")
    app.request_class = CountingRequest

    @app.before_request
    def gate() -> Response | None:
        server.headers.append(dict(request.headers))
        if request.headers.get("Authorization") != f"Bearer {server.token}":
            return problem(401, "unauthorized", "A valid token is required", "A valid token is required")
        body = request.get_json(silent=True) if request.is_json else None
        server.requests.append((request.method, request.path, body))
        server.queries.append(request.args.to_dict())
        g.asked = copy.deepcopy(body)  # a test may change what is answered of it
        return server.before()

    @app.after_request
    def held(response: Response) -> Response:
        body = g.get("asked")
        if body is not None:  # the tasks of this server are no workbench's
            body = json.loads(json.dumps(body).replace('"sorting"', '"generic"').replace('"nothing"', '"generic"'))
        if request.path.endswith("/openapi.json"):  # the reference itself
            return response
        answer = response.get_json(silent=True) if response.is_json else None
        server.breaches += breaches(request.method, request.path, [*request.args], body, response.status_code, answer)
        return response

    def once(make: Callable[[], Job]) -> Any:
        key = request.headers["Idempotency-Key"]
        if key not in server.keys:
            server.keys[key] = make().view["id"]
        return jsonify(server.jobs[server.keys[key]].view), 202

    def known(id: str) -> Any:
        if id not in server.jobs:
            return problem(404, "not-found", "Not found", f"There is no such thing as {id!r}.")
        return None

    @app.post("/v1/<any(models, datasets, inspections, tensors):kind>")
    def upload(kind: str) -> Any:
        sizes = {part.filename or "": part.stream.size for part in request.files.getlist("files")}
        server.uploads.append(sizes)
        return once(lambda: server.add(kind, dict(request.form)))

    @app.post("/v1/<kind>")
    def create(kind: str) -> Any:
        if kind == "projects":
            id = str(uuid.uuid4())
            key = request.headers["Idempotency-Key"]
            first = server.projects.setdefault(
                server.keys.setdefault(key, id),
                {
                    "id": id,
                    "target": "local",
                    "device": "CPU",
                    "dataset_id": None,
                    "created_at": "2026-01-01T00:00:00Z",
                    **request.get_json(),
                },
            )
            return jsonify(first), 201
        return once(lambda: server.add(kind, request.get_json()))

    @app.post("/v1/datasets/generations")
    def generate() -> Any:
        return once(lambda: server.add("datasets", request.get_json()))

    @app.post("/v1/datasets/<any(subsets, augmentations):_of_another>")
    def derive(_of_another: str) -> Any:
        return once(lambda: server.add("datasets", request.get_json()))

    @app.get("/v1/<_kind>/openapi.json")
    def described(_kind: str) -> Response:
        return Response(REFERENCE.read_bytes(), content_type="application/json")

    @app.get("/v1/catalogue")
    def catalogue() -> Any:
        part, start = request.args.get("name", ""), int(request.args.get("cursor", 0))
        fit = [entry for entry in server.catalogue if part in entry["name"]]
        return jsonify(
            {
                "items": fit[start : start + 2],
                "matching": len(fit),
                "total": len(server.catalogue),
                "zoo": "https://zoo",
                "read_at": "2026-01-01T00:00:00Z",
                "next_cursor": str(start + 2) if start + 2 < len(fit) else None,
            }
        )

    @app.get("/v1/catalogue/<path:name>")
    def entry(name: str) -> Any:
        return jsonify(next(entry for entry in server.catalogue if entry["name"] == name))

    @app.post("/v1/models/downloads")
    def bring() -> Any:
        return once(lambda: server.add("models", request.get_json()))

    @app.get("/v1/profiles/use")
    def use() -> Any:
        return jsonify({"items": server.use})

    @app.get("/v1/<kind>")
    def listing(kind: str) -> Any:
        if kind == "targets":
            return jsonify({"items": server.targets})
        if kind == "tasks":
            return jsonify({"items": server.tasks})
        if kind == "projects":
            return jsonify({"items": list(server.projects.values()), "next_cursor": None})
        return page([job.view for job in server.jobs.values() if job.view["kind"] == kind])

    @app.get("/v1/projects/<project>/optimizations")
    def optimizations(project: str) -> Any:
        return page([job.view for job in server.jobs.values() if job.view["kind"] == "optimization"])

    @app.get("/v1/projects/-/optimizations")
    def optimizations_of_all() -> Any:
        return optimizations("-")

    def page(views: list[dict[str, Any]]) -> Any:
        first = int(request.args.get("cursor", 0))
        limit = int(request.args.get("limit", 50))
        more = str(first + limit) if first + limit < len(views) else None
        placed = [view | {"place": f"{len(views) - at:09}~{view['id']}"} for at, view in enumerate(views)]
        return jsonify({"items": placed[first : first + limit], "next_cursor": more})

    @app.post("/v1/projects/<project>/optimizations")
    def optimize(project: str) -> Any:
        return once(lambda: server.add("optimization", request.get_json(), optimization(server)))

    @app.get("/v1/<path:collection>/<uuid:id>")
    def read(collection: str, id: uuid.UUID) -> Any:
        if collection == "projects" and str(id) in server.projects:
            return jsonify(server.projects[str(id)])
        if missing := known(str(id)):
            return missing
        if collection in ("profiles", "evaluations") and server.jobs[str(id)].view["kind"] != collection:
            return problem(404, "not-found", "Not found", f"There is no such thing as {str(id)!r}.")
        job = server.jobs[str(id)]
        if "wait_s" in request.args and job.view["state"] not in ("succeeded", "failed", "cancelled"):
            time.sleep(0.02)
            job.move()
        return jsonify(job.view)

    @app.get("/v1/<path:collection>/<uuid:id>/events")
    def events(collection: str, id: uuid.UUID) -> Any:
        missing = known(str(id)) if server.streams else problem(404, "not-found", "Not found", "No streams here.")
        return missing or Response(news(server.jobs[str(id)]), content_type="text/event-stream")

    @app.get("/v1/<path:collection>/<uuid:id>/log")
    def log(collection: str, id: uuid.UUID) -> Any:
        text = server.jobs[str(id)].log
        offset = int(request.args["offset"])
        return jsonify({"text": text[offset:], "next_offset": len(text), "complete": True})

    @app.post("/v1/<path:collection>/<uuid:id>/cancel")
    def cancel(collection: str, id: uuid.UUID) -> Any:
        job = server.jobs[str(id)]
        if job.view["state"] == "cancelled":
            return jsonify(job.view)
        if job.view["state"] in ("succeeded", "failed"):
            return problem(409, "job-finished", "The job has already ended", f"Job {id} has already ended.")
        job.steps = [{"state": "cancelled"}]
        return jsonify(job.view)

    @app.patch("/v1/<path:collection>/<uuid:id>")
    def relabel(collection: str, id: uuid.UUID) -> Any:
        view = server.jobs[str(id)].view
        view |= request.get_json()
        return jsonify(view)

    @app.post("/v1/<path:collection>/deletions")
    def delete_several(collection: str) -> Any:
        items = []
        for id in request.get_json()["ids"]:
            answer = app.make_response(delete(collection, uuid.UUID(id)))
            gone = answer.status_code == 204
            items.append({"id": id, "deleted": gone, "problem": None if gone else answer.get_json(force=True)})
        return jsonify({"items": items})

    @app.delete("/v1/<path:collection>/<uuid:id>")
    def delete(collection: str, id: uuid.UUID) -> Any:
        if collection == "projects":
            del server.projects[str(id)]
            return "", 204
        if missing := known(str(id)):
            return missing
        if holders := server.holding.get(str(id)):
            return problem(409, "still-in-use", "Still in use", f"used by {holders}", holders=holders)
        del server.jobs[str(id)]
        return "", 204

    @app.get("/v1/<path:collection>/<uuid:id>/files/<path:name>")
    def file(collection: str, id: uuid.UUID, name: str) -> Response:
        data = server.files[name]
        etag = hashlib.sha256(data).hexdigest()
        start = 0
        if request.range and request.headers.get("If-Range", f'"{etag}"') == f'"{etag}"':
            start = request.range.ranges[0][0]
            if start >= len(data):
                return Response(status=416)
        return Response(data[start:], 206 if start else 200, headers={"ETag": f'"{etag}"'})

    return app


def news(job: Job) -> Iterator[str]:
    """A server-sent event for each step that is left; whoever wants more than there is has to poll."""
    while job.steps:
        job.move()
        yield f"data: {json.dumps(job.view)}\n\n"


def optimization(server: Server) -> list[dict[str, Any]]:
    if "optimization" in server.script:
        return [dict(step) for step in server.script["optimization"]]

    def steps(convert: str, profile: str) -> list[dict[str, Any]]:
        waiting = "the device CPU (job-c)" if profile == "queued" else None
        return [
            {
                "name": "convert-fp16",
                "kind": "conversion",
                "state": convert,
                "progress": None,
                "waiting_for": None,
                "job_id": "job-c",
                "error": None,
            },
            {
                "name": "profile-fp16",
                "kind": "profile",
                "state": profile,
                "job_id": "job-f",
                "error": None,
                "progress": {"stage": "measuring", "fraction": 0.4, "message": "launch 2 of 5"}
                if profile == "running"
                else None,
                "waiting_for": waiting,
            },
        ]

    package = server.add("packages", {}, []) if server.packaged and server.met else None
    if package:
        package.view |= {"state": "succeeded"}
    facts = report(met=server.met, package_id=package.view["id"] if package else None)
    if server.undecided:
        answer = {"decision": "undecided", "reason": "12 images do not tell", "needed": ["about 900 images"]}
        facts |= {"constraints_met": None, "recommended": {"model": None, "variant": None, **answer}}
    return [
        {"state": "running", "steps": steps("running", "queued")},
        {"state": "running", "steps": steps("succeeded", "running")},
        {"state": "succeeded", "steps": steps("succeeded", "succeeded"), "facts": facts},
    ]


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()
    assert running.breaches == []


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "squeeze.onnx"
    path.write_bytes(b"\x08\x07" + bytes(1000))
    return path


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    for name in ("cat/b.jpg", "cat/a.jpg", "dog/c.jpg"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    return folder
