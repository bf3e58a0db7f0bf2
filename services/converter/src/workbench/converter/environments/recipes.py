"""The environments apart that can be made: what each is for, how large it is, and what it is made of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

_BESIDE = Path(__file__).parent / "beside"


@dataclass(frozen=True)
class Recipe:
    """Of the folder of this name: ``requirements.lock`` and the programs that its interpreter runs; besides these, what
    is the same for all of them.

    ``download_mb``, ``size_mb``: what comes over the network, and what lies on the disk in the end.
    ``python``: the only version that its packages were made for; None for that of the workbench.
    ``on_first_use``: whether the first model that needs it makes it; else only who asks for it does.
    """

    name: str
    reads: str
    download_mb: int
    size_mb: int
    python: tuple[int, int] | None = None
    on_first_use: bool = True
    folder: Path = Path(__file__).parent

    @property
    def lock(self) -> Path:
        """Every package with its hashes."""
        return self.folder / self.name / "requirements.lock"

    @property
    def programs(self) -> list[Path]:
        """What lies beside the interpreter."""
        return sorted([*(self.folder / self.name).glob("*.py"), *_BESIDE.glob("*.py")])

    @property
    def digest(self) -> str:
        """Of all it is made of: another release's is another."""
        whole = hashlib.sha256()
        for path in (self.lock, *self.programs):
            whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        return whole.hexdigest()

    @property
    def told(self) -> str:
        """Its size, for a person."""
        return f"{self.name}: about {self.download_mb} MB to download, {self.size_mb} MB on the disk"


RECIPES = (
    Recipe("keras", ".keras and .h5 files", 110, 390),
    Recipe("legacy", "Caffe and MXNet networks", 170, 620, python=(3, 11)),
    # PyTorch comes with what it needs on a GPU.
    Recipe("torch", "PyTorch's exported programs (.pt2), weights of timm's networks", 2930, 5470, on_first_use=False),
)


def named(name: str) -> Recipe | None:
    """The one of this name."""
    return next((recipe for recipe in RECIPES if recipe.name == name), None)
