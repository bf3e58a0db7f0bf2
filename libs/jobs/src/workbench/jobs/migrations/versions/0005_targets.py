"""Where a job is to run, as a column: claimed by team and target, in turns of their own."""

import sqlalchemy as sa
from alembic import op

revision = "jobs_0005"
down_revision = "jobs_0004"
branch_labels = None
depends_on = None

# The release before this one inserts rows without it: they count as work for no target, as they did.
_SAID = {"postgresql": "request->>'target'", "sqlite": "json_extract(request, '$.target')"}


def upgrade() -> None:
    op.add_column("jobs", sa.Column("target", sa.String(64), nullable=False, server_default=""))
    said = f"coalesce(nullif({_SAID[op.get_bind().dialect.name]}, 'local'), '')"
    op.execute(sa.text(f"update jobs set target = {said} where state in ('queued', 'running')"))  # noqa: S608
    _index_part("jobs_queued_for", "queued", ["team", "target", "created_at", "id"])
    _index_part("jobs_running_on", "running", ["team", "target"])
    op.create_table(
        "target_turns",
        sa.Column("team", sa.String(64), primary_key=True),
        sa.Column("target", sa.String(64), primary_key=True),
        sa.Column("served_at", sa.Float, nullable=False),
    )


def _index_part(name: str, state: str, columns: list[str]) -> None:
    part = sa.text(f"state = '{state}'")
    op.create_index(name, "jobs", columns, postgresql_where=part, sqlite_where=part)
