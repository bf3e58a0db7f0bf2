"""What outputs of each kind of detector look like. Standard library only."""

from __future__ import annotations

from collections.abc import Callable

from workbench.tasks.guess import LIKELY, POSSIBLE
from workbench.tasks.model_facts import Json, fixed, shown
from workbench.tasks.object_detection.seen import Found, Seen, Shape

_OPERATIONS = (
    "DetectionOutput",
    "NonMaxSuppression",
    "MulticlassNms",
    "MatrixNms",
    "RegionYolo",
    "PriorBox",
    "PriorBoxClustered",
    "Proposal",
    "GenerateProposals",
    "ExperimentalDetectronDetectionOutput",
)
# How names begin that Model API or their exporters give.
_TOLD = ("detect", "yolo", "ssd", "centernet", "detr", "nanodet", "retina", "faceboxes")
_USUAL = "yolo_v8"
_DISTRIBUTION = 32  # four sides of eight bins
_FEWEST_ROWS = 16
_BOX, _SURE, _ROW = 4, 1, 7
_WIDE = 6
_COCO, _COCO_IDS = 80, 92  # categories; ids from 0 to 90, and nothing
_QUERIES = (100, 300, 900)
_LANDMARKS = 10  # x and y of five points


def _detection_output(seen: Seen) -> Found | None:
    for tensor, shape in zip(seen.model.outputs, seen.shapes, strict=True):
        if len(shape) == 3 and shape[-1] == _ROW and shape[0] == 1:
            why = f"its output {shown(tensor)} has rows of seven numbers, as DetectionOutput writes them"
            return "detection_output", {"label_offset": 1}, why, LIKELY
    return None


def _pairs(seen: Seen) -> Found | None:
    """Two tables a stride: scores, and distributions."""
    tables = [shape for shape in seen.shapes if len(shape) == 2 and all(map(fixed, shape))]
    wide = [shape for shape in tables if shape[1] == _DISTRIBUTION]
    if len(tables) != len(seen.shapes) or len(tables) < 4 or 2 * len(wide) != len(tables):
        return None
    if not seen.cells(sum(shape[0] for shape in wide)):
        return None
    return "nanodet", {}, f"its {len(tables)} outputs are scores and distributions of distances for each cell", LIKELY


def _lists(seen: Seen) -> Found | None:
    """Boxes, and for each a label and a score."""
    names = [str(tensor["name"]).lower() for tensor in seen.model.outputs]
    wide = [tensor for tensor in seen.model.outputs if (tensor.get("shape") or [0])[-1] in (_BOX, _BOX + 1)]
    has_labels = any("label" in name or "class" in name for name in names)
    if not wide or not has_labels or not (any("score" in name for name in names) or wide[0]["shape"][-1] == _BOX + 1):
        return None
    if any(len(shape) > 2 for shape in seen.shapes):
        return None  # masks: more than boxes is said
    options = {"numbering": "coco_ids"} if len(seen.labels or ()) == _COCO else {"label_offset": 1}
    return "boxes_labels_scores", options, "its outputs are called boxes, labels and scores", LIKELY


def _queries(seen: Seen) -> Found | None:
    """DETR's, by its name or the usual number of queries."""
    tables = [shape for shape in seen.shapes if len(shape) == 2]
    if len(tables) != 2 or len(seen.shapes) != 2 or tables[0][0] != tables[1][0]:
        return None
    scores = [shape for shape in tables if shape[1] != _BOX]
    if len(scores) != 1 or not (seen.named("detr") or scores[0][0] in _QUERIES):
        return None
    count = scores[0][1]
    if count == _COCO_IDS:
        return "detr", {"numbering": "coco_ids"}, f"it has {scores[0][0]} queries of {count} classes", LIKELY
    of_labels = count in (_COCO, len(seen.labels or ()))
    options = {"class_scores": "sigmoid"} if of_labels else {}
    return "detr", options, f"it has {scores[0][0]} queries of {count} classes", LIKELY


def _priors(seen: Seen) -> Found | None:
    """Raw offsets: two for each cell, with landmarks or by the name."""
    rows = {shape[0] for shape in seen.shapes if len(shape) == 2}
    columns = sorted(shape[1] for shape in seen.shapes if len(shape) == 2)
    if len(seen.shapes) != 3 or len(rows) != 1 or columns != [2, _BOX, _LANDMARKS] or not seen.cells(rows.pop(), 2):
        return None
    return "priors", {"label_offset": 1}, "its outputs are offsets, scores and landmarks of two boxes a cell", LIKELY


