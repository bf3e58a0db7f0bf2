"""A confusion matrix for people, in 80 columns: the matrix where it fits, and what is confused most often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.client.cli.listing import fitted

Facts = Mapping[str, Any]

_MOST_CLASSES = 8  # that a matrix has room for
_MOST_PAIRS = 15
_NAME, _CELL = 16, 7


def page(found: Facts) -> str:
    """All of it."""
    names = {each["id"]: _short(each["label"] or f"class {each['id']}") for each in found["classes"]}
    total, right = (sum(each[name] for each in found["classes"]) for name in ("there", "right"))
    lines = [f"{total:,} {found['of']} are there; {right:,} are taken for what they are"]
    if len(names) <= _MOST_CLASSES:
        lines += ["", *_matrix(found, names)]
    return "\n".join([*lines, "", *_pairs(found, names)])


def _matrix(found: Facts, names: Mapping[int, str]) -> Iterable[str]:
    """A row for each class that is there, a column for each that is said; the last are nothing."""
    counts = {(pair["truth"], pair["said"]): pair["count"] for pair in found["pairs"]}
    rows = [*names, *([None] if any(truth is None for truth, _ in counts) else [])]
    columns = [*names, *([None] if any(said is None for _, said in counts) else [])]
    yield " " * _NAME + "".join(f" {fitted(_name(each, names), _CELL)}" for each in columns) + "  taken for"
    for truth in rows:
        yield fitted(_name(truth, names), _NAME) + "".join(
            f" {_count(counts.get((truth, said), 0)):>{_CELL}}" for said in columns
        )


def _pairs(found: Facts, names: Mapping[int, str]) -> Iterable[str]:
    wrong = [pair for pair in found["pairs"] if pair["truth"] != pair["said"]]
    if not wrong:
        yield "nothing is taken for anything else"
    for pair in wrong[:_MOST_PAIRS]:
        yield f"{pair['count']:>9,}  {_words(pair, names)}"
    if len(wrong) > _MOST_PAIRS:
        yield f"           … and {len(wrong) - _MOST_PAIRS} more kinds (--json shows all)"


def _words(pair: Facts, names: Mapping[int, str]) -> str:
    if pair["truth"] is None:
        return f"{names[pair['said']]} found where nothing is"
    if pair["said"] is None:
        return f"{names[pair['truth']]} not found"
    return f"{names[pair['truth']]} taken for {names[pair['said']]}"


def _name(number: int | None, names: Mapping[int, str]) -> str:
    return "nothing" if number is None else names[number]


def _count(count: int) -> str:
    """With at most six letters."""
    for step, letter in ((10**9, "G"), (10**6, "M"), (10**4, "k")):
        if count >= step:
            return f"{count / (1000 if letter == 'k' else step):.0f}{letter}"
    return str(count) if count else "·"


def _short(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:39]}…"
