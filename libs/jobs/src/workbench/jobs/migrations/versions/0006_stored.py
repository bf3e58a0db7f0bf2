"""What each team stores by this service's hand, and the sum of it."""

import sqlalchemy as sa
from alembic import op

revision = "jobs_0006"
down_revision = "jobs_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("content", sa.String(200), primary_key=True),
        sa.Column("team", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("since", sa.Float, nullable=False),
    )
    op.create_index("stored_contents", "stored", ["team", "content"])
    op.create_table(
        "usage",
        sa.Column("team", sa.String(64), primary_key=True),
        sa.Column("used_bytes", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("published_bytes", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("published_at", sa.Float, nullable=False, server_default="0"),
    )
