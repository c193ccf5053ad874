"""The engines that were asked before the one that answered, in an entry of their run."""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0004"
down_revision = "ledger_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("ledger_entries", sa.Column("tried", sa.Text))
