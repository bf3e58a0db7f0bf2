"""A home on a disk that fills up: each refusal says so, nothing half-made stays, and with room again it works."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

MIB = 1 << 20
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class Disk:
    """A small file system with the home of a serving workbench."""

    def __init__(self, place: Path, workbench) -> None:
        self.place, self.workbench, self._filler = place, workbench, place / "filler"

    def fill(self, leave_bytes: int = 0) -> None:
        """Take all room but this much; with none left not even a row fits."""
        with self._filler.open("ab", buffering=0) as file:
            while (room := shutil.disk_usage(self.place).free - leave_bytes) > 0:
                try:
                    file.write(bytes(min(room, MIB)))
                except OSError:
                    return

    def free(self) -> None:
        self._filler.unlink()

    def ask(self, method: str, path: str, **options) -> httpx.Response:
        lock = json.loads((self.workbench.home / "lock").read_text())
        token = (self.workbench.home / "token").read_text().strip()
        return httpx.request(
            method,
            f"{lock['url'].rstrip('/')}{path}",
            timeout=60,
            headers={"Authorization": f"Bearer {token}"},
            **options,
        )

    def upload(self, model: Path) -> httpx.Response:
        with model.open("rb") as file:
            return self.ask("POST", "/v1/models", files={"files": (model.name, file)})

    def ended(self, answer: httpx.Response) -> dict:
        assert answer.status_code == 202, answer.text
        path, view = answer.headers["Location"], answer.json()
        for _ in range(20):
            if view["state"] in ("succeeded", "failed", "cancelled"):
                break
            answer = self.ask("GET", f"{path}?wait_s=10&after={view['seq']}")
            assert answer.status_code == 200, answer.text
            view = answer.json()
        return view

    def left_over(self) -> list[Path]:
        """Files of uploads, staged outputs, drafts and ended runs, when those have had time to go."""
        deadline = time.monotonic() + 60
        while (found := self._odd_files()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return found

    def _odd_files(self) -> list[Path]:
        store = [path for path in (self.workbench.home / "store").rglob("*") if path.is_file()]
        odd = [path for path in store if {"uploads", "runs"} & set(path.parts) or path.suffix in (".part", ".tmp")]
        return odd + [path for path in (self.workbench.home / "work").glob("*/*") if path.is_dir()]


@pytest.fixture
def disk(tmp_path: Path, workbench) -> Iterator[Disk]:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a file system to fill")
    place = workbench.home
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", place], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    try:
        assert workbench.run("models", "list").returncode == 0
        yield Disk(place, workbench)
    finally:
        workbench.stop()
        subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def big(inputs: Path, tmp_path: Path) -> Path:
    """An ONNX model with 6 MiB of weights that compression or sharing makes no smaller."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = np.random.default_rng(1).standard_normal((1024, 1536)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1024])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1536])],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    path = tmp_path / "big.onnx"
    onnx.save(model, path)
    return path


def test_an_upload_that_does_not_fit_is_a_507_and_leaves_nothing(disk: Disk, big: Path) -> None:
    disk.fill(leave_bytes=3 * MIB)

    answer = disk.upload(big)

    assert answer.status_code == 507, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["remedy"]
    assert disk.left_over() == []
    disk.free()
    assert disk.ended(disk.upload(big))["state"] == "succeeded"


def test_the_command_line_says_that_the_disk_is_full(disk: Disk, big: Path) -> None:
    disk.fill(leave_bytes=3 * MIB)

    ended = disk.workbench.run("models", "create", big)

    assert ended.returncode == 3, ended.stdout
    assert "full" in ended.stdout.lower() or "room" in ended.stdout.lower()
    assert "Traceback" not in ended.stdout


@pytest.mark.parametrize("room_mib", [3, 9, 15])
def test_a_conversion_whose_disk_fills_up_fails_and_says_so(disk: Disk, big: Path, room_mib: int) -> None:
    """Little room: its inputs do not fit; more: the core cannot write; yet more: its outputs cannot be published."""
    model = disk.ended(disk.upload(big))
    body = {"model_id": model["id"], "precision": "FP32"}
    disk.fill(leave_bytes=room_mib * MIB)

    job = disk.ended(disk.ask("POST", "/v1/conversions", json=body))

    assert job["state"] == "failed", job
    assert job["error"]["type"].endswith("storage-full"), job["error"]
    assert disk.left_over() == []
    disk.free()
    assert disk.ended(disk.ask("POST", "/v1/conversions", json=body))["state"] == "succeeded"


def test_with_no_room_for_a_row_a_submission_is_refused_and_reading_goes_on(disk: Disk, big: Path) -> None:
    model = disk.ended(disk.upload(big))
    body = {"model_id": model["id"], "precision": "FP16"}
    disk.fill()

    answers = [disk.ask("POST", "/v1/conversions", json=body) for _ in range(3)]

    for answer in answers:
        assert answer.status_code in (202, 503, 507), answer.text
    assert answers[-1].status_code in (503, 507), answers[-1].text
    assert disk.ask("GET", f"/v1/models/{model['id']}").status_code == 200
    disk.free()
    assert disk.ended(disk.ask("POST", "/v1/conversions", json=body))["state"] == "succeeded"
