"""The installation: facts that are one per database, by name."""

import sqlalchemy as sa
from alembic import op

revision = "meta_0001"
down_revision = None
branch_labels = ("meta",)
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "facts", sa.Column("name", sa.String(64), primary_key=True), sa.Column("value", sa.Text, nullable=False)
    )
