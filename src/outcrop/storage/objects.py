"""The object store behind `s3://BUCKET/KEY`: a folder whose subfolders are buckets, or an S3-compatible endpoint.

A caller names a bucket and a key and nothing else: which folder or host that is, with which key of whose, only the settings
say, and only buckets that they list are asked for on an endpoint. Objects are read and written whole, within a limit the
reader gives. Nothing here knows what an object is for.
"""

import asyncio
import os
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit

import msgspec

from outcrop.transport import Exchange, Pool, Unreachable
from outcrop.wire import sigv4
from outcrop.wire.http import HttpRequest

_URI = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.*)", re.DOTALL)  # documented names of buckets
_PAGE = 16_000_000  # bytes of one page of a listing, 1,000 keys
_UNRESERVED = "-_.~/"


class ObjectMissing(Exception):
    """There is no such object, bucket, or permission to see it: `args[0]` is the URI."""


class ObjectTooLarge(Exception):
    """The object is larger than its reader takes: `args[0]` is the URI."""


class ObjectsUnavailable(Exception):
    """The store cannot be asked, or does not answer as one: `args[0]` says why, without its secret."""


class Objects(Protocol):
    """What holds objects. Every method takes `s3://BUCKET/KEY` and raises `ObjectMissing` or `ObjectsUnavailable`."""

    async def read(self, uri: str, limit: int) -> bytes:
        """The object's bytes; raises `ObjectTooLarge` above `limit`."""
        ...

    async def write(self, uri: str, data: bytes) -> None:
        """Make or replace the object; its bucket has to be there."""
        ...

    async def keys(self, uri: str) -> list[str]:
        """The URIs of all objects whose key begins with that of `uri`, sorted."""
        ...

    async def check(self, bucket: str) -> None:
        """Raise unless `bucket` can be used."""
        ...

    async def aclose(self) -> None:
        """Close what is open."""
        ...


def opened(folder: Path | None, endpoint: "Endpoint | None") -> Objects:
    """The store that is set up: a folder, an endpoint, or none."""
    if endpoint:
        return S3Objects(endpoint)
    return FolderObjects(folder) if folder else NoObjects()


def split(uri: str) -> tuple[str, str]:
    """Bucket and key; raises `ObjectMissing` for what is no URI of an object."""
    match = _URI.fullmatch(uri)
    if match is None:
        raise ObjectMissing(uri)
    return match[1], match[2]


class NoObjects:
    """No store is set up: nothing is there."""

    async def read(self, uri: str, limit: int) -> bytes:
        raise ObjectMissing(uri)

    async def write(self, uri: str, data: bytes) -> None:
        raise ObjectMissing(uri)

    async def keys(self, uri: str) -> list[str]:
        raise ObjectMissing(uri)

    async def check(self, bucket: str) -> None:
        raise ObjectMissing(f"s3://{bucket}/")

    async def aclose(self) -> None:
        return None


class FolderObjects:
    """Objects as files: `s3://a/b/c` is `FOLDER/a/b/c`. Links that lead out of the folder are not followed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    async def read(self, uri: str, limit: int) -> bytes:
        return await asyncio.to_thread(self._read, uri, limit)

    async def write(self, uri: str, data: bytes) -> None:
        await asyncio.to_thread(self._write, uri, data)

    async def keys(self, uri: str) -> list[str]:
        bucket, prefix = split(uri)
        await self.check(bucket)
        return await asyncio.to_thread(lambda: sorted(self._under(bucket, prefix)))

    async def check(self, bucket: str) -> None:
        if not (self._folder / split(f"s3://{bucket}/")[0]).is_dir():
            raise ObjectMissing(f"s3://{bucket}/")

    async def aclose(self) -> None:
        return None

    def _path(self, uri: str) -> Path:
        bucket, key = split(uri)
        parts = key.split("/")
        if "\0" in key or any(part in ("", ".", "..") for part in parts):
            raise ObjectMissing(uri)
        path = self._folder / bucket / key
        if not path.resolve().is_relative_to(self._folder / bucket):
            raise ObjectMissing(uri)
        return path

    def _read(self, uri: str, limit: int) -> bytes:
        try:
            with self._path(uri).open("rb") as file:
                data = file.read(limit + 1)
        except OSError as error:
            raise ObjectMissing(uri) from error
        if len(data) > limit:
            raise ObjectTooLarge(uri)
        return data

    def _write(self, uri: str, data: bytes) -> None:
        path = self._path(uri)
        if not (self._folder / split(uri)[0]).is_dir():
            raise ObjectMissing(uri)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".outcrop.")
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).replace(path)
        except OSError as error:
            raise ObjectsUnavailable(f"{uri} cannot be written: {error.strerror}") from error

    def _under(self, bucket: str, prefix: str) -> Iterator[str]:
        root = self._folder / bucket
        for folder, _, names in os.walk(root):
            for name in names:
                key = (Path(folder) / name).relative_to(root).as_posix()
                if key.startswith(prefix) and not name.startswith(".outcrop."):
                    yield f"s3://{bucket}/{key}"


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An S3-compatible endpoint, the key to sign with, and the only buckets that may be asked for."""

    url: str
    region: str
    access_key_id: str
    secret_access_key: str
    buckets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Endpoint({self.url})"


