"""What Open Model Zoo's ``accuracy-check.yml`` says of a model: how pictures are prepared for it, how its outputs are
read, and which accuracy the zoo has published. Facts of the zoo's, which nobody here has measured.

A file has a model several times, as it is launched in one framework or another: of an IR the one in OpenVINO speaks of
the pixels that it takes, of an original the one in its own framework. Steps that the workbench has no word for, such as
a crop to a share of each side, make all that is said of the picture's size unsaid.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import marshmallow as ma
from marshmallow.validate import Length
from workbench.fields import Text
from workbench.model_registry.sources.zoo_pixels import pixels
from workbench.model_registry.sources.zoo_text import Some, Word, Words, read

# How outputs are read, in the zoo's word, where that is one of ours: the task, and its head where there are several.
ADAPTERS: dict[str, tuple[str, str | None]] = {
    "classification": ("classification", None),
    "detr": ("object-detection", "detr"),
    "landmarks_regression": ("facial-landmarks", "points"),
    "mask_rcnn": ("instance-segmentation", "mask_rcnn"),
    "nanodet": ("object-detection", "nanodet"),
    "ssd": ("object-detection", "detection_output"),
    "style_transfer": ("style-transfer", None),
    "super_resolution": ("super-resolution", None),
    "yolact": ("instance-segmentation", "yolact"),
    "yolo_v2": ("object-detection", "yolo_v2"),
    "yolo_v3": ("object-detection", "yolo_v3"),
    "yolox": ("object-detection", "yolox"),
}
_OPENVINO = frozenset({"openvino", "dlsdk"})
_INTERPOLATIONS = {
    "BILINEAR": "bilinear",
    "LINEAR": "bilinear",
    "BICUBIC": "bicubic",
    "CUBIC": "bicubic",
    "NEAREST": "nearest",
}
_OF_SIZE = frozenset({"resize", "crop", "padding", "auto_resize", "crop_rect", "tiling", "point_alignment"})
_MOST = 100


def accuracy_facts(content: bytes | str, is_ir: bool) -> dict[str, Any]:
    """``recipe``; ``adapter`` with the ``task`` and ``head`` that it stands for; ``published``, the ``dataset`` with
    ``metrics``. What is not said is left out. Raises NotAnEntry."""
    document = read(content, _Document())
    found = [(launcher, model) for model in document["models"] for launcher in model["launchers"]]
    ours = [(launcher, model) for launcher, model in found if (launcher["framework"] in _OPENVINO) == is_ir]
    chosen = [(launcher, model) for launcher, model in ours or found if model["datasets"]]
    if not chosen:
        return {}
    launcher, model = chosen[0]
    dataset = model["datasets"][0]
    recipe = _sizes(dataset["preprocessing"]) | (pixels(dataset) if ours else {})
    return {**({"recipe": recipe} if recipe else {}), **_read_as(launcher["adapter"]), **_published(dataset)}


def _read_as(adapter: str | None) -> dict[str, Any]:
    task, head = ADAPTERS.get(adapter or "", (None, None))
    said = {"adapter": adapter, "task": task, "head": head}
    return {name: value for name, value in said.items() if value is not None}


def _published(dataset: dict[str, Any]) -> dict[str, Any]:
    metrics = [
        {"name": metric["name"] or metric["kind"], "value": value}
        for metric in dataset["metrics"]
        if (value := _number(metric["reference"])) is not None
    ]
    return {"published": {"dataset": dataset["name"], "metrics": metrics}} if metrics else {}


def _sizes(steps: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How a picture gets the input's size: stretched, or its short side first and then the middle of it."""
    sizing = [step for step in steps if step["kind"] in _OF_SIZE]
    if not sizing or sizing[0]["kind"] != "resize":
        return {}
    resize, *others = sizing
    word = _INTERPOLATIONS.get((resize["interpolation"] or "").upper())
    interpolation = {"interpolation": word} if word else {}
    if not others and resize["aspect_ratio_scale"] is None:
        return {"resize": "stretch", **interpolation}
    cut = [step["kind"] for step in others] == ["crop"] and others[0]["central_fraction"] is None
    side = _number(resize["size"])
    if cut and resize["aspect_ratio_scale"] == "greater" and side is not None and 1 <= side <= 1 << 14:
        return {"resize": "crop", "short_side": int(side), **interpolation}
    return {}


def _number(text: Any) -> float | None:
    try:
        number = float(text)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and abs(number) <= 1e6 else None


class _Step(Some):
    kind = Text(required=True, data_key="type", validate=Length(1, 100))
    size = Word(load_default=None)
    aspect_ratio_scale = Word(load_default=None)
    interpolation = Word(load_default=None)
    central_fraction = Word(load_default=None)
    mean = Words(load_default=None)
    std = Words(load_default=None)


class _Metric(Some):
    kind = Text(required=True, data_key="type", validate=Length(1, 100))
    name = Word(load_default=None)
    reference = Word(load_default=None)


class _Dataset(Some):
    name = Text(required=True, validate=Length(1, 200))
    reader = Word(load_default="opencv_imread")
    preprocessing = ma.fields.List(ma.fields.Nested(_Step), load_default=list, validate=Length(max=_MOST))
    metrics = ma.fields.List(ma.fields.Nested(_Metric), load_default=list, validate=Length(max=_MOST))


class _Adapter(Word):
    """Its name, or an object whose ``type`` that is."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return super()._deserialize(value.get("type") if isinstance(value, dict) else value, *args, **kwargs)


class _Launcher(Some):
    framework = Text(required=True, validate=Length(1, 100))
    adapter = _Adapter(load_default=None)


class _Model(Some):
    launchers = ma.fields.List(ma.fields.Nested(_Launcher), load_default=list, validate=Length(max=_MOST))
    datasets = ma.fields.List(ma.fields.Nested(_Dataset), load_default=list, validate=Length(max=_MOST))


class _Document(Some):
    models = ma.fields.List(ma.fields.Nested(_Model), load_default=list, validate=Length(max=_MOST))
