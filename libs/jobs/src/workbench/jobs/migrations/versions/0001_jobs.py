"""Jobs, their log and the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "jobs_0001"
down_revision = None
branch_labels = ("jobs",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("team", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("reuse_key", sa.String(64)),
        sa.Column("idempotency_key", sa.String(200)),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("started_at", sa.Float),
        sa.Column("finished_at", sa.Float),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("owner", sa.String(128)),
        sa.Column("lease_until", sa.Float),
        sa.Column("cancel_requested", sa.Boolean, nullable=False),
        sa.Column("progress", sa.JSON),
        sa.Column("waiting_for", sa.Text),
        sa.Column("error", sa.JSON),
        sa.Column("result", sa.JSON),
        sa.Column("manifest", sa.Text),
        sa.Column("reused_from", sa.String(64)),
        sa.Column("holds", sa.JSON, nullable=False),
    )
    op.create_index("jobs_claim", "jobs", ["state", "kind", "team", "created_at"])
    op.create_index("jobs_list", "jobs", ["team", "kind", "created_at", "id"])
    op.create_index("jobs_reuse", "jobs", ["team", "reuse_key"])
    op.create_index("jobs_idempotency", "jobs", ["team", "kind", "idempotency_key"], unique=True)
    op.create_table(
        "job_log",
        sa.Column("job_id", sa.String(64), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("message", sa.Text, nullable=False),
    )
