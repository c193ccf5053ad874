"""Whole files of the data directory: written atomically, readable by their owner only, secrets sealed.

`write` replaces a file in one step, so a reader never sees half of one. `Vault` encrypts small secrets with a key that
lies beside them, readable by the owner of the directory: it keeps secrets out of backups of single files, logs and
screens, not from whoever owns the machine.
"""

import os
import tempfile
from pathlib import Path

PRIVATE = 0o600


def write(path: Path, data: bytes) -> None:
    """Replace `path` by `data` in one step, with mode 0600; its folder must exist."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)  # mkstemp has made it 0600
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def directory(path: Path) -> Path:
    """`path`, made with mode 0700 when it is not there."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


class DamagedSecret(Exception):
    """A sealed file does not open with the key of its directory, or that key is damaged."""


class Vault:
    """Seals bytes with the key in `folder`/vault.key, which is made on first use; raises `DamagedSecret` if it is none."""

    def __init__(self, folder: Path) -> None:
        from cryptography.fernet import Fernet  # 25 ms to import: only who reads or writes a secret pays

        key = folder / "vault.key"
        if not key.exists():
            write(key, Fernet.generate_key())
        try:
            self._fernet = Fernet(key.read_bytes())
        except ValueError as error:
            raise DamagedSecret(f"{key} holds no key") from error

    def seal(self, data: bytes) -> bytes:
        """`data`, encrypted and authenticated."""
        return self._fernet.encrypt(data)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed; raises `DamagedSecret` when it was changed or sealed with another key."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise DamagedSecret("the sealed file does not fit vault.key beside it") from error
