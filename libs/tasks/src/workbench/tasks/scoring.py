"""What a task's rooms of judgement offer: annotations, contents, remarks, metrics. The type checker holds them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from PIL import Image
from workbench.figures import Figure
from workbench.imaging.orientation import Turn
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

    def faults(self, annotation: A, width: int, height: int, classes: int | None) -> list[str]:
        """In words, what is wrong with it on an image of that size; ``classes``: how many there are, None for any."""
        ...

    def check(self, name: str, annotation: A, classes: int, recipe: Recipe) -> None:
        """Raises Misfit when the model knows no such class."""
        ...

    def turned(self, annotation: A, turn: Turn) -> A:
        """The same on the image once it has been turned so."""
        ...


class Seen(NamedTuple):
    """One thing that an annotation tells of; ``area`` in pixels of the image, where it has one."""

    class_id: int
    area: float | None = None


Naming = Callable[[int], str]  # of a class by its id


def picture(name: str) -> Hashable:
    """What ties an image to another, by the name of that one."""
    return "name", name


class Contents(Protocol[A]):
    """``contents.py``: what is counted and shown of an annotation, what must not be parted, and what a copy of the
    image keeps of it. ``OF_LEVELS``: whether it tells levels of pixels, and so nothing of an image with other levels.
    """

    OF_LEVELS: bool

    def things(self, annotation: A) -> list[Seen]:
        """What is in the image, by classes; nothing where the task has none."""
        ...

    def ties(self, annotation: A) -> list[Hashable]:
        """What an image has in common with those that must lie in the same part of a dataset; see ``picture``."""
        ...

    def draw(self, image: Image.Image, annotation: A, name: Naming, scale: float) -> Image.Image:
        """Onto a picture that is ``scale`` times as large as the image; a new one of its size."""
        ...

    def copied(self, annotation: A, *, mirrored: bool) -> A:
        """What a copy of the image keeps of it, where the image has it: what moves with the pixels, ``turned`` moves.
        Raises ValueError in words where nobody knows what a mirror makes of it.
        """
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
    """One image with what a model said of it, what is known of it, and what a reference model said.

    ``options``: those of the recipe.
    """

    name: str
    sha256: str
    result: R
    annotation: A | None = None
    reference: R | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


Items = Sequence[Any]


def _nothing(_images: Sequence[Any]) -> dict[str, Any]:
    return {}


def _no_parts(_items: Items) -> dict[int, Figure]:
    return {}


@dataclass(frozen=True)
class Metric(Generic[R, A]):
    """``METRICS`` of ``options.py``, computed: the same names in the same order.

    ``item``: what one image adds, as JSON has it, since it is kept; None when the metric says nothing about it.
    ``total``: the figure of them all. ``change``: how it differs from another model's, whose items of the same images
    come second. ``parts``: the same figure for each class that there is. ``count``: of what it is a figure, images
    unless told. ``belief``: what stands beside the figure and tells whether it can be believed, as JSON has it:
    ``chance``, what answers of no worth would score, and ``other_reading``. ``alone``: of each image by itself, NaN
    where it says nothing of one; the figure over that image, unless an image says something only beside others.
    ``worthless``: what answers score that something is wrong with, where ``belief`` has no chance.
    """

    name: str
    unit: str
    better: Better
    needs: Needs
    item: Callable[[Scored[R, A]], Any]
    total: Callable[[Items], Figure]
    change: Callable[[Items, Items], Figure]
    parts: Callable[[Items], Mapping[int, Figure]] = _no_parts
    count: Callable[[Items], int] = len
    belief: Callable[[Sequence[Scored[R, A]]], dict[str, Any]] = _nothing
    alone: Callable[[Items], Sequence[float]] | None = None
    worthless: float | None = None

    @property
    def sign(self) -> int:
        """What makes more of it better."""
        return 1 if self.better == "higher" else -1

    def each(self, items: Items) -> Sequence[float]:
        """How well each image does by itself."""
        return self.alone(items) if self.alone else [self.total([item]).value for item in items]
