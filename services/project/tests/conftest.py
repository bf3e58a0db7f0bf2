"""The project service with its real API, worker, rows and store; the test plays the other services."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from fresh import embedded
from workbench.jobs import Adapters
from workbench.messages import Message
from workbench.project.app import create_app
from workbench.project.worker import STEP_KINDS, create_worker
from workbench.store import File, Manifest, Manifests
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load

TEAM = "a"
WARNINGS = ["2 images have an EXIF orientation"]
OF_MODEL = ["another signature was left out"]
ASSUMED = [{"field": "color", "words": "the channels go in as red, green, blue", "sure": "possible"}]
FPS = {"FP32": 100.0, "FP16": 101.0, "INT8": 300.0}
RIGHT = {"FP32": 95, "FP16": 95, "INT8": 94}  # of 100 images
TENSOR = {"name": "x", "shape": [1, 3, 8, 8], "element_type": "f32", "layout": "NCHW"}
SCORES = {"name": "prob", "shape": [1, 10], "element_type": "f32", "layout": None}


def figure(value: float) -> dict[str, float]:
    return {"value": value, "low": value * 0.99, "high": value * 1.01}


def model_facts(precision: str, **rest: Any) -> dict[str, Any]:
    return {
        "format": "ir",
        "main_file": "model.xml",
        "precision": precision,
        "inputs": [TENSOR],
        "outputs": [SCORES],
        "digest": precision.lower(),
        "name": "net",
        **rest,
    }


@dataclass
class Others:
    """Every other service: keeps what it is asked; ``answer`` and ``obey`` are what it does then."""

    adapters: Adapters
    answer: Callable[[Others, Message], None] = lambda _others, _command: None
    obey: Callable[[Others, Message], None] = lambda others, command: others.say(command, "cancelled")
    commands: list[Message] = field(default_factory=list)
    cancels: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        messages = self.adapters.messages
        messages.subscribe([f"{kind}.requested" for kind in STEP_KINDS], self._requested)
        messages.subscribe([f"{kind}.cancel" for kind in STEP_KINDS], self._cancel)

    def _requested(self, command: Message) -> None:
        self.commands.append(command)
        self.answer(self, command)

    def _cancel(self, command: Message) -> None:
        self.cancels.append(command)
        self.obey(self, command)

    def say(self, command: Message, word: str, **data: Any) -> None:
        kind = command.type.partition(".")[0]
        body = {"id": command.subject, "kind": kind, "state": word, **data}
        self.adapters.messages.publish(Message(f"{kind}.{word}", f"/{kind}", command.subject, command.team, body))

    def succeed(self, command: Message) -> None:
        """Make what was asked for, and say so."""
        kind = command.type.partition(".")[0]
        made = "model" if kind in ("conversion", "calibration") else kind
        files_and_facts = self._made(kind, command.data, command.subject)
        manifest = Manifest(made, command.subject, command.team, "", *files_and_facts)
        Manifests(self.adapters.store, command.team).write(manifest.text())
        self.say(command, "succeeded", result={"kind": made, "id": command.subject})

    def fail(self, command: Message, detail: str, word: str = "failed") -> None:
        self.say(command, word, error={"type": "urn:workbench:problem:x", "detail": detail})

    def _made(self, kind: str, request: dict[str, Any], command_id: str) -> tuple[tuple[File, ...], dict[str, Any]]:
        if kind == "conversion":
            return self._weights(50), model_facts(request["precision"])
        if kind == "calibration":
            return self._weights(25), model_facts("INT8", calibration={"warnings": ["few images"]})
        if kind == "profile":
            return (), self._profile(request, command_id)
        if kind == "evaluation":
            return (), self._evaluation(self.precision_of(request["model_id"]), request["against_evaluation_id"])
        if kind == "recipe":
            return (), {"recipe": {}, "assumed": ASSUMED}
        return (), {"sha256": "0" * 64, "size_bytes": 7} if kind == "package" else {"annotated": False}

    def precision_of(self, model_id: str) -> str:
        return str(Manifests(self.adapters.store, TEAM).get("model", model_id).facts["precision"])

    def _weights(self, size: int) -> tuple[File, ...]:
        return (File("model.xml", "1" * 64, 1), File("model.bin", "2" * 64, size))

    def _profile(self, request: dict[str, Any], profile_id: str) -> dict[str, Any]:
        if source := request.get("from_profile_id"):
            together = Manifests(self.adapters.store, TEAM).get("profile", source).facts["together"]
            assert request["model_id"] in together["ratios"]
        else:
            models = [request["model_id"], *request.get("with_model_ids", [])]
            together = {"profile_id": profile_id, "ratios": self._ratios(models)}
        fps = FPS[self.precision_of(request["model_id"])]
        return {
            "together": together,
            "throughput_fps": figure(fps),
            "latency_ms": {"p50": figure(1000 / fps)},
            "peak_memory_bytes": 90_000_000,
            "configuration": {},
            "cpu_ms_per_request": figure(1000 / fps),
            "trust": {"verdict": "trusted", "reasons": []},
            "provenance": {"openvino": "x"},
        }

    def _ratios(self, models: list[str]) -> dict[str, Any]:
        """A little narrower than those of the two intervals."""
        fps = {model: FPS[self.precision_of(model)] for model in models}
        return {
            mine: {
                theirs: {
                    "throughput_fps": figure(fps[mine] / fps[theirs]),
                    "latency_p50_ms": figure(fps[theirs] / fps[mine]),
                    "cpu_ms_per_request": figure(fps[theirs] / fps[mine]),
                }
                for theirs in models
                if theirs != mine
            }
            for mine in models
        }

    def _evaluation(self, precision: str, against: str | None) -> dict[str, Any]:
        right = RIGHT[precision]
        metric = {"metric": "top1", "value": right / 100, "n": 100, "split": "evaluation", "low": 0.9, "high": 0.99}
        if against is None:
            return {"metrics": [metric], "changed_items": None, "items": 100}
        assert Manifests(self.adapters.store, TEAM).get("evaluation", against).facts["metrics"][0]["value"] == 0.95
        lost = right / 100 - 0.95
        metric["change"] = {"value": lost, "low": lost - 0.002, "high": lost + 0.002, "n": 100, "beyond_noise": False}
        broken = [f"{number}.png" for number in range(right, 95)]
        changed = {
            "fixed": [],
            "broken": broken,
            "differing": broken,
            "fixed_n": 0,
            "broken_n": len(broken),
            "differing_n": len(broken),
        }
        return {"metrics": [metric], "changed_items": changed, "items": 100}


@dataclass
class Bench:
    """What a test does: ask over HTTP, wait, stop and start the worker."""

    home: Path
    adapters: Adapters
    others: Others
    client: FlaskClient
    project_id: str = ""
    _stop: threading.Event | None = None
    _thread: threading.Thread | None = None

    def work(self) -> None:
        self._stop = threading.Event()
        worker = create_worker(self.adapters, load({"WORKBENCH_HOME": str(self.home)}))
        self._thread = threading.Thread(target=worker.run, args=(self._stop,))
        self._thread.start()

    def rest(self) -> None:
        if self._stop is None or self._thread is None:
            return
        self._stop.set()
        self.adapters.record("project").ring()
        self._thread.join(20)
        assert not self._thread.is_alive()
        self._stop = None

    @property
    def url(self) -> str:
        return f"/v1/projects/{self.project_id}/optimizations"

    def optimize(self, **request: Any) -> str:
        answer = self.client.post(self.url, json={"max_accuracy_drop": 2.0, **request})
        assert answer.status_code == 202, answer.text
        return str(answer.json["id"])

    def view(self, job_id: str, **query: Any) -> dict[str, Any]:
        return dict(self.client.get(f"{self.url}/{job_id}", query_string=query).json)

    def until(self, condition: Callable[[], Any], timeout_s: float = 60) -> None:
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline, "it did not come to pass"
            time.sleep(0.02)

    def ended(self, job_id: str) -> dict[str, Any]:
        view, deadline = self.view(job_id), time.monotonic() + 60
        while view["state"] not in ("succeeded", "failed", "cancelled"):
            assert time.monotonic() < deadline, view
            view = self.view(job_id, wait_s=5, after=view["seq"])
        return view

    def steps(self, job_id: str) -> dict[str, str]:
        return {step["name"]: step["state"] for step in self.view(job_id)["steps"]}


def client_of(adapters: Adapters, home: Path) -> FlaskClient:
    client = create_app(adapters, load({"WORKBENCH_HOME": str(home)})).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer token"
    return client


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A project of an ONNX model and a labelled dataset; no worker yet, and nobody who answers."""
    adapters = embedded(tmp_path)
    write_token(adapters.store, "token", Identity(TEAM, "admin"), "test")
    write_token(adapters.store, "other", Identity("b", "admin"), "test")
    manifests = Manifests(adapters.store, TEAM)
    original = {**model_facts("FP32"), "format": "onnx", "main_file": "model.onnx"}
    manifests.write(Manifest("model", "m", TEAM, "", (), original | {"warnings": OF_MODEL}).text())
    manifests.write(Manifest("dataset", "d", TEAM, "", (), {"annotated": True, "warnings": WARNINGS}).text())
    made = Bench(tmp_path, adapters, Others(adapters), client_of(adapters, tmp_path))
    answer = made.client.post("/v1/projects", json={"name": "p", "model_id": "m", "dataset_id": "d"})
    made.project_id = answer.json["id"]
    yield made
    made.rest()
    adapters.close()
