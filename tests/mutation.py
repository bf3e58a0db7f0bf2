"""Documents that are nearly right, for properties that hold whatever comes."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

JUNK = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just([]) | st.just({})


@st.composite
def mutated(draw: st.DrawFn, wholes: list[Any]) -> Any:
    """One of these with some part replaced by anything, or gone."""
    whole = copy.deepcopy(draw(st.sampled_from(wholes)))
    for _ in range(draw(st.integers(0, 3))):
        place = whole
        while isinstance(place, dict | list) and place:
            step = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            if not isinstance(place[step], dict | list) or draw(st.booleans()):
                if draw(st.booleans()):
                    place[step] = draw(JUNK)
                else:
                    del place[step]
                break
            place = place[step]
    return whole
