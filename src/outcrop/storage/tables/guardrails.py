"""Guardrails: one row for each version, the draft's among them; what it was defined to do is JSON in `definition`.

`made` is on the draft's row: how many versions there have been, so that no number is given twice.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from outcrop.storage.tables import METADATA

guardrails = Table(
    "guardrails",
    METADATA,
    Column("region", String(32), primary_key=True),
    Column("id", String(12), primary_key=True),
    Column("version", String(8), primary_key=True),
    Column("name", String(50), nullable=False),
    Column("token", String(256)),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("made", Integer, nullable=False, server_default="0"),
    Column("tags", Text, nullable=False),
    Column("definition", Text, nullable=False),
)
_drafts = guardrails.c.version == "DRAFT"
Index(
    "ix_guardrails_name",
    guardrails.c.region,
    guardrails.c.name,
    unique=True,
    sqlite_where=_drafts,
    postgresql_where=_drafts,
)
