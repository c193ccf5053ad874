"""A rotation reseals everything: what was sealed before no longer is, and every key goes on working."""

import asyncio
from pathlib import Path

from outcrop.iam.keyring import Keys
from outcrop.iam.keys import RootKey
from outcrop.iam.rotation import rotate
from outcrop.iam.store import Store
from outcrop.iam.store.state import Draft
from outcrop.iam.store.values import AccessKey, Entity
from outcrop.storage.files import Vault
from outcrop.storage.shared import SharedDatabase


def test_keys_go_on_working_in_a_server_that_runs_meanwhile(tmp_path: Path) -> None:
    async def use() -> None:
        root = RootKey.of(tmp_path)
        running = Store(SharedDatabase(tmp_path), Vault(tmp_path))
        rotating = Store(SharedDatabase(tmp_path), Vault(tmp_path))

        def fill(draft: Draft) -> None:
            draft.put(Entity(kind="user", id="AIDA1", name="ann", created=1))
            for number in range(3):
                sealed = running.vault.seal(b"secret %d" % number)
                draft.put(AccessKey(id=f"AKIA{number}", user="AIDA1", sealed=sealed, created=number))

        await running.change(fill)
        before, old = running.state, (tmp_path / "vault.key").read_bytes()
        await rotating.database.refresh()
        assert await rotate(tmp_path, rotating) == 5  # root's, three, the shared keys
        await running.database.refresh()
        assert running.state.material == before.material
        assert all(running.state.keys[one].sealed != before.keys[one].sealed for one in before.keys)
        keys = Keys(root, running)
        assert [(keys.secret(f"AKIA{number}") or "")[0] for number in range(3)] == ["secret 0", "secret 1", "secret 2"]
        assert RootKey.of(tmp_path).credentials == root.credentials
        assert old not in (tmp_path / "vault.key").read_bytes()
        for store in (running, rotating):
            await store.database.aclose()

    asyncio.run(use())


def test_without_a_database_root_s_key_is_resealed(tmp_path: Path) -> None:
    root = RootKey.of(tmp_path)
    sealed = (tmp_path / "root-key.sealed").read_bytes()

    async def use() -> int:
        return await rotate(tmp_path, Store(SharedDatabase(tmp_path), Vault(tmp_path)))

    assert asyncio.run(use()) == 1
    assert (tmp_path / "root-key.sealed").read_bytes() != sealed
    assert RootKey.of(tmp_path).credentials == root.credentials
    assert not (tmp_path / "outcrop.db").exists()
