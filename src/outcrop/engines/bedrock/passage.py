"""One call on its way to AWS and back: whole answers and streams as they come, each frame checked, none changed."""

import logging
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from typing import Protocol

import msgspec
from msgspec import Struct

from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.engines import Passed
from outcrop.engines.bedrock import answers
from outcrop.engines.failures import Failures
from outcrop.model.runtime import Message
from outcrop.transport import Exchange, Unreachable
from outcrop.wire import eventstream
from outcrop.wire.restjson import Frames

log = logging.getLogger("outcrop.engines")


class Call(Struct, frozen=True):
    """What AWS is asked: the operation, the model's id or ARN, the operation's own headers, the body; and from where."""

    operation: str
    model_id: str
    headers: Mapping[str, str]
    body: bytes
    region: str | None


class Asks(Protocol):
    """Who sends a call: an account."""

    failures: Failures

    async def ask(self, call: Call, model: Model) -> Exchange: ...


class Passage:
    """A call's way. It is an engine for this call alone, whatever request it is given."""

    def __init__(self, account: Asks, call: Call) -> None:
        self._account, self._call = account, call

    async def reply(self, model: Model, request: ChatRequest) -> Passed:
        """The whole answer; raises ServiceError, AWS's own or for a connection that broke."""
        exchange = await self._account.ask(self._call, model)
        try:
            body = await exchange.read()
        except Unreachable as error:
            raise self._account.failures.lost(error, model) from error
        usage, reason = answers.whole(self._call.operation, exchange.headers, body)
        said = Message(role="assistant", content=[])
        headers = answers.passed_headers(exchange.headers)
        return Passed(message=said, stop_reason=reason, usage=usage, body=body, headers=headers)

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        """Yield the frames that have come, with what they say; raises ServiceError as `reply` does, late ones too."""
        exchange = await self._account.ask(self._call, model)
        frames, begun = _Frames(answers.Listener(model.api)), False
        try:
            async with aclosing(exchange):
                async for piece in exchange:
                    for batch in frames.of(piece):
                        begun = True
                        yield batch
            if frames.pending:
                raise eventstream.MalformedFrame("the stream ended within a frame")
        except Unreachable as error:
            raise self._account.failures.lost(error, model, late=begun) from error
        except (eventstream.MalformedFrame, msgspec.MsgspecError) as error:
            raise self._account.failures.broken(str(error), model, late=begun) from error


class _Frames:
    """Bytes of a stream, cut behind whole frames."""

    def __init__(self, listener: answers.Listener) -> None:
        self._listener = listener
        self._decoder = eventstream.Decoder()
        self._bytes = b""

    @property
    def pending(self) -> int:
        return self._decoder.pending

    def of(self, piece: bytes) -> Iterator[Frames]:
        """The frames that `piece` completes, together; raises the exception that a frame says, behind those before it."""
        self._bytes += piece
        heard: list[Event] = []
        at = 0
        for message in self._decoder.feed(piece):
            if message.headers.get(":message-type", "event") != "event":
                if at:
                    yield Frames(heard, self._bytes[:at])
                raise answers.exception(message)
            heard += self._listener.events(message)
            at += int.from_bytes(self._bytes[at : at + 4], "big")
        if at:
            yield Frames(heard, self._bytes[:at])
            self._bytes = self._bytes[at:]
