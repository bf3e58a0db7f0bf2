"""What a model looks like whose task has no room of its own yet: a line goes when its room comes.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.tasks.model_facts import ModelFacts, last_operation, picture_size, shown, sizes

# How names of models begin that Model API or their exporters give, of tasks without a room.
_TOLD = (
    "mask", "instance", "keypoint", "pose", "obb", "anomaly", "action", "visual", "segment_anything", "sam_",
)  # fmt: skip
_NO_ROOM = "for which there is no task here yet"


def like(model: ModelFacts) -> str | None:
    """A sentence, or None when nothing is recognised."""
    return next((found for look in _LOOKS if (found := look(model))), None)


def _told(model: ModelFacts) -> str | None:
    told = model.told("model_type", "task_type", "task")
    return f"the model calls itself '{told}', {_NO_ROOM}" if told.startswith(_TOLD) else None


def _no_picture(model: ModelFacts) -> str | None:
    return None if model.takes_pictures() else "no input takes a picture"


def _picture(model: ModelFacts) -> str | None:
    """Super-resolution, inpainting; a picture as large as the only input is for style-transfer to judge."""
    taken = picture_size(model) if len(model.inputs) == 1 else None
    for tensor in model.outputs[:1]:
        found = sizes(tensor) or []
        if len(found) != 3 or last_operation(tensor) in ("Softmax", "LogSoftmax"):
            continue
        if taken is not None and found in ([3, *taken], [*taken, 3]):
            continue
        if 3 in (found[0], found[2]) or (1 in (found[0], found[2]) and model.has("DepthToSpace")):
            return f"its output {shown(tensor)} is a picture, {_NO_ROOM}"
    return None


_LOOKS: tuple[Callable[[ModelFacts], str | None], ...] = (
    _told, _no_picture, _picture,
)  # fmt: skip
