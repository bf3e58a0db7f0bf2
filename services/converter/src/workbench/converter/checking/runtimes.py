"""Two ways to run a model, told alike: its inputs, its outputs, and every tensor in between that has a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Bounds = tuple[int, int]  # least and most of one dimension; a most of -1 is none


class NotComparable(Exception):
    """Why the two cannot be compared; the text ends a sentence."""


@dataclass(frozen=True)
class Port:
    """An input or output: the names it is known by, the first one to be told; its shape, None if even that is open."""

    names: tuple[str, ...]
    kind: np.dtype[Any]
    shape: tuple[Bounds, ...] | None

    @property
    def name(self) -> str:
        """What to call it."""
        return self.names[0]


@dataclass(frozen=True)
class Step:
    """One operation in order: what it is, the tensors it takes and makes; ``fixed``: it computes from nothing."""

    operation: str
    name: str
    takes: tuple[str, ...]
    makes: tuple[str, ...]
    fixed: bool = False

    @property
    def told(self) -> str:
        """For a person."""
        return f"{self.operation} '{self.name}'"


class Runtime(Protocol):
    """A model that can be run."""

    name: str
    version: str
    inputs: list[Port]
    outputs: list[Port]
    coarse: str | None  # "half" or "quantized" where its numbers are not those of FP32
    random: str | None  # the operation that draws random numbers, if there is one
    stands_in_for: str | None  # the framework whose model it is, where that itself is not there to run it

    def steps(self) -> Sequence[Step]:
        """Its operations, each after what it takes."""

    def tensors(self) -> frozenset[str]:
        """The names whose values :meth:`run` can give besides the outputs."""

    def run(self, feeds: Mapping[str, NDArray[Any]], also: Sequence[str] = ()) -> list[NDArray[Any]]:
        """The outputs in order, then the named tensors. Raises NotComparable where the model rejects its inputs."""
