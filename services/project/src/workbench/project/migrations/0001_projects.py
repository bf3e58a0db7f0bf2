"""Projects and steps."""

import sqlalchemy as sa
from alembic import op

revision = "project_0001"
down_revision = None
branch_labels = ("project",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("team", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("model_id", sa.String(64), nullable=False),
        sa.Column("dataset_id", sa.String(64)),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("device", sa.String(100), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    op.create_index("projects_list", "projects", ["team", "created_at", "id"])
    op.create_table(
        "steps",
        sa.Column("optimization_id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("command_id", sa.String(64), nullable=False, unique=True),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("progress", sa.JSON),
        sa.Column("waiting_for", sa.Text),
        sa.Column("error", sa.JSON),
        sa.Column("result", sa.JSON),
        sa.Column("sent_at", sa.Float, nullable=False),
    )
