"""The tasks, one line each, as APIs, formats and reference pages need them: light, neither NumPy nor Pillow.

``computing.py`` has the same tasks with what cores need of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from workbench.imaging.fields import BadRecipe, check_choice, exact
from workbench.tasks.classification import options as classification
from workbench.tasks.face_recognition import options as face_recognition
from workbench.tasks.facial_landmarks import options as facial_landmarks
from workbench.tasks.generic import options as generic
from workbench.tasks.guess import Guess
from workbench.tasks.inpainting import options as inpainting
from workbench.tasks.instance_segmentation import options as instance_segmentation
from workbench.tasks.measure import Measure
from workbench.tasks.model_facts import ModelFacts
from workbench.tasks.object_detection import options as object_detection
from workbench.tasks.option import Choice, Option
from workbench.tasks.recipe import Recipe
from workbench.tasks.semantic_segmentation import options as semantic_segmentation
from workbench.tasks.style_transfer import options as style_transfer
from workbench.tasks.super_resolution import options as super_resolution


class Choosing(Protocol):
    """``options.py`` of a task."""

    HEADS: tuple[Choice, ...]  # readings of the outputs, the usual one first
    OPTIONS: tuple[Option, ...]
    METRICS: tuple[Measure, ...]  # the first is what variants are compared by; none: nobody judges the results
    RESIZE: str  # keep: where the model leaves the size open, else stretch
    MODEL_API: str | None  # OpenVINO Model API's name for it

    def guess(self, model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:
        """What the model needs if it does this task, and how sure that is; None when it does not.

        ``labels``: of the dataset that it shall predict, else those the model itself lists.
        """
        ...

    def misfit(self, model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
        """The field at fault and why, where the facts already say that the outputs can't be read as the recipe does."""
        ...


@dataclass(frozen=True)
class Task:
    """``name`` as people and files write it; ``words`` say what a model that does it answers."""

    name: str
    words: str
    choosing: Choosing

    @property
    def judged(self) -> bool:
        """Whether its accuracy can be measured: then there is a line in ``computing.py``."""
        return bool(self.choosing.METRICS)

    @property
    def annotated(self) -> bool:
        """Whether only a dataset that is annotated for it tells how right an answer is."""
        return any(metric.needs == "annotation" for metric in self.choosing.METRICS)

    @property
    def by_image(self) -> bool:
        """Whether every image tells by itself how right an answer is."""
        return any(metric.needs == "image" for metric in self.choosing.METRICS)

    @property
    def options(self) -> dict[str, Option]:
        """By name."""
        return {option.name: option for option in self.choosing.OPTIONS}

    def head(self, name: str | None) -> Choice | None:
        """The one of that name, if there is one."""
        return next((head for head in self.choosing.HEADS if head.name == name), None)

    @property
    def heads(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(head.name for head in self.choosing.HEADS)

    def to_json(self) -> dict[str, Any]:
        """All that there is to choose, and what comes of it."""
        return {
            "name": self.name,
            "words": self.words,
            "resize": self.choosing.RESIZE,
            "heads": [head.to_json() for head in self.choosing.HEADS],
            "options": [option.to_json() for option in self.choosing.OPTIONS],
            "metrics": [asdict(metric) for metric in self.choosing.METRICS],
        }


TASKS: tuple[Task, ...] = (
    Task("classification", "which class a picture belongs to", classification),
    Task("object-detection", "which things are in a picture, and where", object_detection),
    Task("instance-segmentation", "which things are in a picture, and which pixels are theirs", instance_segmentation),
    Task("semantic-segmentation", "which class each pixel of a picture belongs to", semantic_segmentation),
    Task("facial-landmarks", "where the points of a face are", facial_landmarks),
    Task("face-recognition", "whose face it is: how alike two are", face_recognition),
    Task("style-transfer", "a picture drawn in another style", style_transfer),
    Task("super-resolution", "a picture with more pixels", super_resolution),
    Task("inpainting", "a picture with a part of it missing, made whole", inpainting),
    Task("generic", "anything: speed is measured, accuracy is not", generic),
)
NAMES = tuple(task.name for task in TASKS)


def task_of(name: object) -> Task:
    """Raises BadRecipe."""
    check_choice("task", name, NAMES)
    return next(task for task in TASKS if task.name == name)


def check(recipe: Recipe) -> Recipe:
    """The recipe with every option of its task, those left out at their defaults. Raises BadRecipe."""
    task = task_of(recipe.task)
    check_settings(task.name, recipe.head, recipe.options)
    if recipe.preparation.any_size and task.choosing.RESIZE != "keep":
        raise BadRecipe(
            "resize", f"must be stretch, crop or letterbox for {task.name}, whose models take one size", "keep"
        )
    options = {option.name: option.default for option in task.choosing.OPTIONS}
    return replace(recipe, options={**options, **recipe.options})


def check_settings(task: str | None, head: object, options: object) -> None:
    """Whether the task has this head and these options; without a task, whether some task has. Raises BadRecipe."""
    tasks = TASKS if task is None else (task_of(task),)
    _check_head(head, [name for each in tasks for name in each.heads])
    known = {
        name: [each.options[name] for each in tasks if name in each.options] for each in tasks for name in each.options
    }
    for name, value in exact(options, known, (), "options", "options.").items():
        _check_some(known[name], value)


def _check_head(head: object, heads: Sequence[str]) -> None:
    if head is not None and not heads:
        raise BadRecipe("head", "must be left out, since this task has none", head)
    if head is not None:
        check_choice("head", head, heads)


def _check_some(options: Sequence[Option], value: object) -> None:
    """Of one name, each of another task."""
    refusals = []
    for option in options:
        try:
            return option.check(value)
        except BadRecipe as refusal:
            refusals.append(refusal)
    raise refusals[0]
