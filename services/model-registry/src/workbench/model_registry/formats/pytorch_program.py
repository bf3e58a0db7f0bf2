"""PyTorch's exported program (.pt2): a graph and plain weights, read in an environment apart, as a copy of ours."""

from __future__ import annotations

from pathlib import Path

from workbench.model_registry.formats._zip_names import names
from workbench.model_registry.values import Found

ACCEPTED = "a program exported by PyTorch (.pt2)"


def claims(path: Path) -> bool:
    """Whether it is such an archive, and no other of PyTorch's."""
    inside = {tuple(name.split("/")[1:]) for name in names(path)}
    return (
        ("archive_format",) in inside
        and ("data.pkl",) not in inside
        and not any(part[:1] == ("code",) for part in inside)
    )


def gather(main: Path, _upload: Path) -> Found:
    """The file, which has no others; what lies hidden in it, reading it finds."""
    return Found({"model.pt2": main}, {"producer": "pytorch"})
