"""The index of a dataset: one line for each image, which says where it lies; nothing of a task.

An index is as untrusted as an upload: what it says is checked, then believed. In an index of schema 1 a line has a
``label``, too, which is an annotation (see schema_1.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath
from typing import Any

SPLITS = ("calibration", "evaluation")
INDEX_NAME = "index.jsonl"
LABEL = "label"  # the member that only lines of schema 1 have

_SHARD_NAME = re.compile(r"shards/[0-9]{5}\.tar")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BadDataset(ValueError):
    """The dataset is not what the canonical form promises; the message names line, item or file."""


@dataclass(frozen=True)
class Item:
    """One image of a dataset: a line of the index. ``offset`` and ``length`` are bytes in the shard."""

    name: str
    shard: str
    offset: int
    length: int
    sha256: str
    split: str
    width: int
    height: int

    @classmethod
    def from_json(cls, document: object) -> Item:
        """The item a parsed index line holds; raises BadDataset naming the field at fault."""
        expected = {field.name for field in fields(cls)}
        if not isinstance(document, dict) or set(document) - {LABEL} != expected:
            raise BadDataset(f"must be a JSON object with exactly the fields {', '.join(sorted(expected))}")
        members = {name: document[name] for name in expected}
        wrong = [name for name, is_right in _FIELD_RULES.items() if not is_right(members[name])]
        if wrong:
            raise BadDataset(f"field {wrong[0]} can't be {str(document[wrong[0]])[:80]!r}")
        return cls(**members)


def split_of(sha256: str, calibration_percent: int = 30) -> str:
    """Which part an image belongs to; by digest, so that the same picture is never on both sides."""
    return "calibration" if percentile_of(sha256) < calibration_percent else "evaluation"


def percentile_of(sha256: str) -> int:
    """Where an image lies among all there could be, from 0 to 99: calibration takes the first."""
    return int(sha256[:8], 16) % 100


def reassign(folder: Path, splits: Mapping[str, str]) -> None:
    """Put the items of these names into other parts; the index is written anew, line by line. Raises BadDataset."""
    if not splits:
        return
    new = folder / f"{INDEX_NAME}.new"
    with new.open("w", encoding="utf-8") as lines:
        for _, line in lines_of(folder, INDEX_NAME):
            moved = {"split": splits[line["name"]]} if line["name"] in splits else {}
            lines.write(json.dumps({**line, **moved}, ensure_ascii=False) + "\n")
    new.replace(folder / INDEX_NAME)


def read_index(folder: Path) -> list[Item]:
    """Every item, in index order; raises BadDataset naming the line that is wrong."""
    items = []
    for number, document in lines_of(folder, INDEX_NAME):
        try:
            items.append(Item.from_json(document))
        except BadDataset as wrong:
            raise BadDataset(f"{INDEX_NAME} line {number}: {wrong}") from None
    return items


def lines_of(folder: Path, name: str) -> Iterator[tuple[int, Any]]:
    """Each line's number and what it holds as JSON; raises BadDataset for a missing file or another line."""
    try:
        with (folder / name).open("rb") as lines:
            for number, line in enumerate(lines, 1):
                yield number, _json(line, name, number)
    except FileNotFoundError:
        raise BadDataset(f"the dataset has no {name}") from None


def check_name(name: str) -> None:
    """Raises BadDataset for what can't name an image."""
    if not _is_safe_name(name):
        raise BadDataset(f"{name!r} can't name an image: it must be a plain relative path without '..'")


def is_whole(value: object, low: int) -> bool:
    """Whether it is a whole number from ``low`` on, and no boolean."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= low


def _json(line: bytes, name: str, number: int) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise BadDataset(f"{name} line {number}: not JSON") from None


def _is_safe_name(name: object) -> bool:
    if not isinstance(name, str) or not name.isprintable() or "\\" in name:
        return False
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and str(path) == name and name != "."


_FIELD_RULES: dict[str, Any] = {
    "name": _is_safe_name,
    "shard": lambda value: isinstance(value, str) and _SHARD_NAME.fullmatch(value),
    "offset": lambda value: is_whole(value, 0),
    "length": lambda value: is_whole(value, 1),
    "sha256": lambda value: isinstance(value, str) and _SHA256.fullmatch(value),
    "split": lambda value: value in SPLITS,
    "width": lambda value: is_whole(value, 1),
    "height": lambda value: is_whole(value, 1),
}
