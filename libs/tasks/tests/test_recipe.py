"""A recipe is valid or it is refused by the name of its field; those of the first release are read for ever."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from workbench.tasks.catalogue import check
from workbench.tasks.recipe import BadRecipe, Recipe

# As release 0.1.0 wrote it.
FIRST = {
    "task": "classification",
    "input": {"name": "data_0", "width": 224, "height": 224, "channels": 3, "layout": "NCHW"},
    "color": "BGR",
    "mean": [104, 117, 123],
}
SECOND = {
    "version": 2,
    "task": "classification",
    "preparation": {name: FIRST[name] for name in ("input", "color", "mean")},
}


def read(document: object) -> Recipe:
    return check(Recipe.from_json(document))


def test_what_is_left_out_has_its_default() -> None:
    recipe = read(SECOND)

    assert (recipe.labels, recipe.head, recipe.output) == (None, None, None)
    assert recipe.options == {"label_offset": 0, "top_k": 5}


def test_a_recipe_survives_the_way_through_json() -> None:
    recipe = read(SECOND | {"labels": ["cat", "dog"], "output": "prob", "head": "scores", "options": {"top_k": 3}})

    assert read(json.loads(json.dumps(recipe.to_json()))) == recipe
    assert recipe.options == {"label_offset": 0, "top_k": 3}


def test_every_field_is_written_even_when_it_is_the_default() -> None:
    assert set(read(SECOND).to_json()) == {"version", "task", "labels", "preparation", "head", "output", "options"}


def test_a_recipe_of_the_first_release_means_what_it_meant() -> None:
    assert read(FIRST) == read(SECOND)
    assert read(FIRST | {"label_offset": 1, "top_k": 3, "output": "prob", "labels": ["cat"]}) == read(
        SECOND | {"options": {"label_offset": 1, "top_k": 3}, "output": "prob", "labels": ["cat"]}
    )
    assert read(FIRST | {"task": "generic", "label_offset": 0, "top_k": 5}).options == {}


@pytest.mark.parametrize(("class_id", "label"), [(0, "cat"), (1, "dog"), (2, None), (-1, None)])
def test_a_class_outside_the_labels_has_no_name(class_id: int, label: str | None) -> None:
    assert read(SECOND | {"labels": ["cat", "dog"]}).label(class_id) == label


def test_without_labels_no_class_has_a_name() -> None:
    assert read(SECOND).label(0) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"colour": "RGB"}, "colour"),
        ({"task": "detection"}, "task"),
        ({"task": None}, "task"),
        ({"task": ["classification"]}, "task"),
        ({"labels": []}, "labels"),
        ({"labels": "cat"}, "labels"),
        ({"labels": ["cat", 1]}, "labels"),
        ({"output": ""}, "output"),
        ({"output": 0}, "output"),
        ({"label_offset": -1}, "options.label_offset"),
        ({"label_offset": 1.0}, "options.label_offset"),
        ({"top_k": 0}, "options.top_k"),
        ({"top_k": 101}, "options.top_k"),
        ({"top_k": True}, "options.top_k"),
        ({"top_k": "5"}, "options.top_k"),
    ],
)
def test_a_bad_field_is_refused_by_its_name_in_either_version(changes: dict[str, Any], field: str) -> None:
    options = {name: changes[name] for name in ("label_offset", "top_k") if name in changes}
    newer = SECOND | ({"options": options} if options else changes)

    for document in (FIRST | changes, newer):
        with pytest.raises(BadRecipe) as refused:
            read(document)
        assert refused.value.field == field
        assert f"field {field}:" in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"version": 3}, "version"),
        ({"head": ""}, "head"),
        ({"head": "boxes"}, "head"),
        ({"options": []}, "options"),
        ({"options": {"threshold": 1}}, "options.threshold"),
        ({"task": "generic", "head": "scores"}, "head"),
        ({"task": "generic", "options": {"top_k": 5}}, "options.top_k"),
        ({"preparation": None}, "preparation"),
        ({"preparation": {}}, "input"),
    ],
)
def test_what_only_the_second_version_has_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadRecipe) as refused:
        read(SECOND | changes)

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("document", "missing"),
    [
        (FIRST, "task"),
        (FIRST, "input"),
        (SECOND, "task"),
        (SECOND, "preparation"),
    ],
)
def test_a_missing_field_is_named(document: dict[str, Any], missing: str) -> None:
    with pytest.raises(BadRecipe, match=f"{missing}: is required"):
        read({name: value for name, value in document.items() if name != missing})


@pytest.mark.parametrize("document", [None, [], "recipe", 7])
def test_what_is_no_object_is_no_recipe(document: object) -> None:
    with pytest.raises(BadRecipe, match="JSON object"):
        read(document)


def test_a_checked_recipe_is_checked_again_without_a_change() -> None:
    recipe = read(SECOND)

    assert check(recipe) == recipe
    assert check(replace(recipe, options={})) == recipe
