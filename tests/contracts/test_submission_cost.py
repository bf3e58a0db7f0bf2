"""What one POST asks of PostgreSQL and S3, for each kind of job: every question is a moment that somebody waits."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from visiting import statements
from workbench.calibrator.app import create_app as calibrator
from workbench.converter.app import create_app as converter
from workbench.dataset.app import create_app as dataset
from workbench.jobs import Adapters, embedded, postgres_engine
from workbench.packager.app import create_app as packager
from workbench.profiler.app import create_app as profiler
from workbench.project.app import create_app as project
from workbench.store import Manifest, Manifests
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load

TENSOR = {"name": "x", "shape": [1, 3, 8, 8], "element_type": "f32", "layout": "NCHW"}
FACTS = {
    "model": {"format": "ir", "main_file": "model.xml", "precision": "FP32", "inputs": [TENSOR], "name": "net"},
    "dataset": {"tasks": ["classification"], "labels": ["a", "b"], "items": 2},
    "recipe": {"recipe": {"task": "classification"}},
}
VARIANT = {"model_id": "model", "folder": "fp32"}
# The job and the things it needs: a reference and a look for a tombstone are two requests each, and no two of
# different things wait for each other. The answer tells what the job waits for: at most three more questions, which
# serve everybody for a while.
KINDS: dict[str, tuple[Any, str, dict[str, Any], int]] = {
    "conversion": (converter, "/v1/conversions", {"model_id": "model"}, 1),
    "profile": (profiler, "/v1/profiles", {"model_id": "model"}, 1),
    "recipe": (calibrator, "/v1/recipes", {"model_id": "model"}, 1),
    "calibration": (
        calibrator,
        "/v1/calibrations",
        {"model_id": "model", "dataset_id": "dataset", "recipe_id": "recipe"},
        3,
    ),
    "evaluation": (
        calibrator,
        "/v1/evaluations",
        {"model_id": "model", "dataset_id": "dataset", "recipe_id": "recipe"},
        3,
    ),
    "trial": (calibrator, "/v1/trials", {"model_id": "model", "dataset_id": "dataset", "recipe_id": "recipe"}, 3),
    "package": (
        packager,
        "/v1/packages",
        {"name": "p", "variants": [VARIANT], "recommended": "fp32", "recipe_id": "recipe"},
        2,
    ),
    "generation": (dataset, "/v1/datasets/generations", {"width": 8, "height": 8, "count": 2}, 0),
    "subset": (dataset, "/v1/datasets/subsets", {"dataset_id": "dataset"}, 1),
    "augmentation": (dataset, "/v1/datasets/augmentations", {"dataset_id": "dataset", "methods": ["noise"]}, 1),
    "export": (dataset, "/v1/exports", {"dataset_id": "dataset", "format": "imagenet"}, 1),
    "project": (project, "/v1/projects", {"name": "p", "model_id": "model", "dataset_id": "dataset"}, 2),
}
WORDS = 3


@dataclass
class Asked:
    """What a request has asked."""

    sql: list[str]
    s3: list[str]


@pytest.fixture
def adapters(tmp_path: Path, postgres: Any, seaweedfs: Any) -> Iterator[Adapters]:
    url, store = postgres.fresh(), seaweedfs.store()
    store._prefix = f"{uuid.uuid4().hex}/"
    for kind, facts in FACTS.items():
        Manifests(store, "a").write(Manifest(kind, kind, "a", "", (), facts).text())
    write_token(store, "token", Identity("a", "member"), "a")
    made = replace(embedded(tmp_path), store=store, engine_of=lambda service: postgres_engine(url, service))
    yield made
    made.close()


@contextmanager
def asked(adapters: Adapters, service: str) -> Iterator[Asked]:
    """Statements, each transaction's begin and end included, and requests meanwhile."""
    requests: list[str] = []

    def note(request: Any, **_: Any) -> None:
        requests.append(f"{request.method} {request.url}")

    events = adapters.store._client.meta.events  # type: ignore[attr-defined]
    events.register("before-send.s3", note)
    with statements(adapters.record(service).engine) as seen:
        result = Asked([], requests)
        yield result
    events.unregister("before-send.s3", note)
    result.sql += [statement for statement, _ in seen]


@pytest.mark.parametrize("kind", KINDS)
def test_a_submission_asks_no_more_than_it_must(adapters: Adapters, kind: str, tmp_path: Path) -> None:
    build, path, body, needs = KINDS[kind]
    app = build(adapters, load({"WORKBENCH_HOME": str(tmp_path)}))
    client: FlaskClient = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer token"
    service = app.name.removeprefix("workbench.")
    assert client.post(path, json=body).status_code in (201, 202), client.post(path, json=body).text

    with asked(adapters, service) as first:
        assert client.post(path, json=body, headers={"Idempotency-Key": "k"}).status_code in (201, 202)

    assert len(first.s3) == 2 * needs, first.s3
    assert len(first.sql) <= 3 + WORDS, first.sql
