"""An evaluation image by image, out of what its core has written: nothing is computed or drawn here."""

from __future__ import annotations

import json
from typing import Any

from workbench.calibrator.problems import NotDrawn, NothingConfused, NotLookedAt
from workbench.calibrator.shown import CONFUSION_NAME, IMAGES_NAME, MOST_DRAWN, PLACE, PLACES_NAME, drawn_name
from workbench.jobs import Job
from workbench.problems.common import NotFound
from workbench.store import File
from workbench.webapp.kept import kept_file, read_kept


def page(job: Job, start: int, limit: int) -> dict[str, Any]:
    """At most ``limit`` images from number ``start`` on, and by which metric they are in this order."""
    count = _file(job, PLACES_NAME).size_bytes // PLACE.size
    end = min(start + limit, count)
    places = list(
        PLACE.iter_unpack(
            _read(job, PLACES_NAME, start * PLACE.size, (end - start) * PLACE.size) if start < end else b""
        )
    )
    items = []
    if places:
        first, (last, length) = places[0][0], places[-1]
        lines = _read(job, IMAGES_NAME, first, last + length - first).split(b"\n")
        items = [{"number": start + at, **json.loads(lines[at])} for at in range(len(places))]
    metric = json.loads(job.manifest or "{}")["facts"]["ranked_by"]
    return {**metric, "items": items, "next_cursor": end if end < count else None}


def picture(job: Job, number: int, what: str) -> bytes:
    """JPEG. Raises NotFound, NotDrawn."""
    if number >= _file(job, PLACES_NAME).size_bytes // PLACE.size:
        raise NotFound("image", f"{job.id}/{number}")
    file = kept_file(job, drawn_name(number, what))
    if file is None:
        raise NotDrawn(job.id, number, MOST_DRAWN)
    return read_kept(job, file)


def confusion(job: Job) -> dict[str, Any]:
    """Raises NothingConfused."""
    _file(job, PLACES_NAME)  # what an earlier release has scored is refused as such
    file = kept_file(job, CONFUSION_NAME)
    if file is None:
        raise NothingConfused(job.id)
    found: dict[str, Any] = json.loads(read_kept(job, file))
    return found


def _file(job: Job, name: str) -> File:
    file = kept_file(job, name)
    if file is None:
        raise NotLookedAt(job.id, "list of images")
    return file


def _read(job: Job, name: str, start: int, length: int) -> bytes:
    return read_kept(job, _file(job, name), start, length)
