"""The schema: made in one go where there is none, brought up to date by revisions where an older one is.

`RECORDED` is what alembic writes into a database that has every revision. One that has it is left alone; one that has
nothing is given the tables as they are now, and that record; a test proves that the revisions would have made the same.
Only what an older version has left is migrated, and only then alembic imported, which costs as much as SQLAlchemy itself.
"""

import importlib
import pkgutil
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert, select

from outcrop.storage import tables

MIGRATIONS = Path(__file__).with_name("migrations")
LOCK = 4020  # PostgreSQL's advisory lock under which replicas take turns
RECORDED = frozenset(
    {"access_0001", "guardrails_0001", "iam_0001", "jobs_0001", "ledger_0004", "logging_0001", "quota_0001"}
)

record = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def bring_up_to_date(connection: Connection) -> None:
    """Make the schema this version works with, within the transaction of `connection`."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # processes that open a new file at once take turns
    if not connection.dialect.has_table(connection, record.name):
        make(connection)
    elif set(connection.execute(select(record.c.version_num)).scalars()) != RECORDED:
        migrate(connection)


def make(connection: Connection) -> None:
    """Every table as it is now, in a database that has none."""
    for module in pkgutil.iter_modules(tables.__path__, f"{tables.__name__}."):
        importlib.import_module(module.name)
    for metadata in (tables.METADATA, record.metadata):
        metadata.create_all(connection, checkfirst=False)
    connection.execute(insert(record), [{"version_num": name} for name in sorted(RECORDED)])


def migrate(connection: Connection, to: str = "heads") -> None:
    """Run the revisions that are missing, `to` one or to all."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
