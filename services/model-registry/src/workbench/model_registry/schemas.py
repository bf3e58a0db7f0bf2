"""What crosses HTTP: the form fields beside an uploaded model, a model elsewhere, and the zoo's catalogue."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, Range, Regexp
from workbench.fields import NestedInForm, Object, Text, shared
from workbench.fields.conversion import ConversionOptions
from workbench.model_registry.sources.names import fault_in_source, wants

_BELONGS = {
    "sha256": "Belongs to an address: a repository and the zoo have their own.",
    "include": "Belongs to a repository, hf:…",
}


class InspectionForm(ma.Schema):
    """Sent as multipart/form-data beside the parts named `files`, which are looked at and not kept."""

    name = Text(
        validate=Length(1, 200), metadata={"description": "What people call the model; the file's name by default."}
    )


class ModelForm(InspectionForm):
    """Sent as multipart/form-data beside the parts named `files`."""

    convert = NestedInForm(
        ConversionOptions,
        metadata={
            "description": "Convert the model once it is here, as `POST /v1/conversions` would: the conversion is at "
            "`conversion_id`. In a form the text of a JSON object; `{}` is enough."
        },
    )


class DownloadRequest(Object):
    """A model that is elsewhere."""

    source = Text(
        required=True,
        validate=Length(1, 2000),
        metadata={
            "description": "The address of the file, `https://…` or `http://…`: a model, or an archive of its "
            "files. Or a repository of Hugging Face, `hf:OWNER/NAME` or `hf:OWNER/NAME@REVISION`. Or a model "
            "of Open Model Zoo, `zoo:NAME` or `zoo:NAME@PRECISION`. Whoever may see the job sees it."
        },
    )
    sha256 = Text(
        validate=Regexp(r"\A[0-9a-fA-F]{64}\Z", error="Must be 64 hexadecimal digits."),
        metadata={
            "description": "Of the file at an address, from its publisher: anything else is refused. Required "
            "for an address; repositories and the zoo have checksums of their own."
        },
    )
    include = ma.fields.List(
        Text(validate=Length(1, 300)),
        validate=Length(1, 100),
        metadata={
            "description": "Which files of the repository: names, or patterns such as `onnx/*_fp16.onnx`. What "
            "belongs to a model by its name comes along. Default: the only model there is."
        },
    )
    name = shared.a_name("What people call the model; the file's or repository's name by default.")
    convert = ma.fields.Nested(
        ConversionOptions,
        metadata={
            "description": "Convert the model once it is here, as `POST /v1/conversions` would: the conversion is at "
            "`conversion_id`. What is left out is taken from what the source says (of the zoo: mean, scale, order of "
            "channels, shape, layout, outputs)."
        },
    )

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


def _filter(words: str) -> Text:
    return Text(load_default=None, validate=Length(1, 100), metadata={"description": words})


class CatalogueQuery(ma.Schema):
    """Which models of the zoo; all that is given must hold."""

    name = _filter("A part of its name.")
    task = _filter("A task of the workbench, or what the zoo calls one.")
    framework = _filter("As the zoo calls it: `dldt` is an OpenVINO IR.")
    precision = _filter("What it comes in, or may be converted to: `FP32`, `FP16`, `FP16-INT8` …")
    limit = ma.fields.Integer(load_default=100, validate=Range(1, 500), metadata={"description": "Items a page."})
    cursor = Text(load_default=None, validate=Length(max=20))


class CatalogueEntry(ma.Schema):
    """What a zoo says of a model."""

    name = ma.fields.String()
    source = ma.fields.String(metadata={"description": "What to bring it by; `@PRECISION` behind it names another."})
    group = ma.fields.String(metadata={"description": "`intel` or `public`."})
    description = ma.fields.String()
    task = ma.fields.String(allow_none=True, metadata={"description": "Of the workbench; null for what it has not."})
    task_type = ma.fields.String(allow_none=True, metadata={"description": "As the zoo calls it."})
    framework = ma.fields.String(allow_none=True, metadata={"description": "`dldt` is an OpenVINO IR."})
    license = ma.fields.String()
    precisions = ma.fields.List(
        ma.fields.String(),
        metadata={"description": "The zoo has the IR in these; empty for an original, which is converted."},
    )
    size_bytes = ma.fields.Integer(allow_none=True, metadata={"description": "Of what is brought by `source`."})
    inputs = ma.fields.Dict(metadata={"description": "By name: `shape` and `layout`, as far as they are told."})
    recipe = ma.fields.Dict(
        metadata={"description": "How the network wants pictures: `mean`, `scale`, `color`, `resize` …"}
    )
    adapter = ma.fields.String(metadata={"description": "How outputs are read, as the zoo calls it; where it says."})
    head = ma.fields.String(allow_none=True, metadata={"description": "The same, of the workbench where it has it."})
    published = ma.fields.Dict(
        allow_none=True,
        metadata={
            "description": "The accuracy that the zoo gives, on `dataset`: `metrics`, each a `name` and a `value`."
        },
    )
    outputs = ma.fields.List(ma.fields.String(), metadata={"description": "Where the zoo ends it; empty: as it is."})
    unused = ma.fields.List(
        ma.fields.String(),
        metadata={"description": "Arguments of the zoo's converter that the workbench does not hear."},
    )
    reason = ma.fields.String(allow_none=True, metadata={"description": "Why it cannot be brought; null: it can."})


class CataloguePage(ma.Schema):
    """One page of the zoo's models, by name."""

    items = ma.fields.List(ma.fields.Nested(CatalogueEntry))
    matching = ma.fields.Integer(metadata={"description": "How many there are in all pages."})
    total = ma.fields.Integer(metadata={"description": "How many models the zoo has at all."})
    zoo = ma.fields.String(metadata={"description": "Where the zoo is."})
    read_at = ma.fields.String(metadata={"description": "When that was read. RFC 3339, UTC."})
    next_cursor = ma.fields.String(allow_none=True, metadata={"description": "Pass it as `cursor`; null at the end."})
