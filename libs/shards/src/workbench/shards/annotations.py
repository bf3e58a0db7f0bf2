"""What is known of the images for each task: ``annotations/<task>.jsonl``, and the classes' names in ``classes.json``.

Which tasks a dataset serves is which of these files it has. A line is ``{"name": item, "annotation": object}``, in the
order of the index; what the object holds is the task's to say. A dataset of schema 1 has neither file: see schema_1.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from workbench.shards import schema_1
from workbench.shards.index import BadDataset, lines_of

CLASSES_NAME = "classes.json"

Annotation = dict[str, Any]


def annotations_name(task: str) -> str:
    """Of the file that holds them."""
    return f"annotations/{task}.jsonl"


class AnnotationWriter:
    """Writes the annotations of a dataset beside its shards; ``tasks``: those that it serves."""

    def __init__(self, folder: Path, tasks: Sequence[str]) -> None:
        self._folder = folder
        if tasks:
            (folder / "annotations").mkdir(parents=True, exist_ok=True)
        self._files: dict[str, IO[str]] = {
            task: (folder / annotations_name(task)).open("w", encoding="utf-8") for task in tasks
        }

    def add(self, name: str, annotations: Mapping[str, Annotation]) -> None:
        """What is known of one image, by task."""
        for task, annotation in annotations.items():
            self._files[task].write(json.dumps({"name": name, "annotation": annotation}, ensure_ascii=False) + "\n")

    def close(self, classes: Mapping[str, Sequence[str]]) -> None:
        """Finish, with the names of the classes by task."""
        self.abandon()
        text = json.dumps({task: list(names) for task, names in classes.items()}, ensure_ascii=False)
        (self._folder / CLASSES_NAME).write_text(text, encoding="utf-8")

    def abandon(self) -> None:
        """Let go of the files as they are."""
        for file in self._files.values():
            file.close()

    def __enter__(self) -> AnnotationWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abandon()


def tasks_of(folder: Path) -> list[str]:
    """The tasks that the dataset has annotations for; raises BadDataset."""
    found = sorted(path.stem for path in (folder / "annotations").glob("*.jsonl"))
    return found or ([schema_1.TASK] if schema_1.labels(folder) else [])


def read_annotations(folder: Path, task: str) -> dict[str, Annotation]:
    """By the name of the item, for those that have one; raises BadDataset naming the line that is wrong."""
    return dict(each_annotation(folder, task))


def each_annotation(folder: Path, task: str) -> Iterator[tuple[str, Annotation]]:
    """The same one by one, each with the name of its item, in the order of the index; one is held at a time.

    Raises BadDataset with the line at fault.
    """
    name = annotations_name(task)
    if not (folder / name).exists():
        yield from schema_1.labels(folder).items() if task == schema_1.TASK else ()
        return
    found: set[str] = set()
    for number, line in lines_of(folder, name):
        if not _is_annotation(line):
            raise BadDataset(f"{name} line {number}: must hold a name and an annotation, and nothing else")
        if line["name"] in found:
            raise BadDataset(f"{name} line {number}: {line['name'][:200]} is there twice")
        found.add(line["name"])
        yield line["name"], line["annotation"]


class AnnotationReader:
    """The annotations of a task beside the index, whose order they have: one is held at a time. Raises BadDataset."""

    def __init__(self, folder: Path, task: str) -> None:
        self._task, self._lines = task, each_annotation(folder, task)
        self._next = next(self._lines, None)

    def of(self, name: str) -> Annotation | None:
        """Of the image of that name; images are asked for in the order of the index."""
        if self._next is None or self._next[0] != name:
            return None
        found, self._next = self._next[1], next(self._lines, None)
        return found

    def check_end(self) -> None:
        """Once all images have been asked for."""
        if self._next is not None:
            raise BadDataset(
                f"annotations/{self._task}.jsonl: {self._next[0][:200]} is not in the index, or not in its order"
            )


def read_classes(folder: Path) -> dict[str, list[str]]:
    """The names of the classes by task; none where nobody has told them. Raises BadDataset."""
    try:
        document = json.loads((folder / CLASSES_NAME).read_bytes())
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        raise BadDataset(f"{CLASSES_NAME}: not JSON") from None
    if not isinstance(document, dict) or not all(map(_are_texts, document.values())):
        raise BadDataset(f"{CLASSES_NAME}: must hold a list of names for each task")
    return document


def _is_annotation(line: Any) -> bool:
    return (
        isinstance(line, dict)
        and line.keys() == {"name", "annotation"}
        and isinstance(line["name"], str)
        and isinstance(line["annotation"], dict)
    )


def _are_texts(names: Any) -> bool:
    return isinstance(names, list) and all(isinstance(name, str) for name in names)
