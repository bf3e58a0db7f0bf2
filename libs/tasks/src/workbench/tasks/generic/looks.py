"""What a model looks like whose task has no room of its own yet: a line goes when its room comes.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.tasks.model_facts import ModelFacts

# How names of models begin that Model API or their exporters give, of tasks without a room.
_TOLD = (
    "mask",
    "instance",
    "keypoint",
    "pose",
    "obb",
    "anomaly",
    "action",
    "visual",
    "segment_anything",
    "sam_",
)
_NO_ROOM = "for which there is no task here yet"


def like(model: ModelFacts) -> str | None:
    """A sentence, or None when nothing is recognised."""
    return next((found for look in _LOOKS if (found := look(model))), None)


def _told(model: ModelFacts) -> str | None:
    told = model.told("model_type", "task_type", "task")
    return f"the model calls itself '{told}', {_NO_ROOM}" if told.startswith(_TOLD) else None


def _no_picture(model: ModelFacts) -> str | None:
    return None if model.takes_pictures() else "no input takes a picture"


_LOOKS: tuple[Callable[[ModelFacts], str | None], ...] = (
    _told,
    _no_picture,
)
