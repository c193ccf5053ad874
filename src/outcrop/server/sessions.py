"""Tickets and sessions of the page: random words, of which the data directory keeps no more than digests.

A ticket stands in a link and is good once; a session stands in a cookie and is good until it ends. Both are one small
file, named by the SHA-256 of the word, that says whose access key it was made for: every worker of a server sees them,
they outlive a restart, and whoever removes the file has ended it. Nothing here says what a key may do, or whether it
still exists.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from outcrop.storage import files

NAME = "sessions"
TICKET = 60.0  # seconds a ticket is good for
PRINTED = 86_400.0  # seconds for the one a terminal shows, which may be read tomorrow
SESSION = 43_200.0  # seconds a session is good for: a working day

Kind = Literal["ticket", "session"]


class _Note(msgspec.Struct, frozen=True):
    """What a file says."""

    key_id: str
    expires: float


class Sessions:
    """The tickets and sessions below `data`; `clock` is the time in seconds since 1970."""

    def __init__(self, data: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder, self._clock = data / NAME, clock

    def ticket(self, key_id: str, seconds: float = TICKET) -> str:
        """A new ticket for the holder of the access key `key_id`."""
        self._sweep()
        return self._make("ticket", key_id, seconds)

    def redeem(self, ticket: str) -> str | None:
        """The access key id of a ticket, which is used up by this; None when it was never one, or is no more."""
        path = self._path("ticket", ticket)
        note = self._read(path)
        try:
            path.unlink()  # of several who come at once, one succeeds
        except OSError:
            return None
        return note.key_id if note else None

    def begin(self, key_id: str) -> str:
        """A new session for the holder of the access key `key_id`."""
        self._sweep()
        return self._make("session", key_id, SESSION)

    def find(self, session: str) -> str | None:
        """The access key id of a session that has not ended."""
        note = self._read(self._path("session", session))
        return note.key_id if note else None

    def end(self, session: str) -> None:
        """End a session, if it is one."""
        self._path("session", session).unlink(missing_ok=True)

    def _make(self, kind: Kind, key_id: str, seconds: float) -> str:
        word = secrets.token_urlsafe(32)
        files.directory(self._folder)
        files.write(self._path(kind, word), msgspec.json.encode(_Note(key_id, self._clock() + seconds)))
        return word

    def _path(self, kind: Kind, word: str) -> Path:
        return self._folder / f"{kind}-{hashlib.sha256(word.encode()).hexdigest()}"

    def _read(self, path: Path) -> _Note | None:
        try:
            note = msgspec.json.decode(path.read_bytes(), type=_Note)
        except (OSError, msgspec.MsgspecError):
            return None
        return note if note.expires > self._clock() else None

    def _sweep(self) -> None:
        """Remove what has expired."""
        for path in self._folder.glob("*-*"):
            if self._read(path) is None:
                path.unlink(missing_ok=True)
