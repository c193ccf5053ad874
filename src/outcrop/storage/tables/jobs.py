"""Batch jobs: one row each; what only a job's worker and its owner read is JSON in `body`.

`lease` names the worker that runs it, until `lease_until`; a row whose lease has run out is anybody's.
"""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text, UniqueConstraint

from outcrop.storage.tables import METADATA

jobs = Table(
    "model_invocation_jobs",
    METADATA,
    Column("id", String(12), primary_key=True),
    Column("region", String(32), nullable=False),
    Column("name", String(63), nullable=False),
    Column("token", String(256)),
    Column("status", String(20), nullable=False),
    Column("submitted_at", BigInteger, nullable=False),
    Column("modified_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("expires_at", BigInteger, nullable=False),
    Column("message", Text),
    Column("total", BigInteger),
    Column("succeeded", BigInteger),
    Column("failed", BigInteger),
    Column("lease", String(32)),
    Column("lease_until", BigInteger),
    Column("body", Text, nullable=False),
    UniqueConstraint("region", "token"),
    Index("ix_model_invocation_jobs_submitted_at", "region", "submitted_at"),
)
