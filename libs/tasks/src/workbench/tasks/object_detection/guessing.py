"""Whether a model finds things in pictures, from its facts. Standard library only.

The rows of a detector's table are the cells of its maps, or three boxes for each of them, so that the picture's size
tells one kind from another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.tasks.guess import CERTAIN, LIKELY, Guess
from workbench.tasks.model_facts import ModelFacts, picture_size, shown, sizes
from workbench.tasks.object_detection.looks import LOOKS
from workbench.tasks.object_detection.seen import Seen
from workbench.tasks.recipe import Recipe

_TABLES = frozenset({2, 3})
_RANKS: Mapping[str, frozenset[int]] = {
    "yolo_v8": _TABLES,
    "yolo_v5": _TABLES,
    "end_to_end": _TABLES,
    "yolox": _TABLES,
    "nanodet": frozenset({3}),
    "detection_output": frozenset({2, 3, 4}),
    "boxes_scores": _TABLES,
    "yolo_v3": frozenset({4}),
    "yolo_v2": frozenset({2, 4}),
    "fastest_det": frozenset({4}),
    "priors": _TABLES,
    "boxes_labels_scores": _TABLES,
    "detr": _TABLES,
}


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:
    """None when no output has the shape of boxes."""
    if not model.takes_pictures() or not model.outputs:
        return None
    seen = Seen(model, [list(sizes(each) or ()) for each in model.outputs], picture_size(model), labels)
    found = next((found for look in LOOKS if (found := look(seen))), None)
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
