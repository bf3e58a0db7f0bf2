"""A row as a value, and what a text column can keep."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row
from workbench.jobs.job import Job, State
from workbench.jobs.record.tables import jobs

ID_LENGTH, KEY_LENGTH = 64, 200
COLUMNS = [jobs.c[name] for name in Job.__dataclass_fields__]


def job_of(row: Row[Any]) -> Job:
    """A row as a value."""
    values = dict(row._mapping)
    return Job(**values | {"state": State(values["state"])})


def storable(text: str) -> str:
    """The text without what a text column refuses: PostgreSQL keeps no NUL, and neither database half a pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def nameable(text: str, length: int) -> bool:
    """Whether this can be a value of a text column of that length: what cannot is in no row."""
    return len(text) <= length and storable(text) == text
