"""Writing a model as IR, so that the same steps in a fresh process make the same bytes."""

from __future__ import annotations

import errno
from pathlib import Path

import openvino as ov
from workbench.ir.names import settle_names


def save(model: ov.Model, folder: Path, fp16: bool) -> None:
    """Write ``model.xml`` and ``model.bin``; ``fp16`` stores float weights in half the space.

    Only storage: the precision of the arithmetic is chosen where the model runs. Raises OSError when the
    files could not be written; OpenVINO removes what it began, and says no more than that a stream failed.
    """
    settle_names(model)
    try:
        ov.save_model(model, folder / "model.xml", compress_to_fp16=fp16)
    except RuntimeError as error:
        if "iostream error" not in str(error):
            raise
        raise OSError(errno.ENOSPC, "no room left for the model", str(folder)) from error
