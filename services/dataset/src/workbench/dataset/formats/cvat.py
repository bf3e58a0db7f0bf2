"""CVAT for images: one XML file with `<image name=…>` elements, and `<box label=… xtl=… ytl=… xbr=… ybr=…>` in them.

Classes are the labels that the file declares, in its order, else those that are met, sorted. Other shapes than boxes
are left out and told.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.archives.entries import Entry
from workbench.dataset.reading.finder import Finder
from workbench.dataset.reading.found import Fault, Noted, Reading, some
from workbench.dataset.reading.things import TASK, Things, numbers, sides
from workbench.dataset.reading.xml_tree import Node, NotXml, elements
from workbench.dataset.upload.tree import Tree, suffix

NAME = "cvat"
TASKS: tuple[str, ...] = (TASK,)

_SIDES = ("xtl", "ytl", "xbr", "ybr")
_BEGINNING = 4096


def recognise(tree: Tree) -> str | None:
    """An XML file with annotations and images in it."""
    if not _files(tree):
        return "no .xml is one of CVAT's, with <annotations> and <image> in it"
    return None if tree.images else "there are no images"


def read(tree: Tree) -> Reading:
    """The images of the only such file."""
    files = _files(tree)
    if len(files) != 1:
        fault = Fault("the upload", f"one XML file of CVAT is needed, not {len(files)}")
        return Reading([], {TASK: {}}, faults=(fault,))
    cvat = _Cvat(files[0], Finder(tree))
    cvat.read()
    classes = cvat.declared or sorted({label for boxes in cvat.boxes.values() for label, _ in boxes})
    known = {}
    for image, boxes in cvat.boxes.items():
        things = Things()
        for label, box in boxes:
            things.add(classes.index(label), box)
        known[image] = Noted(things, files[0].name, cvat.lines[image])
    images = sorted((tree.files[name] for name in known), key=lambda image: image.name)
    unlisted = [image.name for image in tree.images if image.name not in known]
    warnings = [f"{len(unlisted)} images are not in {files[0].name}, so left out: {some(unlisted)}"] if unlisted else []
    if cvat.shapes:
        warnings.append(f"{cvat.shapes} shapes are no boxes and were left out.")
    return Reading(images, {TASK: known}, {TASK: classes} if classes else {}, tuple(warnings), tuple(cvat.faults))


@dataclass
class _Cvat:
    entry: Entry
    finder: Finder
    declared: list[str] = field(default_factory=list)
    boxes: dict[str, list[tuple[str, tuple[float, float, float, float]]]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    shapes: int = 0
    faults: list[Fault] = field(default_factory=list)

    def read(self) -> None:
        """Element by element."""
        try:
            for node in elements(self.entry, "label", "image"):
                if node.tag == "label":
                    self.declared += [name for name in [node.said("name")] if name]
                else:
                    self._image(node)
        except NotXml as broken:
            self.faults.append(Fault(self.entry.name, str(broken), broken.line))

    def _image(self, node: Node) -> None:
        try:
            image = self.finder.find(node.attributes.get("name", ""))
        except ValueError as wrong:
            self.faults.append(Fault(self.entry.name, str(wrong), node.line))
            return
        found = self.boxes.setdefault(image.name, [])
        self.lines[image.name] = node.line
        for child in node.children:
            if child.tag != "box":
                self.shapes += child.tag not in ("tag",)
                continue
            try:
                found.append(self._box(child))
            except ValueError as wrong:
                self.faults.append(Fault(self.entry.name, str(wrong), child.line))

    def _box(self, node: Node) -> tuple[str, tuple[float, float, float, float]]:
        label = node.attributes.get("label", "")
        if not label or (self.declared and label not in self.declared):
            raise ValueError(f"the label {label[:80]!r} is not declared; there are {some(self.declared)}")
        left, top, right, bottom = numbers(map(node.attributes.get, _SIDES), "xtl, ytl, xbr and ybr")
        return label, sides(left, top, right - left, bottom - top)


def _files(tree: Tree) -> list[Entry]:
    found = [entry for name, entry in tree.files.items() if suffix(name) == ".xml"]
    return [entry for entry in found[:20] if _is_cvats(entry)]


def _is_cvats(entry: Entry) -> bool:
    """VOC's has `annotation`, and no image elements."""
    data = entry.read()
    return b"<annotations" in data[:_BEGINNING] and b"<image " in data
