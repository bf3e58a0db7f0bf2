"""Real models, and small graphs for what no real model at hand shows."""

from __future__ import annotations

from pathlib import Path

import fire_network
import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as op

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"


@pytest.fixture
def models(shared: Path) -> Path:
    return shared / "models"


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with SqueezeNet 1.1 as .onnx and ir_fp32/: published, or of the same shapes where it is not at hand."""
    published = SHARED / "models" / "squeezenet1.1"
    if published.is_dir():
        return published
    folder = tmp_path_factory.mktemp("made")
    model = ov.Core().read_model(fire_network.write(folder / "squeezenet1.1.onnx"))
    ov.save_model(model, folder / "ir_fp32" / "squeezenet1.1.xml", compress_to_fp16=False)
    return folder


@pytest.fixture
def convolution() -> ov.Model:
    """1x3x8x8 → 3x3 convolution to 4 channels, padded: 8*8*4*3*3*3 = 6912 MACs and 108 weights."""
    data = op.parameter([1, 3, 8, 8], ov.Type.f32, name="data")
    data.output(0).set_names({"data"})
    kernel = op.constant(np.linspace(-1, 1, 108, dtype=np.float32).reshape(4, 3, 3, 3))
    result = op.convolution(data, kernel, [1, 1], [1, 1], [1, 1], [1, 1])
    result.output(0).set_names({"out"})
    return ov.Model([result], [data], "convolution")
