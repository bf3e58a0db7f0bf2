"""What a task's room concludes from a model's facts, and how sure it is of that. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

POSSIBLE, LIKELY, CERTAIN = "possible", "likely", "certain"
SURENESS = (POSSIBLE, LIKELY, CERTAIN)


@dataclass(frozen=True)
class Guess:
    """``options`` by name, those that differ from their defaults; ``why``: what it was concluded from, a sentence.

    ``sure``: ``certain`` when the model says so itself, ``likely`` when little else looks like this, ``possible`` when
    other things do. ``pictures``: of a model of several inputs those that take pictures, prepared alike; into the first
    goes the dataset's, and the task's ``feed.py`` has something for all the others.
    ``channels``: how many of that input are the picture's, where the task fills more.
    """

    head: str | None
    options: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    sure: str = POSSIBLE
    pictures: tuple[str, ...] = ()
    channels: int | None = None
