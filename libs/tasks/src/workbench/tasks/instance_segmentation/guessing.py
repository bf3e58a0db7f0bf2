"""Whether a model finds things and their pixels, from its facts. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbench.tasks.guess import CERTAIN, LIKELY, POSSIBLE, Guess
from workbench.tasks.model_facts import ModelFacts, fixed, shown, sizes
from workbench.tasks.recipe import Recipe

_BOX, _SURE, _TABLE = 4, 1, 7
_RANKS = {"yolo_seg": 4, "yolo_v5_seg": 4, "mask_rcnn": 3, "yolact": 4}
_TOLD = ("maskrcnn", "instance", "yolo-seg", "yolov8-seg", "yolov5-seg", "yolov11-seg", "segment")


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:
    """None when no output may be of masks."""
    if not model.takes_pictures():
        return None
    shapes = [list(tensor.get("shape") or ()) for tensor in model.outputs]
    tables = [shape for shape in (list(sizes(tensor) or ()) for tensor in model.outputs) if len(shape) == 2]
    planes = [shape for shape in shapes if len(shape) == 4]
    if not planes:
        return None
    found = _lists(model, planes) or _prototypes(tables, planes, labels)
    if found is None:
        return None
    says_so = model.told("model_type", "task_type", "task").startswith(_TOLD)
    return replace(found, sure=CERTAIN) if says_so and found.sure == LIKELY else found


def misfit(model: ModelFacts, recipe: Recipe, heads: Mapping[str, str]) -> tuple[str, str] | None:
    """The field at fault and why, where no output has the dimensions of masks."""
    head = recipe.head or next(iter(heads))
    ranks = [len(tensor["shape"]) for tensor in model.outputs if tensor.get("shape") is not None]
    if not ranks or max(ranks) >= _RANKS[head] or any(tensor.get("shape") is None for tensor in model.outputs):
        return None
    has = ", ".join(f"{tensor['name']} {shown(tensor)}" for tensor in model.outputs)
    wanted = " ".join(f"{name}: {words}" for name, words in heads.items())
    return "head", f"{head} can't read the model's outputs, which are {has}. {wanted}"


def _lists(model: ModelFacts, planes: Sequence[Sequence[int]]) -> Guess | None:
    """Boxes, labels and scores with masks, by their names; or Open Model Zoo's table."""
    names = [str(tensor["name"]).lower() for tensor in model.outputs]
    seven = any((tensor.get("shape") or [0])[-1] == _TABLE for tensor in model.outputs)
    named = any("mask" in name for name in names)
    listed = any("label" in name or "class" in name for name in names) and any("box" in name for name in names)
    if len(planes) != 1 or not named or not (listed or seven):
        return None
    return Guess("mask_rcnn", {"label_offset": 1}, "its outputs are called boxes, labels and masks", LIKELY)


def _prototypes(
    tables: Sequence[Sequence[int]], planes: Sequence[Sequence[int]], labels: Sequence[str] | None
) -> Guess | None:
    """A table whose columns end in a coefficient for each prototype."""
    if len(planes) != 1 or not tables:
        return None
    first, last = planes[0][1], planes[0][3]
    if len(tables) >= 3 and any(table[1] == last for table in tables) and any(table[1] == _BOX for table in tables):
        why = f"its outputs are boxes, scores and coefficients of {last} prototypes"
        return Guess("yolact", {"label_offset": 1}, why, LIKELY)
    if len(tables) != 1 or not fixed(first):
        return None
    rows, columns = tables[0]
    if fixed(rows) and rows > _BOX + first and (not fixed(columns) or columns > rows):
        return _counted("yolo_seg", rows - _BOX - first, first, labels)
    if fixed(columns) and columns > _BOX + _SURE + first:
        return _counted("yolo_v5_seg", columns - _BOX - _SURE - first, first, labels)
    return None


def _counted(head: str, classes: int, prototypes: int, labels: Sequence[str] | None) -> Guess:
    fits = not labels or len(labels) == classes
    why = f"its outputs are boxes with the scores of {classes} classes and coefficients of {prototypes} prototypes"
    return Guess(head, {}, why, LIKELY if fits else POSSIBLE)
