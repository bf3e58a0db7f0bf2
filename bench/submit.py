"""Submit recipes over HTTP at 50 a second for ten seconds, and print the latency of the answers.

Target: p99 at most 150 ms. A recipe needs no core, so this is the path of every submission:
token, schema, references, insert, commit.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from pathlib import Path

import httpx
from workbench.standalone.start import ensure_running
from workbench.store import FileStore, Manifest, Manifests

RATE, SECONDS = 50, 10


def main() -> None:
    """Run against an embedded workbench of our own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        url, token = ensure_running(home)
        facts = {"inputs": [{"name": "x", "shape": [1, 3, 8, 8], "element_type": "f32", "layout": "NCHW"}]}
        Manifests(FileStore(home / "store"), "local").write(Manifest("model", "m", "local", "", (), facts).text())
        took = submit_all(url, {"Authorization": f"Bearer {token}"})
    took.sort()
    print(f"submissions: {len(took)} at {RATE}/s: p50 {statistics.median(took):.1f} ms, "
          f"p99 {took[int(len(took) * 0.99) - 1]:.1f} ms, max {took[-1]:.1f} ms (target: p99 <= 150 ms)")  # fmt: skip


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
