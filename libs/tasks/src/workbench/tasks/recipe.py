"""The recipe: what a computation must know about a model besides its bytes. Standard library only.

A recipe travels as JSON, inside manifests and deployment packages. Whoever holds a :class:`Recipe` holds one whose
preparation is valid; whether its task, head and options are, ``catalogue.check`` knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.imaging.fields import BadRecipe, as_tuple, check_text, exact
from workbench.imaging.preparation import Preparation

VERSION = 2
_FIELDS = ("version", "task", "labels", "preparation", "head", "output", "options")
# Version 1, which release 0.1.0 wrote, is flat; its last two belong to classification.
_PREPARATION_1 = ("input", "resize", "short_side", "interpolation", "color", "mean", "scale")
_OPTIONS_1 = ("label_offset", "top_k")
_FIELDS_1 = ("task", "labels", *_PREPARATION_1, "output", *_OPTIONS_1)

__all__ = ["VERSION", "BadRecipe", "Recipe"]


@dataclass(frozen=True)
class Recipe:
    """How a picture becomes the model's input, and what the outputs mean.

    ``labels``: names of the dataset's classes. ``head``: which reading of the outputs, None is the task's first.
    ``output``: the tensor to read where the head reads one, None is the first. ``options``: the task's own settings.
    """

    task: str
    preparation: Preparation
    labels: tuple[str, ...] | None = None
    head: str | None = None
    output: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_text("task", self.task)
        _check_labels(self.labels)
        for name in ("head", "output"):
            if getattr(self, name) is not None:
                check_text(name, getattr(self, name))
        if not isinstance(self.options, Mapping):
            raise BadRecipe("options", "must be a JSON object", self.options)

    def label(self, class_id: int) -> str | None:
        """The name of a dataset class; None without labels, for a background class, or beyond the list."""
        if self.labels is None or not 0 <= class_id < len(self.labels):
            return None
        return self.labels[class_id]

    def class_name(self, class_id: int) -> str:
        """For people: its label, else its number."""
        return self.label(class_id) or f"class {class_id}"

    @classmethod
    def from_json(cls, document: object) -> Recipe:
        """The recipe a JSON object describes, of this version or the first; raises BadRecipe, naming the field."""
        if isinstance(document, Mapping) and "version" in document:
            return cls._from_2(document)
        values = exact(document, _FIELDS_1, ("task", "input"), "recipe")
        classifies = values["task"] == "classification"
        return cls(
            values["task"],
            Preparation.from_json({name: values[name] for name in _PREPARATION_1 if name in values}),
            as_tuple("labels", values.get("labels")),
            output=values.get("output"),
            options={name: values[name] for name in _OPTIONS_1 if name in values and classifies},
        )

    @classmethod
    def _from_2(cls, document: object) -> Recipe:
        values = exact(document, _FIELDS, ("version", "task", "preparation"), "recipe")
        if values.pop("version") != VERSION:
            raise BadRecipe("version", f"must be {VERSION}", document["version"])  # type: ignore[index]  # exact() knows
        values["preparation"] = Preparation.from_json(values["preparation"])
        values["labels"] = as_tuple("labels", values.get("labels"))
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """The same recipe as JSON values, every field present."""
        return {
            "version": VERSION,
            "task": self.task,
            "labels": None if self.labels is None else list(self.labels),
            "preparation": self.preparation.to_json(),
            "head": self.head,
            "output": self.output,
            "options": dict(self.options),
        }


def renewed(settings: Mapping[str, Any], task: str | None) -> dict[str, Any]:
    """What a request says of a recipe, as it is said now: release 0.1.0 had a classifier's options beside the rest.

    To any other task they meant nothing.
    """
    old = {name: settings[name] for name in _OPTIONS_1 if name in settings}
    kept = {name: value for name, value in settings.items() if name not in _OPTIONS_1}
    return {**kept, "options": old} if old and task == "classification" else kept


def _check_labels(labels: object) -> None:
    if labels is None:
        return
    if not isinstance(labels, tuple) or not labels or not all(isinstance(label, str) for label in labels):
        raise BadRecipe("labels", "must be a list of texts that is not empty, or null", labels)
