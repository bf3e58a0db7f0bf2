"""YOLO labels: for each image a text of its name, `class x y width height` a line, all but the class from 0 to 1.

The texts lie beside the images, or in a folder `labels` where the images lie in `images` (any case; `Annotations`
serves, too). Where images lie in folders called by parts, those of the first of `val`, `test` and `train` count. Names
are the lines of `*.names` or `classes.txt`, else `names` of a `*.yaml`. An image without a text has nothing in it.

A line may be an outline, too: `class x y x y x y …`, three points or more. An image that has a thing without one serves
object detection alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from workbench.archives.entries import Entry
from workbench.dataset.reading import outlines
from workbench.dataset.reading.found import Fault, Noted, Reading, some
from workbench.dataset.reading.outlines import Outlines
from workbench.dataset.reading.parts import worth
from workbench.dataset.reading.shelf import Shelf
from workbench.dataset.reading.texts import lines
from workbench.dataset.reading.things import TASK, Things, numbers, within
from workbench.dataset.upload.tree import Tree, folder_of, suffix

NAME = "yolo"
TASKS: tuple[str, ...] = (outlines.TASK, TASK)

_LABELS = ("labels", "annotations")
_MOST_CLASSES = 10_000
_EXPECTED = "expected `class x y width height`, or `class` and x and y of at least three points"
_FEWEST_WORDS = 7  # of an outline


def recognise(tree: Tree) -> str | None:
    """A text for some image, with such a line in it."""
    texts = _texts(tree)
    if not texts:
        return "no image has a text of its name beside it or in labels/"
    looked = [row for entry in list(texts.values())[:20] for row in lines(entry) if row]
    return None if any(map(_is_thing, looked[:20])) else f"no line is as {_EXPECTED}"


def read(tree: Tree) -> Reading:
    """The images of one part."""
    texts, part = _texts(tree), _part(tree)
    yolo = _Yolo(_names(tree))
    for image in part:
        yolo.take(image.name, texts.get(image.name))
    warnings = []
    if len(part) < len(tree.images):
        taken = {image.name for image in part}
        left = [image.name for image in tree.images if image.name not in taken]
        warnings.append(f"{len(left)} images are of other parts, so left out: {some(left)}")
    if yolo.without and texts:
        warnings.append(f"{len(yolo.without)} images have no text, so nothing in them: {some(yolo.without)}")
    if not texts:
        return Reading([], {TASK: {}}, faults=(Fault("the upload", "no image has a text of its name"),))
    known = {outlines.TASK: yolo.masks(warnings), TASK: yolo.known} if yolo.masked else {TASK: yolo.known}
    return Reading(
        part, known, dict.fromkeys(known, yolo.names) if yolo.names else {}, tuple(warnings), tuple(yolo.faults)
    )


@dataclass
class _Yolo:
    """``masked``: whether any thing has an outline."""

    names: list[str]
    known: dict[str, Noted] = field(default_factory=dict)
    outlines: dict[str, Noted] = field(default_factory=dict)
    incomplete: list[str] = field(default_factory=list)
    shelf: Shelf = field(default_factory=Shelf)
    masked: bool = False
    without: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def take(self, image: str, text: Entry | None) -> None:
        """What one text says."""
        things, drawn, file = Things(normalised=True), Outlines(None, self.shelf), text.name if text else image
        for number, row in enumerate(lines(text) if text else [], 1):
            try:
                if row:
                    self._thing(row, things, drawn)
            except ValueError as wrong:
                self.faults.append(Fault(file, str(wrong), number))
        if text is None:
            self.without.append(image)
        self.masked |= not drawn.empty
        self.known[image] = Noted(things, file)
        if drawn.missing:
            self.incomplete.append(image)
        else:
            self.outlines[image] = Noted(drawn, file)

    def masks(self, warnings: list[str]) -> dict[str, Noted]:
        """Of the images whose things all have one."""
        if self.incomplete:
            warnings.append(
                f"{len(self.incomplete)} images have a box without an outline, so they serve no instance "
                f"segmentation: {some(self.incomplete)}"
            )
        return self.outlines

    def _thing(self, row: str, things: Things, drawn: Outlines) -> None:
        words = row.split()
        is_outline = len(words) >= _FEWEST_WORDS and len(words) % 2
        if not (len(words) == 5 or is_outline) or not words[0].isascii() or not words[0].isdigit():
            raise ValueError(f"{_EXPECTED}, not {row[:80]!r}")
        label, most = int(words[0][:9]), len(self.names) or _MOST_CLASSES
        if label >= most:
            raise ValueError(f"the class {label} is outside 0 to {most - 1}")
        if is_outline:
            points = numbers(words[1:], "x and y of each point")
            across, down = points[::2], points[1::2]
            things.add(label, within(min(across), min(down), max(across), max(down)))
            drawn.add(label, [points], None, crowd=False)
            return
        x, y, width, height = numbers(words[1:], "x, y, width and height")
        things.add(label, within(x - width / 2, y - height / 2, x + width / 2, y + height / 2))
        drawn.missing = True


def _is_thing(row: str) -> bool:
    return re.fullmatch(r"\d+(\s+[-+.\deE]+){4}(\s+[-+.\deE]+\s+[-+.\deE]+)*", row) is not None


def _texts(tree: Tree) -> dict[str, Entry]:
    """By the image's name."""
    by_key = {name.rpartition(".")[0].lower(): entry for name, entry in tree.files.items() if suffix(name) == ".txt"}
    found = {}
    for image in tree.images:
        stem = image.name.rpartition(".")[0].lower()
        keys = [stem, *(_swapped(stem, labels) for labels in _LABELS)]
        text = next((by_key[key] for key in keys if key in by_key), None)
        if text is not None:
            found[image.name] = text
    return found


def _swapped(stem: str, labels: str) -> str:
    """With the last folder called images called otherwise."""
    parts = stem.split("/")
    places = [place for place, part in enumerate(parts[:-1]) if part == "images"]
    if places:
        parts[places[-1]] = labels
    return "/".join(parts)


def _part(tree: Tree) -> list[Entry]:
    """Those of the best part where folders are called by parts; else all."""
    ranks = {image.name: worth(folder_of(image.name).rpartition("/")[2])[0] for image in tree.images}
    best = min(ranks.values(), default=0)
    return [image for image in tree.images if ranks[image.name] == best]


def _names(tree: Tree) -> list[str]:
    for name, entry in tree.files.items():
        last = name.rpartition("/")[2].lower()
        if suffix(name) == ".names" or last in ("classes.txt", "obj.names"):
            return [row for row in lines(entry) if row]
    return next(
        (
            found
            for name, entry in tree.files.items()
            if suffix(name) in (".yaml", ".yml") and (found := _of_yaml(lines(entry)))
        ),
        [],
    )


def _of_yaml(rows: list[str]) -> list[str]:
    """`names` as such files have it: a list in one line, or a line for each with a dash or its number."""
    place = next((place for place, row in enumerate(rows) if row.startswith("names:")), None)
    if place is None:
        return []
    rest = rows[place].removeprefix("names:").strip()
    if rest.startswith("["):
        return [word.strip(" '\"") for word in rest.strip("[]").split(",")]
    found = []
    for row in rows[place + 1 :]:
        item = re.fullmatch(r"(?:-|\d+:)\s*(.+)", row)
        if item is None:
            break
        found.append(item[1].strip("'\""))
    return found
