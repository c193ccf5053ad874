"""Guardrails."""

import sqlalchemy as sa
from alembic import op

revision = "guardrails_0001"
down_revision = None
branch_labels = ("guardrails",)
depends_on = None


def upgrade() -> None:
    """Make the table; a name is one guardrail's in its region."""
    op.create_table(
        "guardrails",
        sa.Column("region", sa.String(32), primary_key=True),
        sa.Column("id", sa.String(12), primary_key=True),
        sa.Column("version", sa.String(8), primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("token", sa.String(256)),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("made", sa.Integer, nullable=False, server_default="0"),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
    )
    drafts = sa.text("version = 'DRAFT'")
    op.create_index(
        "ix_guardrails_name",
        "guardrails",
        ["region", "name"],
        unique=True,
        sqlite_where=drafts,
        postgresql_where=drafts,
    )
