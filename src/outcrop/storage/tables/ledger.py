"""The ledger: a row for every run of a model, as `outcrop.ledger.entry` describes it."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, String, Table, Text

from outcrop.storage.tables import METADATA

entries = Table(
    "ledger_entries",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("began", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    Column("principal", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("account", String(12), nullable=False),
    Column("region", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("engine", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cache_read_tokens", BigInteger, nullable=False),
    Column("cache_write_tokens", BigInteger, nullable=False),
    Column("undelivered_tokens", BigInteger, nullable=False),
    Column("images", BigInteger, nullable=False),
    Column("estimated", Boolean, nullable=False),
    Column("latency_ms", BigInteger, nullable=False),
    Column("first_token_ms", BigInteger),
    Column("stop_reason", Text),
    Column("error", Text),
    Column("cost", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("price_day", String(10)),
    Column("metadata", JSON, nullable=False),
    Column("tried", Text),
)
Index("ix_ledger_entries_ended", entries.c.ended)

# The entries of a day (UTC, days since 1970) added up for each caller as they are written: budgets need no long sums.
days = Table(
    "ledger_days",
    METADATA,
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    Column("account", String(12), primary_key=True),
    Column("user", Text, primary_key=True),
    Column("key_id", Text, primary_key=True),
    Column("tokens", BigInteger, nullable=False),  # input, cache writes and output
    Column("cost", BigInteger, nullable=False),
)

# What the metrics show, added up likewise.
totals = Table(
    "ledger_totals",
    METADATA,
    Column("model", Text, primary_key=True),
    Column("engine", Text, primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("requests", BigInteger, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cache_read_tokens", BigInteger, nullable=False),
    Column("cache_write_tokens", BigInteger, nullable=False),
    Column("undelivered_tokens", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
)
durations = Table(
    "ledger_durations",
    METADATA,
    Column("kind", String(16), primary_key=True),
    Column("model", Text, primary_key=True),
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    Column("milliseconds", BigInteger, nullable=False),
)
