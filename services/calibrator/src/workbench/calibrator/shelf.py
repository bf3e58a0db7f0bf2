"""What is held of every image while all of them are scored: what is large lies on disk.

Pictures that a model has drawn, and those that it should have, would fill memory in proportion to the images.
"""

from __future__ import annotations

import pickle
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

_SMALL_BYTES = 8 * 2**10  # of what stays in memory


@dataclass(frozen=True)
class _Place:
    offset: int
    length: int


class Shelf(Sequence[Any]):
    """So many objects, set one by one in any order; each look makes a large one anew, as it was when it was set."""

    def __init__(self, count: int) -> None:
        self._held: list[Any] = [None] * count
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # it ends with the shelf
        weakref.finalize(self, self._file.close)

    def __setitem__(self, number: int, value: Any) -> None:
        data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        if len(data) <= _SMALL_BYTES:
            self._held[number] = value
            return
        self._held[number] = _Place(self._file.seek(0, 2), len(data))
        self._file.write(data)

    @overload
    def __getitem__(self, number: int) -> Any: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Any]: ...
    def __getitem__(self, number: int | slice) -> Any:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        held = self._held[number]
        if not isinstance(held, _Place):
            return held
        self._file.seek(held.offset)
        return pickle.loads(self._file.read(held.length))  # noqa: S301  # this very process wrote it, into a nameless file

    def __len__(self) -> int:
        return len(self._held)


class Named(Mapping[str, Any]):
    """Objects on a shelf by the names of images. ``places``: where each has its own."""

    def __init__(self, places: Mapping[str, int], shelf: Shelf) -> None:
        self._places, self._shelf = places, shelf

    def __getitem__(self, name: str) -> Any:
        return self._shelf[self._places[name]]

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
