"""What a request may say of a recipe, wherever one is asked for; only for services that have ``workbench-tasks``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf
from workbench.fields import Number, Text, Whole
from workbench.imaging.fields import LARGEST_NUMBER, BadRecipe
from workbench.imaging.preparation import (
    COLORS,
    INTERPOLATIONS,
    LARGEST_MULTIPLE,
    LARGEST_SIDE,
    LAYOUTS,
    ORIENTATIONS,
    RESIZES,
)
from workbench.tasks import catalogue

_OPTIONS = "By name, as `GET /v1/tasks` tells them; what is left out has its default, or what the model suggests."


class OptionValue(ma.fields.Raw):
    """Anything: ``refuse_misfits`` holds it against what the tasks declare."""


def _channels(words: str) -> ma.fields.List[Any]:
    words = f"{words} One number a channel, in the order of `color`, on 0 to 255."
    number = Number(-LARGEST_NUMBER, LARGEST_NUMBER)
    return ma.fields.List(number, allow_none=True, validate=Length(1, 3), metadata={"description": words})


class RecipeSettings(ma.Schema):
    """What happens to an image before the model sees it, and how the task reads what comes out."""

    error_messages = {"unknown": "Unknown field; what only one task knows belongs into `options`."}  # noqa: RUF012

    resize = Text(
        validate=OneOf(RESIZES),
        metadata={
            "description": "`keep`: every image goes in as large as it is, where the model leaves height and width "
            "open "
            "and the task draws a picture (super-resolution, style transfer, inpainting)."
        },
    )
    short_side = Whole(1, 2 * LARGEST_SIDE, metadata={"description": "Pixels; with `crop` only."})
    multiple = Whole(
        1,
        LARGEST_MULTIPLE,
        metadata={
            "description": "With `keep` only: images are continued to the right and below until both sides are "
            "multiples "
            "of it, for models that halve and double them."
        },
    )
    interpolation = Text(validate=OneOf(INTERPOLATIONS))
    orientation = Text(
        validate=OneOf(ORIENTATIONS),
        metadata={"description": "Photos as they are stored, or turned upright as their EXIF data says."},
    )
    color = Text(validate=OneOf(COLORS), metadata={"description": "The order of channels that the model wants."})
    mean = _channels("What is subtracted.")
    scale = _channels("What the rest is divided by.")
    layout = Text(validate=OneOf(LAYOUTS))
    head = Text(
        allow_none=True,
        validate=Length(1, 64),
        metadata={"description": "Which reading of the outputs, as `GET /v1/tasks` tells them; default: its guess."},
    )
    output = Text(
        allow_none=True,
        validate=Length(1, 500),
        metadata={"description": "The one of a model's outputs that is read, by its name; default: the head's choice."},
    )
    options = ma.fields.Dict(
        keys=Text(validate=Length(1, 64)), values=OptionValue(), metadata={"description": _OPTIONS}
    )


def refuse_misfits(task: str | None, settings: Mapping[str, Any], below: str | None = None) -> None:
    """Head and options that the task does not have; without a task, that no task has.

    Raises ValidationError at the very option; ``below``: the field of the schema that has the settings.
    """
    try:
        catalogue.check_settings(task, settings.get("head"), settings.get("options", {}))
    except BadRecipe as bad:
        said: Any = [f"{bad.accepted[0].upper()}{bad.accepted[1:]}."]
        for name in reversed([*([below] if below else []), *bad.field.split(".", 1)]):
            said = {name: said}
        raise ma.ValidationError(said) from None
