"""Numbers as people type them into a form: with a comma or a point, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from workbench.problems.common import InvalidRequest


def numbers(given: Mapping[str, str], fields: Iterable[tuple[str, Callable[[str], float]]]) -> dict[str, float]:
    """Those of the fields that were filled in. Raises InvalidRequest."""
    return {name: number(name, text, kind) for name, kind in fields if (text := given.get(name, "").strip())}


def number(name: str, text: str, kind: Callable[[str], float] = float) -> float:
    """``kind``: int or float. Raises InvalidRequest, which names the field."""
    try:
        return kind(text.replace(",", "."))
    except ValueError:
        words = "no whole number" if kind is int else "no number"
        raise InvalidRequest({name: f"{text[:40]!r} is {words}"}) from None
