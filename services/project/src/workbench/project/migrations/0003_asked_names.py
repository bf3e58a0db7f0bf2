"""What each project was called when it was asked for."""

import sqlalchemy as sa
from alembic import op

revision = "project_0003"
down_revision = "project_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("projects", sa.Column("asked_name", sa.Text))
