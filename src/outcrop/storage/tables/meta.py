"""The installation: facts that are one per database, by name (versions that replicas watch, for one)."""

from sqlalchemy import Column, String, Table, Text

from outcrop.storage.tables import METADATA

facts = Table("facts", METADATA, Column("name", String(64), primary_key=True), Column("value", Text, nullable=False))
