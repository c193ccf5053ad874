"""Getting records to where they belong, in the background: batches into objects, lines into files.

An S3 destination gets one compressed object of JSON lines for each few seconds, under the keys AWS uses. A log group is a
file of lines in the data directory, since there is no CloudWatch here. A destination that fails is said once, and what is
for it waits; the oldest are dropped when too many do. What was delivered in part may be delivered twice. Logging never
delays or breaks an answer.
"""

import asyncio
import datetime
import gzip
import logging
import secrets
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec

from outcrop.invocation_logging.record import Aside
from outcrop.model.control import LoggingConfig, S3Config
from outcrop.storage.objects import ObjectMissing, Objects, ObjectsUnavailable

SECONDS = 2.0  # between two deliveries
WAITING = 10_000  # records that wait at most
RECENT = 200  # records that the page can show, each no larger than _SHOWN
_SHOWN = 200_000
_LOOKED = 16_000_000
FOLDER = "log-groups"

log = logging.getLogger("outcrop.invocation_logging")


class Waiting(msgspec.Struct, frozen=True):
    """A record that is to be delivered as `configuration` says."""

    configuration: LoggingConfig
    region: str
    account: str
    when: datetime.datetime
    line: bytes
    asides: list[Aside]


class _About(msgspec.Struct):
    requestId: str  # noqa: N815 - AWS's name


class Delivery:
    """Delivers to `objects` and to files under `data`; `start` and `aclose` frame its work."""

    def __init__(self, objects: Objects, data: Path) -> None:
        self._objects, self._data = objects, data
        self._waiting: deque[Waiting] = deque()
        self._dropped = 0
        self._failing = False
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.recent: deque[bytes] = deque(maxlen=RECENT)

    def take(self, waiting: Waiting) -> None:
        """Deliver `waiting` soon."""
        if len(waiting.line) <= _SHOWN:
            self.recent.append(waiting.line)
        if len(self._waiting) >= WAITING:
            self._waiting.popleft()
            self._dropped += 1
        self._waiting.append(waiting)
        if self._task is None:
            self._task = asyncio.ensure_future(self._deliver())

    async def find(self, request_id: str, region: str, configuration: LoggingConfig | None) -> bytes | None:
        """The record of a request: one of the newest here, or in the last `_LOOKED` bytes of the region's log group."""
        line = _found(self.recent, request_id)
        cloud = configuration.cloud_watch_config if configuration else None
        if line or cloud is None:
            return line
        path = log_group(self._data, cloud.log_group_name, region)
        return await asyncio.to_thread(lambda: _found(_tail(path), request_id))

    async def aclose(self) -> None:
        """Deliver what waits, and stop."""
        self._closing.set()
        if self._task:
            await self._task

    async def _deliver(self) -> None:
        while True:
            closing = await self._closed_within(SECONDS)
            await self._drain()
            if closing:
                return

    async def _closed_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._closing.wait()
        except TimeoutError:
            return False

    async def _drain(self) -> None:
        taken, self._waiting = list(self._waiting), deque()
        failed: list[Waiting] = []
        for together in _by_destination(taken):
            try:
                await self._send(together)
            except (ObjectMissing, ObjectsUnavailable, OSError) as error:
                failed += together
                if not self._failing:
                    log.warning("invocation logs are not delivered: %s", error)
                self._failing = True
        self._failing = bool(failed)
        self._waiting.extendleft(reversed(failed))
        if self._dropped:
            log.warning("%d invocation logs were dropped: too many waited", self._dropped)
            self._dropped = 0

    async def _send(self, together: list[Waiting]) -> None:
        first = together[0]
        configuration = first.configuration
        if configuration.cloud_watch_config:
            path = log_group(self._data, configuration.cloud_watch_config.log_group_name, first.region)
            await asyncio.to_thread(_append, path, b"".join(one.line + b"\n" for one in together))
        if configuration.s3_config:
            lines = gzip.compress(b"".join(one.line + b"\n" for one in together))
            folder = prefix(configuration.s3_config, first.account, first.region, first.when)
            stamp = first.when.strftime("%Y%m%dT%H%M%S") + f"{first.when.microsecond // 1000:03}Z"
            await self._objects.write(f"{folder}{stamp}_{secrets.token_hex(8)}.json.gz", lines)
        for one in together:
            where = aside_prefix(configuration, one.account, one.region, one.when)
            for aside in one.asides:
                await self._objects.write(f"{where}{aside.name}.gz", gzip.compress(aside.data))


def prefix(configuration: S3Config, account: str, region: str, when: datetime.datetime) -> str:
    """The URI under which records of an hour lie (documented keys)."""
    key = f"{configuration.key_prefix.strip('/')}/" if configuration.key_prefix else ""
    hour = when.strftime("%Y/%m/%d/%H")
    return f"s3://{configuration.bucket_name}/{key}AWSLogs/{account}/BedrockModelInvocationLogs/{region}/{hour}/"


def aside_prefix(configuration: LoggingConfig, account: str, region: str, when: datetime.datetime) -> str | None:
    """Where bodies and media of a record lie; None when the configuration has no bucket for them."""
    cloud = configuration.cloud_watch_config
    bucket = configuration.s3_config or (cloud.large_data_delivery_s3_config if cloud else None)
    return f"{prefix(bucket, account, region, when)}data/" if bucket else None


def log_group(data: Path, name: str, region: str) -> Path:
    """The file of a log group in a data directory."""
    return data / FOLDER / f"{quote(name, safe='')}.{region}.jsonl"


def _append(path: Path, lines: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(lines)


def _found(lines: Sequence[bytes], request_id: str) -> bytes | None:
    """The last line that is the record of a request; what was said may name other requests."""
    sought = msgspec.json.encode(request_id)
    likely = (line for line in reversed(lines) if sought in line)
    return next((line for line in likely if _about(line) == request_id), None)


def _about(line: bytes) -> str | None:
    try:
        return msgspec.json.decode(line, type=_About).requestId
    except msgspec.DecodeError:  # the first line of a tail is cut
        return None


def _tail(path: Path) -> list[bytes]:
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LOOKED))
        return file.read().splitlines()


def _by_destination(taken: list[Waiting]) -> list[list[Waiting]]:
    """Records that go to the same place together: same configuration, region and hour."""
    groups: dict[tuple[bytes, str, str], list[Waiting]] = {}
    for one in taken:
        key = (msgspec.json.encode(one.configuration), one.region, one.when.strftime("%Y%m%d%H"))
        groups.setdefault(key, []).append(one)
    return list(groups.values())
