"""What crosses HTTP: the form fields beside an uploaded model."""

from __future__ import annotations

import marshmallow as ma
from marshmallow.validate import Length, Regexp
from workbench.fields import Object, Text, shared
from workbench.model_registry.sources.names import fault_in_address


class ModelForm(ma.Schema):
    """Sent as multipart/form-data beside the parts named `files`."""

    name = Text(
        validate=Length(1, 200), metadata={"description": "What people call the model; the file's name by default."}
    )


class DownloadRequest(Object):
    """A model that is elsewhere."""

    source = Text(
        required=True, validate=Length(1, 2000),
        metadata={"description": "The address of the file, `https://…` or `http://…`: a model, or an archive of its "
                  "files. Whoever may see the job sees it."},
    )  # fmt: skip
    sha256 = Text(
        required=True, validate=Regexp(r"\A[0-9a-fA-F]{64}\Z", error="Must be 64 hexadecimal digits."),
        metadata={"description": "Of the file, from its publisher: anything else is refused."},
    )  # fmt: skip
    name = shared.a_name("What people call the model; the file's name by default.")

    @ma.validates("source")
    def _is_address(self, value: str, **_context: object) -> None:
        if fault := fault_in_address(value):
            raise ma.ValidationError(f"Is {fault}." if fault.startswith("not") else f"It {fault}.")
