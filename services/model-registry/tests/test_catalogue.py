"""The zoo's models by name: read once by a job, then searched; what is wrong is told, and what was read stays."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from at_work import at_work
from fresh import embedded
from source_server import SourceServer, source_server
from workbench.jobs import Adapters
from workbench.model_registry import catalogue
from workbench.model_registry.app import create_app
from workbench.model_registry.read_catalogue import entry_of
from workbench.model_registry.sources.addresses import Addresses
from workbench.model_registry.sources.asking import Asking
from workbench.model_registry.sources.indexing import MOST_MODELS, Indexing
from workbench.model_registry.sources.problems import NotTheFile, NotThere, SourceRefuses, SourceUnavailable, ZooNotSet
from workbench.model_registry.sources.values import Pace
from workbench.model_registry.sources.zoo import Zoo
from workbench.model_registry.worker import create_worker
from workbench.problems import Problem
from workbench.store.files import FileStore
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load


def said(*names: str, **more: Any) -> dict[str, Any]:
    files = [{"name": name, "size": 3, "checksum": "0" * 96, "source": f"https://e/{name}"} for name in names]
    return {"description": "A net.", "task_type": "detection", "framework": "dldt", "files": files, **more}


IR = said("FP32/net.xml", "FP32/net.bin", "FP16-INT8/net.xml", "FP16-INT8/net.bin")
ORIGINAL = said(
    "o.onnx",
    framework="onnx",
    task_type="classification",
    model_optimizer_args=["--input_model=$dl_dir/o.onnx", "--mean_values=[1,2,3]"],
)
SCRIPTED = said(
    "s.pth",
    framework="pytorch",
    task_type="head_pose_estimation",
    model_optimizer_args=["--input_model=$conv_dir/s.onnx"],
)
MEASURED = {
    "models": [
        {
            "launchers": [{"framework": "onnx", "adapter": "classification"}],
            "datasets": [
                {
                    "name": "imagenet",
                    "preprocessing": [{"type": "resize", "size": 224}],
                    "metrics": [{"type": "accuracy", "name": "accuracy@top1", "reference": 0.75}],
                }
            ],
        }
    ]
}


def linked(*names: str) -> bytes:
    return "".join(f"| [{name}](./{name}/README.md) | x |\n[x](../{name}/README.md)\n" for name in names).encode()


@pytest.fixture
def source() -> Iterator[SourceServer]:
    """A zoo of an IR, an original, one that a script makes, one of two parts, and one whose text is broken."""
    with source_server() as server:
        server.hold("/models/intel/index.md", linked("net", "whole", "gone"), kind="text/plain")
        server.hold("/models/public/index.md", linked("o", "s", "broken", "o"), kind="text/plain")
        hold(server, "intel/net/model.yml", IR)
        hold(server, "intel/whole/composite-model.yml", {"stages_order": ["part-a", "part-b"]})
        for part in ("part-a", "part-b"):
            hold(server, f"intel/whole/{part}/model.yml", said(f"FP32/{part}.xml", f"FP32/{part}.bin"))
        hold(server, "public/o/model.yml", ORIGINAL)
        hold(server, "public/o/accuracy-check.yml", MEASURED)
        hold(server, "public/s/model.yml", SCRIPTED)
        server.hold("/models/public/broken/model.yml", b"&a [*a]", kind="text/plain")
        yield server


def hold(server: SourceServer, path: str, document: dict[str, Any]) -> None:
    server.hold(f"/models/{path}", yaml.safe_dump(document).encode(), kind="text/plain")


@pytest.fixture
def adapters(tmp_path: Path) -> Iterator[Adapters]:
    made = embedded(tmp_path / "home")
    write_token(made.store, "token", Identity("a", "member"), "test")
    yield made
    made.close()


Ask = Callable[[str], tuple[int, dict[str, Any]]]


@pytest.fixture
def ask(adapters: Adapters, source: SourceServer, tmp_path: Path) -> Iterator[Ask]:
    """GET below /v1/catalogue, of the API with a worker beside it."""
    settings = load({"WORKBENCH_HOME": str(tmp_path / "home"), "WORKBENCH_ZOO_URL": source.url("")})
    client = create_app(adapters, settings).test_client()

    def get(path: str) -> tuple[int, dict[str, Any]]:
        answer = client.get(f"/v1/catalogue{path}", headers={"Authorization": "Bearer token"})
        return answer.status_code, answer.get_json()

    with at_work(create_worker(adapters, settings)):
        yield get


def test_models_are_found_by_what_is_said_of_them_and_the_zoo_is_read_once(ask: Ask, source: SourceServer) -> None:
    status, everything = ask("")

    assert status == 200, everything
    names = ["broken", "net", "o", "s", "whole/part-a", "whole/part-b"]
    assert ([item["name"] for item in everything["items"]], everything["total"]) == (names, 6)
    for query, expected in {
        "name=PART": names[4:],
        "task=object-detection": ["net", *names[4:]],
        "task=head_pose_estimation": ["s"],
        "framework=onnx": ["o"],
        "precision=FP16-INT8": ["net"],
        "precision=FP16": ["broken", "o", "s"],
        "task=object-detection&precision=FP32&name=net": ["net"],
        "name=nothing": [],
    }.items():
        assert [item["name"] for item in ask(f"?{query}")[1]["items"]] == expected, query
    _, first = ask("?limit=4")
    _, second = ask(f"?limit=4&cursor={first['next_cursor']}")
    assert [item["name"] for item in first["items"] + second["items"]] == names
    assert second["next_cursor"] is None
    assert len(source.requests("/models/intel/index.md")) == 1


def test_one_is_shown_with_how_it_comes_or_why_it_does_not(ask: Ask) -> None:
    _, ir = ask("/net")
    _, original = ask("/o")
    _, part = ask("/whole/part-a")

    assert (ir["source"], ir["precisions"], ir["size_bytes"], ir["reason"]) == (
        "zoo:net",
        ["FP16-INT8", "FP32"],
        6,
        None,
    )
    assert (original["recipe"], original["precisions"], original["task"]) == (
        {"mean": [1.0, 2.0, 3.0], "resize": "stretch", "color": "BGR"},
        [],
        "classification",
    )
    assert original["published"] == {"dataset": "imagenet", "metrics": [{"name": "accuracy@top1", "value": 0.75}]}
    assert (original["adapter"], ir["published"], ask("/broken")[1]["published"]) == ("classification", None, None)
    assert (part["source"], part["reason"]) == ("zoo:whole/part-a", None)
    assert "a script of its own makes" in ask("/s")[1]["reason"]
    assert "cannot be read" in ask("/broken")[1]["reason"]
    status, problem = ask("/nett")
    assert (status, problem["alike"]) == (404, ["net"])
    assert "has no model 'nett'. It has net." in problem["detail"]


def test_a_zoo_that_is_closed_is_told_as_a_problem(ask: Ask, source: SourceServer) -> None:
    source.hold("/models/intel/index.md", statuses=[(403, {})])

    status, problem = ask("")

    assert (status, problem["title"]) == (502, "The zoo's catalogue could not be read")
    assert "it does not let us read it (403)" in problem["detail"]


def test_what_was_read_is_told_while_the_zoo_is_away_and_replaced_when_it_is_back(
    ask: Ask, source: SourceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, before = ask("")
    away = [(403, {})]
    source.hold("/models/intel/index.md", linked("net"), kind="text/plain", statuses=list(away))
    today = time.time()

    monkeypatch.setattr(catalogue, "time", SimpleNamespace(time=lambda: today + 2 * 24 * 3600))
    assert ask("")[1]["read_at"] == before["read_at"]
    _soon(lambda: len(source.requests("/models/intel/index.md")) == 2)
    assert ask("")[1]["total"] == 6
    monkeypatch.setattr(catalogue, "time", SimpleNamespace(time=lambda: today + 4 * 24 * 3600))
    ask("")

    _soon(lambda: ask("")[1]["total"] == 4)


def test_what_an_earlier_release_has_read_is_told_until_it_is_read_anew(
    ask: Ask, source: SourceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("")
    source.hold("/models/intel/index.md", linked("net"), kind="text/plain")

    monkeypatch.setattr(catalogue, "_MADE_AS", "another")
    assert ask("")[1]["total"] == 6

    _soon(lambda: ask("")[1]["total"] == 4)


def _soon(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_without_a_zoo_that_is_told(adapters: Adapters, tmp_path: Path) -> None:
    client = create_app(adapters, load({"WORKBENCH_HOME": str(tmp_path / "home")})).test_client()

    answer = client.get("/v1/catalogue", headers={"Authorization": "Bearer token"})

    assert (answer.status_code, answer.get_json()["title"]) == (422, "No Open Model Zoo is set")


@dataclass
class Conduct:
    """A job of nobody, which hears what is said of it."""

    job: Any = field(default_factory=lambda: SimpleNamespace(id="job", team="a", request={}))
    waits: list[str | None] = field(default_factory=list)

    def report(self, progress: dict[str, Any], waiting_for: str | None = None) -> None:
        assert 0 <= progress["fraction"] <= 1
        self.waits.append(waiting_for)

    def log(self, text: str) -> None:
        return

    def sleep(self, timeout_s: float) -> None:
        time.sleep(timeout_s)


Read = Callable[..., bytes]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """What is staged of the zoo at an address."""
    return partial(_read, FileStore(tmp_path / "store"))


def _read(store: FileStore, url: str, port: int, conduct: Conduct, silence_s: float = 10.0) -> bytes:
    asking = Asking(Addresses(frozenset([f"127.0.0.1:{port}"])), Pace(silence_s=silence_s))
    indexing = Indexing(store, Zoo(url, "", asking), Pace(pauses_s=(0.01, 0.02)))
    return store.get(indexing(conduct)["files"][0]["key"])  # type: ignore[arg-type] # as much of one as is used


@pytest.mark.parametrize(
    "how",
    [
        {"statuses": [(429, {"Retry-After": "0"})]},
        {"statuses": [(503, {})]},
        {"cut_after": 0, "statuses": [(500, {})]},
    ],
)
def test_a_zoo_that_is_busy_is_asked_again(source: SourceServer, read: Read, how: dict[str, Any]) -> None:
    source.hold("/models/public/o/model.yml", yaml.safe_dump(ORIGINAL).encode(), kind="text/plain", **how)
    conduct = Conduct()

    assert read(source.url(""), source.port, conduct).count(b"\n") == 6
    assert any("the source: it answers" in str(wait) for wait in conduct.waits)


FAULTS: dict[str, tuple[dict[str, Any], type[Problem], str]] = {
    "a web page": ({"content": b"<html>", "kind": "text/html"}, NotTheFile, "a web page came"),
    "no index": ({"content": b"nothing"}, NotThere, "no model is linked"),
    "silent": ({"late_s": 1.0}, SourceUnavailable, "it fell silent; tried 2 times"),
    "cut off": ({"content": linked("net"), "cut_after": 10}, SourceUnavailable, "broke off"),
    "closed": ({"statuses": [(401, {})]}, SourceRefuses, "asks who we are"),
    "led inside": ({"statuses": [(302, {"Location": "http://169.254.169.254/"})]}, Problem, "link-local"),
    "endless": ({"content": b"x" * (17 << 20)}, NotTheFile, "longer than"),
    "many": ({"content": linked(*(f"n{n}" for n in range(MOST_MODELS + 1)))}, NotTheFile, "at most"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_zoo_that_misbehaves_is_told(source: SourceServer, read: Read, what: str) -> None:
    how, problem, words = FAULTS[what]
    source.held.clear()
    source.hold("/models/intel/index.md", **{"kind": "text/plain", **how})

    with pytest.raises(problem) as refused:
        read(source.url(""), source.port, Conduct(), silence_s=0.3 if what == "silent" else 10.0)

    assert words in refused.value.detail


def test_nobody_there_and_no_zoo_set_are_told_apart(source: SourceServer, read: Read) -> None:
    with pytest.raises(SourceUnavailable, match="nobody answers there"):
        read("http://127.0.0.1:1", 1, Conduct())
    with pytest.raises(ZooNotSet):
        read("", source.port, Conduct())


def test_the_mirror_has_what_the_zoo_has_on_google_drive() -> None:
    drive = said("o.onnx", framework="onnx", model_optimizer_args=["--input_model=$dl_dir/o.onnx"])
    drive["files"][0]["source"] = {"$type": "google_drive", "id": "x"}
    text = {"group": "public", "name": "o", "text": yaml.safe_dump(drive)}

    assert "Google Drive" in str(entry_of(text, "")["reason"])
    assert entry_of(text, "https://mirror")["reason"] is None
