"""Turns of teams, the request a job came with, and indexes as small as what waits and runs."""

import sqlalchemy as sa
from alembic import op

revision = "jobs_0002"
down_revision = "jobs_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "turns",
        sa.Column("team", sa.String(64), primary_key=True),
        sa.Column("served_at", sa.Float, nullable=False),
    )
    op.add_column("jobs", sa.Column("request_id", sa.String(64)))
    _index_part("jobs_queued", "queued", ["team", "created_at", "id"])
    _index_part("jobs_running", "running", ["team"])
    _index_part("jobs_recent", "succeeded", ["kind", "finished_at"])
    op.drop_index("jobs_claim", "jobs")


def _index_part(name: str, state: str, columns: list[str]) -> None:
    part = sa.text(f"state = '{state}'")
    op.create_index(name, "jobs", columns, postgresql_where=part, sqlite_where=part)
