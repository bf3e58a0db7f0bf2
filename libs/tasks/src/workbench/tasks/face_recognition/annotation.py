"""What is known of one image: who it is, and which other images it is to be compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workbench.imaging.orientation import Turn
from workbench.tasks.recipe import Recipe

MOST_PAIRS = 100_000  # of one image
_LONGEST = 1000  # letters


@dataclass(frozen=True)
class Pair:
    """With the image of that name; ``fold``: the part of the pairs that it is in, from 0."""

    other: str
    same: bool
    fold: int = 0


@dataclass(frozen=True)
class Known:
    """``pairs``: those that this image is the first of."""

    identity: str | None = None
    pairs: tuple[Pair, ...] = ()


def to_json(annotation: Known) -> dict[str, Any]:
    """``{identity, pairs: [{other, same, fold}]}``."""
    return {"identity": annotation.identity, "pairs": [asdict(pair) for pair in annotation.pairs]}


def from_json(document: Mapping[str, Any]) -> Known:
    """Raises ValueError in words."""
    identity, pairs = document.get("identity"), document.get("pairs")
    if set(document) != {"identity", "pairs"} or not isinstance(pairs, list):
        raise ValueError("must hold an identity, a list of pairs and nothing else")
    if identity is not None and not _is_name(identity):
        raise ValueError(f"the identity must be a name of up to {_LONGEST} letters, not {str(identity)[:80]!r}")
    if len(pairs) > MOST_PAIRS:
        raise ValueError(f"has {len(pairs)} pairs; an image may have {MOST_PAIRS}")
    return Known(identity, tuple(_pair(number, pair) for number, pair in enumerate(pairs, 1)))


def faults(annotation: Known, width: int, height: int, classes: int | None) -> list[str]:  # noqa: ARG001
    """None: what is wrong with pairs shows where they are listed."""
    return []


def check(name: str, annotation: Known, classes: int, recipe: Recipe) -> None:
    """Any two faces can be compared."""


def turned(annotation: Known, turn: Turn) -> Known:  # noqa: ARG001
    """Who it is does not change."""
    return annotation


def _pair(number: int, document: object) -> Pair:
    if not isinstance(document, dict) or set(document) != {"other", "same", "fold"}:
        raise ValueError(f"pair {number} must have other, same and fold")
    other, same, fold = document["other"], document["same"], document["fold"]
    if not _is_name(other) or type(same) is not bool or type(fold) is not int or not 0 <= fold < MOST_PAIRS:
        raise ValueError(f"pair {number} must have the name of another image, true or false, and a whole number")
    return Pair(other, same, fold)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST
