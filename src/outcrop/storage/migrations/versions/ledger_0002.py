"""The ledger's days: what each caller has used, added up; those of before are added from the entries."""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0002"
down_revision = "ledger_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and fill it."""
    op.create_table(
        "ledger_days",
        sa.Column("day", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("account", sa.String(12), primary_key=True),
        sa.Column("user", sa.Text, primary_key=True),
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("cost", sa.BigInteger, nullable=False),
    )
    op.execute(
        'INSERT INTO ledger_days (day, account, "user", key_id, tokens, cost) '
        'SELECT ended / 86400000000, account, "user", key_id, '
        "SUM(input_tokens + cache_write_tokens + output_tokens), SUM(cost) "
        'FROM ledger_entries GROUP BY ended / 86400000000, account, "user", key_id'
    )
