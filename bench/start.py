"""How long until a core's process has started after its POST, embedded; and what an API process costs to start.

Targets: submit → core started p50 at most 100 ms; an API process answers within 1.5 s of its start and is at most
120 MiB resident.
"""

from __future__ import annotations

import io
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx
from workbench.standalone.start import ensure_running
from workbench.store import File, FileStore, Keys, Manifest, Manifests

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from servers.services import OWNERS, Service

JOBS, STARTS = 20, 3


def main() -> None:
    """Print a line for each."""
    took = sorted(submit_to_start())
    print(
        f"submit → core started, embedded, {len(took)} jobs one after another: p50 {statistics.median(took):.0f} ms, "
        f"max {took[-1]:.0f} ms (target: p50 <= 100 ms)"
    )
    for module in OWNERS:
        seconds, mebibytes = api_process(module)
        print(
            f"{module} API alone: answers after {seconds:.2f} s (median of {STARTS}), {mebibytes:.0f} MiB resident "
            "(targets: 1.5 s, 120 MiB)"
        )


def submit_to_start() -> list[float]:
    """Milliseconds from before the POST until the supervisor had started the core, for each job.

    The profiles name a device that no machine has: their cores start as all others do, and soon end.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        home = Path(name).resolve()
        url, token = ensure_running(home)
        add_model(FileStore(home / "store"))
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
            time.sleep(2)  # the workbench's own start is not what is measured
            return [one_start(client, home) for _ in range(JOBS)]


def one_start(client: httpx.Client, home: Path) -> float:
    """Submit, watch the run's folder for the moment its supervisor noted, and let the job end."""
    began = time.time()
    answer = client.post("/v1/profiles", json={"model_id": "m", "device": "GPU.99"}).raise_for_status()
    job = answer.json()
    launch = home / "work" / "profiler" / job["id"] / "launch.json"
    while not (started := started_at(launch)):
        if time.time() > began + 30:
            raise RuntimeError("no core started within 30 s")
        time.sleep(0.002)
    while job["state"] in ("queued", "running"):
        job = client.get(f"/v1/profiles/{job['id']}", params={"wait_s": 25, "after": job["seq"]}).json()
    return (started - began) * 1000


def started_at(launch: Path) -> float | None:
    """When the core's process was there, by this machine's clock."""
    try:
        return json.loads(launch.read_text()).get("started_at")
    except (OSError, ValueError):
        return None


def add_model(store: FileStore) -> None:
    """A model ``m`` as the registry would have left it."""
    digest, size = store.put_stream("x", io.BytesIO(b"<net/>"))
    store.copy("x", Keys("local").blob(digest))
    manifest = Manifest("model", "m", "local", "", (File("model.xml", digest, size),), {"main_file": "model.xml"})
    Manifests(store, "local").write(manifest.text())


def api_process(module: str) -> tuple[float, float]:
    """Median seconds until its health is good, and MiB resident then of its largest process."""
    seconds, mebibytes = [], 0.0
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            folder = Path(name)
            api = Service(folder / "api", f"workbench.{module}", "api", {"WORKBENCH_HOME": str(folder / "home")})
            began = time.monotonic()
            api.launch()
            try:
                while not api.ready():
                    if time.monotonic() > began + 30:
                        raise RuntimeError(f"{module} does not answer")
                    time.sleep(0.01)
                seconds.append(time.monotonic() - began)
                mebibytes = max(mebibytes, max(resident_bytes(api._process.pid)) / 2**20)
            finally:
                api.stop()
    return statistics.median(seconds), mebibytes


def resident_bytes(pid: int) -> list[int]:
    """Of this process and of each below it; pages they share after a fork count in each."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pages * os.sysconf("SC_PAGE_SIZE"), *(size for child in children for size in resident_bytes(int(child)))]


if __name__ == "__main__":
    main()
