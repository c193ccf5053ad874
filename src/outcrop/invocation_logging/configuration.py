"""The account's logging configurations, one for each region, kept in the database and read from memory.

AWS keeps one for account and region (documented). What a configuration names is checked when it is put, by whoever puts
it; here it is only kept.
"""

from typing import TYPE_CHECKING

import msgspec

from outcrop.model.control import LoggingConfig
from outcrop.storage.shared import SharedDatabase, raise_version

if TYPE_CHECKING:
    from sqlalchemy import Executable

    from outcrop.storage.database import Database

VERSION = "invocation_logging"


class Configurations:
    """What is logged where; without a database nothing is, and nothing can be put."""

    def __init__(self, database: SharedDatabase | None = None) -> None:
        self._database = database
        self._by_region: dict[str, LoggingConfig] = {}
        if database:
            database.watch(VERSION, self._load)

    def get(self, region: str) -> LoggingConfig | None:
        """The configuration of `region`."""
        return self._by_region.get(region)

    @property
    def active(self) -> bool:
        """Whether anything is logged anywhere."""
        return bool(self._by_region)

    async def put(self, region: str, configuration: LoggingConfig) -> None:
        """Replace the configuration of `region`; in effect in every process within a second."""
        database = await self._kept().get()
        from outcrop.storage.database import upsert
        from outcrop.storage.tables.logging import configurations

        row = {"configuration": msgspec.json.encode(configuration).decode()}
        statement = upsert(database.dialect, configurations).values(region=region, **row)
        await self._write(database, statement.on_conflict_do_update(index_elements=["region"], set_=row))

    async def delete(self, region: str) -> None:
        """Log no more in `region`."""
        database = await self._kept().get()
        from outcrop.storage.tables.logging import configurations

        await self._write(database, configurations.delete().where(configurations.c.region == region))

    async def _write(self, database: "Database", statement: "Executable") -> None:
        async with database.begin() as connection:
            await connection.execute(statement)
            await raise_version(connection, VERSION)
        await self._kept().refresh()

    def _kept(self) -> SharedDatabase:
        assert self._database is not None, "configurations are kept in a database"
        return self._database

    async def _load(self, database: "Database") -> None:
        from sqlalchemy import select

        from outcrop.storage.tables.logging import configurations

        async with database.begin() as connection:
            rows = (await connection.execute(select(configurations))).all()
        self._by_region = {region: msgspec.json.decode(text, type=LoggingConfig) for region, text in rows}
