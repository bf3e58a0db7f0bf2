"""A dataset as release 0.1.0 wrote it: its only annotations are the labels in its index. It is read for ever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.shards.index import INDEX_NAME, LABEL, BadDataset, is_whole, lines_of

TASK = "classification"  # the only one there was


def labels(folder: Path) -> dict[str, dict[str, Any]]:
    """By the name of the item, for those that have one, as annotations of the task; raises BadDataset."""
    found = {}
    for number, line in lines_of(folder, INDEX_NAME):
        label = line.get(LABEL) if isinstance(line, dict) else None
        if label is not None:
            if not is_whole(label, 0):
                raise BadDataset(f"{INDEX_NAME} line {number}: field {LABEL} can't be {str(label)[:80]!r}")
            found[line["name"]] = {LABEL: label}
    return found
