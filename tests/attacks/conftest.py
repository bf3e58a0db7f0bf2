"""A workbench of two teams, reached directly and through nginx: one attacks, the other works."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from eventually import until
from servers.nginx import Nginx, available
from servers.process import free_port
from sqlalchemy import insert
from workbench.jobs import Job, Kind, claim, embedded
from workbench.jobs.record.tables import jobs as table
from workbench.jobs.working import lease
from workbench.store import Keys, Manifest, Store
from workbench.store.manifests import File
from workbench.webapp.identity import Identity, write_token

BIG = 48 << 20
PREFIXES = ("/v1/models", "/v1/conversions", "/v1/datasets")
LONGEST_S = 1.0
# Hundreds of requests at once are hundreds of requests' work, whoever sends them; what is asked here is what they keep,
# so once no more of them are answered. Who is answered without end is not waited for.
SETTLED_S = 1.5
LONGEST_BURST_S = 20.0


@dataclass
class Target:
    """url: what everybody uses; probes: the listener for probes. waiting and big: jobs of the attacker's team."""

    url: str
    probes: str
    waiting: Job
    big: Job
    open: list[socket.socket] = field(default_factory=list)
    usual_s: float = 0.0

    def request(self, method: str, path: str, token: str | None = "loud", *more: str) -> bytes:
        """The head of a request."""
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *more]
        return "\r\n".join([*lines, *([f"Authorization: Bearer {token}"] if token else []), "", ""]).encode()

    def connect(self, number: int, sent: bytes, *, buffer: int | None = None) -> list[socket.socket]:
        """So many connections on which this has been sent; they stay open until the attack is over."""
        made = []
        for _ in range(number):
            client = socket.socket()
            if buffer:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            client.settimeout(10)
            with contextlib.suppress(OSError):  # refused, or ended already: that is an answer, too
                address = urlsplit(self.url)
                client.connect((address.hostname, address.port))
                client.sendall(sent)
            made.append(client)
        self.open += made
        return made

    def turns(self, what: str) -> float:
        """How many requests keep a thread, as its metrics say."""
        found = re.search(rf'workbench_turns{{what="{what}"}} (\S+)', httpx.get(f"{self.probes}/metrics").text)
        return float(found[1]) if found else 0.0

    def settled(self) -> None:
        """No request of the attack has been answered for a while."""
        end, answered = time.monotonic() + LONGEST_BURST_S, -1.0
        while time.monotonic() < end and answered != (answered := self._answered()):
            time.sleep(SETTLED_S)

    def _answered(self) -> float:
        found = re.findall(r"workbench_http_requests_total\{\S+ (\S+)", httpx.get(f"{self.probes}/metrics").text)
        return sum(map(float, found))

    def others_are_served(self, meanwhile: Callable[[], None] = lambda: None, for_s: float = 3.0) -> None:
        """Requests of the other team take less than a second each, probes too, and its job starts."""
        self.settled()
        took = self.served(meanwhile, for_s)
        # On a machine where others work, too, a second longer than without the attack.
        assert max(took) < LONGEST_S + self.usual_s, f"median {statistics.median(took):.3f} s, {max(took):.3f} s"

    def served(self, meanwhile: Callable[[], None] = lambda: None, for_s: float = 3.0) -> list[float]:
        """How long each request of the other team takes."""
        took: list[float] = []
        with httpx.Client(base_url=self.url, headers={"Authorization": "Bearer quiet"}, timeout=20) as client:
            until_, started = time.monotonic() + for_s, self._submit(client, took)
            while time.monotonic() < until_:
                meanwhile()
                self._took(took, lambda: client.get("/v1/models"))
                self._took(took, lambda: httpx.get(f"{self.probes}/readyz", timeout=20))
                time.sleep(0.1)
            until(lambda: client.get(f"/v1/models/{started}").json()["state"] != "queued", 20)
        return took

    def _submit(self, client: httpx.Client, took: list[float]) -> str:
        files = {"files": (f"{time.time_ns()}.onnx", os.urandom(64))}
        answer = self._took(took, lambda: client.post("/v1/models", files=files))
        return str(answer.json()["id"])

    def _took(self, took: list[float], ask: Callable[[], httpx.Response]) -> httpx.Response:
        began = time.monotonic()
        answer = ask()
        took.append(time.monotonic() - began)
        assert answer.is_success, answer.text
        return answer


def _waiting_job(home: Path) -> Job:
    """One that another worker carries out, and is not done with while this lasts."""
    jobs = embedded(home).record("converter")
    row = {
        "id": "waiting",
        "team": "loud",
        "kind": "conversion",
        "state": "running",
        "request": {},
        "holds": [],
        "created_at": time.time(),
        "owner": "elsewhere",
        "fence": 1,
        "lease_until": time.time() + 3600,
    }
    with jobs.engine.begin() as connection:
        connection.execute(insert(table).values(**row))
    found = jobs.get("conversion", "loud", "waiting")
    jobs.engine.dispose()
    return found


def _loud_job(home: Path) -> Job:
    """One with a large file and a long log; and who may ask."""
    adapters = embedded(home)
    for token, role in (("loud", "member"), ("viewer", "viewer")):
        write_token(adapters.store, token, Identity("loud", role), token)
    write_token(adapters.store, "quiet", Identity("quiet", "member"), "quiet")
    jobs = adapters.record("converter")
    big = jobs.submit(Kind("conversion"), "loud", {})
    claimed = claim(jobs, ["conversion"], "test", 60)
    assert claimed is not None
    lease.report(jobs, claimed, None, "a line of the log\n" * 50_000)
    manifest = Manifest("model", big.id, "loud", "", files=(_blob(adapters.store),))
    lease.accept_manifest(jobs, claimed, manifest.text(), {"kind": "model", "id": big.id})
    lease.succeed(jobs, claimed)
    jobs.engine.dispose()
    return big


def _blob(store: Store) -> File:
    data = os.urandom(1 << 20) * (BIG >> 20)
    digest = hashlib.sha256(data).hexdigest()
    store.put(Keys("loud").blob(digest), data)
    return File("model.bin", digest, BIG)


@pytest.fixture(scope="module", params=["directly", "through nginx"])
def served(serving: None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The embedded workbench: every service in one process, so that every attack is on all of them."""
    if request.param == "through nginx" and (reason := available()):
        pytest.skip(reason)
    home = tmp_path_factory.mktemp("home")
    big = _loud_job(home)
    port = free_port()
    with (home / "workbench.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "workbench.standalone", str(home), "0"],
            stdout=log,
            stderr=log,
            env={**os.environ, "WORKBENCH_HOME": str(home), "WORKBENCH_HEALTH_PORT": str(port)},
        )
    probes = f"http://127.0.0.1:{port}"
    with contextlib.ExitStack() as stack:
        stack.callback(process.wait, 60)
        stack.callback(process.terminate)
        until(lambda: _answers(probes), 60)
        url = str(json.loads((home / "lock").read_text())["url"])
        if request.param == "through nginx":
            front = Nginx(tmp_path_factory.mktemp("nginx"), {prefix: [urlsplit(url).netloc] for prefix in PREFIXES})
            stack.callback(front.stop)
            front.start()
            url = front.url
        made = Target(url, probes, _waiting_job(home), big)
        made.usual_s = max(made.served())
        yield made


def _answers(probes: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{probes}/readyz").is_success
    return False


@pytest.fixture
def target(served: Target) -> Iterator[Target]:
    """The attack ends with the test, and leaves nothing behind."""
    yield served
    for client in served.open:
        client.close()
    served.open.clear()
    until(lambda: served.turns("work") == served.turns("wait") == 0, 60)
