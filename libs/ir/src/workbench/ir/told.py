"""What a model says of itself in its ``rt_info``: Model API's ``model_info``, and what an ONNX file's metadata add.

The values are whatever somebody wrote: only known names are taken, as short texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import openvino as ov

# As OpenVINO Model API names them.
_NAMES = (
    "model_type",
    "task_type",
    "task",
    "model_name",
    "mean_values",
    "scale_values",
    "reverse_input_channels",
    "resize_type",
    "interpolation_mode",
    "pad_value",
    "confidence_threshold",
    "iou_threshold",
    "orig_width",
    "orig_height",
    "input_dtype",
    "embedded_processing",
    "multilabel",
    "hierarchical",
    "output_raw_scores",
)
_LONGEST_TEXT = 200
_LONGEST_LABELS = 2**16


def model_info(model: ov.Model) -> dict[str, Any]:
    """Texts by Model API's names, and ``labels`` as a list; empty for a model that says nothing."""
    info = model.get_rt_info()
    found = {}
    for section in (_section(info, "framework"), _section(info, "model_info")):  # the last one has the last word
        texts = {name: _text(section[name]) for name in _NAMES if name in section}
        found.update({name: text for name, text in texts.items() if text and len(text) <= _LONGEST_TEXT})
    labels = _labels(_section(info, "model_info").get("labels"))
    return {**found, **({"labels": labels} if labels else {})}


def tell(model: ov.Model, said: Mapping[str, str | None]) -> None:
    """Make the model say so of itself, by Model API's names; None takes back what it said. Other names are kept."""
    if not said:
        return
    section = _section(model.get_rt_info(), "model_info")
    kept = {name: text for name in section if (text := _text(section[name])) is not None and name not in said}
    new = {name: text for name, text in said.items() if text is not None}
    if section or new:
        model.set_rt_info({**kept, **new}, "model_info")


def _section(info: Any, name: str) -> Mapping[str, Any]:
    section = info[name] if name in info else None  # noqa: SIM401  # OpenVINO's map has no get()
    if isinstance(section, ov.OVAny):
        section = section.value
    return section if isinstance(section, Mapping) else {}


def _text(value: Any) -> str | None:
    try:
        text = str(value.astype(str)).strip()
    except (AttributeError, RuntimeError, TypeError, UnicodeDecodeError):  # a section of its own, or no text at all
        return None
    return text if "".join(text.split()).isprintable() else None


def _labels(value: Any) -> list[str] | None:
    """Model API writes them in one text with spaces between them, those inside a label as underscores."""
    text = _text(value)
    if not text or len(text) > _LONGEST_LABELS:
        return None
    return text.split()
