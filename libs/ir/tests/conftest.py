"""Real models, and small graphs for what no real model at hand shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as op


@pytest.fixture(scope="session")
def network(models: Path) -> Path:
    """A folder with SqueezeNet 1.1 as .onnx and ir_fp32/."""
    return models / "squeezenet1.1"


@pytest.fixture
def convolution() -> ov.Model:
    """1x3x8x8 → 3x3 convolution to 4 channels, padded: 8*8*4*3*3*3 = 6912 MACs and 108 weights."""
    data = op.parameter([1, 3, 8, 8], ov.Type.f32, name="data")
    data.output(0).set_names({"data"})
    kernel = op.constant(np.linspace(-1, 1, 108, dtype=np.float32).reshape(4, 3, 3, 3))
    result = op.convolution(data, kernel, [1, 1], [1, 1], [1, 1], [1, 1])
    result.output(0).set_names({"out"})
    return ov.Model([result], [data], "convolution")
