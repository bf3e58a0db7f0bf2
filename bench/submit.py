"""Submit recipes over HTTP at 50 a second for ten seconds, and print the latency of the answers.

Target: p99 at most 150 ms. A recipe needs no core, so this is the path of every submission:
token, schema, references, insert, commit. First embedded; then the calibrator's API and worker as
processes of their own over PostgreSQL, RabbitMQ and S3, where those are installed.
"""

from __future__ import annotations

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
from workbench.standalone.start import ensure_running
from workbench.store import FileStore, Manifest, Manifests, Store

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # the servers that the tests start
from servers import postgres, rabbitmq, seaweedfs
from servers.services import Service
from workbench.webapp.identity import Identity, write_token

RATE, SECONDS = 50, 10
Serving = tuple[str, str, Store]  # its URL, a token, and its store


def main() -> None:
    """Run against a workbench of our own, and one made of processes."""
    with embedded() as serving:
        measure("embedded", serving)
    missing = [reason for module in (postgres, rabbitmq, seaweedfs) if (reason := module.available())]
    if missing:
        print(f"over real servers: skipped: {missing[0]}")
        return
    with real_servers() as serving:
        measure("over real servers", serving)


def measure(where: str, serving: Serving) -> None:
    """Print one line."""
    url, token, store = serving
    facts = {"inputs": [{"name": "x", "shape": [1, 3, 8, 8], "element_type": "f32", "layout": "NCHW"}]}
    Manifests(store, "local").write(Manifest("model", "m", "local", "", (), facts).text())
    took = sorted(submit_all(url, {"Authorization": f"Bearer {token}"}))
    print(f"submissions {where}: {len(took)} at {RATE}/s: p50 {statistics.median(took):.1f} ms, "
          f"p99 {took[int(len(took) * 0.99) - 1]:.1f} ms, max {took[-1]:.1f} ms (target: p99 <= 150 ms)")  # fmt: skip


@contextmanager
def embedded() -> Iterator[Serving]:
    """One process that leaves by itself."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        url, token = ensure_running(Path(folder))
        yield url, token, FileStore(Path(folder) / "store")


@contextmanager
def real_servers() -> Iterator[Serving]:
    """The calibrator as two processes over three servers."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, ExitStack() as stack:
        folder = Path(name)
        database, broker, store = (postgres.Postgres(folder / "p"), rabbitmq.RabbitMQ(folder / "r"),
                                   seaweedfs.SeaweedFS(folder / "s"))  # fmt: skip
        for server in (database, broker, store):
            stack.callback(server.stop)
            server.start()
        environment = {"WORKBENCH_HOME": str(folder / "home"), "WORKBENCH_DATABASE_URL": database.url,
                       "WORKBENCH_BROKER_URL": broker.url, **store.settings}  # fmt: skip
        command = [sys.executable, "-m", "workbench.calibrator", "migrate"]
        subprocess.run(command, check=True, timeout=120, env={**os.environ, **environment})
        objects = store.store()
        write_token(objects, "bench", Identity("local", "member"), "bench")
        api, worker = (Service(folder / action, "workbench.calibrator", action, environment)
                       for action in ("api", "worker"))  # fmt: skip
        for process in (api, worker):
            stack.callback(process.stop)
            process.launch()
        api.wait_ready()
        time.sleep(5)  # the worker's start is not what is measured
        yield f"http://127.0.0.1:{api.port}", "bench", objects


def submit_all(url: str, headers: dict[str, str]) -> list[float]:
    """One latency in ms per submission; open loop: a slow answer does not delay the next request."""
    took: list[float] = []
    with httpx.Client(base_url=url, headers=headers, timeout=30) as client:

        def submit(number: int) -> None:
            began = time.perf_counter()
            body = {"model_id": "m", "overrides": {"top_k": number % 90 + 1}}
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
