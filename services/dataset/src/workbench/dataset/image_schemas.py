"""What crosses HTTP of the images of a dataset: which are asked for, each of them, and what all are like."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from workbench.dataset.values import PARTS
from workbench.fields import Text
from workbench.tasks.catalogue import NAMES


class ImagesQuery(ma.Schema):
    """Which images of a dataset."""

    limit = ma.fields.Integer(
        load_default=50, validate=ma.validate.Range(1, 200), metadata={"description": "Images a page."}
    )
    cursor = ma.fields.Integer(
        load_default=0,
        validate=ma.validate.Range(0, 2**31 - 1),
        metadata={"description": "The number of the first image to look at: `next_cursor` of the page before."},
    )
    class_ = Text(
        data_key="class",
        load_default=None,
        validate=ma.validate.Length(max=200),
        metadata={"description": "Only those with something of this class, by its name."},
    )
    task = Text(
        load_default=None,
        validate=ma.validate.OneOf(NAMES),
        metadata={"description": "Only those that are annotated for it; with `class`: whose class it is."},
    )
    part = Text(load_default=None, validate=ma.validate.OneOf(PARTS))


class SeenView(ma.Schema):
    """What an image has of one class."""

    task = ma.fields.String(required=True)
    id = ma.fields.Integer(required=True)
    name = ma.fields.String(required=True, allow_none=True)
    things = ma.fields.Integer(required=True)


class ImageView(ma.Schema):
    """One image of a dataset."""

    number = ma.fields.Integer(required=True, metadata={"description": "From 0; what it is asked for by."})
    name = ma.fields.String(required=True)
    width = ma.fields.Integer(required=True, metadata={"description": "Pixels."})
    height = ma.fields.Integer(required=True, metadata={"description": "Pixels."})
    size_bytes = ma.fields.Integer(required=True)
    part = ma.fields.String(required=True, metadata={"enum": list(PARTS)})
    classes = ma.fields.List(ma.fields.Nested(SeenView), required=True)
    has_preview = ma.fields.Boolean(required=True, metadata={"description": "Drawn at `…/images/{number}/preview`."})


class ImagePage(ma.Schema):
    """One page of a dataset's images, in their order."""

    items = ma.fields.List(ma.fields.Nested(ImageView), required=True)
    next_cursor = ma.fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Pass it as `cursor`; null at the end. A page of a filter may be short, even empty."},
    )


class SpreadView(ma.Schema):
    """How a number lies over the images or things."""

    min = ma.fields.Float(required=True)
    median = ma.fields.Float(required=True)
    mean = ma.fields.Float(required=True)
    max = ma.fields.Float(required=True)
    counts = ma.fields.List(ma.fields.Integer(), required=True, metadata={"description": "How many lie in each step."})
    edges = ma.fields.List(
        ma.fields.Float(),
        required=True,
        metadata={"description": "Where the steps begin and, last, where the last one ends."},
    )


def _spread(words: str) -> ma.fields.Field[Any]:
    return ma.fields.Nested(SpreadView, required=True, allow_none=True, metadata={"description": words})


class ColourView(ma.Schema):
    """Red, green and blue, from 0 to 255; each image counts the same, however large it is."""

    mean = ma.fields.List(ma.fields.Float(), required=True)
    std = ma.fields.List(ma.fields.Float(), required=True, metadata={"description": "Standard deviation of pixels."})


class ClassView(ma.Schema):
    """How often one class is there."""

    id = ma.fields.Integer(required=True)
    name = ma.fields.String(required=True, allow_none=True)
    images = ma.fields.Integer(required=True)
    things = ma.fields.Integer(required=True, metadata={"description": "Boxes, masks, or labels."})
    area_px = ma.fields.Integer(required=True, allow_none=True, metadata={"description": "Pixels of them all."})


class SizesView(ma.Schema):
    """Things by area, in the steps of COCO: below 32², below 96², and above."""

    small = ma.fields.Integer(required=True)
    medium = ma.fields.Integer(required=True)
    large = ma.fields.Integer(required=True)


class ContentsView(ma.Schema):
    """What a dataset has for one task."""

    images = ma.fields.Integer(required=True, metadata={"description": "That are annotated for it."})
    classes = ma.fields.List(ma.fields.Nested(ClassView), required=True)
    things_per_image = _spread("Null where things have no area, as labels.")
    area_share = _spread("Of a thing in its image, 0 to 1.")
    sizes = ma.fields.Nested(SizesView, required=True, allow_none=True)


class StatisticsView(ma.Schema):
    """What a dataset is like as a whole."""

    images = ma.fields.Integer(required=True)
    parts = ma.fields.Dict(
        ma.fields.String(),
        ma.fields.Integer(),
        required=True,
        metadata={"description": "Images for `calibration` and for `evaluation`."},
    )
    width = _spread("Pixels.")
    height = _spread("Pixels.")
    aspect = _spread("Width divided by height.")
    file_bytes = _spread("Of the image's file.")
    colour = ma.fields.Nested(ColourView, required=True, allow_none=True)
    tasks = ma.fields.Dict(
        ma.fields.String(),
        ma.fields.Nested(ContentsView),
        required=True,
        metadata={"description": "By the name of the task."},
    )
