"""The classes of masks as three kinds of files tell them: names, and the colours that masks show them in.

``labelmap.txt`` of Pascal VOC has lines ``name:r,g,b:parts:actions``, ``label_colors.txt`` of CamVid ``r g b name``;
``dataset_meta.json`` is an object with ``label_map`` (id to name) or ``labels``, and ``segmentation_colors``.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from workbench.archives.entries import Entry
from workbench.dataset.reading.coding import IGNORED, MOST_CLASSES, Coding, Color, numbered, voc_color
from workbench.dataset.reading.found import Fault
from workbench.dataset.reading.texts import lines

META_NAME = "dataset_meta.json"
_LARGEST_META_BYTES = 4 * 2**20
_COLOR = "three whole numbers from 0 to 255"


@dataclass
class Classes:
    """``names`` in the order of the ids; ``colors`` as many, or none; ``faults``: what is wrong with ``file``."""

    file: str
    names: list[str] = field(default_factory=list)
    colors: list[Color] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def coding(self, ignored: Collection[str] = (), border: Color | None = None, *, values: bool = True) -> Coding:
        """What masks of these classes mean. ``values``: whether gray ones hold ids.

        What has a name in ``ignored`` or the colour ``border`` nobody has judged. Such classes are dropped at the end;
        elsewhere their ids stay, so that those behind them do, too.
        """
        colors = [*self.colors, *[None] * (len(self.names) - len(self.colors))]
        ids = [
            IGNORED if name in ignored or (color and color == border) else label
            for label, (name, color) in enumerate(zip(self.names, colors, strict=True))
        ]
        kept = 1 + max((label for label in ids if label != IGNORED), default=-1)
        numbers = {**numbered(len(ids)), **dict(enumerate(ids))} if values else {}
        known = {**({border: IGNORED} if border and self.colors else {}), **dict(zip(self.colors, ids, strict=False))}
        return Coding(self.names[:kept], numbers, known)


def read_labelmap(entry: Entry) -> Classes:
    """Of Pascal VOC; a class without a colour has that of its place."""
    found = Classes(entry.name)
    for number, row in _rows(entry):
        name, _, rest = row.partition(":")
        color = rest.split(":")[0].strip()
        _add(
            found,
            name.strip(),
            color.split(",") if color else list(voc_color(len(found.names))),
            number,
            "expected `name:r,g,b:parts:actions`",
        )
    return _checked(found)


def read_label_colors(entry: Entry) -> Classes:
    """Of CamVid."""
    found = Classes(entry.name)
    for number, row in _rows(entry):
        words = row.split(None, 3)
        _add(found, words[3] if len(words) == 4 else "", words[:3], number, "expected `r g b name`")
    return _checked(found)


def read_meta(entry: Entry, *, masks: bool = True) -> Classes:
    """Of any layout. Its colours may be missing. ``masks``: whether it is of masks, which have few classes."""
    found = Classes(entry.name)
    try:
        document = _document(entry)
        found.names = _names(document)
        found.colors = _colors(document.get("segmentation_colors"), len(found.names))
        _check_background(document.get("background_label"), found.names)
    except ValueError as wrong:
        found.faults.append(Fault(entry.name, str(wrong)))
    return _checked(found, masks=masks)


def _rows(entry: Entry) -> Iterator[tuple[int, str]]:
    return ((number, row) for number, row in enumerate(lines(entry), 1) if row and not row.startswith("#"))


def _add(found: Classes, name: str, color: list[Any], number: int, expected: str) -> None:
    try:
        found.colors.append(_color([int(part) for part in color]))
    except ValueError:
        given = ",".join(map(str, color))[:80]
        found.faults.append(Fault(found.file, f"a colour is {_COLOR}, not {given!r}; {expected}", number))
        found.colors.append((0, 0, 0))
    if not name:
        found.faults.append(Fault(found.file, f"the class has no name; {expected}", number))
    found.names.append(name)


def _checked(found: Classes, *, masks: bool = True) -> Classes:
    if found.faults:
        return found
    if not found.names:
        found.faults.append(Fault(found.file, "it names no class (or is over 64 MB)"))
    if masks and len(found.names) > MOST_CLASSES:
        found.faults.append(Fault(found.file, f"it has {len(found.names)} classes; masks may have {MOST_CLASSES}"))
    for values, what in ((found.names, "name"), (found.colors, "colour")):
        first: dict[Any, int] = {}
        for label, value in enumerate(values):
            if first.setdefault(value, label) != label:
                pair = f"{found.names[first[value]]!r} and {found.names[label]!r} (ids {first[value]} and {label})"
                found.faults.append(Fault(found.file, f"the classes {pair} have the same {what}"))
    return found


def _document(entry: Entry) -> dict[str, Any]:
    if entry.size > _LARGEST_META_BYTES:
        raise ValueError(f"has {entry.size} bytes; {_LARGEST_META_BYTES} are read")
    try:
        document = json.loads(entry.read())
    except json.JSONDecodeError as wrong:
        raise ValueError(f"not JSON: {wrong.msg} in line {wrong.lineno}") from None
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    if not isinstance(document, dict):
        raise ValueError("must be a JSON object with label_map or labels, and segmentation_colors")
    return document


def _names(document: dict[str, Any]) -> list[str]:
    named = document.get("label_map", document.get("labels"))
    if isinstance(named, list):
        names = named
    elif isinstance(named, dict):
        names = [named.get(str(label)) for label in range(len(named))]
        if None in names:
            raise ValueError(
                f"label_map must number its {len(named)} classes from 0 to {len(named) - 1}; "
                f"{names.index(None)} is missing"
            )
    else:
        raise ValueError("must have label_map, an object of id to name, or labels, a list of names")
    wrong = next((name for name in names if not isinstance(name, str) or not name.strip()), None)
    if wrong is not None:
        raise ValueError(f"the name of a class is a text that is not empty, not {str(wrong)[:80]!r}")
    return names


def _colors(listed: Any, count: int) -> list[Color]:
    if listed is None:
        return []
    if not isinstance(listed, list) or len(listed) != count:
        there = f"{len(listed)}" if isinstance(listed, list) else "something else"
        raise ValueError(f"segmentation_colors must list a colour for each of the {count} classes, not {there}")
    return [_color(color) for color in listed]


def _color(color: Any) -> Color:
    parts = color if isinstance(color, list) else []
    if len(parts) != 3 or not all(type(part) is int and 0 <= part <= 255 for part in parts):
        raise ValueError(f"a colour is {_COLOR}, not {str(color)[:80]}")
    return parts[0], parts[1], parts[2]


def _check_background(label: Any, names: list[str]) -> None:
    if label is not None and str(label) not in {*names, *map(str, range(len(names)))}:
        raise ValueError(f"background_label {str(label)[:80]!r} is no id from 0 to {len(names) - 1}")
