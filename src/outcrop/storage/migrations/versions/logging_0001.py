"""Model invocation logging: configurations."""

import sqlalchemy as sa
from alembic import op

revision = "logging_0001"
down_revision = None
branch_labels = ("logging",)
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "invocation_logging",
        sa.Column("region", sa.String(32), primary_key=True),
        sa.Column("configuration", sa.Text, nullable=False),
    )
