"""Turns of teams, the request a job came with, and an index that finds a team's oldest job at once."""

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
    op.create_index("jobs_next", "jobs", ["state", "team", "created_at", "id"])
    op.create_index("jobs_recent", "jobs", ["state", "kind", "finished_at"])
    op.drop_index("jobs_claim", "jobs")
