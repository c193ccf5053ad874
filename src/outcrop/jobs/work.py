"""One job from its validation to its end: files fetched, every record asked once, answers and the manifest put back.

A job has a folder of its own in the data directory while it runs, where `outcrop.batch` keeps what has been answered; a
job that is taken up again there asks for nothing twice that was. What a record asks is performed as whoever made the job,
through the same gateway as every other call, so it is authorized, limited and accounted for alike.
"""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec

from outcrop.batch import Pace, Runner, Sheets, Unreadable
from outcrop.batch.sources import JsonLines
from outcrop.errors import InternalServerException, ServiceError, ServiceUnavailableException, ThrottlingException
from outcrop.iam.authorization import Authorization, Need
from outcrop.iam.keys import Principal
from outcrop.jobs import records
from outcrop.jobs.job import Job
from outcrop.jobs.records import Answer, Fault, Line, Malformed, Manifest
from outcrop.model.runtime import ConverseRequest, InvokeModelRequest
from outcrop.model.service import operation as described
from outcrop.storage.objects import ObjectMissing, Objects, ObjectTooLarge, split
from outcrop.wire import restjson
from outcrop.wire.http import HttpRequest, HttpResponse

Perform = Callable[[Principal, str, str, Any], Awaitable[restjson.Output]]

LARGEST = 1_000_000_000  # bytes of a file (documented quota: 1 GB)
CONCURRENCY = 8  # records of one job at a time
TAG = "modelInvocationJob"  # in a run's metadata: the job's id
SUFFIX = ".jsonl"
OUT = ".out"
_DECODERS: dict[str, restjson.Decoder[Any]] = {
    "Converse": restjson.Decoder(described("Converse"), ConverseRequest),
    "InvokeModel": restjson.Decoder(described("InvokeModel"), InvokeModelRequest),
}

log = logging.getLogger("outcrop.jobs")


class Invalid(Exception):
    """The job cannot be done: `args[0]` is its message."""


class Out(NamedTuple):
    """An output line for the runner."""

    view: str
    document: Answer


