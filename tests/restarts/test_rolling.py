"""Two replicas of an API are restarted one after the other: whoever follows HTTP notices nothing."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from eventually import until
from servers.nginx import Nginx, available
from servers.process import Server
from workbench.jobs import Job, claim, embedded
from workbench.jobs.working import lease
from workbench.model_registry.kinds import KINDS
from workbench.store import Keys, Manifest
from workbench.store.manifests import File
from workbench.webapp.identity import Identity, write_token

pytestmark = pytest.mark.slow
SIZE = 24 << 20


class Replica(Server):
    """An API process of the model registry."""

    def environment(self) -> Mapping[str, str]:
        return {
            "WORKBENCH_HOME": str(self.folder.parent / "home"),
            "WORKBENCH_PORT": str(self.port),
            "WORKBENCH_DRAIN_S": "2",
            "WORKBENCH_GRACE_S": "30",
        }

    def command(self) -> list[str]:
        return [sys.executable, "-m", "workbench.model_registry", "api"]

    def ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz").is_success
        except httpx.HTTPError:
            return False

    def restart(self) -> None:
        """As a rollout does it: ended in order, and begun again."""
        self.terminate()
        assert self._process is not None
        assert self._process.wait(40) == 0, (self.folder / "server.log").read_text()[-2000:]
        self.start()


@dataclass
class Work:
    """What clients do all the time, and what of it went wrong."""

    url: str
    waiting: Job
    made: Job
    digest: str
    stop: threading.Event = field(default_factory=threading.Event)
    done: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def again_and_again(self, act: Callable[[httpx.Client], None]) -> None:
        headers = {"Authorization": "Bearer token"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=60) as client:
            while not self.stop.is_set():
                try:
                    act(client)
                    self.done[act.__name__] = self.done.get(act.__name__, 0) + 1
                except (httpx.HTTPError, AssertionError) as error:
                    self.failed.append(f"{act.__name__}: {type(error).__name__} {error}")

    def request(self, client: httpx.Client) -> None:
        self.fine(client, lambda: client.get("/v1/models"))
        time.sleep(0.02)

    def post(self, client: httpx.Client) -> None:
        declared = {"files": [{"name": "a.onnx", "size_bytes": 10}]}
        self.fine(client, lambda: client.post("/v1/models/uploads", json=declared))
        time.sleep(0.05)

    def long_poll(self, client: httpx.Client) -> None:
        self.fine(client, lambda: client.get(f"/v1/models/{self.waiting.id}", params={"wait_s": 20, "after": 999}))
        time.sleep(0.05)

    def event_stream(self, client: httpx.Client) -> None:
        """Comes to an end in order, never in the middle of an event."""
        with client.stream("GET", f"/v1/models/{self.waiting.id}/events") as response:
            assert response.status_code in (200, 503), response.status_code
            for _ in response.iter_lines():
                if self.stop.is_set():
                    return

    def upload(self, client: httpx.Client) -> None:
        boundary = "b0undary"
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{time.time_ns()}.onnx"\r\n\r\n'
        ).encode()
        tail = f"\r\n--{boundary}--\r\n".encode()

        def body() -> Iterator[bytes]:
            yield head
            for _ in range(20):
                time.sleep(0.15)
                yield b"x" * 50_000
            yield tail

        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(head) + 1_000_000 + len(tail)),
        }
        self.fine(client, lambda: client.post("/v1/models", content=body(), headers=headers))

    def download(self, client: httpx.Client) -> None:
        digest = hashlib.sha256()
        with client.stream("GET", f"/v1/models/{self.made.id}/files/model.bin") as response:
            assert response.status_code == 200, response.status_code
            for number, chunk in enumerate(response.iter_bytes(1 << 20)):
                digest.update(chunk)
                if number % 4 == 0:
                    time.sleep(0.4)
        assert digest.hexdigest() == self.digest

    def fine(self, _client: httpx.Client, ask: Callable[[], httpx.Response]) -> None:
        """Sent again only when the server says so."""
        for _ in range(20):
            answer = ask()
            if answer.status_code not in (429, 503) or "retry-after" not in answer.headers:
                break
            time.sleep(float(answer.headers["retry-after"]))
        assert answer.is_success, f"{answer.status_code} {answer.text[:200]}"


@pytest.fixture
def work(serving: None, tmp_path: Path) -> Iterator[tuple[Work, list[Replica]]]:
    if reason := available():
        pytest.skip(reason)
    adapters = embedded(tmp_path / "home")
    write_token(adapters.store, "token", Identity("a", "member"), "test")
    record = adapters.record("model-registry")
    made = record.submit(KINDS[0], "a", {})
    claimed = claim(record, [KINDS[0].name], "test", 60)
    assert claimed is not None
    data = os.urandom(1 << 20) * (SIZE >> 20)
    digest = hashlib.sha256(data).hexdigest()
    adapters.store.put(Keys("a").blob(digest), data)
    manifest = Manifest("model", made.id, "a", "", files=(File("model.bin", digest, SIZE),))
    lease.accept_manifest(record, claimed, manifest.text(), {"kind": "model", "id": made.id})
    lease.succeed(record, claimed)
    waiting = record.submit(KINDS[0], "a", {})
    with ExitStack() as stack:
        stack.callback(record.engine.dispose)
        replicas = [Replica(tmp_path / f"replica-{number}") for number in range(2)]
        for replica in replicas:
            stack.callback(replica.kill)
            replica.start()
        front = Nginx(tmp_path / "nginx", {"/v1/models": [f"127.0.0.1:{replica.port}" for replica in replicas]})
        stack.callback(front.stop)
        front.start()
        yield Work(front.url, waiting, made, digest), replicas


def test_a_rolling_restart_fails_no_request(work: tuple[Work, list[Replica]]) -> None:
    doing, replicas = work
    acts = [
        doing.request,
        doing.request,
        doing.post,
        doing.long_poll,
        doing.long_poll,
        doing.event_stream,
        doing.event_stream,
        doing.upload,
        doing.upload,
        doing.download,
        doing.download,
    ]
    with ThreadPoolExecutor(len(acts)) as clients:
        running = [clients.submit(doing.again_and_again, act) for act in acts]
        time.sleep(1)
        try:
            for replica in replicas:
                replica.restart()
        finally:
            doing.stop.set()
        for each in running:
            each.result(60)

    assert doing.failed == []
    assert doing.done.keys() == {"request", "post", "long_poll", "event_stream", "upload", "download"}
    assert doing.done["request"] > 50


def test_a_replica_that_is_stopping_says_so_first_and_goes_on_accepting(work: tuple[Work, list[Replica]]) -> None:
    _, (replica, _) = work
    url = f"http://127.0.0.1:{replica.port}"
    replica.terminate()

    until(lambda: httpx.get(f"{url}/readyz").status_code == 503, 2)
    answer = httpx.get(f"{url}/v1/models", headers={"Authorization": "Bearer token"})

    assert answer.status_code == 200
    assert answer.headers["Connection"] == "close"
    assert replica._process is not None
    assert replica._process.wait(10) == 0
