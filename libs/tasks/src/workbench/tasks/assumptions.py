"""What of a recipe nobody said: taken from the facts or from what is usual, and so told wherever a result rests on it.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workbench.tasks import guesses
from workbench.tasks.catalogue import task_of
from workbench.tasks.default_recipe import usual_of
from workbench.tasks.guess import LIKELY, POSSIBLE
from workbench.tasks.model_api import steps_inside, told_preparation
from workbench.tasks.recipe import Recipe
from workbench.tasks.usual import COLORS, pixels_in_words

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Assumption:
    """``field``: the override that says otherwise, dotted; ``sure``: a word of ``guess.SURENESS``."""

    field: str
    words: str
    sure: str

    def to_json(self) -> dict[str, str]:
        """As the facts of a recipe, an evaluation and a report have it."""
        return asdict(self)


def assumptions(model: Facts, dataset: Facts | None, overrides: Facts, recipe: Recipe) -> list[Assumption]:
    """Of the recipe that ``default_recipe`` made of the other three."""
    guess = next(
        (
            each.guess
            for each in guesses.guesses(model, guesses.classes_of(dataset), overrides.get("output"))
            if each.task == recipe.task
        ),
        None,
    )
    why, sure = (guess.why, guess.sure) if guess else ("nothing else is known", POSSIBLE)
    found = [*_reading(overrides, recipe, why, sure), *_output(model, overrides)]
    if guess:
        given = overrides.get("options") or {}
        found += [
            Assumption(f"options.{name}", f"{name} is {value}: {why}", sure)
            for name, value in guess.options.items()
            if name not in given
        ]
    return [*found, *_classes(model, overrides, recipe), *_pixels(model, overrides, recipe)]


def _reading(overrides: Facts, recipe: Recipe, why: str, sure: str) -> Iterable[Assumption]:
    if recipe.head and not overrides.get("head") and len(task_of(recipe.task).choosing.HEADS) > 1:
        yield Assumption("head", f"the outputs are read as {recipe.head}: {why}", sure)


def _output(model: Facts, overrides: Facts) -> Iterable[Assumption]:
    names = [str(tensor["name"]) for tensor in model.get("outputs") or ()]
    if len(names) > 1 and not overrides.get("output") and overrides.get("task") == "classification":
        yield Assumption("output", f"of the {len(names)} outputs the first, {names[0]}, is read", POSSIBLE)


def _classes(model: Facts, overrides: Facts, recipe: Recipe) -> Iterable[Assumption]:
    """Which of the model's classes is which of the dataset's: a matter of order, and of how many there are."""
    if not recipe.labels or overrides.get("labels"):
        return
    own = (model.get("model_info") or {}).get("labels")
    if own and [_bare(each) for each in own] == [_bare(each) for each in recipe.labels]:
        return
    count, scores = len(recipe.labels), _scores(model)
    fewer = f", which are {count} of the model's {scores}" if scores and scores > count + 1 else ""
    first = ", ".join(recipe.labels[:3]) + (" …" if count > 3 else "")
    yield Assumption("labels", f"the model's classes are in the order of the dataset's{fewer} ({first})", POSSIBLE)


def usually(usual: Facts, head: str | None) -> dict[str, Assumption]:
    """What ``usual_of`` found, by field, as it is told; of mean and scale once."""
    like = f"as into the models that are published for {head}"
    words = {
        "color": f"the channels go in as {COLORS.get(usual.get('color', ''))}",
        "mean": pixels_in_words(usual.get("mean"), usual.get("scale")),
        "resize": f"pictures are resized by {usual.get('resize')}",
    }
    known = {*usual, "mean"} if "scale" in usual else {*usual}
    return {field: Assumption(field, f"{said}, {like}", LIKELY) for field, said in words.items() if field in known}


def _pixels(model: Facts, overrides: Facts, recipe: Recipe) -> Iterable[Assumption]:
    """What nobody can see in a model: colour, scale, and how a picture came to be as large as the input."""
    preparation, taken = recipe.preparation, recipe.preparation.input
    said = {**overrides, **told_preparation(model, taken.channels)}
    head = task_of(recipe.task).head(recipe.head)
    like = usually(usual_of(head, model, taken.name, taken.channels, said), recipe.head)
    told = {*said, *steps_inside(model)}
    if taken.channels == 3 and not told & {"color", "reverse_channels"}:
        yield like.get("color") or Assumption("color", f"the channels go in as {COLORS['RGB']}", POSSIBLE)
    if not told & {"mean", "scale"}:
        yield like.get("mean") or Assumption("mean", pixels_in_words(None, None), POSSIBLE)
    if "resize" not in told:
        done = "go in as large as they are" if preparation.any_size else f"are resized by {preparation.resize}"
        usual = Assumption("resize", f"pictures {done}, as is usual for {recipe.task}", LIKELY)
        yield like.get("resize") or usual


def _scores(model: Facts) -> int | None:
    """How many numbers the only output with one list has."""
    outputs = model.get("outputs") or [{}]
    sizes = [size for size in (outputs[0].get("shape") or [])[1:] if size != 1]
    return sizes[0] if len(sizes) == 1 and isinstance(sizes[0], int) and sizes[0] > 0 else None


def _bare(label: str) -> str:
    """As ``model_info`` can hold it: without blanks, in one case."""
    return "_".join(str(label).split()).casefold()
