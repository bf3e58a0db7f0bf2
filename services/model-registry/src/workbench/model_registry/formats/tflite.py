"""TensorFlow Lite: one flatbuffer, weights and all."""

from __future__ import annotations

from pathlib import Path

from workbench.model_registry.values import Found

ACCEPTED = "TensorFlow Lite (.tflite)"

_IDENTIFIER = b"TFL3"


def claims(path: Path) -> bool:
    """Whether the flatbuffer says so itself: four letters behind the place of its root."""
    with path.open("rb") as file:
        return file.read(8)[4:] == _IDENTIFIER


def gather(main: Path, _upload: Path) -> Found:
    """The file, which has no others."""
    return Found({"model.tflite": main})
