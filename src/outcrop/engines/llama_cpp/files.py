"""Where model files are: a path, or a place on a hub and its copy in the data directory.

``hf:owner/repo/folder/file.gguf`` (with ``@revision`` after the repository if need be) is fetched over https as
Hugging Face lays its files out; only who runs the command fetches, a request never does. What was fetched in part is
gone on with, and a file whose digest the hub tells is checked before it counts.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

from msgspec import Struct

from outcrop.transport import Exchange, Pool, Unreachable

REMOTE = "hf:"
MOST_MOVES = 5  # redirects from the hub to where its files lie
Progress = Callable[[int, int | None], None]
_PLACE = re.compile(
    r"(?P<repository>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(?:@(?P<revision>[\w.-]+))?/"
    r"(?P<path>[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)*)"
)
_SHA256 = re.compile(r'"?([0-9a-f]{64})"?')
_MOVED = (301, 302, 303, 307, 308)


class Missing(Exception):
    """A model file is not here; `args[0]` says which, and what to do."""


class NotFetched(Exception):
    """A file cannot be fetched; `args[0]` says why."""


class Place(Struct, frozen=True):
    """A file on a hub."""

    repository: str
    revision: str
    path: str

    @property
    def local(self) -> Path:
        """Where its copy lies, within the folder of models."""
        return Path(self.repository) / self.revision / self.path


def place(name: str) -> Place | None:
    """The place that ``hf:...`` names, None for a path; raises Missing for one that is none."""
    if not name.startswith(REMOTE):
        return None
    found = _PLACE.fullmatch(name.removeprefix(REMOTE))
    if found is None:
        raise Missing(f"{name} is no file of a repository: hf:owner/repository/file.gguf")
    return Place(found["repository"], found["revision"] or "main", found["path"])


class Files(Struct, frozen=True):
    """The files of one engine: `models` holds copies, paths are relative to `base`, `hub` and `key` are the hub's."""

    models: Path
    base: Path
    hub: str
    key: str | None = None

    def find(self, name: str) -> Path:
        """The file called `name`; raises Missing when it is not here."""
        there = place(name)
        path = self.models / there.local if there else self.base / Path(name).expanduser()
        if path.is_file():
            return path
        what = "fetch it: outcrop models --download" if there else "check the path in the settings"
        raise Missing(f"the model file {name} is not here; {what}")

    def lacks(self, name: str) -> bool:
        """Whether `name` is on the hub and not here; raises Missing for a place that is none."""
        there = place(name)
        return there is not None and not (self.models / there.local).is_file()

    async def fetch(self, name: str, progress: Progress) -> Path:
        """The copy of a file on the hub, fetched if it is not here; raises NotFetched, or Missing for a path that is
        not here.

        `progress` hears bytes so far and in all (None: not known).
        """
        there = place(name)
        try:
            return self.find(name)
        except Missing:
            if there is None:
                raise
        url = f"{self.hub}/{there.repository}/resolve/{quote(there.revision)}/{quote(there.path)}"
        target = self.models / there.local
        target.parent.mkdir(parents=True, exist_ok=True)
        pool = Pool()
        try:
            digest = await self._receive(pool, url, target.with_name(target.name + ".part"), progress)
        except Unreachable as error:
            raise NotFetched(f"{error}; what is here already is kept, and gone on with next time") from error
        finally:
            await pool.aclose()
        return await asyncio.to_thread(_finish, target, digest)

    async def _receive(self, pool: Pool, url: str, part: Path, progress: Progress) -> str | None:
        """Fetch what `part` lacks; the digest that the hub tells."""
        have = await asyncio.to_thread(_size, part)
        exchange, digest = await self._ask(pool, url, have)
        if exchange.status == 416:  # nothing is lacking
            await exchange.aclose()
            return digest
        if exchange.status not in (200, 206):
            raise NotFetched(await _refusal(exchange, url))
        have = have if exchange.status == 206 else 0
        length = exchange.headers.get("content-length")
        total = have + int(length) if length else None
        with part.open("ab" if have else "wb") as file:
            async for piece in exchange:
                await asyncio.to_thread(file.write, piece)
                have += len(piece)
                progress(have, total)
        return digest

    async def _ask(self, pool: Pool, url: str, have: int) -> tuple[Exchange, str | None]:
        """The answer to the request for a file from byte `have` on, wherever the hub sends for it, and its digest.

        The key is for the hub alone: no other host is sent it. A hub on https sends nobody elsewhere.
        """
        digest = None
        for _ in range(MOST_MOVES):
            headers = {"range": f"bytes={have}-"} if have else {}
            if self.key and urlsplit(url).netloc == urlsplit(self.hub).netloc:
                headers["authorization"] = f"Bearer {self.key}"
            exchange = await pool.send("GET", url, headers=headers)
            if found := _SHA256.fullmatch(exchange.headers.get("x-linked-etag", "")):
                digest = found[1]
            if exchange.status not in _MOVED:
                return exchange, digest
            await exchange.aclose()
            moved = urljoin(url, exchange.headers.get("location", ""))
            if urlsplit(moved).scheme not in ("https", urlsplit(self.hub).scheme):
                raise NotFetched(f"{self.hub} sends for the file over a connection that is not encrypted")
            url = moved
        raise NotFetched(f"{self.hub} sends for the file from place to place")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


async def _refusal(exchange: Exchange, url: str) -> str:
    await exchange.aclose()
    host = urlsplit(url).netloc
    if exchange.status in (401, 403):
        return f"{host} does not give the file without a key that may have it (status {exchange.status}): key_env, key_file"
    if exchange.status == 404:
        return f"{host} has no such file"
    return f"{host} answered with status {exchange.status}"


def _finish(target: Path, digest: str | None) -> Path:
    """Check what was fetched and give it its name; raises NotFetched when it is not what the hub has."""
    part = target.with_name(target.name + ".part")
    if digest:
        with part.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != digest:
            part.unlink()
            raise NotFetched(f"what was fetched is not what the hub has (its digest is {found}); it was removed")
    part.rename(target)
    return target
