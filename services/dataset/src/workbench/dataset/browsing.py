"""A dataset image by image, out of what was written when it was made: nothing is decoded here, and no more read than
is answered, but for a filter, which reads so many lines at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.dataset.kept import kept_file
from workbench.dataset.problems import NoPreview
from workbench.dataset.shown import IMAGES_NAME, MOST_PREVIEWS, PLACE, PLACES_NAME, PREVIEWS_NAME
from workbench.dataset.values import PARTS
from workbench.jobs import Job
from workbench.problems.common import InvalidRequest, NotFound
from workbench.webapp.kept import read_kept

_BLOCK = 500  # lines at once
_MOST_READ = 20_000  # lines for one page: then it is answered as it is, and goes on from there

_SHOWN = 20  # names in a refusal

Image = dict[str, Any]
Classes = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class _Place:
    """One record."""

    line: tuple[int, int]
    preview: tuple[int, int]
    part: str


def wanted(task: str | None, name: str | None, part: str | None, classes: Classes) -> Callable[[Image], bool]:
    """Whether an image has something of the class, of the task if one is told, and lies in the part. Raises
    InvalidRequest for a class that the dataset does not have.
    """
    tasks = [task] if task else list(classes)
    ids = {each: str(list(classes[each]).index(name)) for each in tasks if name and name in classes.get(each, ())}
    if name is not None and not ids:
        there = list(dict.fromkeys(known for each in tasks for known in classes.get(each, ())))
        shown = ", ".join(there[:_SHOWN]) + (" …" if len(there) > _SHOWN else "") or "none with a name"
        raise InvalidRequest({"class": f"the dataset has no class {name!r}; it has {shown}"})

    def fits(image: Image) -> bool:
        known = image["classes"]
        if ids and not any(number in known.get(each, ()) for each, number in ids.items()):
            return False
        return (task is None or task in known) and part in (None, image["part"])

    return fits


def page(job: Job, start: int, limit: int, fits: Callable[[Image], bool]) -> tuple[list[Image], int | None]:
    """At most ``limit`` images from number ``start`` on that fit, and where the next page starts."""
    found: list[Image] = []
    for image in _images(job, start):
        if fits(image):
            found.append(image)
        after = image["number"] + 1
        if len(found) == limit or after >= start + _MOST_READ:
            return found, after if after < _count(job) else None
    return found, None


def one(job: Job, number: int) -> Image:
    """Raises NotFound."""
    _place(job, number)
    return next(_images(job, number, 1))


def preview(job: Job, number: int) -> bytes:
    """JPEG. Raises NotFound, NoPreview."""
    offset, length = _place(job, number).preview
    if not length:
        raise NoPreview(job.id, number, MOST_PREVIEWS)
    return _read(job, PREVIEWS_NAME, offset, length)


def _count(job: Job) -> int:
    return kept_file(job, PLACES_NAME, "list of images").size_bytes // PLACE.size


def _place(job: Job, number: int) -> _Place:
    if not 0 <= number < _count(job):
        raise NotFound("image", f"{job.id}/{number}")
    return _places(job, number, 1)[0]


def _places(job: Job, start: int, count: int) -> list[_Place]:
    data = _read(job, PLACES_NAME, start * PLACE.size, count * PLACE.size)
    return [_Place((line, long), (at, size), PARTS[part]) for line, long, at, size, part in PLACE.iter_unpack(data)]


def _images(job: Job, start: int, block: int = _BLOCK) -> Iterator[Image]:
    """From that number on, block by block."""
    count = _count(job)
    while start < count:
        places = _places(job, start, min(block, count - start))
        first, (last, long) = places[0].line[0], places[-1].line
        lines = _read(job, IMAGES_NAME, first, last + long - first).splitlines()
        yield from (
            _image(start + at, json.loads(line), place)
            for at, (line, place) in enumerate(zip(lines, places, strict=True))
        )
        start += len(places)


def _image(number: int, line: Image, place: _Place) -> Image:
    return {"number": number, **line, "part": place.part, "has_preview": place.preview[1] > 0}


def named(image: Image, classes: Classes) -> Image:
    """With the names of the classes that have some."""

    def told(task: str, number: int, things: int) -> dict[str, Any]:
        names = classes.get(task, ())
        return {"task": task, "id": number, "name": names[number] if number < len(names) else None, "things": things}

    return {
        **image,
        "classes": [
            told(task, int(number), things)
            for task, counts in image["classes"].items()
            for number, things in counts.items()
        ],
    }


def _read(job: Job, name: str, start: int, length: int) -> bytes:
    return read_kept(job, kept_file(job, name, "list of images"), start, length)
