"""What lay beside TensorFlow models for the old converter: told that it is no model and no longer needed."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.model_registry.values import Found, NotTaken

ACCEPTED = None

_TRANSFORMATIONS = re.compile(rb'\s*\[\s*\{[^{}]*("custom_attributes"|"match_kind")')
_PIPELINE = re.compile(rb"(\s|#[^\n]*\n)*model\s*:?\s*\{\s*\w+\s*:?\s*\{")
_HEAD = 4096


def claims(path: Path) -> bool:
    """Whether it is a configuration of transformations, or an Object Detection API's pipeline."""
    return _what(path) is not None


def gather(main: Path, upload: Path) -> Found:
    """Refuses, with what to upload instead."""
    name = main.relative_to(upload).as_posix()
    raise NotTaken(
        f"{name}: this is {_what(main)}. Upload the model that was exported: the SavedModel folder or the "
        "frozen graph; OpenVINO converts it without that file.",
        file=name,
    )


def _what(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if _TRANSFORMATIONS.match(head):
        return "a configuration of transformations for Model Optimizer, which is no more"
    return "the configuration of an Object Detection API pipeline, not a model" if _PIPELINE.match(head) else None