def _maps(seen: Seen) -> Found | None:
    """Raw maps of anchors, or FastestDet's one."""
    maps = [shape for shape in seen.shapes if len(shape) == 3 and all(map(fixed, shape))]
    if seen.picture is None or not maps or len(maps) != len(seen.shapes):
        return None
    strides = [_stride(shape, seen.picture) for shape in maps]
    channels = {shape[0] if stride[1] else shape[2] for shape, stride in zip(maps, strides, strict=True) if stride}
    if None in strides or len(channels) != 1:
        return None
    return _of_maps(len(maps), channels.pop(), {stride[0] for stride in strides if stride}, seen)


def _of_maps(count: int, channels: int, strides: set[int], seen: Seen) -> Found | None:
    region = {"activated": True} if seen.model.has("RegionYolo") else {}
    if count in (2, 3) and channels % 3 == 0 and channels >= 3 * _WIDE and len(strides) == count:
        return "yolo_v3", region, f"its {count} maps have {channels} numbers a cell, as of three anchors", LIKELY
    if count == 1 and strides == {32} and channels % 5 == 0 and channels >= 5 * _WIDE:
        return "yolo_v2", region, f"its map has {channels} numbers a cell, as of five anchors", LIKELY
    if count == 1 and strides == {16} and channels >= _WIDE:
        return "fastest_det", {}, f"its one map has {channels} numbers a cell", LIKELY
    return None


def _stride(shape: Shape, picture: tuple[int, int]) -> tuple[int, bool] | None:
    """How many pixels a cell of the map spans, and whether channels come first."""
    for stride in (8, 16, 32):
        cells = [-(-side // stride) for side in picture]
        if shape[1:] == cells:
            return stride, True
        if shape[:2] == cells:
            return stride, False
    return None


def _boxes_scores(seen: Seen) -> Found | None:
    tables = [shape for shape in seen.shapes if len(shape) == 2]
    if len(seen.shapes) != 2 or len(tables) != 2 or tables[0][0] != tables[1][0]:
        return None
    boxes = [shape for shape in tables if shape[1] == _BOX]
    scores = [shape for shape in tables if shape[1] != _BOX] or boxes[1:]
    if not boxes or not scores or not (not fixed(boxes[0][0]) or boxes[0][0] >= _FEWEST_ROWS):
        return None
    count = scores[0][1]
    before = 1 if (seen.labels and count == len(seen.labels) + 1) or (not seen.labels and count == 2) else 0
    return (
        "boxes_scores",
        {"label_offset": 1} if before else {},
        "its two outputs are boxes and the scores of "
        f"{count} classes{', the first of them background' if before else ''}",
        LIKELY,
    )


def _table(seen: Seen) -> Found | None:
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
        return (
            "end_to_end",
            {},
            f"its output {shown(tensor)} has six numbers for each box, as corners, score and class",
            sure,
        )
    return None


def _of_cells(tensor: Json, columns: int, seen: Seen) -> Found:
    """YOLOX, or NanoDet in one table."""
    why = f"its output {shown(tensor)} has a row for each cell of its maps"
    distributed = columns - _DISTRIBUTION
    is_nanodet = seen.named("nanodet") or (seen.labels and distributed == len(seen.labels))
    if distributed > 0 and is_nanodet and not seen.named("yolox"):
        return "nanodet", {}, f"{why}, of scores and distributions of distances", LIKELY
    of_classes = columns - _BOX - _SURE
    fits = not seen.labels or of_classes == len(seen.labels)
    return "yolox", {}, f"{why}, with {of_classes} classes", LIKELY if fits else POSSIBLE


def _like_one(seen: Seen) -> Found | None:
    """By what it is made of, or called; how its outputs are read it does not say."""
    operation = seen.model.has(*_OPERATIONS)
    told = seen.model.told("model_type", "task_type", "task")
    if told.startswith(_TOLD):
        return _USUAL, {}, f"the model calls itself '{told}'; choose the head", POSSIBLE
    why = f"it has the operation {operation} of a detector; choose the head"
    return (_USUAL, {}, why, POSSIBLE) if operation else None


LOOKS: tuple[Callable[[Seen], Found | None], ...] = (
    _detection_output,
    _pairs,
    _lists,
    _queries,
    _priors,
    _boxes_scores,
    _table,
    _maps,
    _like_one,
)
