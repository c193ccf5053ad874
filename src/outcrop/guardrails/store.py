"""The account's guardrails: kept in the database, read from memory, the same in every process within a second.

A name is one guardrail's in its region; the number of a version is never given twice, not even once it is deleted. What a
definition asks for is checked by whoever puts it; here it is only kept, and made ready when it is first judged by.
"""

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from outcrop.guardrails.guardrail import DRAFT, Definition, Guardrail
from outcrop.guardrails.judge import Judge
from outcrop.storage.shared import SharedDatabase, raise_version

if TYPE_CHECKING:
    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncConnection

    from outcrop.storage.database import Database

VERSION = "guardrails"

Written = TypeVar("Written")
Place = tuple[str, str, str]  # region, id, version


class NameTaken(Exception):
    """Another guardrail of the region has the name."""


def _now() -> int:
    return time.time_ns() // 1000


class Guardrails:
    """The guardrails in `database`; without one there are none, and none can be made."""

    def __init__(self, database: SharedDatabase | None = None, clock: Callable[[], int] = _now) -> None:
        self._database, self.now = database, clock
        self._kept: dict[Place, Guardrail] = {}
        self._ready: dict[Place, Judge] = {}
        if database:
            database.watch(VERSION, self._load)

    def get(self, region: str, guardrail_id: str, version: str = DRAFT) -> Guardrail | None:
        """One version."""
        return self._kept.get((region, guardrail_id, version))

    def judge(self, region: str, guardrail_id: str, version: str) -> Judge | None:
        """One version, ready to judge."""
        place = (region, guardrail_id, version)
        ready = self._ready.get(place)
        if ready is None and (kept := self._kept.get(place)):
            ready = self._ready[place] = Judge(kept)
        return ready

    def drafts(self, region: str) -> list[Guardrail]:
        """The draft of each guardrail in `region`, oldest first."""
        found = [kept for kept in self._kept.values() if kept.region == region and kept.version == DRAFT]
        return sorted(found, key=lambda kept: (kept.created_at, kept.id))

    def versions(self, region: str, guardrail_id: str) -> list[Guardrail]:
        """All versions of one, the draft first."""
        found = [kept for kept in self._kept.values() if (kept.region, kept.id) == (region, guardrail_id)]
        return sorted(found, key=lambda kept: kept.number)

    def made_by(self, region: str, token: str | None) -> Guardrail | None:
        """What a request with this token has made in `region`: a draft, or a version."""
        if token is None:
            return None
        return next((kept for kept in self._kept.values() if (kept.region, kept.token) == (region, token)), None)

    async def create(self, guardrail: Guardrail) -> None:
        """Keep a new draft; raises NameTaken."""
        await self._write(lambda connection: _insert(connection, guardrail))

    async def update(self, guardrail: Guardrail) -> None:
        """Replace a draft; raises NameTaken."""
        await self._write(lambda connection: _replace(connection, guardrail))

    async def publish(self, draft: Guardrail, description: str | None, token: str | None) -> Guardrail:
        """Keep `draft` as it is now as its next version."""
        now = self.now()

        async def write(connection: "AsyncConnection") -> Guardrail:
            version = msgspec.structs.replace(
                draft,
                version=str(await _next_number(connection, draft)),
                definition=msgspec.structs.replace(draft.definition, description=description),
                created_at=now,
                updated_at=now,
                token=token,
            )
            await _insert(connection, version)
            return version

        return await self._write(write)

    async def delete(self, region: str, guardrail_id: str, version: str | None = None) -> None:
        """Forget one version, or a guardrail with all of them."""
        await self._write(lambda connection: _delete(connection, region, guardrail_id, version))

    async def _write(self, write: "Callable[[AsyncConnection], Awaitable[Written]]") -> Written:
        """Do `write` in one transaction, in effect in every process within a second; raises NameTaken."""
        assert self._database is not None, "guardrails are kept in a database"
        database = await self._database.get()
        from sqlalchemy.exc import IntegrityError

        try:
            async with database.begin() as connection:
                written = await write(connection)
                await raise_version(connection, VERSION)
        except IntegrityError as error:
            raise NameTaken from error
        await self._database.refresh()
        return written

    async def _load(self, database: "Database") -> None:
        """Read everything anew; what has not changed stays ready."""
        from sqlalchemy import select

        from outcrop.storage.tables.guardrails import guardrails

        async with database.begin() as connection:
            rows = (await connection.execute(select(guardrails))).mappings().all()
        self._kept = {(kept.region, kept.id, kept.version): kept for kept in map(_guardrail, rows)}
        self._ready = {place: judge for place, judge in self._ready.items() if judge.guardrail == self._kept.get(place)}


async def _insert(connection: "AsyncConnection", guardrail: Guardrail) -> None:
    from outcrop.storage.tables.guardrails import guardrails

    await connection.execute(guardrails.insert().values(_row(guardrail)))


async def _replace(connection: "AsyncConnection", guardrail: Guardrail) -> None:
    from outcrop.storage.tables.guardrails import guardrails

    await connection.execute(guardrails.update().where(_at(guardrail)).values(_row(guardrail)))


async def _delete(connection: "AsyncConnection", region: str, guardrail_id: str, version: str | None) -> None:
    from outcrop.storage.tables.guardrails import guardrails

    where = (guardrails.c.region == region) & (guardrails.c.id == guardrail_id)
    if version:
        where &= guardrails.c.version == version
    await connection.execute(guardrails.delete().where(where))


async def _next_number(connection: "AsyncConnection", draft: Guardrail) -> int:
    """The number of the next version of `draft`, which is now given."""
    from sqlalchemy import select

    from outcrop.storage.tables.guardrails import guardrails

    await connection.execute(guardrails.update().where(_at(draft)).values(made=guardrails.c.made + 1))
    number: int = (await connection.execute(select(guardrails.c.made).where(_at(draft)))).scalar_one()
    return number


def _at(guardrail: Guardrail) -> Any:
    from outcrop.storage.tables.guardrails import guardrails

    columns = guardrails.c
    return (columns.region == guardrail.region) & (columns.id == guardrail.id) & (columns.version == guardrail.version)


def _guardrail(row: "RowMapping") -> Guardrail:
    return Guardrail(
        region=row["region"],
        id=row["id"],
        version=row["version"],
        definition=msgspec.json.decode(row["definition"], type=Definition),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        token=row["token"],
        tags=msgspec.json.decode(row["tags"], type=tuple[tuple[str, str], ...]),
    )


def _row(guardrail: Guardrail) -> dict[str, Any]:
    return {
        "region": guardrail.region,
        "id": guardrail.id,
        "version": guardrail.version,
        "name": guardrail.definition.name,
        "token": guardrail.token,
        "created_at": guardrail.created_at,
        "updated_at": guardrail.updated_at,
        "tags": msgspec.json.encode(guardrail.tags).decode(),
        "definition": msgspec.json.encode(guardrail.definition).decode(),
    }
