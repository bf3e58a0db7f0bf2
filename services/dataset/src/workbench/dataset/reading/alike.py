"""Classes that people take for one: their names differ in upper and lower case, spaces or accents' coding only."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

_SHOWN = 5
_BETWEEN = re.compile(r"[\s_-]+")


def alike_classes(names: Iterable[str]) -> list[str]:
    """A warning with the names that are alike; none where all differ."""
    by_sound: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        by_sound[_BETWEEN.sub(" ", unicodedata.normalize("NFKC", name)).strip().casefold()].append(name)
    found = [" and ".join(f"'{each}'" for each in same) for same in by_sound.values() if len(same) > 1]
    if not found:
        return []
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    shown = "; ".join(found[:_SHOWN])
    return [f"Classes have names that are nearly the same, and are classes of their own: {shown}{more}."]
