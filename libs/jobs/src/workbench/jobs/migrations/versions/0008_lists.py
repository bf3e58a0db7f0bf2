"""By what lists are searched, narrowed and sorted, in their indexes; and the tags of what is listed."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from workbench.jobs.record.words import listed_columns, named, words_of

revision = "jobs_0008"
down_revision = "jobs_0007"
branch_labels = None
depends_on = None
AT_ONCE = 1000


def upgrade() -> None:
    op.add_column("jobs", sa.Column("tags", sa.JSON, nullable=False, server_default="[]"))
    for column in listed_columns():
        op.add_column("jobs", column)
    _fill(op.get_bind())
    for name in ("jobs_list", "jobs_list_state"):
        op.drop_index(name, "jobs")
    op.create_index("jobs_list", "jobs", ["team", "kind", "created_at", "id", "words", "about"])
    op.create_index("jobs_list_state", "jobs", ["team", "kind", "state", "created_at", "id", "words", "about"])
    op.create_index("jobs_by_name", "jobs", ["team", "kind", "words", "id", "about"])


def _fill(connection: sa.Connection) -> None:
    plain: list[sa.ColumnClause[Any]] = [sa.column(name) for name in ("id", "name", "words", "about")]
    jobs = sa.table("jobs", *plain, sa.column("request", sa.JSON), sa.column("holds", sa.JSON))
    some = sa.select(jobs.c.id, jobs.c.name, jobs.c.request, jobs.c.holds).order_by(jobs.c.id).limit(AT_ONCE)
    fill = jobs.update().where(jobs.c.id == sa.bindparam("row"))
    rows = connection.execute(some).all()
    while rows:
        connection.execute(
            fill.values(words=sa.bindparam("said"), about=sa.bindparam("names")),
            [{"row": row.id, "said": words_of(row.name, []), "names": named(row.request, row.holds)} for row in rows],
        )
        rows = connection.execute(some.where(jobs.c.id > rows[-1].id)).all()
