"""What an upload is found to be, and the refusals that say why it is nothing we take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.runner.core import Refusal

LAYERS = "layers.jsonl"  # an analysis's own file
SAID = "said.jsonl"  # what a zoo says of each of its models, as it says it
CATALOGUE = "catalogue.jsonl"  # the same, read


# A person would name the model after such a file.
MAIN_FILES = (
    ".onnx",
    ".xml",
    ".tflite",
    "saved_model.pb",
    ".meta",
    ".pb",
    ".pbtxt",
    ".pdmodel",
    ".keras",
    ".h5",
    ".caffemodel",
    ".params",
    ".pt2",
)


# Or after weights, which are no model by themselves.
WEIGHTS = (".safetensors", ".pth", ".pt")


class EmptyUpload(Refusal):
    """No file, or only files without a byte."""


class UnknownFormat(Refusal):
    """No format claims any file: ``files`` says what each looks like instead."""


class SeveralModels(Refusal):
    """More than one model in one upload: ``files`` lists their main files."""


class NotTaken(Refusal):
    """A model in a format that we know and do not read: the text says how it can be brought all the same."""


@dataclass(frozen=True)
class Found:
    """One model in an upload.

    ``files`` maps each canonical name (``model.onnx``, ``weights/0.bin``) to the uploaded file, to None where an empty
    file will do, or to what makes it at a path, out of the files ``made_of``; the first is the main file. ``facts`` is
    what the file says of itself and OpenVINO does not pass on.
    """

    files: Mapping[str, Path | Callable[[Path], None] | None]
    facts: dict[str, Any] = field(default_factory=dict)
    made_of: tuple[Path, ...] = ()

    @property
    def main(self) -> str:
        """Canonical name of the main file."""
        return next(iter(self.files))

    @property
    def used(self) -> set[Path]:
        """The uploaded files that it is."""
        return {source for source in self.files.values() if isinstance(source, Path)} | set(self.made_of)
