"""The layouts that are understood, one line each; what each must offer, the type checker holds it to.

Light: an API may ask which formats there are and which tasks they serve.
"""

from __future__ import annotations

from typing import Protocol

from workbench.dataset.formats import (
    ade20k,
    camvid,
    camvid_full,
    celeba_landmarks,
    cityscapes,
    coco,
    coco_keypoints,
    common_semantic_segmentation,
    common_super_resolution,
    cvat,
    dlib_landmarks,
    imagenet_folders,
    imagenet_list,
    inpainting_masks,
    lfw,
    open_images,
    unannotated,
    vggface2,
    voc_detection,
    voc_segmentation,
    wider_face,
    yolo,
)
from workbench.dataset.reading.found import Reading
from workbench.dataset.upload.tree import Tree
from workbench.runner.core import BadSpec, Refusal
from workbench.tasks.catalogue import Task


class Format(Protocol):
    """A module of this package. ``TASKS``: those that it gives annotations for."""

    NAME: str
    TASKS: tuple[str, ...]

    def recognise(self, tree: Tree) -> str | None:
        """None, or in half a sentence why the tree is not of this format."""
        ...

    def read(self, tree: Tree) -> Reading:
        """The images in name order, and every fault of the annotation. Any tree may come: people choose by name."""
        ...


FORMATS: tuple[Format, ...] = (
    imagenet_folders,
    imagenet_list,
    coco,
    voc_detection,
    yolo,
    open_images,
    wider_face,
    cvat,
    voc_segmentation,
    common_semantic_segmentation,
    common_super_resolution,
    cityscapes,
    camvid,
    camvid_full,
    ade20k,
    dlib_landmarks,
    inpainting_masks,
    coco_keypoints,
    vggface2,
    celeba_landmarks,
    lfw,
    unannotated,
)
NAMES = tuple(each.NAME for each in FORMATS)


class UnknownFormat(Refusal):
    """No format fits, or more than one; ``considered`` says of each why not."""


def feeding(task: Task) -> list[str]:
    """The names of those that serve the task: with its annotations, or all where it needs none."""
    return [each.NAME for each in FORMATS if not task.annotated or task.name in each.TASKS]


def choose(tree: Tree, wanted: str | None) -> Format:
    """The format asked for, or the only one that fits; raises BadSpec or UnknownFormat.

    Formats without annotations are tried last: nearly any tree would do for them.
    """
    if wanted is not None:
        return _by_name(wanted)
    considered: dict[str, str] = {}
    for annotated in (True, False):
        group = [each for each in FORMATS if bool(each.TASKS) is annotated]
        reasons = {each.NAME: each.recognise(tree) for each in group}
        hits = [each for each in group if reasons[each.NAME] is None]
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise UnknownFormat(_which(hits), considered={each.NAME: _fits(each) for each in hits})
        considered |= {name: str(reason) for name, reason in reasons.items()}
    raise UnknownFormat(_explain(considered), considered=considered)


def _by_name(wanted: str) -> Format:
    for each in FORMATS:
        if wanted == each.NAME:
            return each
    raise BadSpec(f"format: {wanted[:40]!r} is not known; known are {', '.join(NAMES)}", field="format")


def _explain(considered: dict[str, str]) -> str:
    """What only a format for any tree objects to is what is nearly right; of the others each says why not."""
    *_, (last, nearly) = considered.items()
    reasons = "; ".join(f"not {name}: {reason}" for name, reason in considered.items() if name != last)
    return (
        f"The layout was not recognised: {nearly} ({last}). Rearrange the files, or choose the format by name "
        f"(`--format`). Other layouts: {reasons}."
    )


def _which(hits: list[Format]) -> str:
    fitting = " and ".join(f"{each.NAME} ({_fits(each)})" for each in hits)
    return f"The upload can be read in more than one way: {fitting}. Choose the format by name (`--format`)."


def _fits(each: Format) -> str:
    """What was seen, in the words of its own reference, and what for it would be read."""
    seen = (each.__doc__ or each.NAME).partition("\n")[0].rstrip(".")
    return f"{seen}; serves {', '.join(each.TASKS) or 'no task'}"
