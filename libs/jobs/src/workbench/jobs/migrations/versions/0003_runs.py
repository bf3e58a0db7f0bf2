"""Runs that live elsewhere: what their pods are told, what they have said."""

import sqlalchemy as sa
from alembic import op

revision = "jobs_0003"
down_revision = "jobs_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "runs",
        sa.Column("job_id", sa.String(64), primary_key=True),
        sa.Column("team", sa.String(64), nullable=False),
        sa.Column("run", sa.String(32), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.Column("launch", sa.JSON, nullable=False),
        sa.Column("pod", sa.String(64)),
        sa.Column("log_bytes", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("upload", sa.Text),
        sa.Column("exit", sa.JSON),
    )
    op.create_index("runs_run", "runs", ["run"], unique=True)
