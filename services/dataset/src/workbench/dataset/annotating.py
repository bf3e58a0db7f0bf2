"""What a format has found of an image becomes the annotation of its task, checked against the picture it is of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from workbench.dataset.drawing import drawn, taken_apart
from workbench.dataset.hidden import missing
from workbench.dataset.masks import class_map
from workbench.dataset.orienting import Frames, size_annotated
from workbench.dataset.pictures import Picture, whole_file
from workbench.dataset.reading.coding import Mask, Objects
from workbench.dataset.reading.found import Counterpart, Fault, Hidden, Known, Noted, Reading
from workbench.dataset.reading.outlines import Outlines
from workbench.dataset.reading.things import Things
from workbench.imaging.pictures import encode_picture
from workbench.imaging.preprocess import decode
from workbench.tasks.computing import Computing, computing_of
from workbench.tasks.inpainting.annotation import Hole
from workbench.tasks.redrawn.annotation import Wanted
from workbench.tasks.semantic_segmentation.annotation import Annotation

Task = Computing[Any, Any]


class Annotator:
    """Of one reading. ``tasks``: those that it serves; ``frames``: how photos that viewers turn were annotated."""

    def __init__(self, reading: Reading, annotated_on: str | None = None) -> None:
        self._reading = reading
        self.frames = Frames(annotated_on)
        self.tasks = [_computing(name) for name in reading.annotations]

    def annotate(self, name: str, picture: Picture, faults: list[Fault]) -> dict[str, Any]:
        """What is known of one image by task; what is wrong with it is added to ``faults``."""
        told, known = len(faults), {}
        found = [(task, noted) for task in self.tasks if (noted := self._reading.annotations[task.name].get(name))]
        # The picture that tells the classes of objects is another task's annotation: its faults are told once.
        for task, noted in sorted(found, key=lambda each: isinstance(each[1], Objects)):
            if isinstance(noted, Objects) and len(faults) > told:
                continue
            annotation = self._annotation(task, name, noted, picture, faults)
            if annotation is not None:
                known[task.name] = annotation
        return known

    def _annotation(self, task: Task, name: str, noted: Known, picture: Picture, faults: list[Fault]) -> Any:
        told = self.frames.told(noted, picture)
        size = size_annotated(told, picture)
        try:
            annotation = _read(task, noted, size)
        except ValueError as unreadable:
            faults.append(Fault(noted.file, str(unreadable), noted.line))
            return None
        classes = self._reading.classes.get(task.name)
        wrong = task.annotation.faults(annotation, *size, len(classes) if classes else None)
        # A text that speaks of many images has to be told of which.
        of = "" if noted.line is not None or noted.file == name or not isinstance(noted, Noted) else f"{name}: "
        faults += [Fault(noted.file, f"{of}{reason}", noted.line) for reason in wrong]
        return annotation if wrong else self.frames.lying(name, annotation, told, picture, task.annotation)


def _read(task: Task, noted: Known, size: tuple[int, int]) -> Any:
    """``size``: width and height of the image as it was annotated. Raises ValueError in words."""
    if isinstance(noted, Mask):
        return Annotation.of(class_map(noted))
    if isinstance(noted, Counterpart):
        return Wanted(encode_picture(np.asarray(decode(whole_file(noted.entry)))))
    if isinstance(noted, Hidden):
        return Hole.of(missing(noted.entry))
    if isinstance(noted, Objects):
        return task.annotation.from_json(taken_apart(noted))
    return task.annotation.from_json(_document(noted, size))


def _document(noted: Noted, size: tuple[int, int]) -> Mapping[str, Any]:
    """Some layouts say where things are by parts of the image, whose size only the image tells."""
    known = noted.document
    if isinstance(known, Outlines):
        return drawn(known.of_size(*size), *size)
    return known.of_size(*size) if isinstance(known, Things) else known


def _computing(name: str) -> Task:
    found = computing_of(name)
    assert found is not None, "a format serves tasks that have annotations"
    return found
