"""What crosses HTTP: the form fields beside an uploaded model."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, Regexp
from workbench.fields import Object, Text, shared
from workbench.model_registry.sources.names import fault_in_source, wants

_BELONGS = {
    "sha256": "Belongs to an address: a repository and the zoo have their own.",
    "include": "Belongs to a repository, hf:…",
}


class ModelForm(ma.Schema):
    """Sent as multipart/form-data beside the parts named `files`."""

    name = Text(
        validate=Length(1, 200), metadata={"description": "What people call the model; the file's name by default."}
    )


class InspectionForm(ModelForm):
    """Sent as multipart/form-data beside the parts named `files`, which are looked at and not kept."""


class DownloadRequest(Object):
    """A model that is elsewhere."""

    source = Text(
        required=True, validate=Length(1, 2000),
        metadata={"description": "The address of the file, `https://…` or `http://…`: a model, or an archive of its "
                  "files. Or a repository of Hugging Face, `hf:OWNER/NAME` or `hf:OWNER/NAME@REVISION`. Or a model "
                  "of Open Model Zoo, `zoo:NAME` or `zoo:NAME@PRECISION`. Whoever may see the job sees it."},
    )  # fmt: skip
    sha256 = Text(
        validate=Regexp(r"\A[0-9a-fA-F]{64}\Z", error="Must be 64 hexadecimal digits."),
        metadata={"description": "Of the file at an address, from its publisher: anything else is refused. Required "
                  "for an address; repositories and the zoo have checksums of their own."},
    )  # fmt: skip
    include = ma.fields.List(
        Text(validate=Length(1, 300)), validate=Length(1, 100),
        metadata={"description": "Which files of the repository: names, or patterns such as `onnx/*_fp16.onnx`. What "
                  "belongs to a model by its name comes along. Default: the only model there is."},
    )  # fmt: skip
    name = shared.a_name("What people call the model; the file's or repository's name by default.")

    @ma.validates("source")
    def _can_be_brought(self, value: str, **_context: object) -> None:
        if fault := fault_in_source(value):
            raise ma.ValidationError(f"Is {fault}." if fault.startswith("not") else f"It {fault}.")

    @ma.validates_schema
    def _fits_the_source(self, data: dict[str, Any], **_context: object) -> None:
        wanted = wants(data["source"])
        if wanted == "sha256" and "sha256" not in data:
            raise ma.ValidationError("Is required for an address.", "sha256")
        for stray, words in _BELONGS.items():
            if stray != wanted and stray in data:
                raise ma.ValidationError(words, stray)
