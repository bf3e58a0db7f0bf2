"""What a task's rooms of judgement offer: annotations, remarks and metrics. Held against these by the type checker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from workbench.figures import Figure
from workbench.tasks.measure import Better, Needs
from workbench.tasks.recipe import Recipe

R = TypeVar("R")  # the result of one image
A = TypeVar("A")  # the annotation of one image
S = TypeVar("S", contravariant=True)  # the same, to who only reads it


class Misfit(ValueError):
    """Annotations and model do not fit each other; ``facts`` say what was met."""

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.facts = facts


class Annotating(Protocol[A]):
    """``annotation.py``: what is known of one image."""

    def to_json(self, annotation: A) -> dict[str, Any]:
        """As a line of ``annotations/<task>.jsonl`` has it."""
        ...

    def from_json(self, document: Mapping[str, Any]) -> A:
        """Raises ValueError in words."""
        ...

    def faults(self, annotation: A, width: int, height: int, classes: Sequence[str] | None) -> list[str]:
        """What is wrong with it on an image of that size; ``classes``: their names, None where nobody knows them."""
        ...

    def check(self, name: str, annotation: A, classes: int, recipe: Recipe) -> None:
        """Raises Misfit when the model knows no such class."""
        ...


class Remarking(Protocol[S]):
    """``remarks.py``: a ``Remarks`` hears of every annotated image of one dataset, then warns of what is odd."""

    def add(self, name: str, digest: bytes, annotation: S) -> bool:
        """``digest``: of the image's file. Whether the very same picture has been annotated otherwise before."""
        ...

    def warnings(self) -> list[str]:
        """In words."""
        ...


@dataclass(frozen=True)
class Scored(Generic[R, A]):
    """One image with what a model said of it, what is known of it, and what a reference model said."""

    name: str
    sha256: str
    result: R
    annotation: A | None = None
    reference: R | None = None


@dataclass(frozen=True)
class Metric(Generic[R, A]):
    """``METRICS`` of ``options.py``, computed: the same names in the same order.

    ``item``: what one image adds, None when the metric says nothing about it; ``total``: the figure of them all.
    """

    name: str
    unit: str
    better: Better
    needs: Needs
    item: Callable[[Scored[R, A]], Any]
    total: Callable[[Sequence[Any]], Figure]

    def measure(self, scored: Sequence[Scored[R, A]]) -> tuple[Figure, int] | None:
        """The figure, and over how many images; None when there is not one that it applies to."""
        items = [found for each in scored if (found := self.item(each)) is not None]
        return (self.total(items), len(items)) if items else None
