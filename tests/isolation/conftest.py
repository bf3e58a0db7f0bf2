"""Two teams on one workbench: red with real things of every kind, blue who knows all their ids."""

from __future__ import annotations

import io
import json
import re
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image
from werkzeug.test import Client, TestResponse
from workbench.jobs import Adapters, embedded
from workbench.standalone.mount import Front, merged_openapi, workers
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load

ENDED = ("succeeded", "failed", "cancelled")


def small_onnx(side: int = 8) -> bytes:
    """Input [1, 3, side, side], output [1, 3]."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["out"]),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, side, side])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 3])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


@dataclass
class Team:
    """Somebody with a token."""

    front: Front
    name: str
    ids: dict[str, str] = field(default_factory=dict)  # by collection, such as `models`

    def ask(self, method: str, path: str, **content: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.name}", **content.pop("headers", {})}
        return Client(self.front).open(path, method=method, headers=headers, **content)

    def get(self, path: str) -> dict[str, Any]:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return dict(answer.json or {})

    def post(self, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        answer = self.ask("POST", path, json=body, headers=headers)
        assert answer.status_code in (201, 202), answer.text
        return dict(answer.json or {})

    def upload(self, data: bytes, name: str, collection: str = "models") -> dict[str, Any]:
        form = {"files": (io.BytesIO(data), "model.onnx"), "name": name}
        answer = self.ask("POST", f"/v1/{collection}", data=form)
        assert answer.status_code == 202, answer.text
        return self.ended(f"/v1/{collection}/{(answer.json or {})['id']}")

    def ended(self, path: str) -> dict[str, Any]:
        deadline = time.monotonic() + 120
        while (view := self.get(f"{path}?wait_s=5"))["state"] not in ENDED:
            assert time.monotonic() < deadline, view
        assert view["state"] == "succeeded", view["error"]
        return view

    def made(self, collection: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        """A thing of a collection, succeeded."""
        return self.ended(f"/v1/{collection.partition('/')[0]}/{self.post(f'/v1/{collection}', body, **headers)['id']}")


@dataclass
class World:
    """``secrets``: what of red's may be in no answer to anybody else. ``of_all``: what has nothing of any team."""

    of_all: ClassVar = ("/v1/catalogue", "/v1/catalogue/{name}")

    adapters: Adapters
    front: Front
    openapi: dict[str, Any]
    red: Team
    blue: Team
    secrets: set[str] = field(default_factory=set)

    def routes(self) -> list[tuple[str, str]]:
        """Every method and path that there is, as the OpenAPI documents say."""
        return [
            (method.upper(), path)
            for path, operations in self.openapi["paths"].items()
            for method in operations
            if method != "parameters"
        ]

    def reds(self) -> dict[str, Any]:
        """Everything that red sees of its own."""
        lists = [path for method, path in self.routes() if method == "GET" and "{" not in path]
        seen = {path: self.red.get(path) for path in lists if path not in self.of_all}
        del seen["/v1/targets"], seen["/v1/identity"]
        return seen | {"upload": self.red.get(f"/v1/models/uploads/{self.red.ids['uploads']}")["files"][0]["name"]}


@contextmanager
def at_work(home: Path) -> Iterator[World]:
    """Both teams, and real workers for as long as this lasts."""
    adapters = embedded(home)
    settings = load({"WORKBENCH_HOME": str(home), "WORKBENCH_SLOTS": "2"})
    front = Front(adapters, settings)
    for team in ("red", "blue"):
        write_token(adapters.store, team, Identity(team, "admin"), team)
    made = World(adapters, front, merged_openapi(adapters, settings), Team(front, "red"), Team(front, "blue"))
    stop = threading.Event()
    running = [
        (threading.Thread(target=worker.run, args=(stop,)), record) for worker, record in workers(adapters, settings)
    ]
    for thread, _ in running:
        thread.start()
    try:
        yield made
    finally:
        stop.set()
        for thread, record in running:
            record.ring()
            thread.join(30)


