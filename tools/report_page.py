"""The table of the report's page, from the schema that describes a report; what stands around it is written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import marshmallow as ma
from workbench.project.facts import ReportFacts
from workbench.project.report import SCHEMA_VERSION

HEAD = "| Field | Meaning |\n|---|---|\n"


def page(written: Path) -> str:
    """The page as it is to be."""
    _, _, around = written.read_text().partition("\n\n")[2].partition("\n\n")
    return f"# report.json, schema_version {SCHEMA_VERSION}\n\n{HEAD}{''.join(_rows(ReportFacts, '', set()))}\n{around}"


def _rows(schema: type[ma.Schema], above: str, told: set[type[ma.Schema]]) -> Iterator[str]:
    """What was told of an object before is not told again, but its members are named."""
    for name, field in schema().fields.items():
        inside, many = _inside(field)
        place = f"{above}{name}{'[]' if many else ''}"
        members = f" `{{{', '.join(inside().fields)}}}`" if inside in told and inside else ""
        yield f"| `{place}` | {field.metadata['description']}{members} |\n"
        if inside and inside not in told:
            told.add(inside)
            yield from _rows(inside, f"{place}.", told)


def _inside(field: ma.fields.Field) -> tuple[type[ma.Schema] | None, bool]:
    """The schema of an object, or of each in a list of them."""
    inner = field.inner if isinstance(field, ma.fields.List) else field
    nested = type(inner.schema) if isinstance(inner, ma.fields.Nested) else None
    return nested, isinstance(field, ma.fields.List)
