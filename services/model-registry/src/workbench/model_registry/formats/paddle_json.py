"""PaddlePaddle 3's program in JSON, which OpenVINO does not read: told with the way round."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.model_registry.values import Found, NotTaken

ACCEPTED = None

_MAGIC = re.compile(rb'\s*\{\s*"base_code"\s*:\s*\{[^}]*"magic"\s*:\s*"pir"')
_HEAD = 4096


def claims(path: Path) -> bool:
    """Whether its first words are those of such a program."""
    with path.open("rb") as file:
        return _MAGIC.match(file.read(_HEAD)) is not None


def gather(main: Path, upload: Path) -> Found:
    """Refuses, with the setting that writes the other form."""
    name = main.relative_to(upload).as_posix()
    raise NotTaken(
        f"{name}: this is a PaddlePaddle 3 program in JSON, which OpenVINO does not read. Export the model "
        "with FLAGS_enable_pir_api=0 in the environment, and upload the .pdmodel and .pdiparams that it "
        "writes; or make it ONNX with paddle2onnx.",
        file=name,
    )
