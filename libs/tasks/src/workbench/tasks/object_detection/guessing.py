"""Whether a model finds things in pictures, from its facts. Standard library only.

The rows of a detector's table are the cells of its maps, or three boxes for each of them, so that the picture's size
tells one kind from another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.tasks.boxes.strides import strides_of
from workbench.tasks.guess import CERTAIN, LIKELY, POSSIBLE, Guess
from workbench.tasks.model_facts import Json, ModelFacts, fixed, picture_size, shown, sizes
from workbench.tasks.recipe import Recipe

# How models of each head are called, by themselves or by their files.
_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "yolo_v8": ("yolov8", "yolo8", "yolov9", "yolov11", "yolo11", "yolo_v8", "yolo_v11"),
    "yolo_v5": ("yolov5", "yolo5", "yolov6", "yolov7", "yolo_v5"),
    "end_to_end": ("yolov10", "yolo26"),
    "yolox": ("yolox",),
    "nanodet": ("nanodet", "picodet"),
    "detection_output": ("ssd",),
    "boxes_scores": ("ultraface", "rfb", "slim"),
}
_OPERATIONS = (
    "DetectionOutput", "NonMaxSuppression", "MulticlassNms", "MatrixNms", "RegionYolo", "PriorBox", "PriorBoxClustered",
    "Proposal", "GenerateProposals", "ExperimentalDetectronDetectionOutput",
)  # fmt: skip
# How names begin that Model API or their exporters give.
_TOLD = ("detect", "yolo", "ssd", "centernet", "detr", "nanodet", "retina", "faceboxes")
_USUAL = "yolo_v8"
_DISTRIBUTION = 32  # four sides of eight bins
_FEWEST_ROWS = 16
_BOX, _SURE, _ROW = 4, 1, 7
_WIDE = 6

Shape = list[Any]


@dataclass(frozen=True)
class _Seen:
    """``shapes``: of the outputs without the batch; ``picture``: height and width."""

    model: ModelFacts
    shapes: list[Shape]
    picture: tuple[int, int] | None
    labels: Sequence[str] | None

    def cells(self, rows: object, each: int = 1) -> bool:
        """Whether so many rows are ``each`` boxes for every cell of the usual maps."""
        if self.picture is None or not fixed(rows) or not isinstance(rows, int):
            return False
        return strides_of(self.picture[1], self.picture[0], rows, each) is not None

    def named(self, head: str) -> str | None:
        """The word of this head's family that the model's names have."""
        info = self.model.facts
        names = " ".join([str(info.get("name") or ""), self.model.told("model_name", "model_type"),
                          *map(str, info.get("source_files") or ())]).lower()  # fmt: skip
        return next((word for word in _FAMILIES[head] if word in names), None)


Found = tuple[str, dict[str, Any], str, str]  # head, options, why, how sure


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:
    """None when no output has the shape of boxes."""
    if not model.takes_pictures() or not model.outputs:
        return None
    seen = _Seen(model, [list(sizes(each) or ()) for each in model.outputs], picture_size(model), labels)
    found = next((found for look in _LOOKS if (found := look(seen))), None)
    if found is None:
        return None
    head, options, why, sure = found
    word = seen.named(head)
    if word and sure == LIKELY:
        return Guess(head, options, f"{why}, and its name has '{word}'", CERTAIN)
    return Guess(head, options, why, sure)


def misfit(model: ModelFacts, recipe: Recipe, heads: Mapping[str, str]) -> tuple[str, str] | None:
    """The field at fault and why, where no output has the dimensions that the head reads."""
    head = recipe.head or next(iter(heads))
    ranks = {len(tensor["shape"]) for tensor in model.outputs if tensor.get("shape") is not None}
    if not ranks or ranks & _RANKS[head] or any(tensor.get("shape") is None for tensor in model.outputs):
        return None
    has = ", ".join(f"{tensor['name']} {shown(tensor)}" for tensor in model.outputs)
    wanted = " ".join(f"{name}: {words}" for name, words in heads.items())
    return "head", f"{head} can't read the model's outputs, which are {has}. {wanted}"


_TABLES = frozenset({2, 3})
_RANKS: Mapping[str, frozenset[int]] = {
    "yolo_v8": _TABLES, "yolo_v5": _TABLES, "end_to_end": _TABLES, "yolox": _TABLES, "nanodet": frozenset({3}),
    "detection_output": frozenset({2, 3, 4}), "boxes_scores": _TABLES,
}  # fmt: skip


def _detection_output(seen: _Seen) -> Found | None:
    for tensor, shape in zip(seen.model.outputs, seen.shapes, strict=True):
        if len(shape) == 3 and shape[-1] == _ROW and shape[0] == 1:
            why = f"its output {shown(tensor)} has rows of seven numbers, as DetectionOutput writes them"
            return "detection_output", {"label_offset": 1}, why, LIKELY
    return None


def _pairs(seen: _Seen) -> Found | None:
    """Two tables a stride: scores, and distributions."""
    tables = [shape for shape in seen.shapes if len(shape) == 2 and all(map(fixed, shape))]
    wide = [shape for shape in tables if shape[1] == _DISTRIBUTION]
    if len(tables) != len(seen.shapes) or len(tables) < 4 or 2 * len(wide) != len(tables):
        return None
    if not seen.cells(sum(shape[0] for shape in wide)):
        return None
    return "nanodet", {}, f"its {len(tables)} outputs are scores and distributions of distances for each cell", LIKELY


def _boxes_scores(seen: _Seen) -> Found | None:
    tables = [shape for shape in seen.shapes if len(shape) == 2]
    if len(seen.shapes) != 2 or len(tables) != 2 or tables[0][0] != tables[1][0]:
        return None
    boxes = [shape for shape in tables if shape[1] == _BOX]
    scores = [shape for shape in tables if shape[1] != _BOX] or boxes[1:]
    if not boxes or not scores or not (not fixed(boxes[0][0]) or boxes[0][0] >= _FEWEST_ROWS):
        return None
    count = scores[0][1]
    before = 1 if (seen.labels and count == len(seen.labels) + 1) or (not seen.labels and count == 2) else 0
    return ("boxes_scores", {"label_offset": 1} if before else {}, "its two outputs are boxes and the scores of "
            f"{count} classes{', the first of them background' if before else ''}", LIKELY)  # fmt: skip


def _table(seen: _Seen) -> Found | None:
    """One table: what its rows are, their number tells."""
    both = zip(seen.model.outputs, seen.shapes, strict=True)
    tables = [(tensor, shape) for tensor, shape in both if len(shape) == 2]
    if not tables:
        return None
    tensor, (rows, columns) = tables[0]
    prototypes = any(len(shape) == 3 for shape in seen.shapes)
    sure = POSSIBLE if prototypes else LIKELY
    if fixed(rows) and rows > _BOX and seen.cells(columns):
        return "yolo_v8", {}, f"its output {shown(tensor)} has a column for each cell of its maps", sure
    if not fixed(columns) or columns < _WIDE:
        return None
    if seen.cells(rows, 3):
        return "yolo_v5", {}, f"its output {shown(tensor)} has three boxes for each cell of its maps", sure
    if seen.cells(rows):
        return _of_cells(tensor, columns, seen)
    if columns == _WIDE:
        return ("end_to_end", {}, f"its output {shown(tensor)} has six numbers for each box, as corners, score and "
                "class", sure)  # fmt: skip
    return None


def _of_cells(tensor: Json, columns: int, seen: _Seen) -> Found:
    """YOLOX, or NanoDet in one table."""
    why = f"its output {shown(tensor)} has a row for each cell of its maps"
    distributed = columns - _DISTRIBUTION
    is_nanodet = seen.named("nanodet") or (seen.labels and distributed == len(seen.labels))
    if distributed > 0 and is_nanodet and not seen.named("yolox"):
        return "nanodet", {}, f"{why}, of scores and distributions of distances", LIKELY
    of_classes = columns - _BOX - _SURE
    fits = not seen.labels or of_classes == len(seen.labels)
    return "yolox", {}, f"{why}, with {of_classes} classes", LIKELY if fits else POSSIBLE


def _like_one(seen: _Seen) -> Found | None:
    """By what it is made of, or called; how its outputs are read it does not say."""
    operation = seen.model.has(*_OPERATIONS)
    told = seen.model.told("model_type", "task_type", "task")
    if told.startswith(_TOLD):
        return _USUAL, {}, f"the model calls itself '{told}'; choose the head", POSSIBLE
    why = f"it has the operation {operation} of a detector; choose the head"
    return (_USUAL, {}, why, POSSIBLE) if operation else None


_LOOKS: tuple[Callable[[_Seen], Found | None], ...] = (_detection_output, _pairs, _boxes_scores, _table, _like_one)
