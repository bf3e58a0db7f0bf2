"""What people look through a dataset by: a line and a small picture of each image, with its annotation drawn onto it.

Written while every picture is decoded anyway, so whoever shows them decodes nothing. Three files below ``shown/``, of
which any image is read by its number alone: ``places`` has a record for each (see ``shown.py``), ``images.jsonl`` the
lines, ``previews`` the pictures, JPEG one behind the other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from workbench.dataset.pictures import Picture
from workbench.dataset.shown import IMAGES_NAME, MOST_PREVIEWS, PLACE, PLACES_NAME, PREVIEW_PIXELS, PREVIEWS_NAME
from workbench.imaging.previews import jpeg, small
from workbench.shards import SPLITS
from workbench.tasks.computing import Computing
from workbench.tasks.scoring import Seen

Task = Computing[Any, Any]


class Gallery:
    """Hears of every image. ``classes``: their names by task."""

    def __init__(self, folder: Path, tasks: Sequence[Task], classes: Mapping[str, Sequence[str]]) -> None:
        (folder / IMAGES_NAME).parent.mkdir(exist_ok=True)
        self._lines, self._previews, self._places = (
            (folder / name).open("wb") for name in (IMAGES_NAME, PREVIEWS_NAME, PLACES_NAME)
        )
        self._folder, self._tasks, self._classes = folder, tasks, classes
        self._names: list[str] = []

    def add(
        self,
        name: str,
        split: str,
        picture: Picture,
        annotations: Mapping[str, Any],
        seen: Mapping[str, Sequence[Seen]],
    ) -> None:
        """``annotations``, and what is ``seen`` in them: by task."""
        counts = {task.name: _counts(seen[task.name]) for task in self._tasks if task.name in seen}
        line = {
            "name": name,
            "width": picture.width,
            "height": picture.height,
            "size_bytes": len(picture.data),
            "classes": counts,
        }
        preview = self._preview(picture, annotations) if len(self._names) < MOST_PREVIEWS else b""
        lengths = (
            _append(self._lines, json.dumps(line, ensure_ascii=False).encode() + b"\n"),
            _append(self._previews, preview),
        )
        self._places.write(PLACE.pack(*lengths[0], *lengths[1], SPLITS.index(split)))
        self._names.append(name)

    def finish(self, moved: Mapping[str, str]) -> None:
        """``moved``: the images that lie in another part after all."""
        self.close()
        with (self._folder / PLACES_NAME).open("r+b") as places:
            for number, name in enumerate(self._names):
                if name in moved:
                    places.seek((number + 1) * PLACE.size - 1)
                    places.write(bytes([SPLITS.index(moved[name])]))

    def close(self) -> None:
        """Let go of the files as they are; again does nothing."""
        for file in (self._lines, self._previews, self._places):
            file.close()

    def _preview(self, picture: Picture, annotations: Mapping[str, Any]) -> bytes:
        shown, scale = small(picture.image, PREVIEW_PIXELS)
        task = next((task for task in self._tasks if task.name in annotations), None)
        if task is not None:
            names = self._classes.get(task.name, ())
            shown = task.contents.draw(shown, annotations[task.name], lambda number: _name(names, number), scale)
        return jpeg(shown)


def _counts(things: Sequence[Seen]) -> dict[str, int]:
    """Things by the id of their class."""
    found = Counter(seen.class_id for seen in things)
    return {str(number): found[number] for number in sorted(found)}


def _name(names: Sequence[str], number: int) -> str:
    return names[number] if number < len(names) else f"class {number}"


def _append(file: IO[bytes], data: bytes) -> tuple[int, int]:
    """Where it lies, and how long it is."""
    return file.tell(), file.write(data)
