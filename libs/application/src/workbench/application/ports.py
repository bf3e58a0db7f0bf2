"""A model's inputs and outputs by the names that people know them by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class NoSuchTensor(ValueError):
    """The model has no input or output of that name; ``known`` are those it has."""

    def __init__(self, kind: str, name: str, known: list[str]) -> None:
        super().__init__(f"the model has no {kind} {name!r}; it has {', '.join(known)}")
        self.kind, self.name, self.known = kind, name, known


def find(ports: Sequence[Any], kind: str, name: str) -> int:
    """Which of them it is; ``kind``: input or output, for the message. Raises NoSuchTensor."""
    for index, port in enumerate(ports):
        if name in {*port.get_names(), port.get_node().get_friendly_name()}:
            return index
    raise NoSuchTensor(kind, name, [name_of(port, kind, number) for number, port in enumerate(ports)])


def name_of(port: Any, kind: str, number: int) -> str:
    """Some tensors have none."""
    return port.get_any_name() if port.get_names() else f"{kind} {number}"
