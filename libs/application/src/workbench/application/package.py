"""What a package contains and what it promises, read from its manifest.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import openvino as ov
from workbench.application import masks
from workbench.application.feeding import Arrays
from workbench.application.loading import Loaded, load, prepare_picture
from workbench.application.running import running_of
from workbench.imaging.preprocess import picture
from workbench.tasks.recipe import Recipe

EXPECTED = "samples/expected.json"


@dataclass(frozen=True)
class Package:
    """The folder that a package was unpacked to."""

    root: Path

    @classmethod
    def around(cls) -> Package:
        """The one that this very file was carried in, as app/workbench/application/package.py."""
        return cls(Path(__file__).resolve().parents[3])

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """As it was written."""
        return dict(self.read("manifest.json"))

    @cached_property
    def recipe(self) -> Recipe:
        """That of all variants."""
        return Recipe.from_json(self.manifest["recipe"])

    def read(self, path: str) -> Any:
        """A JSON file of the package."""
        return json.loads((self.root / path).read_bytes())

    def variant(self, name: str | None) -> dict[str, Any]:
        """The variant of that name, or the recommended one; raises KeyError naming those there are."""
        wanted = name or self.manifest["recommended"]
        for variant in self.manifest["variants"]:
            if variant["name"] == wanted:
                return dict(variant)
        names = ", ".join(variant["name"] for variant in self.manifest["variants"])
        raise KeyError(f"no variant {wanted!r}; there are {names}")

    def load(self, variant: dict[str, Any]) -> Loaded:
        """Compile a variant exactly as it was measured. Raises as ``loading.load``."""
        configuration = variant["configuration"]
        model = ov.Core().read_model(self.root / variant["model"])
        return load(model, configuration["device"], configuration["properties"], self.recipe)

    def prepare(self, sample: str, loaded: Loaded) -> Arrays:
        """What goes in of a sample's file, with the mask that lies beside it where the task takes one."""
        file = self.root / sample
        shown = picture(file.read_bytes(), self.recipe.preparation)
        mask = masks.beside(file) if running_of(self.recipe.task).masked else None
        arrays, _ = prepare_picture(shown, loaded, masks.read(mask, shown) if mask is not None else None)
        return arrays
