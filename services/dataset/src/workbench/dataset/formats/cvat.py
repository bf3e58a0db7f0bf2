"""CVAT for images and for video: one XML file with `<image name=…>` elements, or `<track label=…>`, and shapes in them.

Boxes, polygons and masks are read; an image that has a box and no outline serves object detection alone. Of a track the
shape of each frame goes with the image whose name ends in the frame's number (`frame_000007.png`), but where it is
`outside`; images that no track names have nothing in them. Classes are the labels that the file declares, in its order,
else those that are met, sorted. Other shapes are left out and told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from workbench.archives.entries import Entry
from workbench.dataset.reading import outlines
from workbench.dataset.reading.cvat_shapes import Shape, outline, shape
from workbench.dataset.reading.finder import Finder
from workbench.dataset.reading.found import Fault, Known, Noted, Reading, some
from workbench.dataset.reading.outlines import Outlines, image_size
from workbench.dataset.reading.shelf import Shelf
from workbench.dataset.reading.things import TASK, Things
from workbench.dataset.reading.xml_tree import Node, NotXml, elements
from workbench.dataset.upload.tree import Tree, suffix

NAME = "cvat"
TASKS: tuple[str, ...] = (outlines.TASK, TASK)

_SHAPES = ("box", "polygon", "mask")
_LAST_NUMBER = re.compile(r"(\d+)\D*$")
_BEGINNING = 4096


def recognise(tree: Tree) -> str | None:
    """An XML file with annotations and images, or tracks, in it."""
    if not _files(tree):
        return "no .xml is one of CVAT's, with <annotations> and <image> or <track> in it"
    return None if tree.images else "there are no images"


def read(tree: Tree) -> Reading:
    """The images of the only such file."""
    files = _files(tree)
    if len(files) != 1:
        fault = Fault("the upload", f"one XML file of CVAT is needed, not {len(files)}")
        return Reading([], {TASK: {}}, faults=(fault,))
    cvat = _Cvat(files[0], tree)
    cvat.read()
    return cvat.reading()


@dataclass
class _Cvat:
    """One file while it is read. ``shapes``: by the image's name; ``sizes``: of images as the file says them;
    ``frame``: of those of a video.
    """

    entry: Entry
    tree: Tree
    declared: list[str] = field(default_factory=list)
    shapes: dict[str, list[Shape]] = field(default_factory=dict)
    lines: dict[str, int | None] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    frame: tuple[int, int] | None = None
    tracks: bool = False
    others: int = 0
    faults: list[Fault] = field(default_factory=list)

    def read(self) -> None:
        """Element by element."""
        finder, frames = Finder(self.tree), _frames(self.tree)
        try:
            for node in elements(self.entry, "label", "image", "track", "original_size"):
                if node.tag == "label":
                    self.declared += [name for name in [node.said("name")] if name]
                elif node.tag == "original_size":
                    self.frame = image_size(_whole(node.said("width")), _whole(node.said("height")))
                elif node.tag == "image":
                    self._image(node, finder)
                else:
                    self._every_frame(frames)
                    self._track(node, frames)
        except NotXml as broken:
            self.faults.append(Fault(self.entry.name, str(broken), broken.line))

    def reading(self) -> Reading:
        """Masks where any shape has an outline, and boxes."""
        classes = self.declared or sorted({each.label for found in self.shapes.values() for each in found})
        known: dict[str, dict[str, Known]] = {outlines.TASK: {}, TASK: {}}
        without, shelf = [], Shelf()
        for image in sorted(self.shapes):
            size = self.sizes.get(image)
            things, drawn = Things(), Outlines(size, shelf)
            for each in self.shapes[image]:
                self._take(each, classes.index(each.label), things, drawn, size)
            known[TASK][image] = Noted(things, self.entry.name, self.lines[image], size)
            if drawn.missing:
                without.append(image)
            else:
                known[outlines.TASK][image] = Noted(drawn, self.entry.name, self.lines[image], size)
        if not any(each.points or each.rows for found in self.shapes.values() for each in found):
            without = []
            del known[outlines.TASK]
        images = [self.tree.files[name] for name in sorted(self.shapes)]
        return Reading(
            images, known, dict.fromkeys(known, classes) if classes else {}, self._warnings(without), tuple(self.faults)
        )

    def _take(self, each: Shape, label: int, things: Things, drawn: Outlines, size: tuple[int, int] | None) -> None:
        try:
            things.add(label, each.box)
            drawn.add(label, outline(each, drawn.size) if size else None, None, crowd=False)
        except ValueError as wrong:
            self.faults.append(Fault(self.entry.name, str(wrong), each.line))

    def _image(self, node: Node, finder: Finder) -> None:
        try:
            name = finder.find(node.attributes.get("name", "")).name
        except ValueError as wrong:
            self.faults.append(Fault(self.entry.name, str(wrong), node.line))
            return
        self.shapes.setdefault(name, [])
        self.lines[name] = node.line
        if size := image_size(*(_whole(node.attributes.get(side)) for side in ("width", "height"))):
            self.sizes[name] = size
        for child in node.children:
            self._shape(child, name, child.attributes.get("label", ""))

    def _every_frame(self, frames: dict[int, str]) -> None:
        """Tracks are of every image, since each is a frame; before the first of them its size is told."""
        if self.tracks:
            return
        self.tracks = True
        for name in frames.values():
            self.shapes.setdefault(name, [])
            self.lines.setdefault(name, None)
            if self.frame is not None:
                self.sizes.setdefault(name, self.frame)

    def _track(self, node: Node, frames: dict[int, str]) -> None:
        for child in node.children:
            if child.attributes.get("outside") == "1":
                continue
            frame = child.attributes.get("frame", "")
            number = _whole(frame)
            shown = None if number is None else frames.get(number)
            if shown is None:
                self.faults.append(
                    Fault(
                        self.entry.name,
                        f"no image of the upload has a name that ends in the number {frame[:20]} of this frame",
                        child.line,
                    )
                )
            else:
                self._shape(child, shown, node.attributes.get("label", ""))

    def _shape(self, node: Node, image: str, label: str) -> None:
        if node.tag not in _SHAPES:
            self.others += node.tag not in ("tag",)
            return
        try:
            if not label or (self.declared and label not in self.declared):
                raise ValueError(f"the label {label[:80]!r} is not declared; there are {some(self.declared)}")
            self.shapes[image].append(shape(node, label))
        except ValueError as wrong:
            self.faults.append(Fault(self.entry.name, str(wrong), node.line))

    def _warnings(self, without: list[str]) -> tuple[str, ...]:
        found, file = [], self.entry.name
        unlisted = [image.name for image in self.tree.images if image.name not in self.shapes]
        if unlisted:
            found.append(f"{len(unlisted)} images are not in {file}, so left out: {some(unlisted)}")
        if without:
            found.append(
                f"{len(without)} images have a box without an outline, or no width and height in {file}, so "
                f"they serve no instance segmentation: {some(without)}"
            )
        if self.others:
            found.append(f"{self.others} shapes are no boxes, polygons or masks and were left out.")
        return tuple(found)


def _frames(tree: Tree) -> dict[int, str]:
    """Images by the last number of their names."""
    found: dict[int, str] = {}
    for image in tree.images:
        if number := _LAST_NUMBER.search(image.name.rpartition("/")[2].rpartition(".")[0]):
            found.setdefault(int(number[1]), image.name)
    return found


def _whole(word: str | None) -> int | None:
    return int(word) if word and word.isascii() and word.isdigit() and len(word) < 10 else None


def _files(tree: Tree) -> list[Entry]:
    found = [entry for name, entry in tree.files.items() if suffix(name) == ".xml"]
    return [entry for entry in found[:20] if _is_cvats(entry)]


def _is_cvats(entry: Entry) -> bool:
    """VOC's has `annotation`, and no image elements."""
    data = entry.read()
    return b"<annotations" in data[:_BEGINNING] and (b"<image " in data or b"<track " in data)
