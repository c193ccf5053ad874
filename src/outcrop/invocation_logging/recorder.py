"""What calls say and hear, taken down while they run: one record for each call of a model that is authorized.

`watch` looks at an operation's output on its way out and changes nothing of it; a stream is recorded when it ends, however
it ends, as far as it came. Operations that call no model are not logged (documented).
"""

import datetime
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

import msgspec

from outcrop.chat.collect import Collector
from outcrop.errors import ServiceError
from outcrop.iam.keys import ACCOUNT, Principal
from outcrop.invocation_logging import record
from outcrop.invocation_logging.configuration import Configurations
from outcrop.invocation_logging.delivery import Delivery, Waiting, aside_prefix
from outcrop.invocation_logging.record import About, Kind, Spoken
from outcrop.model import runtime
from outcrop.model.shape import Shape
from outcrop.storage.objects import NoObjects
from outcrop.wire import eventstream
from outcrop.wire.restjson import Event, EventStream, Frames, Output, Payload

LOGGED = ("Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream")  # documented
_METRICS = "amazon-bedrock-invocationMetrics"

Clock = Callable[[], datetime.datetime]


def now() -> datetime.datetime:
    """The time, in UTC."""
    return datetime.datetime.now(datetime.UTC)


class Called(Protocol):
    """What a record of a call needs, in these logs or in the ledger."""

    @property
    def principal(self) -> Principal: ...
    @property
    def region(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def request_id(self) -> str: ...
    @property
    def input(self) -> Any: ...


class Recorder:
    """Records calls for `delivery`, where `configurations` says that they are wanted."""

    def __init__(self, configurations: Configurations, delivery: Delivery, clock: Clock = now) -> None:
        self.configurations, self.delivery, self._clock = configurations, delivery, clock

    @classmethod
    def of_nothing(cls) -> "Recorder":
        """A recorder that wants nothing, ever."""
        return cls(Configurations(), Delivery(NoObjects(), Path()))

    def wants(self, call: Called) -> bool:
        """Whether `call` is to be recorded: asked of every call, and answered at once where nothing is logged."""
        return (
            self.configurations.active and call.operation in LOGGED and self.configurations.get(call.region) is not None
        )

    def watch(self, call: Called, output: Output, kind: Kind) -> Output:
        """`output`, which is recorded now, or as it is read when it streams."""
        if isinstance(output, EventStream):
            taken = _Taken(lambda spoken: self._keep(call, spoken, kind), _input(call))
            return EventStream(_Source(output.source, taken), taken.watching(output.events), output.headers)
        self._keep(call, _whole(_input(call), output), kind)
        return output

    def failed(self, call: Called, error: ServiceError, kind: Kind) -> None:
        """The call was refused or failed before anything was answered."""
        self._keep(call, Spoken(input=_input(call), error=error.code), kind)

    async def find(self, request_id: str, region: str) -> bytes | None:
        """The record of a request, if it is still at hand: among this process's newest, or at the end of a log group."""
        return await self.delivery.find(request_id, region, self.configurations.get(region))

    def _keep(self, call: Called, spoken: Spoken, kind: Kind) -> None:
        configuration = self.configurations.get(call.region)
        if configuration is None:  # deleted meanwhile
            return
        when = self._clock()
        about = About(
            when=when,
            account=ACCOUNT,
            principal=call.principal.arn,
            region=call.region,
            request_id=call.request_id,
            operation=call.operation,
            model_id=call.input.model_id,
            kind=kind,
            metadata=_metadata(call.input.request_metadata),
        )
        where = aside_prefix(configuration, ACCOUNT, call.region, when)
        line, asides = record.record(about, spoken, configuration, where)
        self.delivery.take(Waiting(configuration, call.region, ACCOUNT, when, line, asides))


def _input(call: Called) -> Any:
    """The body that was sent: a native one, or Converse's without what travels elsewhere."""
    if isinstance(call.input, (runtime.InvokeModelRequest, runtime.InvokeModelWithResponseStreamRequest)):
        return _json(call.input.body)
    body = msgspec.to_builtins(msgspec.structs.replace(call.input, model_id="", request_metadata=None))
    return {name: value for name, value in body.items() if name != "modelId"}


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None


def _metadata(given: dict[str, str] | str | None) -> dict[str, str]:
    if isinstance(given, str):
        found = _json(given.encode())
        return found if isinstance(found, dict) else {}
    return given or {}


def _whole(asked: Any, output: Shape | dict[str, Any] | Payload) -> Spoken:
    if isinstance(output, Payload):
        counts = {
            name: int(value) for name, value in output.headers if name.endswith("-token-count") and value.isdigit()
        }
        said = _json(output.body)
        usage = said.get("usage", {}) if isinstance(said, dict) and not counts else {}
        return Spoken(
            input=asked,
            output=said,
            input_tokens=counts.get("x-amzn-bedrock-input-token-count", usage.get("inputTokens")),
            output_tokens=counts.get("x-amzn-bedrock-output-token-count", usage.get("outputTokens")),
            cache_read_tokens=counts.get("x-amzn-bedrock-cache-read-input-token-count"),
            cache_write_tokens=counts.get("x-amzn-bedrock-cache-write-input-token-count"),
        )
    said = msgspec.to_builtins(output)
    return _counted(Spoken(input=asked, output=said), said.get("usage", {}))


def _counted(spoken: Spoken, usage: dict[str, Any]) -> Spoken:
    """`spoken` with the counts of a Converse usage."""
    spoken.input_tokens, spoken.output_tokens = usage.get("inputTokens"), usage.get("outputTokens")
    spoken.cache_read_tokens = usage.get("cacheReadInputTokens")
    spoken.cache_write_tokens = usage.get("cacheWriteInputTokens")
    return spoken


class _Taken:
    """What a stream has said so far: its events, collected, or its native chunks."""

    def __init__(self, keep: Callable[[Spoken], None], asked: Any) -> None:
        self._keep, self._asked = keep, asked
        self._collector, self._chunks = Collector(), list[Any]()
        self._ended = False

    def watching(self, events: Callable[[list[Any]], Iterable[Event]]) -> Callable[[list[Any]], Iterable[Event]]:
        def watched(batch: list[Any]) -> Iterable[Event]:
            made = list(events(batch))
            self.take(made)
            return made

        return watched

    def take(self, events: Iterable[Any]) -> None:
        for event in events:
            if isinstance(event, runtime.PayloadPart):
                self._chunks.append(_json(event.bytes or b""))
            else:
                self._collector.add(event)

    def take_frames(self, frames: Frames) -> None:
        """Frames that an engine has passed on: native chunks are in their bytes alone."""
        messages = eventstream.Decoder().feed(frames.data)
        chunks = [message.payload for message in messages if message.headers.get(":event-type") == "chunk"]
        if chunks:
            self.take(msgspec.json.decode(chunk, type=runtime.PayloadPart) for chunk in chunks)
        else:
            self.take(frames)

    def end(self, error: str | None) -> None:
        """The stream is over; said once."""
        if self._ended:
            return
        self._ended = True
        spoken = self._native() if self._chunks else self._converse()
        spoken.error = error
        self._keep(spoken)

    def _native(self) -> Spoken:
        last = self._chunks[-1]
        counts = last.get(_METRICS, {}) if isinstance(last, dict) else {}
        return Spoken(
            input=self._asked,
            output=self._chunks,
            input_tokens=counts.get("inputTokenCount"),
            output_tokens=counts.get("outputTokenCount"),
            cache_read_tokens=counts.get("cacheReadInputTokenCount"),
            cache_write_tokens=counts.get("cacheWriteInputTokenCount"),
        )

    def _converse(self) -> Spoken:
        try:
            reply = self._collector.reply()
        except ValueError:  # it was cut, or broke
            return Spoken(input=self._asked)
        usage = msgspec.to_builtins(reply.usage)
        said = {
            "output": {"message": msgspec.to_builtins(reply.message)},
            "stopReason": reply.stop_reason,
            "metrics": {"latencyMs": reply.latency_ms},
            "usage": usage,
        }
        return _counted(Spoken(input=self._asked, output=said), usage)


class _Source:
    """The source of a stream, which tells `taken` what it yields and how it ends."""

    def __init__(self, source: Any, taken: _Taken) -> None:
        self._source, self._taken = source, taken

    def __aiter__(self) -> "_Source":
        return self

    async def __anext__(self) -> list[Any]:
        try:
            batch: list[Any] = await anext(self._source)
        except StopAsyncIteration:
            self._taken.end(None)
            raise
        except Exception as error:
            self._taken.end(error.code if isinstance(error, ServiceError) else "InternalServerException")
            raise
        if isinstance(batch, Frames):
            self._taken.take_frames(batch)
        return batch

    async def aclose(self) -> None:
        """Whoever leaves before the end has been told what was said until then."""
        self._taken.end(None)
        await self._source.aclose()
