"""Batch jobs."""

import sqlalchemy as sa
from alembic import op

revision = "jobs_0001"
down_revision = None
branch_labels = ("jobs",)
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "model_invocation_jobs",
        sa.Column("id", sa.String(12), primary_key=True),
        sa.Column("region", sa.String(32), nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("token", sa.String(256)),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("submitted_at", sa.BigInteger, nullable=False),
        sa.Column("modified_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("message", sa.Text),
        sa.Column("total", sa.BigInteger),
        sa.Column("succeeded", sa.BigInteger),
        sa.Column("failed", sa.BigInteger),
        sa.Column("lease", sa.String(32)),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("region", "token", name="uq_model_invocation_jobs_region_token"),
    )
    op.create_index("ix_model_invocation_jobs_submitted_at", "model_invocation_jobs", ["region", "submitted_at"])
