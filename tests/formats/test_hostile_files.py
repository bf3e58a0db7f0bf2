"""Damaged files of every format made here: no crash, no hang, nothing left behind, one line that tells no path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import paddle_files
import pytest
from examined import examine_all
from tensorflow_files import MATMUL_TEXT, matmul_graph, meta_graph, saved_model

FORMATS: dict[str, dict[str, bytes]] = {
    "paddle": {"net.pdmodel": paddle_files.program(), "net.pdiparams": paddle_files.parameters()},
    "graph": {"net.pb": matmul_graph()},
    "text": {"net.pbtxt": MATMUL_TEXT.encode()},
    "saved model": {"saved_model.pb": saved_model(matmul_graph())},
    "checkpoint": {"a.meta": meta_graph(matmul_graph()), "a.index": b"x" * 90, "a.data-00000-of-00001": b"x" * 90},
}


def damaged(random: Random, whole: bytes) -> bytes:
    """Cut off, or with a few bytes changed."""
    if random.random() < 0.3:
        return whole[: random.randrange(1, len(whole))]
    changed = bytearray(whole)
    for _ in range(random.choice((1, 3, 20))):
        changed[random.randrange(len(changed))] = random.choice((0, 127, 255, random.randrange(256)))
    return bytes(changed)


@pytest.fixture
def run_over(tmp_path: Path) -> Callable[[], tuple[int, str]]:
    """The real core over every folder, in one process; what it leaves in the folder for temporary files."""

    def run() -> tuple[int, str]:
        (tmp_path / "tmp").mkdir()
        done = examine_all(tmp_path / "runs", tmp_path / "tmp")
        assert not list((tmp_path / "tmp").iterdir())
        return done.returncode, done.stderr if done.returncode else ""

    return run


def test_forty_of_each_make_no_crash_and_leave_nothing(tmp_path: Path, run_over: Callable[[], tuple[int, str]]) -> None:
    for name, files in FORMATS.items():
        for seed in range(40):
            random = Random(seed)
            victim, upload = random.choice(sorted(files)), tmp_path / "runs" / f"{name}-{seed}" / "inputs" / "upload"
            upload.mkdir(parents=True)
            (upload.parents[1] / "outputs").mkdir()
            (upload.parents[1] / "spec.json").write_text("{}")
            for file, whole in files.items():
                (upload / file).write_bytes(damaged(random, whole) if file == victim else whole)

    assert run_over() == (0, "")
