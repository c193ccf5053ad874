"""Identity as it is kept: one state in memory that every request reads, one way to change it.

A change takes the version's row first, so that changes of all replicas happen one after the other; it is made from the
newest state, and is in memory here when `change` returns. What others change arrives within a second (`storage.shared`).
Without a database the state is empty, and the first change makes one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

import msgspec

from outcrop.iam.store.secrets import Material
from outcrop.iam.store.state import VERSION, Draft, State
from outcrop.storage.files import DamagedSecret, Vault
from outcrop.storage.shared import SharedDatabase, raise_version

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from outcrop.storage.database import Database

Result = TypeVar("Result")


class Store:
    """The identity of one installation. `state` is what is known now; hold it while one answer is made."""

    def __init__(self, database: SharedDatabase, vault: Vault) -> None:
        self.database = database
        self.vault = vault
        self.state = State()
        self._changing = asyncio.Lock()
        database.watch(VERSION, self._reload)

    async def change(self, edit: Callable[[Draft], Result]) -> Result:
        """Make the next state by `edit`, which may refuse by raising; nothing has happened then."""
        async with self._next() as (_, draft):
            return edit(draft)

    async def reseal(self) -> int:
        """Seal every secret of the database with the vault's first key; how many there are."""
        async with self._next() as (connection, draft):
            from outcrop.iam.store import rows

            for key in list(draft.keys.values()):
                draft.put(msgspec.structs.replace(key, sealed=self.vault.seal(self.vault.open(key.sealed))))
            await rows.keep_fact(connection, rows.MATERIAL, self._sealed(draft.material))
        return len(draft.keys) + 1

    @asynccontextmanager
    async def _next(self) -> AsyncIterator[tuple["AsyncConnection", Draft]]:
        """The next state, to be changed within the block; it is in force when the block ends without raising."""
        database = await self.database.get()
        from outcrop.iam.store import rows

        async with self._changing:
            async with database.begin() as connection:
                await raise_version(connection, VERSION)
                draft = await self._draft(connection)
                yield connection, draft
                await rows.write(connection, draft.notes)
            self.state = draft

    def _sealed(self, material: Material) -> str:
        return self.vault.seal(msgspec.json.encode(material)).decode()

    async def material(self) -> Material:
        """The shared keys, made now when there are none yet."""
        if self.state.material is None:
            await self.change(lambda draft: None)
        assert self.state.material
        return self.state.material

    async def _draft(self, connection: "AsyncConnection") -> Draft:
        """The newest state, to be changed; made from what is in memory when nobody else has changed anything since."""
        from outcrop.iam.store import rows

        version = await rows.version(connection)
        state, material = self.state, self.state.material
        if material is None or version != state.version + 1:
            material = await self._material(connection)
            state = State(version, material, await rows.load(connection))
        return Draft(state, version, material)

    async def _material(self, connection: "AsyncConnection") -> Material:
        """The shared keys, made and kept when there are none yet."""
        from outcrop.iam.store import rows

        found = await self._known_material(connection)
        if found is None:
            found = Material.generate()
            await rows.keep_fact(connection, rows.MATERIAL, self._sealed(found))
        return found

    async def _known_material(self, connection: "AsyncConnection") -> Material | None:
        from outcrop.iam.store import rows

        sealed = await rows.fact(connection, rows.MATERIAL)
        if sealed is None:
            return None
        try:
            return msgspec.json.decode(self.vault.open(sealed.encode()), type=Material)
        except DamagedSecret as error:
            raise DamagedSecret("the database's secrets are sealed with another key than this directory's") from error

    async def _reload(self, database: "Database") -> None:
        from outcrop.iam.store import rows

        async with self._changing, database.reading() as connection:
            version = await rows.version(connection)
            if version == self.state.version:
                return
            material = await self._known_material(connection)
            self.state = State(version, material, await rows.load(connection))
