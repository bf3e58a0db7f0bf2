"""What PyTorch saves and nobody should load, told apart to say how the model can be brought."""

from __future__ import annotations

from pathlib import Path

from workbench.model_registry.formats._pytorch_files import EXPORT, STATE, WEIGHTS, what
from workbench.model_registry.values import Found, NotTaken

ACCEPTED = None

_OR_NAME = (
    " Weights of a network of timm or torchvision come with a file architecture.json beside them: "
    '{"architecture": "timm:resnet18"}.'
)


def claims(path: Path) -> bool:
    """Whether PyTorch wrote it, or pickle did."""
    return what(path) is not None


def gather(main: Path, upload: Path) -> Found:
    """Refuses, with the lines that export."""
    name, found = main.relative_to(upload).as_posix(), what(main)
    also = _OR_NAME if found in (STATE, WEIGHTS) else ""
    raise NotTaken(f"{name}: this is {found}. {EXPORT}{also}", file=name)
