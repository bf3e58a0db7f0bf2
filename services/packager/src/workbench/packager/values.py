"""What a package is made from: the facts its specification states. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SCHEMA_VERSION = 1
DEFAULT_SAMPLES = 4
PACKAGE_FILE = "package.tar.zst"

Facts = dict[str, Any]


@dataclass(frozen=True)
class Variant:
    """One model of the package.

    ``name`` is its folder in the package and below ``inputs/variants``. ``properties`` are OpenVINO's, to compile
    with, ``executed`` what came of them; ``infer_requests`` were in flight and ``loop`` was used when it was measured
    (None: never). ``files`` holds the SHA-256 each file is known by, for those that have one. ``built_in``: what the
    model does to its input itself.
    """

    name: str
    main_file: str
    precision: str
    device: str
    properties: Facts
    executed: Facts | None
    infer_requests: int | None
    loop: str | None
    files: dict[str, str]
    profile: Facts | None
    evaluation: Facts | None
    built_in: tuple[Facts, ...] = ()

    @property
    def configuration(self) -> Facts:
        """How to run it, as ``configuration.json`` says it."""
        return {
            "device": self.device,
            "properties": self.properties,
            "executed": self.executed,
            "infer_requests": self.infer_requests,
            "loop": self.loop,
        }


@dataclass(frozen=True)
class PackageSpec:
    """A checked request for a package. ``samples``: images of the dataset to ship, 0 for none of them.

    ``undecided``: why ``recommended`` is merely what runs by default; None when it was decided for. ``notes``: what was
    assumed of the model and noticed of the images.
    """

    name: str
    variants: tuple[Variant, ...]
    recommended: str
    recipe: Facts
    samples: int
    undecided: str | None = None
    notes: tuple[str, ...] = ()
