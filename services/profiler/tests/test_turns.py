"""A profile gives its device back between launches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import openvino as ov
from workbench.runner import Launch, Limits, ProcessLauncher, read_outcome
from workbench.runner.local.devices import DeviceLock

LIMITS = Limits(memory_bytes=4 << 30, cpu_s=600, file_bytes=1 << 30, wall_s=300, turn_s=60)


def test_other_work_gets_in_between_any_two_launches(
    in_processes: None, tmp_path: Path, convolutions: Callable[..., ov.Model]
) -> None:
    folder, home = tmp_path / "run", tmp_path / "home"
    (folder / "inputs" / "model").mkdir(parents=True)
    ov.save_model(convolutions(), folder / "inputs" / "model" / "model.xml", compress_to_fp16=False)
    spec = {"main_file": "model.xml", "duration_s": 0.5, "launches": 5}
    launcher = ProcessLauncher(home)
    waits: list[float] = []
    done = threading.Event()

    def work() -> None:
        lock = DeviceLock(home)
        while not done.is_set():
            asked = time.monotonic()
            lock.share(lambda _: None)
            waits.append(time.monotonic() - asked)
            time.sleep(0.05)
            lock.release()
        lock.close()

    launcher.start(folder, Launch("workbench.profiler.benchmark", spec, {}, LIMITS, "CPU", exclusive=True))
    began = time.monotonic()
    while launcher.check(folder).state == "waiting":
        time.sleep(0.01)
    worker = threading.Thread(target=work)
    worker.start()
    status = launcher.wait(folder, 120)
    took_s = time.monotonic() - began
    done.set()
    worker.join(10)

    result = read_outcome(folder, status.exit).result
    assert result is not None
    assert len(result["launches"]) == 5
    turns = [wait for wait in waits if wait > 0.3]
    assert len(turns) >= 5, "between launches, and before the layers"
    assert max(turns) < took_s / 2
