"""What crosses HTTP: the form beside an uploaded dataset, and a dataset to generate."""

from __future__ import annotations

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range
from workbench.webapp.fields import Text

_PERCENT = {"description": "Share of the images, chosen by their digest, that calibration may use."}


class DatasetForm(ma.Schema):
    """Sent as multipart/form-data beside the parts named `files`: one archive, or the files of a folder."""

    name = Text(validate=Length(1, 200), metadata={"description": "What people call the dataset."})
    calibration_percent = ma.fields.Integer(load_default=30, validate=Range(0, 100), metadata=_PERCENT)
    format = Text(
        load_default=None,
        validate=Length(1, 40),
        metadata={"description": "`imagenet-folders`, `imagenet-list` or `unannotated`; detected by default."},
    )


class GenerationRequest(ma.Schema):
    """Images made up from a seed: good for measuring speed, not accuracy."""

    name = Text(validate=Length(1, 200), metadata={"description": "What people call the dataset."})
    count = ma.fields.Integer(load_default=100, validate=Range(1, 10_000), metadata={"description": "Images."})
    width = ma.fields.Integer(required=True, validate=Range(1, 8192), metadata={"description": "Pixels."})
    height = ma.fields.Integer(required=True, validate=Range(1, 8192), metadata={"description": "Pixels."})
    channels = ma.fields.Integer(load_default=3, validate=OneOf([1, 3]), metadata={"description": "1 or 3."})
    seed = ma.fields.Integer(
        load_default=0, validate=Range(0, 2**63 - 1), metadata={"description": "The same seed makes the same images."}
    )
    calibration_percent = ma.fields.Integer(load_default=30, validate=Range(0, 100), metadata=_PERCENT)
