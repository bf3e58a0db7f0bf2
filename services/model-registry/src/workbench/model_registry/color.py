"""In which order a model wants the channels of a picture: a guess from what it says of itself, and from who made it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.tasks.guess import CERTAIN, LIKELY, POSSIBLE

# Who trains with what reads pictures in this order: Caffe's own tools by OpenCV, the others by libraries of RGB.
_MAKERS = {
    "caffe": "BGR",
    "darknet": "BGR",
    "pytorch": "RGB",
    "torch": "RGB",
    "keras": "RGB",
    "tf2onnx": "RGB",
    "tensorflow": "RGB",
    "tflite": "RGB",
}


def guessed(facts: Mapping[str, Any], channels: int) -> dict[str, str]:
    """``color`` (RGB, BGR or GRAY), how ``sure``, and ``why``."""
    if channels == 1:
        return _guess("GRAY", CERTAIN, "it has one channel")
    reversed_ = str((facts.get("model_info") or {}).get("reverse_input_channels", "")).lower()
    if reversed_ in ("yes", "true", "1"):
        return _guess("RGB", CERTAIN, "its model_info has BGR pictures reversed for it")
    if reversed_ in ("no", "false", "0"):
        return _guess("BGR", LIKELY, "its model_info leaves BGR pictures as they are")
    maker = f"{facts.get('format')} {facts.get('producer') or ''}".lower()
    for name, color in _MAKERS.items():
        if name in maker:
            return _guess(color, LIKELY, f"models of {name} mostly do")
    return _guess("RGB", POSSIBLE, "most models do; nothing in it tells")


def _guess(color: str, sure: str, why: str) -> dict[str, str]:
    return {"color": color, "sure": sure, "why": why}
