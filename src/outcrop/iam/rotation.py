"""A new key for the secrets at rest, while servers run.

First the vault seals with the new key and still opens with the old; then everything is sealed anew, the database in one
transaction; then the old key goes. A server reads the vault's key again whenever it seals, or cannot open, so it needs no
restart; a rotation that was cut short goes on when it is run again.
"""

from pathlib import Path

from outcrop.iam.keys import RootKey
from outcrop.iam.store import Store


async def rotate(data: Path, store: Store) -> int:
    """Reseal the root key of `data` and all secrets of `store`; how many that were. Raises `DamagedSecret`."""
    store.vault.begin_rotation()
    RootKey.reseal(data, store.vault)
    count = await store.reseal() if store.database.exists else 0
    store.vault.end_rotation()
    return count + 1
