"""Pascal VOC, its boxes: `JPEGImages/` and `Annotations/*.xml` side by side, at any depth.

`ImageSets/Main/` has lists of images, of which the first of `val.txt`, `test.txt`, `train.txt` and `trainval.txt`
counts; without one every image that has an XML file does. Classes are those of `labelmap.txt` (`name:r,g,b:…`), or of
`dataset_meta.json`, in its order, a first `background` left out; without one VOC's 20 where no other name is met, else
the names that are, sorted.
The first pixel is 1, as VOC has it; `difficult` is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.archives.entries import Entry
from workbench.dataset.formats.voc_segmentation import VOC_NAMES, below, description, key_of, tops
from workbench.dataset.reading.classes import META_NAME, read_labelmap, read_meta
from workbench.dataset.reading.found import Fault, Noted, Reading, some
from workbench.dataset.reading.pairs import PARTS
from workbench.dataset.reading.texts import lines
from workbench.dataset.reading.things import TASK, Things, numbers, sides
from workbench.dataset.reading.xml_tree import Node, NotXml, elements
from workbench.dataset.upload.tree import Tree, suffix

NAME = "voc-detection"
TASKS: tuple[str, ...] = (TASK,)

_IMAGES, _XML, _LISTS = "JPEGImages/", "Annotations/", "ImageSets/Main/"
_LOOKED_AT = 20
_SIDES = ("xmin", "ymin", "xmax", "ymax")


def recognise(tree: Tree) -> str | None:
    """XML files beside the images, one of the first with an object in it."""
    found = tops(tree, _IMAGES, _XML)
    if not found:
        return f"no folder has {_IMAGES} and {_XML} in it"
    files = _files(tree, found[0])[:_LOOKED_AT]
    return None if any(b"<object" in entry.read() for entry in files) else f"{found[0]}{_XML} holds no boxes"


def read(tree: Tree) -> Reading:
    """The listed images of the only such folder."""
    found = tops(tree, _IMAGES, _XML)
    if len(found) != 1:
        there = ", ".join(top or "the root" for top in found[:5]) or "no folder"
        fault = Fault("the upload", f"one folder with {_IMAGES} and {_XML} in it is needed; there is {there}")
        return Reading([], {TASK: {}}, faults=(fault,))
    return _Voc(tree, found[0]).reading()


@dataclass
class _Voc:
    tree: Tree
    top: str
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def reading(self) -> Reading:
        """All boxes with their names first, since these tell the classes."""
        images = {key_of(image.name, self.top): image for image in below(self.tree, self.top + _IMAGES)}
        files = {key_of(entry.name, self.top): entry for entry in _files(self.tree, self.top)}
        keys = self._keys(images, files)
        objects = {key: self._objects(files[key]) for key in keys}
        names = {name for found in objects.values() for name, _, _ in found}
        classes = self._classes(names)
        known: dict[str, Noted] = {}
        for key in keys:
            things = Things()
            for name, box, difficult in objects[key]:
                things.add(classes.index(name), box, difficult=difficult)
            known[images[key].name] = Noted(things, files[key].name)
        chosen = sorted((images[key] for key in keys), key=lambda image: image.name)
        return Reading(chosen, {TASK: known}, {TASK: classes}, tuple(self.warnings), tuple(self.faults))

    def _classes(self, met: set[str]) -> list[str]:
        """Their names in the order of their ids."""
        listed = description(self.tree, self.top)
        if listed is None:
            return list(VOC_NAMES[1:]) if met <= set(VOC_NAMES[1:]) else sorted(met)
        found = read_meta(listed, masks=False) if listed.name.endswith(META_NAME) else read_labelmap(listed)
        self.faults += found.faults
        names = found.names[1:] if found.names[:1] == ["background"] else found.names
        more = sorted(met - set(names))
        if more:
            self.warnings.append(f"{listed.name} does not name {some(more)}: their ids follow its own")
        return [*names, *more]

    def _keys(self, images: dict[str, Entry], files: dict[str, Entry]) -> list[str]:
        lists = [
            self.tree.files[name] for part in PARTS if (name := f"{self.top}{_LISTS}{part}.txt") in self.tree.files
        ]
        if lists:
            return self._listed(lists[0], images, files)
        both = sorted(images.keys() & files.keys())
        alone = [image.name for key, image in images.items() if key not in files]
        if alone and both:
            self.warnings.append(f"{len(alone)} images have no XML file, so left out: {some(alone)}")
        if not both:
            self.faults.append(Fault("the upload", "no image has an XML file of its name"))
        return both

    def _listed(self, entry: Entry, images: dict[str, Entry], files: dict[str, Entry]) -> list[str]:
        keys = []
        for number, row in enumerate(lines(entry), 1):
            if not row:
                continue
            key = row.split()[0]
            missing = [what for what, there in (("image", images), ("XML file", files)) if key not in there]
            if missing:
                self.faults.append(
                    Fault(entry.name, f"{key[:200]} has no {' and no '.join(missing)} in the upload", number)
                )
            else:
                keys.append(key)
        if not keys and not self.faults:
            self.faults.append(Fault(entry.name, "the list is empty (or over 64 MB); a name a line is expected"))
        left = len(images) - len(set(keys))
        if left and not self.faults:
            self.warnings.append(f"{left} images are not in {entry.name}, so left out")
        return sorted(set(keys))

    def _objects(self, entry: Entry) -> list[tuple[str, tuple[float, float, float, float], bool]]:
        found = []
        try:
            for node in elements(entry, "object"):
                try:
                    found.append(_object(node))
                except ValueError as wrong:
                    self.faults.append(Fault(entry.name, f"object: {wrong}", node.line))
        except NotXml as broken:
            self.faults.append(Fault(entry.name, str(broken), broken.line))
        return found


def _object(node: Node) -> tuple[str, tuple[float, float, float, float], bool]:
    name, boxes = node.said("name"), node.all("bndbox")
    if not name or not boxes:
        raise ValueError("must have a name and a bndbox")
    left, top, right, bottom = numbers((boxes[0].said(side) for side in _SIDES), "xmin, ymin, xmax and ymax")
    return name, sides(left - 1, top - 1, right - left + 1, bottom - top + 1), node.said("difficult") == "1"


def _files(tree: Tree, top: str) -> list[Entry]:
    return [entry for name, entry in tree.files.items() if name.startswith(top + _XML) and suffix(name) == ".xml"]
