"""What may be wrong where a model answers no better than chance: other recipes, each with what to type.

In groups, of which at most one is the cause: how pixels go in, then how the outputs are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from workbench.imaging.fields import BadRecipe
from workbench.imaging.preparation import Preparation
from workbench.tasks.catalogue import check, task_of
from workbench.tasks.option import Option, Value
from workbench.tasks.recipe import Recipe
from workbench.tasks.usual import COLORS, IMAGENET, ZERO_TO_ONE

Numbers = tuple[float, ...] | None


@dataclass(frozen=True)
class Suspect:
    """``words``: how the recipe reads then; ``remedy``: the options that say so; ``recipe``: it, checked.
    ``changes``: how many things are otherwise than now.
    """

    words: str
    remedy: str
    recipe: Recipe
    changes: int = 1


def groups(recipe: Recipe, *, whole_pixels: bool) -> Iterator[str]:
    """The names of the groups there are, in the order in which they are tried; ``whole_pixels``: the model takes u8."""
    if recipe.preparation.input.channels == 3 or not whole_pixels:
        yield "pixels"
    task = task_of(recipe.task)
    if len(task.heads) > 1:
        yield "head"
    yield from (name for name, option in task.options.items() if option.suspect)


def suspects(recipe: Recipe, group: str, *, whole_pixels: bool) -> Iterator[Suspect]:
    """Those of one group, of a recipe that is checked."""
    if group == "pixels":
        yield from _pixels(recipe, whole_pixels=whole_pixels)
    elif group == "head":
        mine = recipe.head or task_of(recipe.task).heads[0]
        for head in task_of(recipe.task).heads:
            if head != mine:
                yield Suspect(f"when the outputs are read as {head}", f"--head {head}", replace(recipe, head=head))
    else:
        yield from _values(recipe, task_of(recipe.task).options[group])


def _pixels(recipe: Recipe, *, whole_pixels: bool) -> Iterator[Suspect]:
    now = recipe.preparation
    colors = ("RGB", "BGR") if now.input.channels == 3 else ("GRAY",)
    for words, mean, scale in [("", now.mean, now.scale), *([] if whole_pixels else _ranges(now))]:
        for color in sorted(colors, key=lambda color: color != now.color):
            turned = color != now.color
            made = replace(now, color=color, mean=_turned(mean, turned), scale=_turned(scale, turned))
            if made == now:
                continue
            said = [words] if words else []
            typed = _typed(made) if words or (turned and (mean or scale)) else []
            if turned:
                said, typed = [*said, f"with the channels as {COLORS[color]}"], [*typed, f"--color {color}"]
            yield Suspect(" and ".join(said), " ".join(typed), replace(recipe, preparation=made), len(said))


def _ranges(now: Preparation) -> list[tuple[str, Numbers, Numbers]]:
    """In words, mean and scale; colours in the order that they have now."""
    channels = now.input.channels
    usual: list[tuple[str, Numbers, Numbers]] = [
        ("with pixels as they are, 0 to 255", None, None),
        ("with pixels from 0 to 1", None, ZERO_TO_ONE[:channels]),
        ("with pixels from -1 to 1", (127.5,) * channels, (127.5,) * channels),
    ]
    if channels == 3:
        mean, scale = (_turned(numbers, now.color == "BGR") for numbers in IMAGENET)
        usual.append(("with the mean and scale of ImageNet", mean, scale))
    return [each for each in usual if each[1:] != (now.mean, now.scale)]


def _turned(numbers: Numbers, turned: bool) -> Numbers:
    return numbers[::-1] if numbers and turned else numbers


def _typed(preparation: Preparation) -> list[str]:
    """Of what takes nothing away and divides by nothing, too: 0 and 1 say so."""
    count = preparation.input.channels
    given = {"--mean": preparation.mean or (0.0,) * count, "--scale": preparation.scale or (1.0,) * count}
    return [f"{name} {','.join(f'{number:g}' for number in numbers)}" for name, numbers in given.items()]


def _values(recipe: Recipe, option: Option) -> Iterator[Suspect]:
    for value in _others(option, recipe.options[option.name]):
        try:
            made = check(replace(recipe, options={**recipe.options, option.name: value}))
        except BadRecipe:  # beyond what the option accepts
            continue
        told = str(value).lower() if isinstance(value, bool) else str(value)
        yield Suspect(f"with {option.name} {told}", f"--option {option.name}={told}", made)


def _others(option: Option, now: Any) -> list[Value]:
    if isinstance(now, bool):
        return [not now]
    if isinstance(now, int):
        return [now + 1, now - 1]
    return [choice for choice in option.choices if choice not in (now, "usual")]
