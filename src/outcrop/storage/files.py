"""Whole files of the data directory: written atomically, readable by their owner only, secrets sealed.

`write` replaces a file in one step, so a reader never sees half of one. `Vault` encrypts small secrets with a key that
lies beside them, readable by the owner of the directory: it keeps secrets out of backups of single files, logs and
screens, not from whoever owns the machine. A key from the environment keeps them from whoever has the directory alone.
"""

import os
import tempfile
from pathlib import Path

PRIVATE = 0o600
FROM_ENVIRONMENT = "OUTCROP_SECRET_KEY"


def data_directory() -> Path:
    """Where Outcrop keeps what it keeps: `OUTCROP_DATA`, else `outcrop` under the user's data directory (XDG)."""
    given = os.environ.get("OUTCROP_DATA")
    if given:
        return Path(given)
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "outcrop"


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
    """Seals bytes with the key in `folder`/vault.key, which is made on first use, or with the one in `OUTCROP_SECRET_KEY`.

    A key is 32 bytes in base64. There may be several while they are changed (a line each in the file, commas between them
    in the environment): the first seals, all open. Raises `DamagedSecret` for a key that is none.
    """

    def __init__(self, folder: Path) -> None:
        from cryptography.fernet import Fernet  # 25 ms to import: only who reads or writes a secret pays

        self._file = folder / "vault.key"
        self._given = os.environ.get(FROM_ENVIRONMENT)
        if not self._given and not self._file.exists():
            write(self._file, Fernet.generate_key())
        self._read()

    def seal(self, data: bytes) -> bytes:
        """`data`, encrypted and authenticated, with the key that is the first now."""
        self._read()
        return self._fernet.encrypt(data)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed; raises `DamagedSecret` when it was changed or sealed with another key."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            self._read()  # the key may have been changed since
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise DamagedSecret(f"what is sealed does not fit {self._place}") from error

    def begin_rotation(self) -> None:
        """Seal with a new key from now on, and still open with the old one; raises `DamagedSecret` without a new key.

        A new key in the environment is whoever starts the servers' to give; one that was begun with is gone on with.
        """
        from cryptography.fernet import Fernet

        if len(self._keys()) > 1:
            return
        if self._given:
            raise DamagedSecret(f"{FROM_ENVIRONMENT} holds one key: put a new one and a comma before it")
        write(self._file, b"\n".join([Fernet.generate_key(), *self._keys()]))
        self._read()

    def end_rotation(self) -> None:
        """Forget the keys that nothing is sealed with any more; those in the environment are not ours to forget."""
        if not self._given:
            write(self._file, self._keys()[0])
            self._read()

    @property
    def _place(self) -> str:
        return FROM_ENVIRONMENT if self._given else str(self._file)

    def _keys(self) -> list[bytes]:
        text = self._given.replace(",", " ").encode() if self._given else self._file.read_bytes()
        return text.translate(bytes.maketrans(b"+/", b"-_")).split()

    def _read(self) -> None:
        from cryptography.fernet import Fernet, MultiFernet

        try:
            self._fernet = MultiFernet([Fernet(key) for key in self._keys()])
        except ValueError as error:
            raise DamagedSecret(f"{self._place} holds no key") from error