@pytest.fixture(scope="session")
def world(serving: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with at_work(tmp_path_factory.mktemp("isolation")) as made:
        make_real_things(made.red, "secretly red")
        make_real_things(made.blue, "plainly blue")
    leave_waiting(made.red, "secretly red")
    made.secrets = secrets_of(made.red)
    yield made
    made.adapters.close()


@pytest.fixture(scope="module")
def busy(serving: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Both teams have things, and the workers go on."""
    with at_work(tmp_path_factory.mktemp("busy")) as made:
        make_real_things(made.red, "secretly red", side=8)
        make_real_things(made.blue, "plainly blue", side=16)
        yield made
    made.adapters.close()


def labelled_images(side: int) -> bytes:
    """Two classes of one image each, zipped."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for label, name in enumerate(("cat", "dog")):
            picture = io.BytesIO()
            Image.new("RGB", (side, side), (99 * label, side, 0)).save(picture, "PNG")
            archive.writestr(f"{name}/{label}.png", picture.getvalue())
    return file.getvalue()


def small_array(side: int) -> bytes:
    """One more than a picture of that side would have, so that it is another for another team."""
    file = io.BytesIO()
    np.save(file, np.arange(side * side + 1, dtype=np.float32))
    return file.getvalue()


def make_real_things(team: Team, name: str, side: int = 8) -> None:
    """The same requests for both teams, carried out by real workers."""
    team.get("/v1/targets")
    team.ids["models"] = team.upload(small_onnx(side), name)["id"]
    team.ids["inspections"] = team.upload(small_onnx(side), name, "inspections")["id"]
    conversion = team.made(
        "conversions",
        {"model_id": team.ids["models"], "precision": "FP16", "name": name},
        **{"Idempotency-Key": "the same key"},
    )
    team.ids |= {"conversions": conversion["id"], "ir": conversion["result"]["id"]}
    generation = {"count": 3, "width": 8, "height": 8, "name": name}
    team.ids["datasets"] = team.made("datasets/generations", generation)["id"]
    annotated = team.upload(labelled_images(side), name, "datasets")["id"]
    team.ids["exports"] = team.made("exports", {"dataset_id": annotated, "format": "imagenet", "name": name})["id"]
    team.ids["tensors"] = team.upload(small_array(side), name, "tensors")["id"]
    recipe = {"model_id": team.ids["ir"], "overrides": {"task": "generic"}, "name": name}
    team.ids["recipes"] = team.made("recipes", recipe)["id"]
    variants = [{"model_id": team.ids["ir"], "folder": "fp16"}]
    package = {"name": "small", "variants": variants, "recommended": "fp16", "recipe_id": team.ids["recipes"]}
    team.ids["packages"] = team.made("packages", {**package, "samples": 0})["id"]
    project = {"name": name, "model_id": team.ids["models"], "dataset_id": team.ids["datasets"]}
    team.ids["projects"] = team.post("/v1/projects", project)["id"]
    team.ids["tokens"] = team.post("/v1/tokens", {"name": name})["id"]


def leave_waiting(team: Team, name: str) -> None:
    """No worker runs any more: these stay queued."""
    several = {"model_id": team.ids["ir"], "dataset_id": team.ids["datasets"], "recipe_id": team.ids["recipes"]}
    team.ids["profiles"] = team.post("/v1/profiles", {"model_id": team.ids["ir"]})["id"]
    for collection in ("calibrations", "evaluations", "trials"):
        team.ids[collection] = team.post(f"/v1/{collection}", {**several, "name": name})["id"]
    optimizations = f"/v1/projects/{team.ids['projects']}/optimizations"
    team.ids["optimizations"] = team.post(optimizations, {"name": name, "task": "generic"})["id"]
    files = {"files": [{"name": "secretly.onnx", "size_bytes": 5}]}
    for collection in ("models", "inspections", "datasets", "tensors"):
        team.ids[f"{collection}/uploads"] = team.post(f"/v1/{collection}/uploads", files)["id"]
    team.ids["uploads"] = team.ids["models/uploads"]


def secrets_of(team: Team) -> set[str]:
    """Ids, names, and the digests of files: of what only this team has."""
    found = {"secretly", *team.ids.values()}
    for collection in ("models", "conversions", "datasets", "exports", "recipes", "packages", "tensors"):
        text = json.dumps(team.get(f"/v1/{collection}"))
        found |= set(re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", text))
    return found
