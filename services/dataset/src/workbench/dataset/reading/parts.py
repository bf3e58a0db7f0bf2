"""Which part of a data set a file is of, by its name: what a model was not trained on comes first."""

from __future__ import annotations

import re

from workbench.dataset.reading.pairs import PARTS


def worth(name: str) -> tuple[int, str]:
    """A key to sort by: the parts in the order in which they are taken, then any other, by name."""
    words = re.split(r"[^a-z]+", name.lower())
    places = [place for place, part in enumerate(PARTS) if any(word.startswith(part) for word in words)]
    return min(places, default=len(PARTS)), name
