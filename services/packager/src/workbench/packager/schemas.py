"""What crosses HTTP: a deployment package to build."""

from __future__ import annotations

import marshmallow as ma
from marshmallow.validate import Length, Range, Regexp
from workbench.webapp.fields import Text

_ID = Length(1, 64)
_FOLDER = Regexp(r"^[a-z0-9][a-z0-9._-]{0,63}$", error="Use lower-case letters, digits, dot, dash and underscore.")


class VariantRequest(ma.Schema):
    """One model of the package, with the measurements it is shipped on."""

    model_id = Text(required=True, validate=_ID, metadata={"description": "An IR."})
    profile_id = Text(load_default=None, allow_none=True, validate=_ID,
                                  metadata={"description": "Its configuration and speed go along."})  # fmt: skip
    evaluation_id = Text(load_default=None, allow_none=True, validate=_ID)
    folder = Text(required=True, validate=_FOLDER, metadata={"description": "Its folder in the package."})


class PackageRequest(ma.Schema):
    """Build the deployment of chosen models."""

    name = Text(required=True, validate=_FOLDER, metadata={"description": "The package's top folder."})
    variants = ma.fields.List(ma.fields.Nested(VariantRequest), required=True, validate=Length(1, 20))
    recommended = Text(required=True, metadata={"description": "The folder of the variant to run."})
    recipe_id = Text(required=True, validate=_ID)
    dataset_id = Text(load_default=None, allow_none=True, validate=_ID,
                                  metadata={"description": "Where the self-test's samples come from."})  # fmt: skip
    samples = ma.fields.Integer(load_default=4, validate=Range(0, 100), metadata={"description": "Images shipped."})
