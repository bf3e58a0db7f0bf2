"""Whether a score can be believed: what chance would give, and what the same answers would score, read otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from workbench.figures import wilson
from workbench.tasks.classification.annotation import Label
from workbench.tasks.classification.result import Ranking
from workbench.tasks.scoring import Scored

_OFFSETS = (-1, 1, -2, 2)
_CLASSES = "check which class is which: the dataset's classes in the model's order (classes.txt or its list)"


def belief(images: Sequence[Scored[Ranking, Label]]) -> dict[str, Any]:
    """``chance``: the share of the most frequent class. ``other_reading``: ``{value, words, remedy}`` where one scores
    beyond both intervals, else None. ``constant`` as below. Empty without labels.
    """
    pairs = [(each.result.first, each.annotation.label) for each in images if each.annotation is not None]
    if not pairs:
        return {}
    chance = Counter(label for _, label in pairs).most_common(1)[0][1] / len(pairs)
    found = [(_share(read), words, remedy) for read, words, remedy in _readings(pairs, images[0].options)]
    best, words, remedy = max(found, key=lambda one: one[0])
    now, then = (wilson(round(share * len(pairs)), len(pairs)) for share in (_share(pairs), best))
    better = then.low > max(now.high, chance)
    other = {"value": best, "words": words, "remedy": remedy} if better else None
    return {"chance": chance, "other_reading": other, **constant(images)}


def constant(images: Sequence[Scored[Ranking, Label]]) -> dict[str, Any]:
    """``constant``: whether one class is said of every image, and there are several.

    To agree on that tells nothing, and to be right of some of them is chance.
    """
    return {"constant": len(images) > 1 and len({each.result.first for each in images}) == 1}


def _share(pairs: Sequence[tuple[int, int]]) -> float:
    return sum(first == label for first, label in pairs) / len(pairs)


def _readings(pairs: Sequence[tuple[int, int]], options: Any) -> Iterator[tuple[list[tuple[int, int]], str, str]]:
    """The same answers and labels, read otherwise; with words and what to type."""
    offset = options.get("label_offset", 0)
    for more in _OFFSETS:
        read = [(first - more, label) for first, label in pairs]
        words = f"when each class of the model is taken as the one {abs(more)} {'before' if more > 0 else 'after'} it"
        fits = offset + more >= 0
        yield read, words, f"--option label_offset={offset + more}, if that is what is meant" if fits else _CLASSES
    count = max(max(pair) for pair in pairs) + 1
    as_words = sorted(range(count), key=str)  # 0, 1, 10, 11, 2 …
    places = {number: place for place, number in enumerate(as_words)}
    order = "when the classes are in the other order, of 10 before 2 or 2 before 10"
    yield [(places.get(first, first), label) for first, label in pairs], order, _CLASSES
    yield [(first, places[label]) for first, label in pairs], order, _CLASSES
