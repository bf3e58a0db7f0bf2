"""A row as a value, and what can be its name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row
from workbench.fields.text import storable
from workbench.jobs.job import Job, State
from workbench.jobs.record.tables import jobs

ID_LENGTH, KEY_LENGTH = 64, 200
COLUMNS = [jobs.c[name] for name in Job.__dataclass_fields__]


def job_of(row: Row[Any]) -> Job:
    """A row as a value, whatever else it has."""
    values = {name: row._mapping[name] for name in Job.__dataclass_fields__}
    return Job(**values | {"state": State(values["state"])})


def nameable(text: str, length: int) -> bool:
    """Whether this can be a value of a text column of that length: what cannot is in no row."""
    return len(text) <= length and storable(text) == text