class S3Objects:
    """Objects at an S3-compatible endpoint, addressed by path (`ENDPOINT/BUCKET/KEY`), signed with Signature Version 4."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint, self._pool = endpoint, Pool()

    async def read(self, uri: str, limit: int) -> bytes:
        exchange = await self._send("GET", *self._place(uri))
        await _expect(exchange, uri, 200)
        if int(exchange.headers.get("content-length", "0")) > limit:
            await exchange.aclose()
            raise ObjectTooLarge(uri)
        return await _whole(exchange, limit)

    async def write(self, uri: str, data: bytes) -> None:
        exchange = await self._send("PUT", *self._place(uri), body=data)
        await _expect(exchange, uri, 200)
        await exchange.aclose()

    async def keys(self, uri: str) -> list[str]:
        bucket, prefix = self._place(uri)
        found: list[str] = []
        token = ""
        while True:
            query = f"list-type=2&prefix={quote(prefix, safe='')}"
            query += f"&continuation-token={quote(token, safe='')}" if token else ""
            exchange = await self._send("GET", bucket, "", query=query)
            await _expect(exchange, uri, 200)
            names, token = _listing(await _whole(exchange, _PAGE))
            found += [f"s3://{bucket}/{name}" for name in names]
            if not token:
                return sorted(found)

    async def check(self, bucket: str) -> None:
        uri = f"s3://{bucket}/"
        exchange = await self._send("HEAD", *self._place(uri))
        await _expect(exchange, uri, 200)
        await exchange.aclose()

    async def aclose(self) -> None:
        await self._pool.aclose()

    def _place(self, uri: str) -> tuple[str, str]:
        bucket, key = split(uri)
        if bucket not in self._endpoint.buckets:
            raise ObjectMissing(uri)
        return bucket, key

    async def _send(self, method: str, bucket: str, key: str, *, query: str = "", body: bytes = b"") -> Exchange:
        endpoint = self._endpoint
        path = f"{urlsplit(endpoint.url).path.rstrip('/')}/{bucket}/{quote(key, safe=_UNRESERVED)}".rstrip("/")
        headers = {"host": urlsplit(endpoint.url).netloc}
        request = HttpRequest(method, path, query, headers, body)
        headers["x-amz-content-sha256"] = sigv4.payload_hash(request)
        headers |= sigv4.sign(
            request,
            access_key_id=endpoint.access_key_id,
            secret=endpoint.secret_access_key,
            region=endpoint.region,
            timestamp=datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"),
            service="s3",
            names=("host", "x-amz-content-sha256"),
        )
        origin = f"{urlsplit(endpoint.url).scheme}://{urlsplit(endpoint.url).netloc}"
        url = origin + path + (f"?{query}" if query else "")
        try:
            return await self._pool.send(method, url, headers=headers, body=body)
        except Unreachable as error:
            raise ObjectsUnavailable(str(error)) from error


async def _whole(exchange: Exchange, limit: int) -> bytes:
    try:
        return await exchange.read(limit)
    except Unreachable as error:
        raise ObjectsUnavailable(str(error)) from error


async def _expect(exchange: Exchange, uri: str, status: int) -> None:
    """Raise unless the store answered `status`; a refusal says no more than that nothing is there."""
    if exchange.status == status:
        return
    await exchange.aclose()
    if exchange.status in (301, 400, 403, 404):
        raise ObjectMissing(uri)
    raise ObjectsUnavailable(f"the object store answered {exchange.status}")


def _listing(page: bytes) -> tuple[list[str], str]:
    """Keys and, when there is more, the token of the next page, of one ListObjectsV2 answer."""
    from lxml import etree

    try:
        root = etree.fromstring(page, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise ObjectsUnavailable("the object store's listing is not XML") from error
    keys = [element.text or "" for element in root.iter("{*}Key")]
    token = next((element.text or "" for element in root.iter("{*}NextContinuationToken")), "")
    return keys, token
