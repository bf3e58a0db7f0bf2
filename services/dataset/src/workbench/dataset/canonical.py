"""The canonical dataset while it is written, and the facts that are told of it afterwards."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from workbench.dataset.gallery import Gallery
from workbench.dataset.parting import Parting
from workbench.dataset.pictures import Odd, Picture
from workbench.dataset.statistics import STATISTICS_NAME, Statistics
from workbench.dataset.values import CALIBRATION_PERCENT
from workbench.shards import SPLITS, AnnotationWriter, Item, ShardWriter, reassign
from workbench.tasks.computing import Computing

SCHEMA = 2  # of what is written; release 0.1.0 wrote 1


class Canonical:
    """Writes pictures, in the order they are added, and counts what the facts need.

    ``tasks``: those it serves; ``classes``: their names by task.
    """

    def __init__(
        self,
        folder: Path,
        calibration_percent: int = CALIBRATION_PERCENT,
        tasks: Sequence[Computing[Any, Any]] = (),
        classes: Mapping[str, list[str]] | None = None,
    ) -> None:
        self._writer = ShardWriter(folder)
        self._tasks = {task.name: task for task in tasks}
        self._annotations = AnnotationWriter(folder, list(self._tasks))
        self._remarks = {task.name: task.remarks() for task in tasks}
        self._folder = folder
        self._parting = Parting(calibration_percent)
        self._classes = dict(classes or {})
        self._statistics = Statistics(list(self._tasks))
        self._gallery = Gallery(folder, tasks, self._classes)
        self._splits = Counter(dict.fromkeys(SPLITS, 0))
        self._size_bytes = 0
        self._odd = Odd()
        self._seen: set[bytes] = set()
        self._copies = 0

    def add(self, name: str, picture: Picture, annotations: Mapping[str, Any]) -> None:
        """Append one picture and what is known of it by task."""
        digest = hashlib.sha256(picture.data)
        ties = [tie for task, known in annotations.items() for tie in self._tasks[task].contents.ties(known)]
        split = self._parting.add(name, digest.digest(), ties)
        self._writer.add(name, picture.data, split=split, width=picture.width, height=picture.height)
        self._count(name, split, digest.digest(), picture, annotations)

    def take(self, item: Item, picture: Picture, annotations: Mapping[str, Any], *, copy: bool) -> None:
        """Append an image of another dataset, in the part that it is in there; without ``copy`` it stays in its shard,
        which this dataset then needs, too.
        """
        if copy:
            self._writer.add(item.name, picture.data, split=item.split, width=item.width, height=item.height)
        else:
            self._writer.refer(item)
        self._count(item.name, item.split, bytes.fromhex(item.sha256), picture, annotations)

    def _count(self, name: str, split: str, digest: bytes, picture: Picture, annotations: Mapping[str, Any]) -> None:
        self._annotations.add(
            name, {task: self._tasks[task].annotation.to_json(known) for task, known in annotations.items()}
        )
        seen = {task: self._tasks[task].contents.things(known) for task, known in annotations.items()}
        self._statistics.add(picture, seen)
        self._odd.note(name, picture)
        self._gallery.add(name, split, picture, annotations, seen)
        self._splits[split] += 1
        self._size_bytes += len(picture.data)
        self._compare(name, digest, annotations)

    def facts(self, format_name: str, warnings: Sequence[str]) -> dict[str, Any]:
        """Finish; the dataset's facts, as its manifest keeps them."""
        self._annotations.close(self._classes)
        self._part()
        statistics = {**self._statistics.to_json(self._classes), "parts": dict(self._splits)}
        (self._folder / STATISTICS_NAME).write_text(json.dumps(statistics, ensure_ascii=False), encoding="utf-8")
        return {
            "schema": SCHEMA,
            "format": format_name,
            "tasks": list(self._tasks),
            "classes": self._classes,
            "annotated": bool(self._tasks),
            "labels": self._classes.get("classification"),
            "items": self._splits.total(),
            "splits": dict(self._splits),
            "size_bytes": self._size_bytes,
            "warnings": [*warnings, *self._warnings()],
        }

    def __enter__(self) -> Canonical:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        self._annotations.abandon()
        self._gallery.close()

    def _part(self) -> None:
        """What was written by digest alone is put right where that would tear things apart."""
        self._writer.close()
        moved = self._parting.settle()
        reassign(self._folder, moved)
        self._gallery.finish(moved)
        for split in moved.values():
            self._splits[split] += 1
            self._splits[SPLITS[1 - SPLITS.index(split)]] -= 1

    def _compare(self, name: str, digest: bytes, annotations: Mapping[str, Any]) -> None:
        contradicted = [self._remarks[task].add(name, digest, known) for task, known in annotations.items()]
        # What contradicts is told by the task: it does not merely count double.
        self._copies += digest in self._seen and not any(contradicted)
        self._seen.add(digest)

    def _warnings(self) -> list[str]:
        found = self._odd.warnings()
        found += [warning for remarks in self._remarks.values() for warning in remarks.warnings()]
        if self._copies:
            found.append(
                f"{self._copies} images are byte for byte copies of others and count double; each lies in the "
                "part of its original."
            )
        return found + self._parting.warnings()
