"""YOLO: images below `images/`, for each a text in `labels/`, and `classes.txt` and `data.yaml` with the names.

A line is `class x y width height`, all but the class from 0 to 1 of the image; an image with nothing in it has an empty
text.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from workbench.dataset.reading.parts import worth
from workbench.dataset.writing.layout import Archive, Image, Names, Source, below, check_lines, stem

NAME = "yolo"
TASK = "object-detection"
TASKS: tuple[str, ...] = (TASK,)
MARKS: frozenset[str] = frozenset()


def write(source: Source, archive: Archive) -> list[str]:
    """Raises NotHeld for two images whose text would be one."""
    if source.named:
        check_lines(source.classes, "classes.txt")
    names, cut, parts = Names(), 0, set[int]()
    for image, known in source.images():
        path = below("images", image.name)
        text = names.take(_label_file(path), image.name)
        parts.add(worth(path.rpartition("/")[0].rpartition("/")[2])[0])
        archive.copy(image, path)
        with archive.text(text) as put:
            for thing in known[TASK]["things"]:
                row, was_cut = _row(thing["class"], thing["box"], image)
                cut += was_cut
                put(row)
    if source.named:
        with archive.text("classes.txt") as put:
            put("".join(f"{name}\n" for name in source.classes))
    with archive.text("data.yaml") as put:
        put("path: .\ntrain: images\nval: images\nnames:\n")
        put(
            "".join(f"  {label}: {json.dumps(name, ensure_ascii=False)}\n" for label, name in enumerate(source.classes))
        )
    return _told(cut, parts)


def _label_file(path: str) -> str:
    """As those that read the layout look for it: the last folder called images is called labels."""
    parts = stem(path).split("/")
    places = [place for place, part in enumerate(parts[:-1]) if part.lower() == "images"]
    parts[places[-1]] = "labels"
    return "/".join(parts) + ".txt"


def _row(label: int, box: Sequence[float], image: Image) -> tuple[str, bool]:
    sides = [min(max(side / size, 0.0), 1.0) for side, size in zip(box, (image.width, image.height) * 2, strict=True)]
    left, top, right, bottom = sides
    numbers = ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
    was_cut = min(box) < 0 or box[2] > image.width or box[3] > image.height
    row = f"{label} {' '.join(map(repr, numbers))}\n" if right > left and bottom > top else ""
    return row, was_cut


def _told(cut: int, parts: set[int]) -> list[str]:
    found = []
    if cut:
        found.append(f"{cut} boxes reached beyond their image: cut at its edge, or left out where nothing remained.")
    if len(parts) > 1:
        found.append(
            "The images lie in folders called by parts, such as train and val; whoever reads YOLO labels "
            "takes one of these."
        )
    return found
