"""Model access: one agreement for each region and model asked for, and the account's use case."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, Text

from outcrop.storage.tables import METADATA

agreements = Table(
    "model_agreements",
    METADATA,
    Column("region", String(32), primary_key=True),
    Column("model", String(140), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("decided_at", BigInteger),
)
use_case = Table(
    "model_use_case",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1: the account has one
    Column("form", LargeBinary, nullable=False),
    Column("submitted_at", BigInteger, nullable=False),
    Column("submitted_by", Text, nullable=False),
)
