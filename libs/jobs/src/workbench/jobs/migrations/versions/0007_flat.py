"""Indexes by which no question about jobs reads more rows than it answers with."""

import sqlalchemy as sa
from alembic import op

revision = "jobs_0007"
down_revision = "jobs_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("jobs_list_state", "jobs", ["team", "kind", "state", "created_at", "id"])
    made = sa.text("state = 'succeeded' and reused_from is null")
    op.create_index("jobs_made", "jobs", ["team", "reuse_key", "created_at"], postgresql_where=made, sqlite_where=made)
    op.drop_index("jobs_reuse", "jobs")
