"""Refusals of this service that no core makes."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.problems import Problem


@dataclass(eq=False)
class RecipeRefused(Problem):
    """The defaults do not fit this model, or an override does not.

    Remedy: give `field` another value (`overrides`); where the model is at fault, `detail` says what to do about it.
    """

    status = 422
    title = "No recipe can be made for this model"
    reason: str
    field: str

    @property
    def detail(self) -> str:
        """What is missing or wrong."""
        return self.reason


@dataclass(eq=False)
class NothingToScoreBy(Problem):
    """Neither annotations for the task nor a reference model: nothing tells which answers are right.

    Remedy: give a dataset that is annotated for the task, or `reference_model_id` to measure agreement.
    """

    status = 422
    title = "Nothing tells which answers are right"
    task: str
    dataset_tasks: list[str]
    field: str = "dataset_id"

    @property
    def detail(self) -> str:
        """What the dataset serves, and what is missing."""
        serves = f"is annotated for {', '.join(self.dataset_tasks)}, not" if self.dataset_tasks else "is not annotated"
        return f"dataset_id: the dataset {serves} for {self.task}, and no reference model was given; one is needed."


@dataclass(eq=False)
class QuantizedAlready(Problem):
    """The model is INT8 as it is: there are no ranges left to find.

    Remedy: calibrate the FP32 or FP16 model it was made from.
    """

    status = 422
    title = "The model is INT8 already"
    field: str = "model_id"

    @property
    def detail(self) -> str:
        """What to give instead."""
        return "model_id: the model is INT8 already; calibrate the FP32 or FP16 model it was made from."


@dataclass(eq=False)
class NotLookedAt(Problem):
    """An evaluation of an earlier release kept no list of images, pictures and confusion.

    Remedy: ask for the same once more, which is computed anew: `workbench evaluations again ID`
    (`POST /v1/evaluations` with its `request`).
    """

    status = 404
    title = "An earlier release did not keep this of the evaluation"
    evaluation_id: str
    what: str

    @property
    def detail(self) -> str:
        """Name what is missing."""
        return f"The evaluation {self.evaluation_id} has no {self.what}."


@dataclass(eq=False)
class NothingConfused(Problem):
    """Which class is taken for which is told of tasks that have classes, where images are annotated.

    Remedy: give a dataset that is annotated for the task; `workbench tasks show NAME` says what it measures besides.
    """

    status = 404
    title = "There are no classes that could be confused"
    evaluation_id: str

    @property
    def detail(self) -> str:
        """Why there is none."""
        return (
            f"The evaluation {self.evaluation_id} has no confusion matrix: its task has no classes, or none of its "
            "images is annotated."
        )


@dataclass(eq=False)
class NothingDrawn(Problem):
    """A trial has pictures only where its task has something to draw; outputs that nobody can read have not.

    Remedy: read what the trial says of the image in words (`lines`); give the model's task in the recipe if it
    has another.
    """

    status = 404
    title = "Nothing is drawn on this image"
    trial_id: str
    number: int

    @property
    def detail(self) -> str:
        """Say of which."""
        return f"Of image {self.number} of the trial {self.trial_id} there is no picture: what is said has no place."


@dataclass(eq=False)
class NotDrawn(Problem):
    """Only the worst images of an evaluation are drawn.

    Remedy: `workbench try` draws what the model says of any image.
    """

    status = 404
    title = "This image of the evaluation is not drawn"
    evaluation_id: str
    number: int
    most: int

    @property
    def detail(self) -> str:
        """Say of which there are pictures."""
        return f"Image {self.number} of the evaluation {self.evaluation_id} is not drawn; its worst {self.most} are."
