"""What optimizations cost that only wait for their steps: ``python bench/conductors.py [COUNT]``.

A worker of `project` drives them all; nobody answers their steps. Printed: CPU time of the process a second, and its
memory, while nothing happens and while one of them hears of a step ten times a second.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import threading
import time
from pathlib import Path

from sqlalchemy import func, select
from workbench.jobs import Jobs, State, embedded
from workbench.jobs.record.tables import jobs as table
from workbench.messages import Message
from workbench.project import tables
from workbench.project.kinds import OPTIMIZATION
from workbench.project.worker import create_worker
from workbench.store import Manifest, Manifests
from workbench.webapp.settings import load

REQUEST = {
    "model_id": "m",
    "dataset_id": None,
    "calibration_dataset_id": None,
    "project_id": "p",
    "target": "local",
    "device": "CPU",
    "task": "classification",
    "inputs": {},
    "recipe": {},
    "objective": "throughput",
    "package": True,
    "max_latency_ms": None,
    "max_accuracy_drop": 1.0,
}
FACTS = {
    "format": "onnx",
    "main_file": "m.onnx",
    "precision": "FP32",
    "digest": "d",
    "name": "net",
    "inputs": [{"name": "x", "shape": [1, 3, 8, 8], "element_type": "f32", "layout": "NCHW"}],
}
SECONDS = 15


def main(count: int) -> None:
    """Submit, wait until all are driven, and look."""
    with tempfile.TemporaryDirectory() as folder:
        adapters = embedded(Path(folder) / "home")
        settings = load({"WORKBENCH_HOME": str(adapters.home), "WORKBENCH_CONDUCTORS": str(count)})
        worker, record = create_worker(adapters, settings), adapters.record("project")
        Manifests(adapters.store, "a").write(Manifest("model", "m", "a", "", (), FACTS).text())
        for _ in range(count):
            record.submit(OPTIMIZATION, "a", dict(REQUEST))
        stop = threading.Event()
        running = threading.Thread(target=worker.run, args=(stop,))
        running.start()
        while _driven(record) < count:
            time.sleep(0.5)
        time.sleep(3)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{count} that only wait: {_cpu_share(lambda: None):.1f} % of a core, {memory:.0f} MiB at most")
        print(f"and one of them hears of a step ten times a second: {_cpu_share(_news(record)):.1f} % of a core")
        stop.set()
        record.ring()
        running.join(30)


def _driven(record: Jobs) -> int:
    with record.engine.connect() as connection:
        driven = (table.c.state == State.RUNNING) & table.c.progress.is_not(None)
        query = select(func.count()).select_from(table).where(driven)
        return int(connection.execute(query).scalar_one())


def _news(record: Jobs):  # type: ignore[no-untyped-def]
    with record.engine.connect() as connection:
        step = connection.execute(select(tables.steps.c.command_id, tables.steps.c.kind).limit(1)).one()

    def say() -> None:
        progress = {"stage": "s", "fraction": time.monotonic() % 1, "message": ""}
        record.messages.publish(Message(f"{step.kind}.running", "/x", step.command_id, "a", {"progress": progress}))

    return say


def _cpu_share(act) -> float:  # type: ignore[no-untyped-def]
    used, began = time.process_time(), time.monotonic()
    while time.monotonic() - began < SECONDS:
        act()
        time.sleep(0.1)
    return 100 * (time.process_time() - used) / (time.monotonic() - began)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
