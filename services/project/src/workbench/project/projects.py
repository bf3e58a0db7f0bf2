"""The rows of projects; a project holds its model and dataset, so that neither can be deleted under it."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from workbench.jobs import Jobs, reading
from workbench.jobs.problems import IdempotencyConflict
from workbench.jobs.record.pages import Wanted, page_of
from workbench.jobs.record.rows import ID_LENGTH, KEY_LENGTH, nameable
from workbench.jobs.record.words import named, words_of
from workbench.problems.common import InvalidRequest, NotFound
from workbench.project.tables import projects
from workbench.store import Manifests


@dataclass(frozen=True)
class Project:
    """One row. ``created_at`` is seconds since the epoch; ``asked_name``: what the request called it, None for what it
    is called."""

    id: str
    team: str
    name: str
    model_id: str
    dataset_id: str | None
    target: str
    device: str
    created_at: float
    tags: list[str] = field(default_factory=list)
    asked_name: str | None = None

    @property
    def holder(self) -> str:
        """Under which name it holds its model and dataset."""
        return f"project-{self.id}"

    @property
    def held(self) -> list[tuple[str, str]]:
        """(manifest kind, id) of each."""
        named = (("model", self.model_id), ("dataset", self.dataset_id))
        return [(kind, manifest_id) for kind, manifest_id in named if manifest_id]


_COLUMNS = [projects.c[name] for name in Project.__dataclass_fields__]


def create(record: Jobs, manifests: Manifests, request: dict[str, Any], key: str | None = None) -> Project:
    """The same ``key`` again answers with the project that has it, for as long as there is that project.

    Raises NotFound or Deleted for what it names, IdempotencyConflict, InvalidRequest for a key that cannot be kept.
    """
    made = {"created_at": time.time(), "asked_name": request["name"]}
    project = Project(_id_of(manifests.team, key), manifests.team, **made, **request)
    known = _twin(record, project)
    if known is not None:
        return known
    record.hold(project.team, project.held, project.holder)
    try:
        with record.engine.begin() as connection:
            found_by = {"words": words_of(project.name, []), "about": named(request, ())}
            connection.execute(insert(projects).values(**project.__dict__, **found_by))
    except IntegrityError:  # a racing twin was first: what both named is held by its row
        first = find(record, project.team, project.id)
        _release(manifests, project, [need for need in project.held if need not in first.held])
        return _same(first, project)
    except BaseException:
        _release(manifests, project, project.held)
        raise
    return project


def _id_of(team: str, key: str | None) -> str:
    """Where there is a key, the id comes from it: the primary key then lets one project have it, on any database."""
    if not key:
        return str(uuid.uuid4())
    if not nameable(key, KEY_LENGTH):
        raise InvalidRequest({"Idempotency-Key": f"Give at most {KEY_LENGTH} characters, none of them NUL."})
    return str(uuid.UUID(bytes=hashlib.sha256(json.dumps([team, key]).encode()).digest()[:16], version=4))


def _twin(record: Jobs, project: Project) -> Project | None:
    try:
        return _same(find(record, project.team, project.id), project)
    except NotFound:
        return None


def _same(known: Project, asked: Project) -> Project:
    # What people call it may have changed since; what it was asked for with has not.
    first = known.name if known.asked_name is None else known.asked_name
    if replace(known, created_at=asked.created_at, name=first, tags=[], asked_name=asked.asked_name) != asked:
        raise IdempotencyConflict(known.id)
    return known


def _release(manifests: Manifests, project: Project, needs: list[tuple[str, str]]) -> None:
    for _, manifest_id in needs:
        manifests.release(manifest_id, project.holder)


def find(record: Jobs, team: str, project_id: str) -> Project:
    """Raises NotFound, also for another team's id."""
    if not nameable(project_id, ID_LENGTH):
        raise NotFound("project", project_id)
    query = select(*_COLUMNS).where(projects.c.id == project_id, projects.c.team == team)
    with reading(record.engine).connect() as connection:
        row = connection.execute(query).first()
    if row is None:
        raise NotFound("project", project_id)
    return _project(row)


def page(record: Jobs, team: str, **wanted: Any) -> tuple[list[Project], str | None]:
    """``wanted``: as Wanted has them; and the cursor of the next page. Raises ValueError for one that is not ours."""
    with reading(record.engine).connect() as connection:
        rows, cursor = page_of(connection, projects, _COLUMNS, Wanted(**wanted), projects.c.team == team)
    return [_project(row) for row in rows], cursor


def relabel(record: Jobs, project: Project, *, name: str | None = None, tags: list[str] | None = None) -> Project:
    """Another name, or other tags; None leaves what there is. Raises NotFound for one that is deleted meanwhile."""
    known = replace(project, name=project.name if name is None else name, tags=project.tags if tags is None else tags)
    values = {"name": known.name, "tags": known.tags, "words": words_of(known.name, known.tags)}
    with record.engine.begin() as connection:
        if not connection.execute(update(projects).where(projects.c.id == project.id).values(**values)).rowcount:
            raise NotFound("project", project.id)
    return known


def remove(record: Jobs, manifests: Manifests, project: Project) -> None:
    """Forget the project and let go of what it held."""
    with record.engine.begin() as connection:
        connection.execute(delete(projects).where(projects.c.id == project.id))
    _release(manifests, project, project.held)


def _project(row: Row[Any]) -> Project:
    return Project(**{column.name: row._mapping[column.name] for column in _COLUMNS})
