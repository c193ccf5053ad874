"""Whose credentials AWS is asked with: botocore's own chain, read and refreshed in a thread.

Environment, profiles, SSO, roles, containers and instances: whatever botocore finds for `profile`. Nothing is read before
the first request, nothing on the event loop; a refresh that fails while the credentials still hold is tried again later.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from msgspec import UNSET, Struct, UnsetType

AGAIN = 10.0  # seconds between two attempts to refresh what still holds

log = logging.getLogger("outcrop.engines")


class Keys(Struct, frozen=True):
    """One set of AWS credentials; it does not show itself."""

    access_key_id: str
    secret: str
    token: str | None

    def __repr__(self) -> str:
        return f"Keys({self.access_key_id})"


class NoCredentials(Exception):
    """There are none, or they cannot be refreshed; `args[0]` says why."""


class Chain:
    """botocore's chain for one profile (None: the default one). `clock` is seconds from any fixed point."""

    def __init__(self, profile: str | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._profile, self._clock = profile, clock
        self._session: Any = None
        self._found: Any = None
        self._keys: Keys | None = None
        self._region: str | UnsetType | None = UNSET
        self._next = 0.0
        self._turn = asyncio.Lock()

    async def keys(self) -> Keys:
        """The credentials of now; raises NoCredentials."""
        if self._keys is None or self._due():
            async with self._turn:
                if self._keys is None or self._due():
                    await self._renew()
        if self._keys is None:
            raise NoCredentials("no AWS credentials were found")
        return self._keys

    async def region(self) -> str | None:
        """The region of the profile or the environment, read once; raises NoCredentials for a profile that is none."""
        if self._region is UNSET:
            async with self._turn:
                try:
                    self._region = await asyncio.to_thread(lambda: self._open().get_config_variable("region"))
                except Exception as error:
                    raise NoCredentials(f"no AWS region: {type(error).__name__}: {error}") from error
        return self._region or None

    def _due(self) -> bool:
        """Whether credentials that pass are near their end, and it is time for an attempt."""
        return hasattr(self._found, "refresh_needed") and self._clock() >= self._next and self._found.refresh_needed()

    async def _renew(self) -> None:
        self._next = self._clock() + AGAIN
        try:
            self._keys = await asyncio.to_thread(self._read)
        except Exception as error:  # botocore's providers raise whatever their sources do
            raise NoCredentials(f"no AWS credentials: {type(error).__name__}: {error}") from error

    def _open(self) -> Any:
        """In a thread: importing botocore takes 0.15 s, reading its files a little."""
        if self._session is None:
            from botocore.session import Session

            self._session = Session(profile=self._profile)
        return self._session

    def _read(self) -> Keys | None:
        """In a thread: sources may be on the network."""
        if self._found is None:
            self._found = self._open().get_credentials()
        if self._found is None:
            return None
        frozen = self._found.get_frozen_credentials()
        return Keys(frozen.access_key, frozen.secret_key, frozen.token)
