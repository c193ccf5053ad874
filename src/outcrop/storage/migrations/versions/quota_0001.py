"""Quotas: what has been taken of each window."""

import sqlalchemy as sa
from alembic import op

revision = "quota_0001"
down_revision = None
branch_labels = ("quota",)
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "quota_windows",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("window", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("taken", sa.BigInteger, nullable=False),
    )
