"""Every service with one team and its things, and for each POST a request that nothing is wrong with."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from werkzeug.test import Client, TestResponse
from workbench.jobs import Adapters
from workbench.standalone.mount import Front
from workbench.store import File, Manifest, Manifests


@dataclass(frozen=True)
class Served:
    """Every service with one team, and what that team has."""

    adapters: Adapters
    front: Front
    openapi: dict[str, Any]
    ids: dict[str, str]

    def ask(self, method: str, path: str, **content: Any) -> TestResponse:
        headers = {"Authorization": "Bearer token", **content.pop("headers", {})}
        return Client(self.front).open(path, method=method, headers=headers, **content)

    def send(self, path: str, body: bytes) -> TestResponse:
        return self.ask("POST", path, data=body, content_type="application/json")

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for path, operations in self.openapi["paths"].items():
            for method, operation in operations.items():
                if method != "parameters":
                    yield method.upper(), path, operation

    def filled(self, path: str, **instead: str) -> str:
        known = {
            "project_id": self.ids["project"],
            "upload_id": self.ids["upload"],
            "job_id": str(uuid.uuid4()),
            "target_id": "x",
            "token_id": "0" * 64,
            "name": "x",
            "signed": "x",
            "number": "0",
        }
        values = (known | instead).items()
        return path.format_map({name: quote(value, errors="surrogatepass") for name, value in values})


def have_things(adapters: Adapters) -> dict[str, str]:
    ids = {}
    for kind in ("model", "dataset", "recipe", "profile", "evaluation"):
        ids[kind] = str(uuid.uuid4())
        picture = {"name": "x", "shape": [1, 3, 8, 8], "element_type": "f32", "layout": "NCHW"}
        facts = {
            "format": "onnx",
            "precision": "FP32",
            "task": "generic",
            "tasks": ["classification", "object-detection"],
            "items": 1,
            "inputs": [picture],
            "outputs": [],
            "recipe": {"task": "generic"},
        }
        files = (File("model.onnx", "0" * 64, 1),)
        Manifests(adapters.store, "a").write(Manifest(kind, ids[kind], "a", "", files, facts).text())
    return ids


DELETIONS = [
    f"/v1/{collection}/deletions"
    for collection in (
        "models",
        "inspections",
        "datasets",
        "exports",
        "conversions",
        "profiles",
        "tensors",
        "calibrations",
        "evaluations",
        "recipes",
        "trials",
        "packages",
        "projects",
        "projects/{project_id}/optimizations",
    )
]


def good(ids: dict[str, str]) -> dict[str, dict[str, Any]]:
    """For each POST of JSON a request that nothing is wrong with."""
    computed = {"model_id": ids["model"], "dataset_id": ids["dataset"], "recipe_id": ids["recipe"]}
    variant = {"model_id": ids["model"], "folder": "fp16"}
    return {
        "/v1/conversions": {"model_id": ids["model"]},
        "/v1/profiles": {"model_id": ids["model"]},
        "/v1/calibrations": computed,
        "/v1/evaluations": computed,
        "/v1/trials": computed,
        "/v1/recipes": {"model_id": ids["model"]},
        "/v1/packages": {"name": "x", "variants": [variant], "recommended": "fp16", "recipe_id": ids["recipe"]},
        "/v1/projects": {"name": "x", "model_id": ids["model"]},
        "/v1/projects/{project_id}/optimizations": {},
        "/v1/models/downloads": {"source": "https://models.example.com/m.onnx", "sha256": "0" * 64},
        "/v1/datasets/generations": {"count": 1, "width": 8, "height": 8},
        "/v1/datasets/subsets": {"dataset_id": ids["dataset"]},
        "/v1/datasets/augmentations": {"dataset_id": ids["dataset"], "methods": ["flip-horizontal"]},
        "/v1/tokens": {"name": "x"},
        "/v1/exports": {"dataset_id": ids["dataset"], "format": "imagenet"},
        "/v1/models/uploads": {"files": [{"name": "a.onnx", "size_bytes": 5}]},
        "/v1/inspections/uploads": {"files": [{"name": "a.onnx", "size_bytes": 5}]},
        "/v1/inspections/uploads/{upload_id}/complete": {"files": []},
        "/v1/datasets/uploads": {"files": [{"name": "a.zip", "size_bytes": 5}]},
        "/v1/tensors/uploads": {"files": [{"name": "a.npy", "size_bytes": 5}]},
        "/v1/tensors/uploads/{upload_id}/complete": {"files": []},
        "/v1/models/uploads/{upload_id}/complete": {"files": []},
        "/v1/datasets/uploads/{upload_id}/complete": {"files": []},
        **{path: {"ids": [str(uuid.uuid4())]} for path in DELETIONS},
    }
