"""What crosses HTTP of an upload in parts: files that are declared, parts that were sent, and where to send them."""

from __future__ import annotations

import marshmallow as ma
from marshmallow.validate import Length, Range, Regexp
from workbench.fields import Text
from workbench.webapp.upload_state import MAX_FILE_BYTES
from workbench.webapp.uploads import MAX_PARTS

_SHA256 = Regexp(r"\A[0-9a-f]{64}\Z", error="64 lower-case hex digits are needed.")
_MD5 = Regexp(r"\A[0-9a-fA-F]{32}\Z", error="32 hex digits are needed.")
_MOST_BYTES = Range(0, MAX_FILE_BYTES)


class FileDeclaration(ma.Schema):
    """A file that will be sent."""

    name = Text(required=True, validate=Length(1, 1000), metadata={"description": "Relative path."})
    size_bytes = ma.fields.Integer(required=True, strict=True, validate=_MOST_BYTES)
    sha256 = Text(
        load_default=None,
        allow_none=True,
        validate=_SHA256,
        metadata={"description": "Hex; the job fails when the file has another."},
    )


class SentPart(ma.Schema):
    """A part as whoever sent it knows it."""

    number = ma.fields.Integer(required=True, strict=True, validate=Range(1, MAX_PARTS))
    md5 = Text(required=True, validate=_MD5, metadata={"description": "Hex."})


class SentFile(ma.Schema):
    """The parts of one file, ascending."""

    name = Text(required=True)
    parts = ma.fields.List(ma.fields.Nested(SentPart), required=True)


class Completion(ma.Schema):
    """What was sent. Without `files`, what has arrived counts."""

    files = ma.fields.List(ma.fields.Nested(SentFile), load_default=None, validate=Length(max=MAX_PARTS))


class PartView(ma.Schema):
    """A part and where to PUT it; no `Authorization` header is needed there."""

    number = ma.fields.Integer()
    offset = ma.fields.Integer(metadata={"description": "In the file, in bytes."})
    size_bytes = ma.fields.Integer()
    url = ma.fields.String(metadata={"description": "Absolute, or relative to this server; holds for 24 hours."})
    arrived = ma.fields.Boolean()
    md5 = ma.fields.String(allow_none=True, metadata={"description": "Of what arrived."})


class ArrivedPart(ma.Schema):
    """A part that is kept."""

    number = ma.fields.Integer()
    size_bytes = ma.fields.Integer()
    md5 = ma.fields.String(metadata={"description": "Hex."})


class UploadFileView(ma.Schema):
    """A declared file."""

    name = ma.fields.String()
    size_bytes = ma.fields.Integer()
    parts = ma.fields.List(ma.fields.Nested(PartView), metadata={"description": "None for an empty file."})


class UploadView(ma.Schema):
    """An upload that is under way."""

    id = ma.fields.String(metadata={"description": "The job will have it too."})
    expires_at = ma.fields.String(metadata={"description": "RFC 3339; until then it can be gone on with."})
    part_size_bytes = ma.fields.Integer()
    files = ma.fields.List(ma.fields.Nested(UploadFileView))
