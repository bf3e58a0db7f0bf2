"""What one package is asked for: the request's own fields, and for the core the records that it ships."""

from __future__ import annotations

from collections import Counter
from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, Regexp
from workbench.fields import Facts, Object, Text, Whole
from workbench.packager.values import DEFAULT_SAMPLES

MOST_SAMPLES, MOST_VARIANTS = 100, 20

_FOLDER = Regexp(
    r"[a-z0-9][a-z0-9._-]{0,63}\Z",
    error="Use lower-case letters, digits, dot, dash and underscore, beginning with a letter or digit, 64 at most.",
)
_XML = Regexp(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.xml\Z", error="Must be the plain name of an IR, such as model.xml.")


def folder(words: str, **kwargs: Any) -> Text:
    """A name that can be a folder's, wherever the package is unpacked."""
    return Text(required=True, validate=_FOLDER, metadata={"description": words}, **kwargs)


class VariantFields(Object):
    """What a request and a spec both say of one model."""

    folder = folder("Its folder in the package.")


class PackageFields(Object):
    """What a request and a spec both say of the package; ``variants`` are added by each."""

    name = folder("The package's top folder.")
    recommended = Text(required=True, metadata={"description": "The folder of the variant to run."})
    undecided = Text(
        load_default=None,
        allow_none=True,
        validate=Length(1, 4000),
        metadata={"description": "Why nobody decided for `recommended`, for the README and `manifest.json`."},
    )
    samples = Whole(0, MOST_SAMPLES, load_default=DEFAULT_SAMPLES, metadata={"description": "Images shipped."})

    @ma.validates_schema
    def _fit(self, data: dict[str, Any], **_context: Any) -> None:
        names = [variant["folder"] for variant in data["variants"]]
        twice = next((name for name, times in Counter(names).items() if times > 1), None)
        if twice:
            raise ma.ValidationError(f"Two of them have the folder {twice}.", "variants")
        if data["recommended"] not in names:
            raise ma.ValidationError(f"Must be one of the variants' folders: {', '.join(names)}.", "recommended")


def variants(schema: type[ma.Schema]) -> ma.fields.List[Any]:
    """The models of a package."""
    return ma.fields.List(ma.fields.Nested(schema), required=True, validate=Length(1, MOST_VARIANTS))


class VariantSpec(VariantFields):
    """One model as the core reads it."""

    main_file = Text(load_default="model.xml", validate=_XML)
    precision = Text(load_default="", validate=Length(max=40))
    profile = Facts(load_default=None)
    evaluation = Facts(load_default=None)
    configuration = Facts(load_default=None)
    built_in = ma.fields.List(Facts(), load_default=list)
    files = ma.fields.Dict(keys=Text(), values=Text(), load_default=dict)


class SpecSchema(PackageFields):
    """What the core reads."""

    variants = variants(VariantSpec)
    recipe = Facts(required=True)
    notes = ma.fields.List(Text(), load_default=list)
