"""Writing a model as IR, so that the same steps in a fresh process make the same bytes."""

from __future__ import annotations

from pathlib import Path

import openvino as ov
from workbench.ir.names import settle_names


def save(model: ov.Model, folder: Path, fp16: bool) -> None:
    """Write ``model.xml`` and ``model.bin``; ``fp16`` stores float weights in half the space.

    Only storage: the precision of the arithmetic is chosen where the model runs.
    """
    settle_names(model)
    ov.save_model(model, folder / "model.xml", compress_to_fp16=fp16)
