"""Values to rows and back: everything of identity is read in one go, and a change writes the rows it has touched.

Only `store` calls this, within a transaction. Importing it imports the database.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from outcrop.iam.store.state import VERSION
from outcrop.iam.store.values import AccessKey, Entity, ManagedPolicy, ServiceCredential, Value
from outcrop.storage.database import upsert
from outcrop.storage.tables import iam, meta

MATERIAL = "iam:secrets"  # the fact that holds the shared keys, sealed

# What stands in columns of its own is left out of the body.
_TABLES: dict[type[Any], tuple[Table, tuple[str, ...]]] = {
    Entity: (iam.entities, ()),
    ManagedPolicy: (iam.policies, ()),
    AccessKey: (iam.access_keys, ("sealed",)),
    ServiceCredential: (iam.credentials, ("digest",)),
}


async def version(connection: AsyncConnection) -> int:
    """The number of the last change, 0 before the first."""
    found = await fact(connection, f"version:{VERSION}")
    return int(found) if found else 0


async def fact(connection: AsyncConnection, name: str) -> str | None:
    """A fact of the installation."""
    return (await connection.execute(select(meta.facts.c.value).where(meta.facts.c.name == name))).scalar()


async def keep_fact(connection: AsyncConnection, name: str, value: str) -> None:
    """Write a fact of the installation, in place of the one there is."""
    statement = upsert(connection.dialect.name, meta.facts).values(name=name, value=value)
    await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


async def load(connection: AsyncConnection) -> tuple[Value, ...]:
    """Every value there is."""
    found: list[Value] = []
    for kind, (table, columns) in _TABLES.items():
        for row in (await connection.execute(select(table))).mappings():
            body = msgspec.json.decode(row["body"])
            found.append(msgspec.convert(body | {name: bytes(row[name]) for name in columns}, kind))
    return tuple(found)


async def write(connection: AsyncConnection, notes: Iterable[tuple[Value, bool]]) -> None:
    """Put (True) or drop (False) the values, in order."""
    for value, put in notes:
        table, columns = _TABLES[type(value)]
        if not put:
            await connection.execute(delete(table).where(table.c.id == value.id))
            await connection.execute(delete(iam.uses).where(iam.uses.c.key_id == value.id))
            continue
        row = _row(value, columns)
        statement = upsert(connection.dialect.name, table).values(row)
        changed = {name: row[name] for name in row if name != "id"}
        await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed))


def _row(value: Value, columns: tuple[str, ...]) -> dict[str, Any]:
    row: dict[str, Any] = {"id": value.id, **{name: getattr(value, name) for name in columns}}
    if isinstance(value, Entity):
        row |= {"kind": value.kind, "folded": value.name.lower()}
    elif isinstance(value, ManagedPolicy):
        row |= {"folded": value.name.lower()}
    else:
        row |= {"user_id": value.user}
    body = {name: given for name, given in msgspec.to_builtins(value).items() if name not in columns}
    return row | {"body": msgspec.json.encode(body).decode()}
