"""How often a job's run has crashed by itself."""

import sqlalchemy as sa
from alembic import op

revision = "jobs_0004"
down_revision = "jobs_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The previous release's code inserts rows without it.
    op.add_column("jobs", sa.Column("crashes", sa.Integer, nullable=False, server_default="0"))
