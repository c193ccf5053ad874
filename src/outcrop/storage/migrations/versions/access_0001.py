"""Model access: agreements and the use case."""

import sqlalchemy as sa
from alembic import op

revision = "access_0001"
down_revision = None
branch_labels = ("access",)
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "model_agreements",
        sa.Column("region", sa.String(32), primary_key=True),
        sa.Column("model", sa.String(140), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("decided_at", sa.BigInteger),
    )
    op.create_table(
        "model_use_case",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("form", sa.LargeBinary, nullable=False),
        sa.Column("submitted_at", sa.BigInteger, nullable=False),
        sa.Column("submitted_by", sa.Text, nullable=False),
    )
