"""What crosses HTTP: the form fields beside an uploaded model."""

from __future__ import annotations

import marshmallow as ma
from marshmallow.validate import Length
from workbench.fields import Text


class ModelForm(ma.Schema):
    """Sent as multipart/form-data beside the parts named `files`."""

    name = Text(
        validate=Length(1, 200), metadata={"description": "What people call the model; the file's name by default."}
    )
