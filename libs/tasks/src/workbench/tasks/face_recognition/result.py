"""What a face recognition model says of one image."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.tasks.recipe import Recipe

_TYPE = "<f4"


@dataclass(frozen=True)
class Embedding:
    """``text``: its numbers as little-endian float32 in base64; a list would be six times as long."""

    text: str

    @classmethod
    def of(cls, vector: NDArray[Any]) -> Embedding:
        """vector: shape (n,)."""
        return cls(base64.b64encode(vector.astype(_TYPE).tobytes()).decode())

    @property
    def vector(self) -> NDArray[np.float64]:
        """Shape (n,)."""
        return np.frombuffer(base64.b64decode(self.text), _TYPE).astype(np.float64)

    def nearness(self, other: Embedding, by: str) -> float:
        """Of two: the cosine between them, or with ``l2`` their distance as a negative number."""
        return near(self.vector, other.vector, by)

    def to_json(self) -> dict[str, Any]:
        """``{embedding}``."""
        return {"embedding": self.text}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Embedding:
        """What ``to_json`` made."""
        return cls(document["embedding"])

    def lines(self, recipe: Recipe) -> list[str]:  # noqa: ARG002
        """For people: alone it says little."""
        vector = self.vector
        return [f"an embedding of {vector.size} numbers, its length {math.sqrt(float(vector @ vector)):.3g}"]


def near(one: NDArray[np.float64], other: NDArray[np.float64], by: str) -> float:
    """The larger, the more alike; shape (n,) both."""
    if by == "l2":
        return -float(np.linalg.norm(one - other))
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
