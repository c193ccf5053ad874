"""When access keys were last used: noted in memory with every request, written every minute and at the end.

Nothing of it is on a request's way but one assignment. Replicas write what they have seen; the latest use wins.
"""

import asyncio
import logging

import msgspec

from outcrop.iam.keyring import Keys, microseconds
from outcrop.storage.shared import SharedDatabase

INTERVAL = 60.0  # seconds

log = logging.getLogger("outcrop.iam")


class Use(msgspec.Struct, frozen=True):
    """One use: when, in microseconds since 1970, of which service in which Region."""

    moment: int
    service: str
    region: str


class Uses:
    """The uses `keys` has noted, and those in the database."""

    def __init__(self, database: SharedDatabase, keys: Keys) -> None:
        self._database, self._keys = database, keys
        self._writer: asyncio.Task[None] | None = None

    async def last(self, access_key_id: str) -> Use | None:
        """The last use of a key that is known here, or None."""
        await self.write()
        if not self._database.exists:
            return None
        database = await self._database.get()
        from sqlalchemy import select

        from outcrop.storage.tables.iam import uses

        async with database.begin() as connection:
            found = (await connection.execute(select(uses).where(uses.c.key_id == access_key_id))).first()
        return Use(found.used, found.service, found.region) if found else None

    async def write(self) -> None:
        """Write what has been noted since the last time; uses of root's own keys are not kept."""
        noted, self._keys.uses = self._keys.uses, {}
        if not noted or not self._database.exists:
            return
        database = await self._database.get()
        from outcrop.storage.database import upsert
        from outcrop.storage.tables.iam import uses

        async with database.begin() as connection:
            for key_id, (moment, service, region) in sorted(noted.items()):
                row = {"used": microseconds(moment), "service": service, "region": region}
                statement = upsert(connection.dialect.name, uses).values(key_id=key_id, **row)
                later = uses.c.used < statement.excluded.used
                await connection.execute(
                    statement.on_conflict_do_update(index_elements=["key_id"], set_=row, where=later)
                )

    def start(self) -> None:
        """Go on writing in the background."""
        self._writer = asyncio.ensure_future(self._write_on())

    async def aclose(self) -> None:
        """Write what is left, and stop."""
        if self._writer:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
            await self._tried()

    async def _write_on(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL)
            await self._tried()

    async def _tried(self) -> None:
        try:
            await self.write()
        except Exception as error:
            log.warning("uses of access keys could not be written: %s", type(error).__name__)
