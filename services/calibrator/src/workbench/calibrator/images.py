"""Every image of an evaluation with what was said of it and what is known: looked at one by one, never all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from workbench.calibrator.scorer import Dataset
from workbench.calibrator.shelf import Shelf
from workbench.tasks.scoring import Scored


@dataclass(frozen=True)
class Images(Sequence[Scored[Any, Any]]):
    """In the order of the items. ``mine``, ``theirs``: what the model and a reference model said; ``options``: of the
    recipe.
    """

    dataset: Dataset
    mine: Shelf
    theirs: Shelf | None
    options: Mapping[str, Any]

    @overload
    def __getitem__(self, number: int) -> Scored[Any, Any]: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Scored[Any, Any]]: ...
    def __getitem__(self, number: int | slice) -> Any:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        item = self.dataset.items[number]
        reference = None if self.theirs is None else self.theirs[number]
        known = self.dataset.annotations.get(item.name)
        return Scored(item.name, item.sha256, self.mine[number], known, reference, self.options)

    def __len__(self) -> int:
        return len(self.mine)
