"""Each field takes what it says, and its refusal says all that it takes."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
import pytest
from workbench.fields import BadSpec, Choice, Flag, Named, Number, Object, Text, Whole, WholeInForm, checked, shared


class Inner(Object):
    side = Whole(1, 9, required=True)


class Outer(Object):
    count = Whole(1, 9)
    share = Number(0.5, 2.5, allow_none=True)
    colour = Choice("red", "blue")
    flag = Flag()
    parts = Named(keys=Text(), values=ma.fields.Nested(Inner))
    file = shared.main_file()


def read(**members: Any) -> Any:
    return checked(Outer(), {"file": "a", **members})


def said(**members: Any) -> str:
    with pytest.raises(BadSpec) as refused:
        read(**members)
    return str(refused.value)


@pytest.mark.parametrize("value", [0, 10, "2", 2.0, 2.7, True, None, float("nan"), [], 10**30])
def test_a_whole_number_is_nothing_else(value: Any) -> None:
    assert said(count=value) == "count: Must be a whole number from 1 to 9."


@pytest.mark.parametrize(("value", "read_as"), [("7", 7), ("+7", 7), (7, 7)])
def test_a_form_says_numbers_in_digits(value: Any, read_as: int) -> None:
    assert WholeInForm(1, 9).deserialize(value) == read_as


@pytest.mark.parametrize("value", ["10", "7.0", "٧", " 7", "", "9" * 5_000, 7.0, True, None])
def test_and_nothing_else(value: Any) -> None:
    with pytest.raises(ma.ValidationError, match="a whole number from 1 to 9"):
        WholeInForm(1, 9).deserialize(value)


@pytest.mark.parametrize("value", [0.4, 2.6, "1", True, float("nan"), float("inf"), 10**400, {}])
def test_a_number_is_nothing_else(value: Any) -> None:
    assert said(share=value) == "share: Must be a number from 0.5 to 2.5, or null."


@pytest.mark.parametrize("value", ["RED", "green", "", None, 1, ["red"]])
def test_a_choice_names_its_words(value: Any) -> None:
    assert said(colour=value) == "colour: Must be one of red, blue."


@pytest.mark.parametrize("value", [0, 1, "true", "", None])
def test_a_flag_is_true_or_false(value: Any) -> None:
    assert said(flag=value) == "flag: Must be true or false."


def test_what_is_wrong_with_a_named_part_is_told_below_its_name() -> None:
    assert said(parts={"a": {"side": 1}, "b": {"side": 0}}) == "parts.b.side: Must be a whole number from 1 to 9."
    assert said(parts={"b": 7}) == "parts.b: Must be a JSON object."
    assert said(parts={"b": {"side": 1, "edge": 2}}) == "parts.b.edge: Unknown field; accepted are side."
    assert said(parts={"\0": {"side": 1}}).startswith("parts.\0: Leave out NUL")
    assert said(parts=[]) == "parts: Must be a JSON object."


def test_values_arrive_as_they_are() -> None:
    members = {"count": 1, "share": None, "colour": "blue", "flag": False, "parts": {"a": {"side": 9}}}

    assert read(**members) == {"file": "a", **members}


def test_all_that_is_wrong_is_told_until_it_is_too_much() -> None:
    several = said(count=0, colour="", flag=1, share=9, parts=1, file="..", none=1)

    assert several.count(": Must be") == 5
    assert several.endswith("; 2 more are wrong.")
