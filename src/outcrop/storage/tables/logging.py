"""Model invocation logging: one configuration for each region, as JSON."""

from sqlalchemy import Column, String, Table, Text

from outcrop.storage.tables import METADATA

configurations = Table(
    "invocation_logging",
    METADATA,
    Column("region", String(32), primary_key=True),
    Column("configuration", Text, nullable=False),
)
