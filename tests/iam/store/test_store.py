"""The store: changes one after the other whoever makes them, seen by every replica, nothing half done."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from outcrop.iam.store import Store
from outcrop.iam.store.state import Draft
from outcrop.iam.store.values import AccessKey, Entity, ManagedPolicy, ServiceCredential, Version
from outcrop.storage.files import DamagedSecret, Vault, directory
from outcrop.storage.shared import SharedDatabase

Use = Callable[[Store, Store], Awaitable[None]]

ANN = Entity(kind="user", id="AIDA1", name="Ann", created=1, path="/quarry/", tags={"team": "stone"}, groups=("AGPA1",))
TEAM = Entity(kind="group", id="AGPA1", name="team", created=2, inline={"p": "{}"})
ROLE = Entity(kind="role", id="AROA1", name="digger", created=3, trust="{}", max_session=7200, boundary="arn:b")
READ = ManagedPolicy(id="ANPA1", name="read", created=4, updated=5, versions=(Version(1, "{}", 4),))
KEY = AccessKey(id="AKIA1", user="AIDA1", sealed=b"\x00sealed\xff", created=6)
BEARER = ServiceCredential(
    id="ACCA1", user="AIDA1", digest=b"\x01" * 32, alias="Ann-at-123456789012", created=7, expires=9
)
EVERYTHING = (ANN, TEAM, ROLE, READ, KEY, BEARER)


@pytest.fixture
def two(tmp_path: Path, database_url: str) -> Callable[[Use], None]:
    """Use two stores of one database, as two replicas have them."""

    def run(use: Use) -> None:
        async def within() -> None:
            folder = directory(tmp_path / "data")
            shared = [SharedDatabase(folder, database_url) for _ in range(2)]
            try:
                await use(*(Store(database, Vault(folder)) for database in shared))
            finally:
                for database in shared:
                    await database.aclose()

        asyncio.run(within())

    return run


def put(*values: Entity | ManagedPolicy | AccessKey | ServiceCredential) -> Callable[[Draft], None]:
    def edit(draft: Draft) -> None:
        for value in values:
            draft.put(value)

    return edit


def test_what_one_replica_keeps_the_other_reads_back_whole(two: Callable[[Use], None]) -> None:
    async def use(here: Store, there: Store) -> None:
        await here.change(put(*EVERYTHING))
        await there.database.refresh()
        state = there.state
        assert state.version == here.state.version == 1
        assert (state.entity("user", "ANN"), state.entity("group", "Team"), state.entity("role", "digger")) == (
            ANN,
            TEAM,
            ROLE,
        )
        assert (state.policies[READ.arn], state.keys["AKIA1"], state.by_digest[BEARER.digest]) == (READ, KEY, BEARER)
        assert here.state.material is not None
        assert state.material == here.state.material

    two(use)


def test_a_change_is_made_from_what_another_has_just_changed(two: Callable[[Use], None]) -> None:
    """Neither has looked since, and both counts are right."""

    def add(draft: Draft) -> int:
        number = len(draft.entities)
        draft.put(Entity(kind="user", id=f"AIDA{number}", name=f"user{number}", created=number))
        return number

    async def use(here: Store, there: Store) -> None:
        made = await asyncio.gather(*(store.change(add) for _ in range(4) for store in (here, there)))
        assert sorted(made) == list(range(8))

    two(use)


def test_a_refused_change_has_not_happened(two: Callable[[Use], None]) -> None:
    def refuse(draft: Draft) -> None:
        draft.put(ANN)
        raise LookupError

    async def use(here: Store, there: Store) -> None:
        with pytest.raises(LookupError):
            await here.change(refuse)
        assert here.state.entity("user", "Ann") is None
        await there.change(put(TEAM))
        assert there.state.version == 1
        assert list(there.state.by_id) == ["AGPA1"]

    two(use)


def test_values_are_replaced_renamed_and_dropped(two: Callable[[Use], None]) -> None:
    renamed = Entity(kind="user", id="AIDA1", name="Anna", created=1)
    rehashed = ServiceCredential(id="ACCA1", user="AIDA1", digest=b"\x02" * 32, alias="a", created=7)

    def drop(draft: Draft) -> None:
        for value in (KEY, rehashed, renamed, TEAM, ROLE, READ):
            draft.drop(value)

    async def use(here: Store, there: Store) -> None:
        await here.change(put(*EVERYTHING))
        await there.change(put(renamed, rehashed))
        await here.database.refresh()
        for store in (here, there):
            assert store.state.entity("user", "ann") is None
            assert store.state.entity("user", "anna") == renamed
            assert list(store.state.by_digest) == [rehashed.digest]
        await here.change(drop)
        await there.database.refresh()
        for store in (here, there):
            assert (store.state.by_id, store.state.policies, store.state.keys, store.state.by_digest) == (
                {},
                {},
                {},
                {},
            )

    two(use)


def test_the_database_itself_keeps_names_apart(two: Callable[[Use], None]) -> None:
    async def use(here: Store, _: Store) -> None:
        await here.change(put(ANN))
        with pytest.raises(IntegrityError):
            await here.change(put(Entity(kind="user", id="AIDA2", name="ANN", created=1)))
        assert here.state.entity("user", "ann") == ANN

    two(use)


def test_a_state_that_is_held_does_not_change(two: Callable[[Use], None]) -> None:
    async def use(here: Store, _: Store) -> None:
        await here.change(put(ANN))
        held = here.state
        await here.change(lambda draft: draft.drop(ANN))
        assert held.entity("user", "Ann") == ANN
        assert here.state.entity("user", "Ann") is None

    two(use)


def test_a_state_answers_who_has_what(two: Callable[[Use], None]) -> None:
    ben = Entity(
        kind="user", id="AIDA2", name="ben", created=1, groups=("AGPA1",), attached=(READ.arn,), boundary=READ.arn
    )
    older = AccessKey(id="AKIA0", user="AIDA1", sealed=b"", created=1)

    async def use(here: Store, _: Store) -> None:
        await here.change(put(*EVERYTHING, ben, older))
        state = here.state
        assert [user.name for user in state.members(TEAM)] == ["Ann", "ben"]
        assert state.keys_of(ANN) == [older, KEY]
        assert state.credentials_of(ANN) == [BEARER]
        assert state.attached_to(READ.arn) == state.bounded_by(READ.arn) == [ben]

    two(use)


def test_without_a_database_there_is_nothing_and_none_is_made(tmp_path: Path) -> None:
    store = Store(SharedDatabase(tmp_path), Vault(tmp_path))
    assert (store.state.version, store.state.by_id, store.state.material) == (0, {}, None)
    assert not (tmp_path / "outcrop.db").exists()


def test_a_replica_with_another_vault_is_told(tmp_path: Path, database_url: str) -> None:
    async def use() -> None:
        stores = [
            Store(SharedDatabase(tmp_path, database_url), Vault(directory(tmp_path / name))) for name in ("a", "b")
        ]
        await stores[0].change(put(ANN))
        with pytest.raises(DamagedSecret, match="sealed with another key"):
            await stores[1].database.refresh()
        for store in stores:
            await store.database.aclose()

    asyncio.run(use())


def test_the_shared_keys_are_sealed_in_the_database(tmp_path: Path) -> None:
    async def use() -> bytes:
        store = Store(SharedDatabase(tmp_path), Vault(tmp_path))
        await store.change(put(ANN))
        await store.database.aclose()
        assert store.state.material is not None
        return store.state.material.hashing + store.state.material.sealing

    keys = asyncio.run(use())
    data = b"".join(path.read_bytes() for path in tmp_path.glob("outcrop.db*"))
    for key in (keys[:32], keys[32:]):
        for form in (key, base64.b64encode(key), base64.urlsafe_b64encode(key), key.hex().encode()):
            assert form not in data