class Tally(msgspec.Struct):
    """A file's or a job's counts."""

    succeeded: int = 0
    failed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def add(self, other: "Tally") -> None:
        """Count `other` in."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Work:
    """One job under way in `folder`. `tally` and `total` are how far it is."""

    def __init__(self, job: Job, folder: Path, objects: Objects, access: Authorization, perform: Perform) -> None:
        self._job, self._folder, self._objects, self._perform = job, folder, objects, perform
        self._access = access
        self._names: list[str] = []
        self._done: dict[str, Tally] = {}
        self.total: int | None = job.total

    @property
    def tally(self) -> Tally:
        """The sums over all files."""
        whole = Tally()
        for one in self._done.values():
            whole.add(one)
        return whole

    async def validate(self, minimum: int) -> None:
        """Fetch the input and look at every line; raises Invalid."""
        try:
            found = await self._inputs()
            self._folder.mkdir(parents=True, exist_ok=True)
            for name, uri in found.items():
                await self._fetch(name, uri)
            self._may("s3:PutObject", f"{self._prefix()}manifest.json.out")
            await self._objects.check(split(self._prefix())[0])
        except ObjectMissing as error:
            raise Invalid(f"{error} does not exist, or cannot be read.") from error
        except ObjectTooLarge as error:
            raise Invalid(f"{error} is larger than {LARGEST} bytes.") from error
        self._names = list(found)
        self.total = sum([await asyncio.to_thread(_checked, self._folder / name, name) for name in self._names])
        if self.total < max(1, minimum):
            raise Invalid(f"The job has {self.total} records; {max(1, minimum)} are needed at least.")
        for name in self._names:
            sheets = self._sheets(name)
            self._done[name] = Tally(**sheets.start.figures)
            sheets.close()

    async def run(self) -> None:
        """Ask for what has not been answered yet; may be cancelled, and called again."""
        for name in self._names:
            await self._file(name)

    async def deliver(self) -> None:
        """Put back what there is: a file of answers for each of records, and the manifest."""
        for name in self._names:
            path = self._folder / (name + OUT)
            if path.exists():
                await self._objects.write(f"{self._prefix()}{name}{OUT}", await asyncio.to_thread(path.read_bytes))
        tally = self.tally
        manifest = Manifest(
            total_record_count=self.total or 0,
            processed_record_count=tally.succeeded + tally.failed,
            success_record_count=tally.succeeded,
            error_record_count=tally.failed,
            input_token_count=tally.input_tokens,
            output_token_count=tally.output_tokens,
        )
        await self._objects.write(f"{self._prefix()}manifest.json.out", msgspec.json.encode(manifest))

    def clear(self) -> None:
        """Remove the job's folder."""
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _inputs(self) -> dict[str, str]:
        """The files of records by the names their answers will have; raises Invalid."""
        config = self._job.order.input.s3_input_data_config
        assert config, "a job is made with an input"
        uri = config.s3_uri
        if uri.endswith(SUFFIX):
            return {uri.rpartition("/")[2]: uri}
        bucket, key = split(uri if uri.count("/") > 2 else f"{uri}/")
        prefix = f"s3://{bucket}/{key.rstrip('/')}/" if key else f"s3://{bucket}/"
        self._may("s3:ListBucket", f"s3://{bucket}")
        found = [one for one in await self._objects.keys(prefix) if one.endswith(SUFFIX)]
        if not found:
            raise Invalid(f"{uri} holds no file whose name ends with {SUFFIX}.")
        return {one.removeprefix(prefix): one for one in found}

    async def _fetch(self, name: str, uri: str) -> None:
        path = self._folder / name
        if path.exists():
            return
        self._may("s3:GetObject", uri)
        data = await self._objects.read(uri, LARGEST)
        await asyncio.to_thread(_store, path, data)

    def _may(self, action: str, uri: str) -> None:
        job, need = self._job, Need(action, f"arn:aws:s3:::{uri.removeprefix('s3://')}")
        try:
            self._access.check(job.order.principal, job.region, None, lambda: (need,), None)
        except ServiceError as error:
            raise Invalid(error.message) from error

    def _prefix(self) -> str:
        config = self._job.order.output.s3_output_data_config
        assert config, "a job is made with an output"
        return f"{config.s3_uri.rstrip('/')}/{self._job.id}/"

    async def _file(self, name: str) -> None:
        """One file, from where it was left."""
        pace, own, sheets = Pace(CONCURRENCY), Tally(), self._sheets(name)

        async def one(found: Line | Unreadable, position: int) -> Sequence[Out]:
            assert isinstance(found, Line), "the file was looked at before"
            answer, tokens = await self._answer(found, f"{name}:{position}", position, pace)
            counted = Tally(answer.error is None, answer.error is not None, *tokens)
            own.add(counted)
            self._done[name].add(counted)
            return [Out("answers", answer)]

        source = _Lines(self._folder / name)
        try:
            await Runner(source, one, sheets, pace=pace, figures=lambda: msgspec.structs.asdict(own)).run()
        finally:
            sheets.close()

    def _sheets(self, name: str) -> Sheets:
        path = self._folder / name
        return Sheets.open({"answers": path.with_name(path.name + OUT)}, _Lines(path), resume=True)

    async def _answer(self, found: Line, seed: str, position: int, pace: Pace) -> tuple[Answer, tuple[int, int]]:
        name = records.record_id(found, f"{self._job.id}:{seed}", position)
        tries = 0
        while True:
            try:
                body, tokens = await self._ask(bytes(found.model_input))
                return Answer(name, found.model_input, msgspec.Raw(_one_line(body))), tokens
            except (ThrottlingException, ServiceUnavailableException) as error:
                tries += 1
                if not await pace.again(tries):
                    return _failed(name, found, error)
            except ServiceError as error:
                return _failed(name, found, error)
            except Exception:
                log.exception("a record of job %s failed", self._job.id)
                return _failed(name, found, InternalServerException())

    async def _ask(self, body: bytes) -> tuple[bytes, tuple[int, int]]:
        """The answer to one record, and its tokens; raises ServiceError."""
        job, kind = self._job, self._job.order.kind
        value = _DECODERS[kind].decode(HttpRequest("POST", "/", "", {}, body), {"modelId": job.order.model_id})
        given = value.request_metadata
        if kind == "Converse":
            value.request_metadata = {**(given or {}), TAG: job.id}
        else:
            value.request_metadata = msgspec.json.encode({TAG: job.id}).decode()
        output = await self._perform(job.order.principal, job.region, kind, value)
        answer = cast(HttpResponse, restjson.encode_output(output, ""))
        return answer.body, records.usage(kind, dict(answer.headers), answer.body)


class _Lines(JsonLines):
    """A job's file: its lines are records."""

    def load(self, raw: bytes) -> Line:
        try:
            return records.line(raw)
        except Malformed as error:
            raise Unreadable(str(error), "") from error


def _failed(name: str, found: Line, error: ServiceError) -> tuple[Answer, tuple[int, int]]:
    return Answer(name, found.model_input, error=Fault(error.status, error.message)), (0, 0)


def _one_line(body: bytes) -> bytes:
    """An answer as it came, unless it has more lines, as backends may write them."""
    return msgspec.json.encode(msgspec.json.decode(body)) if b"\n" in body else body


def _store(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(data)
    part.replace(path)


def _checked(path: Path, name: str) -> int:
    """How many records a file has; raises Invalid when a line is none."""
    count = 0
    for raw in JsonLines(path).pieces():
        count += 1
        try:
            records.line(raw)
        except Malformed as error:
            raise Invalid(f"Record {count} of {name} is malformed: {error}") from error
    return count
