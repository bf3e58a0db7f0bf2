"""The sweep of the ONNX backend's node tests works: what is kept as a bench must not rot between its runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.whole]

BENCH = Path(__file__).resolve().parents[3] / "bench" / "onnx_node_tests.py"


def test_it_tells_what_openvino_ignores_from_what_it_computes_alike() -> None:
    said = subprocess.run(
        [sys.executable, BENCH, "resize_downsample_scales_linear"],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        timeout=120,
        check=True,
    ).stdout

    assert "test_resize_downsample_scales_linear_antialias: Resize(antialias = 1, mode = 'linear')" in said
    counts = {line.split(maxsplit=1)[1]: int(line.split()[0]) for line in said.splitlines() if line[0] == " "}
    assert counts["differs"] == 1
    assert counts["alike"] >= 1
    assert not any(verdict.startswith("ended") for verdict in counts)
