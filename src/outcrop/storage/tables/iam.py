"""Identity: users, groups, roles, managed policies and keys, one row each; what only identity reads is JSON in `body`.

Columns hold what the database itself must keep true: one name per kind whatever its case, keys that belong to a user
that is there, one owner per bearer key. Secrets are sealed, bearer keys are keyed hashes; neither is ever in `body`.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, String, Table, Text, UniqueConstraint

from outcrop.storage.tables import METADATA

entities = Table(
    "iam_entities",
    METADATA,
    Column("id", String(128), primary_key=True),
    Column("kind", String(8), nullable=False),  # user, group or role
    Column("folded", String(128), nullable=False),  # the name in lower case
    Column("body", Text, nullable=False),
    UniqueConstraint("kind", "folded"),
)
policies = Table(
    "iam_policies",
    METADATA,
    Column("id", String(128), primary_key=True),
    Column("folded", String(128), nullable=False, unique=True),
    Column("body", Text, nullable=False),
)
access_keys = Table(
    "iam_access_keys",
    METADATA,
    Column("id", String(128), primary_key=True),
    Column("user_id", ForeignKey("iam_entities.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("body", Text, nullable=False),
)
credentials = Table(
    "iam_credentials",
    METADATA,
    Column("id", String(128), primary_key=True),
    Column("user_id", ForeignKey("iam_entities.id"), nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("body", Text, nullable=False),
)
uses = Table(
    "iam_key_uses",
    METADATA,
    Column("key_id", String(128), primary_key=True),
    Column("used", BigInteger, nullable=False),
    Column("service", String(64), nullable=False),
    Column("region", String(64), nullable=False),
)
for table in (entities, policies, access_keys, credentials, uses):
    table.primary_key.name = f"pk_{table.name}"
