"""The rows of projects; a project holds its model and dataset, so that neither can be deleted under it."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, insert, select, tuple_
from workbench.jobs import Jobs, reading
from workbench.jobs.record.pages import begins
from workbench.jobs.record.rows import ID_LENGTH, nameable
from workbench.problems.common import NotFound
from workbench.project.tables import projects
from workbench.store import Manifests


@dataclass(frozen=True)
class Project:
    """One row. ``created_at`` is seconds since the epoch."""

    id: str
    team: str
    name: str
    model_id: str
    dataset_id: str | None
    target: str
    device: str
    created_at: float

    @property
    def holder(self) -> str:
        """Under which name it holds its model and dataset."""
        return f"project-{self.id}"


def create(record: Jobs, manifests: Manifests, request: dict[str, Any]) -> Project:
    """Raises NotFound or Deleted for what it names."""
    project = Project(str(uuid.uuid4()), manifests.team, created_at=time.time(), **request)
    named = (("model", project.model_id), ("dataset", project.dataset_id))
    needs = [(kind, manifest_id) for kind, manifest_id in named if manifest_id]
    record.hold(project.team, needs, project.holder)
    try:
        with record.engine.begin() as connection:
            connection.execute(insert(projects).values(**project.__dict__))
    except BaseException:
        for _, manifest_id in needs:
            manifests.release(manifest_id, project.holder)
        raise
    return project


def find(record: Jobs, team: str, project_id: str) -> Project:
    """Raises NotFound, also for another team's id."""
    if not nameable(project_id, ID_LENGTH):
        raise NotFound("project", project_id)
    query = select(projects).where(projects.c.id == project_id, projects.c.team == team)
    with reading(record.engine).connect() as connection:
        row = connection.execute(query).first()
    if row is None:
        raise NotFound("project", project_id)
    return _project(row)


def page(record: Jobs, team: str, limit: int, cursor: str | None) -> tuple[list[Project], str | None]:
    """Newest first, and the cursor of the next page. Raises ValueError for a cursor that is not ours."""
    query = select(projects).where(projects.c.team == team)
    if cursor:
        query = query.where(tuple_(projects.c.created_at, projects.c.id) < tuple_(*begins(cursor)))
    query = query.order_by(projects.c.created_at.desc(), projects.c.id.desc()).limit(limit + 1)
    with reading(record.engine).connect() as connection:
        found = [_project(row) for row in connection.execute(query)]
    last_one = found[limit - 1] if len(found) > limit else None
    return found[:limit], f"{last_one.created_at.hex()}~{last_one.id}" if last_one else None


def remove(record: Jobs, manifests: Manifests, project: Project) -> None:
    """Forget the project and let go of what it held."""
    with record.engine.begin() as connection:
        connection.execute(delete(projects).where(projects.c.id == project.id))
    for manifest_id in filter(None, (project.model_id, project.dataset_id)):
        manifests.release(manifest_id, project.holder)


def _project(row: Row[Any]) -> Project:
    return Project(**row._mapping)
