"""Identity: users, groups, roles, policies, access keys, bearer keys, and when keys were last used."""

import sqlalchemy as sa
from alembic import op

revision = "iam_0001"
down_revision = None
branch_labels = ("iam",)
depends_on = ("meta_0001",)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "iam_entities",
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("folded", sa.String(128), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_iam_entities"),
        sa.UniqueConstraint("kind", "folded", name="uq_iam_entities_kind_folded"),
    )
    op.create_table(
        "iam_policies",
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("folded", sa.String(128), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_iam_policies"),
        sa.UniqueConstraint("folded", name="uq_iam_policies_folded"),
    )
    for name, column in (("iam_access_keys", "sealed"), ("iam_credentials", "digest")):
        op.create_table(
            name,
            sa.Column("id", sa.String(128), nullable=False),
            sa.Column("user_id", sa.String(128), nullable=False),
            sa.Column(column, sa.LargeBinary, nullable=False),
            sa.Column("body", sa.Text, nullable=False),
            sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
            sa.ForeignKeyConstraint(["user_id"], ["iam_entities.id"], name=f"fk_{name}_user_id_iam_entities"),
            *([sa.UniqueConstraint("digest", name="uq_iam_credentials_digest")] if column == "digest" else []),
        )
    op.create_table(
        "iam_key_uses",
        sa.Column("key_id", sa.String(128), nullable=False),
        sa.Column("used", sa.BigInteger, nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_iam_key_uses"),
    )
