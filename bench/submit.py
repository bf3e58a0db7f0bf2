"""Submit recipes over HTTP at 50 a second for ten seconds, and print the latency of the answers.

Target: p99 at most 150 ms. A recipe needs no core, so this is the path of every submission:
token, schema, references, insert, commit. First embedded; then the calibrator's API and worker as
processes of their own over PostgreSQL, RabbitMQ and S3, where those are installed: with the worker, which carries the
jobs out on the same cores meanwhile, and without it. Each line also says what a submission cost the API process in
processor time, which no neighbour changes much.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil
from workbench.standalone.start import ensure_running
from workbench.store import FileStore, Manifest, Manifests, Store

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # the servers that the tests start
from servers import postgres, rabbitmq, seaweedfs
from servers.services import Service
from workbench.webapp.identity import Identity, write_token

RATE, SECONDS = 50, 10
Serving = tuple[str, str, Store, int]  # its URL, a token, its store, and the process that answers


def main() -> None:
    """Run against a workbench of our own, and one made of processes."""
    with embedded() as serving:
        measure("embedded", serving)
    missing = [reason for module in (postgres, rabbitmq, seaweedfs) if (reason := module.available())]
    if missing:
        print(f"over real servers: skipped: {missing[0]}")
        return
    for actions, where in ((("api", "worker"), "over real servers"), (("api",), "over real servers, no worker")):
        with real_servers(actions) as serving:
            measure(where, serving)


def measure(where: str, serving: Serving) -> None:
    """Print one line."""
    url, token, store, pid = serving
    facts = {"inputs": [{"name": "x", "shape": [1, 3, 8, 8], "element_type": "f32", "layout": "NCHW"}]}
    Manifests(store, "local").write(Manifest("model", "m", "local", "", (), facts).text())
    before = cpu_s(pid)
    took = sorted(submit_all(url, {"Authorization": f"Bearer {token}"}))
    cost_ms = (cpu_s(pid) - before) * 1000 / len(took)
    p50, p99 = statistics.median(took), took[int(len(took) * 0.99) - 1]
    print(
        f"submissions {where}: {len(took)} at {RATE}/s: p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {took[-1]:.1f} ms "
        f"(target: p99 <= 150 ms); {cost_ms:.1f} ms of processor each, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def cpu_s(pid: int) -> float:
    """What a process and those below it have used."""
    process = psutil.Process(pid)
    return sum(sum(each.cpu_times()[:2]) for each in (process, *process.children(recursive=True)))


@contextmanager
def embedded() -> Iterator[Serving]:
    """One process that leaves by itself."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        url, token = ensure_running(Path(folder))
        pid = int(json.loads((Path(folder) / "lock").read_text())["pid"])
        yield url, token, FileStore(Path(folder) / "store"), pid


@contextmanager
def real_servers(actions: tuple[str, ...]) -> Iterator[Serving]:
    """The calibrator as processes over three servers; the first is its API."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, ExitStack() as stack:
        folder = Path(name)
        database, broker, store = (
            postgres.Postgres(folder / "p"),
            rabbitmq.RabbitMQ(folder / "r"),
            seaweedfs.SeaweedFS(folder / "s"),
        )
        for server in (database, broker, store):
            stack.callback(server.stop)
            server.start()
        environment = {
            "WORKBENCH_HOME": str(folder / "home"),
            "WORKBENCH_DATABASE_URL": database.url,
            "WORKBENCH_BROKER_URL": broker.url,
            **store.settings,
        }
        command = [sys.executable, "-m", "workbench.calibrator", "migrate"]
        subprocess.run(command, check=True, timeout=120, env={**os.environ, **environment})
        objects = store.store()
        write_token(objects, "bench", Identity("local", "member"), "bench")
        processes = [Service(folder / action, "workbench.calibrator", action, environment) for action in actions]
        api = processes[0]
        for process in processes:
            stack.callback(process.stop)
            process.launch()
        api.wait_ready()
        time.sleep(5)  # the worker's start is not what is measured
        yield f"http://127.0.0.1:{api.port}", "bench", objects, api._process.pid


def submit_all(url: str, headers: dict[str, str]) -> list[float]:
    """One latency in ms per submission; open loop: a slow answer does not delay the next request."""
    took: list[float] = []
    with httpx.Client(base_url=url, headers=headers, timeout=30) as client:

        def submit(number: int) -> None:
            began = time.perf_counter()
            body = {"model_id": "m", "overrides": {"options": {"top_k": number % 90 + 1}}}
            client.post("/v1/recipes", json=body).raise_for_status()
            took.append((time.perf_counter() - began) * 1000)

        threads = []
        start = time.perf_counter()
        for number in range(RATE * SECONDS):
            time.sleep(max(0.0, start + number / RATE - time.perf_counter()))
            thread = threading.Thread(target=submit, args=(number,))
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join()
    return took


if __name__ == "__main__":
    main()
