"""Pascal VOC, its boxes: `JPEGImages/`, an XML file for each image in `Annotations/`, the list of them all as
`ImageSets/Main/trainval.txt`, and `labelmap.txt` with the classes in the order of their ids.

The first pixel is 1, as VOC has it; sides are written as they are, where VOC's own are whole numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

from workbench.dataset.reading.coding import MOST_CLASSES, voc_color
from workbench.dataset.writing.layout import Archive, Image, Names, NotHeld, Source, below, check_lines, stem

NAME = "voc"
TASK = "object-detection"
TASKS: tuple[str, ...] = (TASK,)
MARKS = frozenset({"difficult"})

_IMAGES, _XML = "JPEGImages", "Annotations"


def write(source: Source, archive: Archive) -> list[str]:
    """Raises NotHeld for two images whose XML file would be one, and for more classes than there are colours."""
    twice = {name for name, times in Counter(["background", *source.classes]).items() if times > 1}
    check_lines(source.classes, "labelmap.txt", lambda name: ":" in name or name.startswith("#") or name in twice)
    if len(source.classes) > MOST_CLASSES - 1:
        raise NotHeld(
            f"The dataset has {len(source.classes)} classes; VOC's labelmap.txt names {MOST_CLASSES - 1} at most."
        )
    names, keys = Names(), list[str]()
    for image, known in source.images():
        path = below(_IMAGES, image.name)
        key = stem(path.partition("/")[2])
        text = names.take(f"{_XML}/{key}.xml", image.name)
        keys.append(key)
        archive.copy(image, path)
        with archive.text(text) as put:
            for piece in _document(path, image, known[TASK]["things"], source.classes):
                put(piece)
    with archive.text("labelmap.txt") as put:
        put("# label:color_rgb:parts:actions\n")
        for label, name in enumerate(["background", *source.classes]):
            put(f"{name}:{','.join(map(str, voc_color(label)))}::\n")
    if any(len(key.split()) != 1 for key in keys):
        return ["There is no list of the images: names with blanks cannot stand in VOC's. Without one all count."]
    with archive.text("ImageSets/Main/trainval.txt") as put:
        for key in keys:
            put(f"{key}\n")
    return []


def _document(path: str, image: Image, things: list[Mapping[str, Any]], classes: Any) -> Iterator[str]:
    folder, _, file = path.rpartition("/")
    yield (
        f"<annotation>\n  <folder>{escape(folder)}</folder>\n  <filename>{escape(file)}</filename>\n"
        f"  <size><width>{image.width}</width><height>{image.height}</height><depth>3</depth></size>\n"
    )
    for thing in things:
        left, top, right, bottom = thing["box"]
        yield (
            f"  <object>\n    <name>{escape(classes[thing['class']])}</name>\n"
            f"    <difficult>{int(thing.get('difficult', False))}</difficult>\n"
            f"    <bndbox><xmin>{left + 1!r}</xmin><ymin>{top + 1!r}</ymin>"
            f"<xmax>{right!r}</xmax><ymax>{bottom!r}</ymax></bndbox>\n  </object>\n"
        )
    yield "</annotation>\n"
