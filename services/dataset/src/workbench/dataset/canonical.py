"""The canonical dataset while it is written, and the facts that are told of it afterwards."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from workbench.dataset.pictures import Picture
from workbench.dataset.samples import some
from workbench.shards import LABELLED, SPLITS, AnnotationWriter, ShardWriter, split_of

SCHEMA = 2  # of what is written; release 0.1.0 wrote 1


class Canonical:
    """Writes pictures, in the order they are added, and counts what the facts need."""

    def __init__(self, folder: Path, calibration_percent: int, tasks: Sequence[str] = ()) -> None:
        self._writer = ShardWriter(folder)
        self._annotations = AnnotationWriter(folder, tasks)
        self._tasks = list(tasks)
        self._calibration_percent = calibration_percent
        self._splits = Counter(dict.fromkeys(SPLITS, 0))
        self._size_bytes = 0
        self._label_counts: Counter[int | None] = Counter()
        self._first: dict[bytes, tuple[str, int | None]] = {}
        self._contradictions: list[str] = []
        self._copies = 0

    def add(self, name: str, picture: Picture, label: int | None = None) -> None:
        """Append one picture; the digest of its file decides the part it belongs to."""
        digest = hashlib.sha256(picture.data)
        split = split_of(digest.hexdigest(), self._calibration_percent)
        self._writer.add(name, picture.data, split=split, width=picture.width, height=picture.height)
        if label is not None:
            self._annotations.add(name, {LABELLED: {"label": label}})
        self._splits[split] += 1
        self._size_bytes += len(picture.data)
        self._label_counts[label] += 1
        self._compare(digest.digest(), name, label)

    def facts(self, format_name: str, labels: list[str] | None, warnings: list[str]) -> dict[str, Any]:
        """Finish; the dataset's facts, as its manifest keeps them."""
        annotated, classes = LABELLED in self._tasks, {LABELLED: labels} if labels else {}
        self._annotations.close(classes)
        return {
            "schema": SCHEMA, "format": format_name, "tasks": self._tasks, "classes": classes,
            "annotated": annotated, "labels": labels,
            "items": self._splits.total(), "splits": dict(self._splits), "size_bytes": self._size_bytes,
            "warnings": warnings + self._warnings(annotated),
        }

    def __enter__(self) -> Canonical:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._writer.close()
        self._annotations.abandon()

    def _compare(self, digest: bytes, name: str, label: int | None) -> None:
        first_name, first_label = self._first.setdefault(digest, (name, label))
        if first_name == name:
            return
        self._copies += 1
        if first_label != label:
            self._contradictions.append(f"{first_name} ({first_label}) and {name} ({label})")

    def _warnings(self, annotated: bool) -> list[str]:
        found = []
        if self._contradictions:
            found.append(f"{len(self._contradictions)} images have different labels: "
                         f"{some(self._contradictions)}")
        elif self._copies:
            found.append(f"{self._copies} images are byte for byte copies of others and count double.")
        if annotated and len(self._label_counts) == 1:
            found.append("All images have the same label: accuracy will say nothing.")
        found += [f"No image fell into the {split} part." for split in SPLITS
                  if not self._splits[split] and self._splits.total()
                  and 0 < self._calibration_percent < 100]
        return found
