"""A model from an address, over HTTP and by a worker: one job, whatever happens on the way, and nothing left behind."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx
import pytest
import yaml
from eventually import until
from fresh import embedded
from source_server import SourceServer, source_server
from werkzeug.test import TestResponse
from workbench.jobs import Adapters
from workbench.model_registry.app import create_app
from workbench.model_registry.worker import create_worker
from workbench.store import Keys
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load
from workbench.webapp.teams import write_team


@pytest.fixture
def source() -> Iterator[SourceServer]:
    with source_server() as server:
        yield server


@dataclass
class Registry:
    """The service's API, and its worker in a thread."""

    adapters: Adapters
    environment: dict[str, str]

    def __post_init__(self) -> None:
        settings = load(self.environment)
        write_token(self.adapters.store, "token", Identity("a", "member"), "test")
        self._app = create_app(self.adapters, settings).test_client()
        self._stop = threading.Event()
        run = create_worker(self.adapters, settings).run
        self._thread = threading.Thread(target=run, args=(self._stop,), daemon=True)

    def work(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self.adapters.record("model-registry").ring()
        self._thread.join(20)

    def ask(self, method: str, path: str, key: str | None = None, **content: Any) -> TestResponse:
        headers = {"Authorization": "Bearer token", **({"Idempotency-Key": key} if key else {})}
        return self._app.open(f"/v1/models{path}", method=method, headers=headers, **content)

    def bring(self, key: str | None = None, **body: Any) -> TestResponse:
        return self.ask("POST", "/downloads", key, json=body)

    def until(self, job_id: str, reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            view: dict[str, Any] = self.ask("GET", f"/{job_id}").json  # type: ignore[assignment]
            if reached(view):
                return view
            time.sleep(0.05)
        raise AssertionError(view)

    def ended(self, job_id: str) -> dict[str, Any]:
        return self.until(job_id, lambda view: view["finished_at"] is not None)

    def staged(self) -> list[str]:
        """What lies about for jobs."""
        store, prefix = self.adapters.store, Keys("a").uploads()
        return [each.key for each in store.list(prefix)] + [each.key for each in store.open_uploads(prefix)]


@pytest.fixture
def registry(tmp_path: Path, source: SourceServer) -> Iterator[Registry]:
    home = tmp_path / "home"
    hosts = f"127.0.0.1:{source.port}"
    settings = {
        "WORKBENCH_HOME": str(home),
        "WORKBENCH_SOURCE_HOSTS": hosts,
        "WORKBENCH_UPLOAD_LIMIT_MIB": "1",
        "WORKBENCH_HUGGINGFACE_URL": source.url(""),
        "WORKBENCH_HUGGINGFACE_TOKENS": "a=hf_hidden",
        "WORKBENCH_ZOO_URL": source.url("/omz/"),
        "WORKBENCH_ZOO_FILES_URL": source.url("/files"),
    }
    made = Registry(embedded(home), settings)
    made.work()
    yield made
    made.stop()
    made.adapters.close()


@pytest.fixture
def model(matmul: Callable[..., onnx.ModelProto]) -> bytes:
    content: bytes = matmul().SerializeToString()
    return content


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_model_comes_from_an_address_is_examined_and_is_named_after_its_file(
    registry: Registry, source: SourceServer, model: bytes
) -> None:
    url = source.hold("/zoo/eye.onnx", model) + "?download=true"

    answer = registry.bring(source=url, sha256=sha256(model).upper())

    assert answer.status_code == 202
    view = registry.ended(answer.json["id"])  # type: ignore[index]
    assert (view["state"], view["name"], view["kind"]) == ("succeeded", "eye", "model")
    facts = view["facts"]
    assert (facts["origin"], facts["source"], facts["format"]) == ("download", {"url": url}, "onnx")
    assert answer.headers["Location"] == f"/v1/models/{view['id']}"
    log = registry.ask("GET", f"/{view['id']}/log").json["text"]  # type: ignore[index]
    assert f"eye.onnx: {len(model)} bytes, SHA256 as declared" in log
    assert registry.staged() == []


def test_what_is_wrong_with_an_address_is_told_at_once_by_its_field(registry: Registry, model: bytes) -> None:
    for source, words in (
        ("model.onnx", "not an address"),
        ("ftp://example.com/m.onnx", "not an address"),
        ("https://", "not an address"),
        ("http://[::1", "not an address"),
        ("http://h:0/m", "not an address"),
        ("http://h:99999/m", "not an address"),
        ("https://example.com/a b", "not an address"),
        ("https://example.com/\u202e", "not an address"),
        ("https://me:secret@example.com/m", "user or password"),
    ):
        problem = registry.bring(source=source, sha256=sha256(model))

        assert problem.status_code == 422, source
        assert problem.json["detail"].startswith("source: "), source  # type: ignore[index]
        assert words in problem.json["detail"], source  # type: ignore[index]
    assert registry.bring(source="https://example.com/m").json["detail"].startswith("sha256: ")  # type: ignore[index]
    assert registry.ask("GET", "").json["items"] == []  # type: ignore[index]


def test_a_refusal_of_the_source_is_the_jobs_error_and_nothing_is_left(
    registry: Registry, source: SourceServer, model: bytes
) -> None:
    url = source.hold("/eye.onnx", model)
    large = source.hold("/large.onnx", bytes(2 << 20))

    views = [
        registry.ended(registry.bring(source=address, sha256=sha256(b"")).json["id"])  # type: ignore[index]
        for address in (url, large, "http://127.0.0.1:1/eye.onnx")
    ]

    kinds = [view["error"]["type"].rpartition(":")[2] for view in views]
    assert kinds == ["not-the-file", "too-large-to-bring", "address-not-allowed"]
    assert "larger than 1 MiB" in views[1]["error"]["detail"]
    until(lambda: not registry.staged())  # emptied when the job has ended


def test_what_arrives_is_examined_as_any_upload(registry: Registry, source: SourceServer) -> None:
    pickle = b"\x80\x04\x95\x10"
    answer = registry.bring(source=source.hold("/weights.pt", pickle), sha256=sha256(pickle))

    view = registry.ended(answer.json["id"])  # type: ignore[index]

    assert view["state"] == "failed"
    assert "weights.pt" in view["error"]["detail"]


def test_a_download_is_cancelled_while_it_comes_and_while_it_waits(
    registry: Registry, source: SourceServer, model: bytes
) -> None:
    slow = source.hold("/slow.onnx", bytes(300_000), pause_s=0.3)
    busy = source.hold("/busy.onnx", model, statuses=[(429, {"Retry-After": "60"})])
    ids = [registry.bring(source=url, sha256=sha256(model)).json["id"] for url in (slow, busy)]  # type: ignore[index]
    registry.until(ids[0], lambda view: " of 0.3 MB" in (view["progress"] or {}).get("message", ""))
    registry.until(ids[1], lambda view: view["waiting_for"] == "the source: it answers 429")

    for job_id in ids:
        registry.ask("POST", f"/{job_id}/cancel")

    # Long before the rest of one has come, or the other is asked for again.
    assert [registry.ended(job_id)["state"] for job_id in ids] == ["cancelled", "cancelled"]
    until(lambda: not registry.staged())


def test_the_same_request_again_is_the_same_model(registry: Registry, source: SourceServer, model: bytes) -> None:
    wanted = {"source": source.hold("/eye.onnx", model), "sha256": sha256(model), "key": "once"}
    first = registry.ended(registry.bring(**wanted).json["id"])  # type: ignore[index]

    again = registry.bring(**wanted)

    assert (again.status_code, again.json["id"]) == (202, first["id"])  # type: ignore[index]
    assert registry.bring(**wanted | {"sha256": sha256(b"")}).status_code == 409
    assert len(source.requests("/eye.onnx")) == 1


def test_the_next_worker_takes_a_download_over_and_makes_one_model(
    registry: Registry, source: SourceServer, model: bytes
) -> None:
    source.hold("/eye.onnx", model, statuses=[(503, {"Retry-After": "30"})])
    job_id = registry.bring(source=source.url("/eye.onnx"), sha256=sha256(model)).json["id"]  # type: ignore[index]
    registry.until(job_id, lambda view: view["waiting_for"] == "the source: it answers 503")
    registry.stop()

    successor = Registry(registry.adapters, registry.environment)
    successor.work()
    view = successor.ended(job_id)
    successor.stop()

    assert view["state"] == "succeeded"
    assert [each["id"] for each in successor.ask("GET", "").json["items"]] == [job_id]  # type: ignore[index]
    assert successor.staged() == []


def test_a_download_counts_before_it_is_here(tmp_path: Path, source: SourceServer, model: bytes) -> None:
    home = tmp_path / "home"
    registry = Registry(embedded(home), {"WORKBENCH_HOME": str(home), "WORKBENCH_SOURCE_HOSTS": "127.0.0.1"})
    write_team(registry.adapters.store, "a", 1000)
    registry.work()
    try:
        url = source.hold("/large.onnx", bytes(100_000))
        view = registry.ended(registry.bring(source=url, sha256=sha256(model)).json["id"])  # type: ignore[index]
        assert view["error"]["type"].endswith("storage-limit")
        assert registry.adapters.record("model-registry").storage.used("a") == 0
    finally:
        registry.stop()
        registry.adapters.close()


COMMIT = "f" * 40
ANSWER = "/api/models/org/net/revision/main"


def hold_repository(source: SourceServer, content: bytes, **how: Any) -> None:
    """A hub that has one model, given by another host as hubs do."""
    file = {"rfilename": "onnx/net.onnx", "size": len(content), "blobId": "0" * 40, "lfs": {"sha256": sha256(content)}}
    source.hold(ANSWER, {"sha": COMMIT, "siblings": [file, {**file, "rfilename": "README.md"}]}, **how)
    source.lead(f"/org/net/resolve/{COMMIT}/onnx/net.onnx", source.url("/cdn/net", "localhost"))


def test_a_repository_s_model_is_brought_at_its_commit_and_the_token_is_seen_by_the_hub_alone(
    tmp_path: Path, source: SourceServer, model: bytes
) -> None:
    home = tmp_path / "home"
    hosts = f"localhost:{source.port}"
    registry = Registry(
        embedded(home),
        {
            "WORKBENCH_HOME": str(home),
            "WORKBENCH_SOURCE_HOSTS": hosts,
            "WORKBENCH_HUGGINGFACE_URL": source.url("/"),
            "WORKBENCH_HUGGINGFACE_TOKENS": "a=hf_hidden",
        },
    )
    hold_repository(source, model, statuses=[(429, {"Retry-After": "1"})])
    source.hold("/cdn/net", model)
    registry.work()
    try:
        answer = registry.bring(source="hf:org/net")
        view = registry.ended(answer.json["id"])  # type: ignore[index]
        log = registry.ask("GET", f"/{view['id']}/log").json  # type: ignore[index]
    finally:
        registry.stop()
        registry.adapters.close()

    assert (view["state"], view["name"]) == ("succeeded", "net")
    assert view["facts"]["source"] == {
        "hub": source.url(""),
        "repository": "org/net",
        "revision": "main",
        "commit": COMMIT,
        "license": None,
    }
    seen = {path: headers.get("authorization") for path, headers in source.asked}
    assert seen[f"{ANSWER}?blobs=true"] == "Bearer hf_hidden"
    assert seen["/cdn/net"] is None
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert b"hf_hidden" not in kept, "in no row, object or log"
    assert "hf_hidden" not in repr((view, log, answer.json))


def test_what_a_repository_gives_is_held_against_its_own_digest(
    registry: Registry, source: SourceServer, model: bytes
) -> None:
    hold_repository(source, model)
    source.hold(f"/org/net/resolve/{COMMIT}/onnx/net.onnx", model[:-1] + b"!")

    view = registry.ended(registry.bring(source="hf:org/net").json["id"])  # type: ignore[index]

    assert view["error"]["type"].endswith("not-the-file")
    assert f"not {sha256(model)}" in view["error"]["detail"]
    assert registry.staged() == []


def tar_of(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in files.items():
            about = tarfile.TarInfo(f"net/{name}.onnx")
            about.size = len(content)
            tar.addfile(about, io.BytesIO(content))
    return packed.getvalue()


def hold_zoo_model(source: SourceServer, archive: bytes, digest: str) -> None:
    """A mirror of the zoo with one model, in an archive of two."""
    file = {"name": "net.tar.gz", "size": len(archive), "checksum": digest, "source": "https://gone.example.com/net"}
    said = {
        "task_type": "classification",
        "framework": "onnx",
        "license": "https://example.com/LICENSE",
        "files": [file],
        "model_optimizer_args": ["--input_model=$dl_dir/net/this.onnx", "--mean_values=[1,2,3]"],
        "postprocessing": [{"$type": "unpack_archive", "format": "gztar", "file": "net.tar.gz"}],
    }
    source.hold("/omz/models/public/net-1.0-224/model.yml", yaml.safe_dump(said).encode(), kind="text/plain")
    source.hold("/files/public/net-1.0-224/net.tar.gz", archive)


def test_a_model_of_the_zoo_is_the_file_of_its_archive_that_the_zoo_says(
    registry: Registry, source: SourceServer, model: bytes
) -> None:
    archive = tar_of(this=model, that=model)
    hold_zoo_model(source, archive, hashlib.sha384(archive).hexdigest())

    view = registry.ended(registry.bring(source="zoo:net-1.0-224").json["id"])  # type: ignore[index]

    assert (view["state"], view["name"]) == ("succeeded", "net-1.0-224")
    facts = view["facts"]
    assert facts["source_files"] == ["net/this.onnx"]
    told = {
        "zoo": source.url("/omz"),
        "name": "public/net-1.0-224",
        "license": "https://example.com/LICENSE",
        "task": "classification",
        "recipe": {"mean": [1.0, 2.0, 3.0]},
    }
    assert facts["source"].items() >= told.items()
    assert registry.staged() == []


def test_a_file_of_the_zoo_that_is_another_one_and_a_model_it_has_not_are_told(
    registry: Registry, source: SourceServer, model: bytes
) -> None:
    hold_zoo_model(source, tar_of(this=model), "0" * 96)

    views = [
        registry.ended(registry.bring(source=name).json["id"])  # type: ignore[index]
        for name in ("zoo:net-1.0-224", "zoo:other")
    ]

    kinds = [view["error"]["type"].rpartition(":")[2] for view in views]
    assert kinds == ["not-the-file", "zoo-model-not-usable"]
    assert "its SHA384 is " in views[0]["error"]["detail"]
    assert registry.staged() == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"source": "hf:a/b/c"}, "source: Is not a repository such as hf:OWNER/NAME"),
        ({"source": "hf:a/b", "sha256": "0" * 64}, "sha256: Belongs to an address"),
        ({"source": "https://example.com/m", "sha256": "0" * 64, "include": ["*"]}, "include: Belongs to a repository"),
        ({"source": "https://example.com/m"}, "sha256: Is required for an address"),
        ({"source": "zoo:a/b/c"}, "source: Is not a model such as zoo:NAME"),
        ({"source": "zoo:a", "sha256": "0" * 64}, "sha256: Belongs to an address"),
        ({"source": "zoo:a", "include": ["*"]}, "include: Belongs to a repository"),
        ({"source": "hf:a/b", "include": []}, "include: "),
        ({"source": "hf:a/b", "token": "x"}, "token: "),
    ],
)
def test_what_does_not_fit_the_kind_of_source_is_told_by_its_field(
    registry: Registry, body: dict[str, Any], words: str
) -> None:
    problem = registry.bring(**body)

    assert problem.status_code == 422
    assert words in problem.json["detail"]  # type: ignore[index]
