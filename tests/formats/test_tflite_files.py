"""Broken twins of a TensorFlow Lite file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from workbench.ir import Unreadable
from workbench.runner.core import Refusal


@pytest.mark.parametrize("size", [8, 60, 4000, 100_000, 1_000_000])
def test_one_that_is_cut_off_is_refused(models: Path, upload: Path, refusal: Callable[[], Refusal], size: int) -> None:
    whole = (models / "mobilenet_v1_0.25_224" / "mobilenet_v1_0.25_224.tflite").read_bytes()
    (upload / "net.tflite").write_bytes(whole[:size])

    refused = refusal()

    assert isinstance(refused, Unreadable)
    assert str(refused).startswith("net.tflite: OpenVINO cannot read it")
