"""One source beside one converted model: the same random numbers through both, output by output."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.converter.checking.distance import COARSE, FINE, Distance, distance, overflows, says_nothing
from workbench.converter.checking.draws import FREE_SIZES, ROUNDS, backwards, draw, forwards, shapes
from workbench.converter.checking.openvino_runtime import Ir
from workbench.converter.checking.runtimes import NotComparable, Port, Runtime
from workbench.converter.checking.verdicts import ALIKE, DIFFERS, NOT_COMPARABLE, not_comparable

_ENOUGH_S = 15.0  # after that no further round begins, once one has told something
Feeds = dict[str, NDArray[Any]]


@dataclass
class Comparison:
    """``asked``: what was built in before each input of the converted model. ``fp16``: how its weights are stored.

    ``first``: the source's outputs in the first round that told something; ``varies``: whether a later one had others.
    """

    source: Runtime
    converted: Ir
    asked: Mapping[str, Mapping[str, Any]]
    fp16: bool
    distances: dict[str, Distance] = field(default_factory=dict)
    differing: list[tuple[Feeds, Feeds]] = field(default_factory=list)
    rounds: list[str] = field(default_factory=list)
    undecided: str | None = None
    first: list[NDArray[Any]] = field(default_factory=list)
    varies: bool = False

    @property
    def tolerance(self) -> float:
        """Relative to an output's largest value."""
        return COARSE if self.fp16 or self.source.coarse or self.converted.coarse == "quantized" else FINE

    @property
    def rounding(self) -> float:
        """A change of weights and inputs as half precision makes one, or 8 bits; no less, though FP32 rounds by less:

        it does so at every operation, and what is normalized by its own small variance is moved by that alone.
        """
        return 2.0**-8 if "quantized" in (self.source.coarse, self.converted.coarse) else 2.0**-11

    def verdict(self) -> dict[str, Any]:
        """What there is to say, as JSON."""
        try:
            self._compare()
        except NotComparable as error:
            return not_comparable(str(error), self.source.name, self.source.version, self.tolerance)
        outputs = [{"name": name, **found.to_json()} for name, found in self.distances.items()]
        word = DIFFERS if self.differing else ALIKE if self.rounds else NOT_COMPARABLE
        reason = self.undecided if word == NOT_COMPARABLE else None
        if word == DIFFERS and self.source.stands_in_for:
            word = NOT_COMPARABLE
            reason = (
                f"{self.source.name}, which stands in for {self.source.stands_in_for}, computes something else, "
                "and which of the two is right is not known"
            )
        runtime = {"name": self.source.name, "version": self.source.version}
        return {
            "verdict": word,
            "reason": reason,
            "runtime": runtime,
            "tolerance": self.tolerance,
            "rounds": self.rounds,
            "constant": len(self.rounds) > 1 and not self.varies,
            "outputs": outputs,
        }

    def _compare(self) -> None:
        if self.source.random:
            raise NotComparable(f"{self.source.random} draws other numbers every time")
        if len(self.source.inputs) != len(self.converted.inputs) or (
            len(self.source.outputs) != len(self.converted.outputs)
        ):
            raise NotComparable("the converted model has another number of inputs or outputs than its source")
        began = time.monotonic()
        sizes = self._first_round()
        for number in range(1, len(ROUNDS)):
            if self.rounds and time.monotonic() - began > _ENOUGH_S:
                break
            self._round(number, sizes)

    def _first_round(self) -> list[tuple[int, ...]]:
        """With the first sizes of open dimensions that the model takes; those."""
        tried = list(dict.fromkeys(tuple(shapes(self.converted.inputs, free)) for free in FREE_SIZES))
        for sizes in tried:
            try:
                self._round(0, sizes)
            except NotComparable:
                if sizes == tried[-1]:
                    raise
                continue
            return list(sizes)
        raise NotComparable("it takes no input")

    def _round(self, number: int, sizes: Sequence[tuple[int, ...]]) -> None:
        before, after = self._feeds(number, sizes)
        sources, converted = self.source.run(before), self.converted.run(after)
        pairs = [(port.name, sources[place], converted[other]) for place, (port, other) in enumerate(self._outputs())]
        if all(says_nothing(source) for _, source, _ in pairs):
            self.undecided = "random inputs make every output NaN, infinite or empty"
            return
        if self.source.coarse == "half" and any(overflows(source, other) for _, source, other in pairs):
            self.undecided = "random inputs leave the range of the source's half precision"
            return
        found = {name: distance(source, other, self.tolerance) for name, source, other in pairs}
        differs = not all(one.alike for one in found.values())
        if differs and self._is_but_rounding(found, after, [other for _, _, other in pairs]):
            self.undecided = "on random inputs the model magnifies what any rounding does to it"
            return
        self.rounds.append(ROUNDS[number])
        self.first = self.first or sources
        self.varies |= not all(np.array_equal(one, other) for one, other in zip(self.first, sources, strict=True))
        self.distances = {name: max(one, self.distances.get(name, one), key=_badness) for name, one in found.items()}
        if differs:
            self.differing.append((before, after))

    def _is_but_rounding(self, found: dict[str, Distance], after: Feeds, converted: list[NDArray[Any]]) -> bool:
        shaken = self.converted.run_shaken(after, self.rounding)
        moved = [
            distance(one, shaken[other], self.tolerance)
            for one, (_, other) in zip(converted, self._outputs(), strict=True)
        ]
        return all(one.alike or one.explained_by(by) for one, by in zip(found.values(), moved, strict=True))

    def _feeds(self, number: int, sizes: Sequence[tuple[int, ...]]) -> tuple[Feeds, Feeds]:
        before, after = Feeds(), Feeds()
        for place, (port, size) in enumerate(zip(self.converted.inputs, sizes, strict=True)):
            source = self.source.inputs[partner(port, place, self.source.inputs)]
            wanted, asked = draw(place, source.kind, size, number), self.asked.get(port.name)
            fed = backwards(wanted, asked) if asked else wanted
            after[port.name] = fed.astype(port.kind)
            before[source.name] = forwards(fed, asked).astype(source.kind) if asked else wanted
        return before, after

    def _outputs(self) -> list[tuple[Port, int]]:
        return [(port, partner(port, place, self.converted.outputs)) for place, port in enumerate(self.source.outputs)]


def partner(port: Port, place: int, others: Sequence[Port]) -> int:
    """The place of the other model's port that is this one: by name, else by place."""
    same = [other for other, candidate in enumerate(others) if set(port.names) & set(candidate.names)]
    return same[0] if len(same) == 1 else place


def _badness(found: Distance) -> tuple[float, float]:
    return (np.inf if found.shapes else found.beyond), found.relative
