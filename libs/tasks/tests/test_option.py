"""One setting of each type, and what it takes."""

from __future__ import annotations

from typing import Any

import pytest
from workbench.imaging.fields import BadRecipe
from workbench.tasks.option import Option

WHOLE = Option("count", "How many.", default=5, low=1, high=100)
NUMBER = Option("least", "The least score.", default=0.5, low=0.0, high=1.0)
WORDS = Option("order", "Which comes first.", default="area", choices=("area", "score"))
YES_NO = Option("smooth", "Whether edges are smoothed.", default=True)


@pytest.mark.parametrize(
    ("option", "type_", "taken"),
    [
        (WHOLE, "integer", [1, 5, 100]),
        (NUMBER, "number", [0, 0.0, 0.25, 1, 1.0]),
        (WORDS, "choice", ["area", "score"]),
        (YES_NO, "boolean", [True, False]),
    ],
)
def test_an_option_takes_what_is_of_its_type_and_range(option: Option, type_: str, taken: list[Any]) -> None:
    assert option.type == type_
    for value in taken:
        option.check(value)


@pytest.mark.parametrize(
    ("option", "words", "refused"),
    [
        (WHOLE, "a whole number from 1 to 100", [0, 101, 2.0, 2.5, True, "5", None, [5], 10**40]),
        (NUMBER, "a number from 0.0 to 1.0", [-0.1, 1.01, float("nan"), float("inf"), False, "0.5", None, {}]),
        (WORDS, "one of area, score", ["Area", "", 0, True, None, ["area"]]),
        (YES_NO, "true or false", [0, 1, "true", None, []]),
    ],
)
def test_anything_else_is_refused_with_the_field_and_what_would_do(
    option: Option, words: str, refused: list[Any]
) -> None:
    for value in refused:
        with pytest.raises(BadRecipe, match=f"must be {words}, not ") as fault:
            option.check(value)
        assert fault.value.field == f"options.{option.name}"


def test_an_option_as_json_says_its_type_and_range() -> None:
    assert WHOLE.to_json() == {
        "name": "count",
        "words": "How many.",
        "type": "integer",
        "default": 5,
        "low": 1,
        "high": 100,
        "choices": None,
    }
    assert WORDS.to_json()["choices"] == ["area", "score"]
    assert (YES_NO.to_json()["low"], YES_NO.to_json()["choices"]) == (None, None)
