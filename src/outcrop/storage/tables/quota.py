"""Quotas: how much of each window's limit has been taken, by all processes together."""

from sqlalchemy import BigInteger, Column, Table, Text

from outcrop.storage.tables import METADATA

windows = Table(
    "quota_windows",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("window", BigInteger, primary_key=True, autoincrement=False),  # time divided by the period
    Column("taken", BigInteger, nullable=False),
)
