"""The most memory that each process has while a model of 2 GB is uploaded, examined and downloaded.

Over SeaweedFS, with the model registry's API and worker as processes of their own. Target: what does not look into
the model stays flat, whatever its size. The core that examines it has OpenVINO and the model's pages in it.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import numpy as np
import onnx
import psutil
from onnx import TensorProto, helper
from workbench.client import Client

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from servers import seaweedfs
from servers.services import Service
from serving import object_store
from workbench.webapp.identity import Identity, write_token

ROWS, COLUMNS = 131_072, 4096  # of f32: 2 GiB
SMALL_ROWS = 4096  # 64 MiB, so that what a process has anyway is told apart


def main() -> None:
    """Start the server, measure, print one line for each size."""
    with object_store() as (folder, server):
        for rows in (SMALL_ROWS, ROWS):
            measure(folder / str(rows), server, rows)


def measure(folder: Path, server: seaweedfs.SeaweedFS, rows: int) -> None:
    """With processes of their own for each size: a peak stays."""
    environment = {"WORKBENCH_HOME": str(folder / "home"), **server.settings}
    write_token(server.store(), "secret", Identity("team", "member"), "bench")
    model = prepare(folder / "model", rows)
    api, worker = (
        Service(folder / action, "workbench.model_registry", action, environment) for action in ("api", "worker")
    )
    peaks: dict[str, int] = {}
    done = threading.Event()
    watch = threading.Thread(target=sample, args=({"api": api, "worker": worker}, peaks, done))
    try:
        api.start()
        worker.start()
        watch.start()
        began = time.monotonic()
        with Client(f"http://127.0.0.1:{api.port}", "secret") as client:
            imported = client.models.wait(client.models.upload(model)["id"])
            client.models.download(imported["id"], "weights.bin", folder / "there.bin")
        took = time.monotonic() - began
    finally:
        done.set()
        if watch.ident:
            watch.join()
        worker.stop()
        api.stop()
    told = ", ".join(f"{name} {size >> 20} MiB" for name, size in sorted(peaks.items()))
    print(f"{rows * COLUMNS * 4 >> 20} MiB up, examined and down in {took:.0f} s; peak resident: {told}", flush=True)


def sample(services: dict[str, Service], peaks: dict[str, int], done: threading.Event) -> None:
    """Until ``done``: the most that the largest process of each, of a core and of this client ever had."""
    while not done.wait(0.05):
        note(peaks, "client", psutil.Process())
        for name, service in services.items():
            assert service._process is not None
            for process in [psutil.Process(service._process.pid), *psutil.Process(service._process.pid).children(True)]:
                note(peaks, name, process)
        for process in psutil.process_iter():
            note(peaks, "core", process, "workbench.model_registry.inspect")


def note(peaks: dict[str, int], name: str, process: psutil.Process, argument: str = "") -> None:
    """Keep what it has if that is more than ever."""
    try:
        if not argument or argument in process.cmdline():
            peaks[name] = max(peaks.get(name, 0), process.memory_info().rss)
    except psutil.Error:  # it has ended
        return


def prepare(folder: Path, rows: int) -> Path:
    """An ONNX model whose one weight lies in a file beside it."""
    folder.mkdir(parents=True)
    block = np.random.default_rng(0).normal(0, 0.02, 1 << 18).astype(np.float32).tobytes()
    with (folder / "weights.bin").open("wb") as file:
        for _ in range(rows * COLUMNS * 4 >> 20):
            file.write(block)
    weight = onnx.TensorProto(
        name="w", data_type=TensorProto.FLOAT, dims=[rows, COLUMNS], data_location=TensorProto.EXTERNAL
    )
    weight.external_data.add(key="location", value="weights.bin")
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "big",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, rows])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, COLUMNS])],
        [weight],
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), folder / "model.onnx"
    )
    return folder


if __name__ == "__main__":
    main()
