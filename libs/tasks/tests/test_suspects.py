"""What is tried where a model scores no more than chance: each differs in what it says, and can be typed."""

from __future__ import annotations

from typing import Any

import pytest
from workbench.tasks.catalogue import TASKS, check
from workbench.tasks.recipe import VERSION, Recipe
from workbench.tasks.suspects import Suspect, groups, suspects


def recipe(
    task: str = "classification", channels: int = 3, options: dict[str, Any] | None = None, **preparation: Any
) -> Recipe:
    given = {"name": "x", "width": 8, "height": 8, "channels": channels, "layout": "NCHW"}
    color = {} if channels == 3 else {"color": "GRAY"}
    return check(
        Recipe.from_json(
            {
                "version": VERSION,
                "task": task,
                "options": options or {},
                "preparation": {"resize": "stretch", "input": given, **color, **preparation},
            }
        )
    )


def of(made: Recipe, group: str, *, whole_pixels: bool = False) -> list[Suspect]:
    return list(suspects(made, group, whole_pixels=whole_pixels))


@pytest.mark.parametrize("task", [task.name for task in TASKS if task.judged])
def test_every_suspect_is_another_recipe_of_the_task_and_says_what_to_type(task: str) -> None:
    given = recipe(task)

    found = [each for group in groups(given, whole_pixels=False) for each in of(given, group)]

    assert len({each.recipe.to_json().__repr__() for each in found}) == len(found)
    assert all(each.recipe != given and check(each.recipe) for each in found)
    assert all(each.remedy.startswith("--") and each.words.startswith(("with ", "when ")) for each in found)


def test_colours_turn_with_their_mean_and_scale() -> None:
    turned = next(each for each in of(recipe(mean=[1, 2, 3]), "pixels") if "--color" in each.remedy)

    assert turned.recipe.preparation.mean == (3, 2, 1)
    assert turned.remedy == "--mean 3,2,1 --scale 1,1,1 --color BGR"
    assert turned.words == "with the channels as blue, green, red"


def test_a_model_of_whole_pixels_or_of_grey_has_less_to_be_wrong() -> None:
    assert [each.remedy for each in of(recipe(), "pixels", whole_pixels=True)] == ["--color BGR"]
    assert not any("--color" in each.remedy for each in of(recipe(channels=1), "pixels"))
    assert "pixels" not in groups(recipe(channels=1), whole_pixels=True)


def test_a_number_is_tried_beside_itself_and_within_its_range() -> None:
    assert [each.remedy for each in of(recipe(), "label_offset")] == ["--option label_offset=1"]
    assert [each.remedy for each in of(recipe(options={"label_offset": 1}), "label_offset")] == [
        "--option label_offset=2",
        "--option label_offset=0",
    ]
