"""Whether a model segments pictures, from its facts. Standard library only.

An output with a number for each class and pixel is as high and wide as the picture, or a few times smaller. So are the
heat maps of key points; and one number a pixel may be a depth, or a picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.tasks.guess import CERTAIN, LIKELY, POSSIBLE, Guess
from workbench.tasks.model_facts import Json, ModelFacts, fixed, last_operation, picture_size, shown, sizes
from workbench.tasks.recipe import Recipe

_ITS_NAMES = ("segmentation", "semantic_segmentation", "semantic-segmentation")
_FAMILIES = frozenset(
    {
        "bisenet",
        "cityscapes",
        "deeplab",
        "deeplabv",
        "fastseg",
        "fcn",
        "hrnet",
        "icnet",
        "lraspp",
        "pidnet",
        "pspnet",
        "segformer",
        "segmentation",
        "semantic",
        "unet",
        "upernet",
    }
)
_OTHERS = frozenset(
    {
        "colorization",
        "denoise",
        "depth",
        "heatmap",
        "keypoint",
        "keypoints",
        "landmark",
        "landmarks",
        "midas",
        "openpose",
        "pose",
        "saliency",
        "style",
    }
)
_CHOOSES = frozenset({"ArgMax", "TopK"})
_SCORES = frozenset({"Softmax", "LogSoftmax"})
_DETECTS = ("DetectionOutput", "NonMaxSuppression", "MulticlassNms", "MatrixNms", "RegionYolo", "PriorBox", "Proposal")
_DATASETS = frozenset({12, 19, 21, 59, 60, 150, 171})  # CamVid, Cityscapes, VOC, Pascal Context, ADE20K, COCO-Stuff
_COARSEST = 16  # an output that many times smaller says what is where, not which pixel is what
_MOST_CLASSES = 255
_WHOLE = ("i", "u")  # how the names of element types begin that only whole numbers have


Found = tuple[str, Mapping[str, Any], int]  # head, options, how many classes, 0 where nobody knows


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:
    """None when no output lies over the picture."""
    tensor = model.outputs[0] if model.outputs else None
    picture = picture_size(model)
    if tensor is None or picture is None or model.has(*_DETECTS):
        return None
    found = _class_map(tensor, picture) or _one_channel(tensor, picture) or _logits(tensor, picture)
    if found is None:
        return None
    head, options, count = found
    offset = 1 if labels and count == len(labels) + 1 else 0
    sure, why = _sureness(model, tensor, head, count - offset, labels)
    if offset:
        options = {**options, "label_offset": 1}
    return Guess(head, options, f"its output {shown(tensor)} lies over the picture, {why}", sure)


def misfit(model: ModelFacts, recipe: Recipe, heads: Mapping[str, str]) -> tuple[str, str] | None:
    """The field at fault and why; None too where a size is only known when the model runs."""
    shape = model.outputs[0]["shape"] if model.outputs else None
    if shape is None or not all(map(fixed, shape[1:])):
        return None
    head = recipe.head or next(iter(heads))
    count = _classes(shape, recipe) if head == "logits" else None
    fits = count is not None
    if head != "logits":
        plane = [size for size in shape[1:] if size != 1]
        fits = len(plane) == 2 and _lies_over(plane, _taken(recipe), 0)
    if not fits:
        has = ", ".join(f"{tensor['name']} {shown(tensor)}" for tensor in model.outputs)
        wanted = " ".join(f"{name}: {words}" for name, words in heads.items())
        return "head", f"{head} can't read the model's outputs, which are {has}. {wanted}"
    return _too_many_labels(count or 0, recipe)


def _taken(recipe: Recipe) -> tuple[int, int]:
    return recipe.preparation.input.height, recipe.preparation.input.width


def _classes(shape: Sequence[int], recipe: Recipe) -> int | None:
    """How many the head logits finds where the recipe says that they lie; None where it can't be."""
    if len(shape) != 4:
        return None
    first = recipe.options["layout"] == "NCHW"
    count, plane = (shape[1], shape[2:]) if first else (shape[3], shape[1:3])
    return count if 1 < count <= _MOST_CLASSES and _lies_over(plane, _taken(recipe), 0) else None


def _too_many_labels(count: int, recipe: Recipe) -> tuple[str, str] | None:
    named, before = len(recipe.labels or ()), recipe.options["label_offset"]
    if not count or named <= count - before:
        return None
    stand = f", the first {before} of them before class 0" if before else ""
    return "labels", (
        f"the dataset has {named} classes; the model has {count}{stand}, so at most {count - before} are "
        "accepted: score it on a dataset of its own classes."
    )


def _lies_over(plane: Sequence[Any], picture: tuple[int, int], coarsest: int = _COARSEST) -> bool:
    """``coarsest``: how many times smaller it must not be, 0 for any."""
    height, width = plane
    if not (fixed(height) and fixed(width)) or (coarsest and height * coarsest <= picture[0]):
        return False
    return abs(height * picture[1] - width * picture[0]) <= max(picture)


def _class_map(tensor: Json, picture: tuple[int, int]) -> Found | None:
    plane = [size for size in sizes(tensor) or () if size != 1]
    chooses = str(tensor.get("element_type")).startswith(_WHOLE) or last_operation(tensor) in _CHOOSES
    return ("class_map", {}, 0) if len(plane) == 2 and chooses and _lies_over(plane, picture) else None


def _one_channel(tensor: Json, picture: tuple[int, int]) -> Found | None:
    plane = [size for size in sizes(tensor) or () if size != 1]
    if len(plane) != 2 or not _lies_over(plane, picture):
        return None
    return "one_channel", {} if last_operation(tensor) == "Sigmoid" else {"sigmoid": True}, 0


def _logits(tensor: Json, picture: tuple[int, int]) -> Found | None:
    found = sizes(tensor) or []
    if len(found) != 3:
        return None
    for layout, count, plane in (("NCHW", found[0], found[1:]), ("NHWC", found[2], found[:2])):
        if fixed(count) and 1 < count <= _MOST_CLASSES and _lies_over(plane, picture):
            return "logits", {"layout": layout} if layout != "NCHW" else {}, count
    return None


def _sureness(model: ModelFacts, tensor: Json, head: str, count: int, labels: Sequence[str] | None) -> tuple[str, str]:
    told = model.told("model_type", "task_type", "task")
    if told in _ITS_NAMES:
        return CERTAIN, f"and the model calls itself '{told}'"
    if told or (others := sorted(model.words & _OTHERS)):
        return POSSIBLE, f"but the model calls itself '{told}'" if told else f"but its name has the word '{others[0]}'"
    if families := sorted(model.words & _FAMILIES):
        return LIKELY, f"and its name has the word '{families[0]}'"
    if head == "class_map":
        return LIKELY, "a whole number for each pixel, as of a class"
    if head == "one_channel":
        return POSSIBLE, "one number for each pixel, as of a mask, and of a depth"
    return _of_logits(tensor, count, labels)


def _of_logits(tensor: Json, count: int, labels: Sequence[str] | None) -> tuple[str, str]:
    if labels and count == len(labels):
        return LIKELY, f"{count} numbers for each pixel, as many as there are labels"
    if last_operation(tensor) in _SCORES:
        return LIKELY, f"{count} numbers for each pixel, which a softmax computes"
    if count in _DATASETS:
        return LIKELY, f"{count} numbers for each pixel, as many as a well-known dataset has classes"
    return POSSIBLE, f"{count} numbers for each pixel, as of classes, of key points and of pictures"
