"""By what the list of projects is searched, narrowed and sorted, and their tags."""

import sqlalchemy as sa
from alembic import op
from workbench.jobs.record.words import listed_columns, named, words_of

revision = "project_0002"
down_revision = "project_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("projects", sa.Column("tags", sa.JSON, nullable=False, server_default="[]"))
    for column in listed_columns():
        op.add_column("projects", column)
    projects = sa.table("projects", *map(sa.column, ("id", "name", "model_id", "dataset_id", "words", "about")))
    connection = op.get_bind()
    for row in connection.execute(sa.select(projects)).all():
        known = {"words": words_of(row.name, []), "about": named({}, filter(None, (row.model_id, row.dataset_id)))}
        connection.execute(projects.update().where(projects.c.id == row.id).values(**known))
    op.drop_index("projects_list", "projects")
    op.create_index("projects_list", "projects", ["team", "created_at", "id", "words", "about"])
    op.create_index("projects_by_name", "projects", ["team", "words", "id", "about"])
