"""What a model looks like whose task has no room of its own yet: a line goes when its room comes.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.tasks.model_facts import Json, ModelFacts, fixed, last_operation, shown, sizes

_DETECTS = (
    "DetectionOutput", "NonMaxSuppression", "MulticlassNms", "MatrixNms", "RegionYolo", "PriorBox", "PriorBoxClustered",
    "Proposal", "GenerateProposals", "ExperimentalDetectronDetectionOutput",
)  # fmt: skip
# How names of models begin that Model API or their exporters give, of tasks without a room.
_TOLD = (
    "detect", "yolo", "ssd", "centernet", "detr", "nanodet", "retina", "faceboxes", "mask", "instance", "keypoint",
    "pose", "obb", "anomaly", "action", "visual", "segment_anything", "sam_",
)  # fmt: skip
_NO_ROOM = "for which there is no task here yet"
_AS_A_DETECTOR = f"as a detector's, {_NO_ROOM}"
_CORNERS = 4
_COARSE = 16  # an output so many times smaller than the picture says what is where, not which pixel is what
_MANY_ROWS = 16


def like(model: ModelFacts) -> str | None:
    """A sentence, or None when nothing is recognised."""
    return next((found for look in _LOOKS if (found := look(model))), None)


def _told(model: ModelFacts) -> str | None:
    told = model.told("model_type", "task_type", "task")
    return f"the model calls itself '{told}', {_NO_ROOM}" if told.startswith(_TOLD) else None


def _no_picture(model: ModelFacts) -> str | None:
    return None if model.takes_pictures() else "no input takes a picture"


def _detector(model: ModelFacts) -> str | None:
    operation = model.has(*_DETECTS)
    return f"it has the operation {operation} of a detector, {_NO_ROOM}" if operation else None


def _boxes(model: ModelFacts) -> str | None:
    tables = [tensor for tensor in model.outputs if len(sizes(tensor) or ()) == 2]
    rows = [tensor["shape"][1] for tensor in tables]
    if any(tensor["shape"][2] == _CORNERS and rows.count(tensor["shape"][1]) > 1 for tensor in tables):
        return f"its outputs are boxes and scores, {_AS_A_DETECTOR}"
    for tensor in tables:
        found = tensor["shape"][1:]
        if all(fixed(size) and size > _CORNERS for size in found) and max(found) >= _MANY_ROWS:
            return f"its output {shown(tensor)} is a table, {_AS_A_DETECTOR}"
    return None


def _coarse_maps(model: ModelFacts) -> str | None:
    """YOLO's raw maps: many numbers at few places."""
    side = max((max(tensor["shape"][1:]) for tensor in _pictures(model)), default=0)
    for tensor in model.outputs:
        found = sizes(tensor) or []
        if len(found) == 3 and all(map(fixed, found)) and 1 < found[1] == found[2] <= side / _COARSE:
            return f"its output {shown(tensor)} says what is at {found[1]} × {found[2]} places, {_AS_A_DETECTOR}"
    return None


def _picture(model: ModelFacts) -> str | None:
    """Style transfer, super-resolution, inpainting."""
    for tensor in model.outputs[:1]:
        found = sizes(tensor) or []
        if len(found) != 3 or last_operation(tensor) in ("Softmax", "LogSoftmax"):
            continue
        if 3 in (found[0], found[2]) or (1 in (found[0], found[2]) and model.has("DepthToSpace")):
            return f"its output {shown(tensor)} is a picture, {_NO_ROOM}"
    return None


def _embedding(model: ModelFacts) -> str | None:
    if len(model.outputs) == 1 and last_operation(model.outputs[0]) == "NormalizeL2":
        return f"its output has length one, as an embedding, {_NO_ROOM}"
    return None


def _pictures(model: ModelFacts) -> Sequence[Json]:
    """The picture inputs whose sizes are all known."""
    return [t for t in model.inputs if len(t.get("shape") or ()) == 4 and all(map(fixed, t["shape"][1:]))]


_LOOKS: tuple[Callable[[ModelFacts], str | None], ...] = (
    _told, _no_picture, _detector, _boxes, _coarse_maps, _picture, _embedding,
)  # fmt: skip
