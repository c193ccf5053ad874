"""A conversation that keeps its history, over either client: turns, attachments, tools, totals, and a file to keep it in.

A turn is a generator that asks for a reply or for the results of tool calls and is given them (`_turn`); the two classes
only drive it, one blocking, one awaiting. A turn that fails leaves no trace in the history, so that it can be said again;
what it has used is counted all the same.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterable, Iterator
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

import msgspec

from outcrop.chat.collect import Collector
from outcrop.client import errors, media, tools
from outcrop.client.answers import Event, UnknownEvent
from outcrop.client.asynchronous import AsyncClient
from outcrop.client.blocking import Client
from outcrop.client.tools import Function, Tools
from outcrop.model.runtime import (
    ContentBlock,
    ContentBlockDeltaEvent,
    ConverseResponse,
    InferenceConfiguration,
    Message,
    SystemContentBlock,
    TokenUsage,
    ToolConfiguration,
    ToolResultBlock,
    ToolUseBlock,
)

ROUNDS = 10
VERSION = 1
NANO = 1_000_000_000

AnyClient = TypeVar("AnyClient", Client, AsyncClient)
Part = Any  # str, ContentBlock, a dict in boto3's shape, bytes, a path or an open file


class TooManyRounds(Exception):
    """The model asked for tools in more rounds of one turn than it may."""


class Reply(msgspec.Struct, frozen=True):
    """What the model said at the end of a turn, why it stopped, and what the whole turn used, tool rounds included."""

    message: Message
    stop_reason: str
    usage: TokenUsage
    calls: list[ToolUseBlock]
    results: list[ToolResultBlock]

    @property
    def text(self) -> str:
        """All text of the message."""
        return "".join(_text(block) for block in self.message.content)

    def __str__(self) -> str:
        return self.text


class Said(msgspec.Struct, frozen=True):
    """One answer of a model within a turn."""

    message: Message
    stop_reason: str
    usage: TokenUsage


class Saved(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A conversation as a file has it. Tools are code, and not in it."""

    version: int = VERSION
    model: str
    system: str | None = None
    parameters: InferenceConfiguration
    fields: Any = None
    messages: list[Message] = []
    usage: TokenUsage


Step = dict[str, Any] | list[ToolUseBlock]
Turn = Generator[Step, Any, Reply]


class _Conversation(Generic[AnyClient]):
    """What both conversations are: a client, a model, what goes with every request, and the history.

    `system` is the system prompt; `fields` are additionalModelRequestFields; `tools` are functions the model may call, in at
    most `rounds` rounds a turn. `messages` is the history and may be changed between turns.
    """

    client: AnyClient
    model: str
    system: str | None
    parameters: InferenceConfiguration
    fields: dict[str, Any] | None
    messages: list[Message]
    usage: TokenUsage

    def __init__(
        self,
        client: AnyClient,
        model: str,
        *,
        system: str | None = None,
        max_tokens: int | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        stop_sequences: list[str] | None = None,
        fields: dict[str, Any] | None = None,
        tools: Iterable[Callable[..., Any] | Function] = (),
        rounds: int = ROUNDS,
    ) -> None:
        self.client = client
        self.model = model
        self.system = system
        self.fields = fields
        self.parameters = InferenceConfiguration(
            max_tokens=max_tokens, temperature=temperature, top_p=top_p, stop_sequences=stop_sequences
        )
        self.tools: Tools = _table(tools)
        self.rounds = rounds
        self.messages: list[Message] = []
        self.usage = _sum()
        self.last: Reply | None = None

    @property
    def cost(self) -> float | None:
        """What all turns cost at AWS's list price, in US dollars; None for a model whose price is not known."""
        from outcrop.catalog import prices

        found = prices.of_identifier(self.model)
        return found.cost(self.usage) / NANO if found else None

    def save(self, path: Path | str) -> None:
        """Write the conversation as JSON, bytes in base 64."""
        saved = Saved(
            model=self.model,
            system=self.system,
            parameters=self.parameters,
            fields=self.fields,
            messages=self.messages,
            usage=self.usage,
        )
        Path(path).write_bytes(msgspec.json.format(msgspec.json.encode(saved), indent=2))

    @classmethod
    def load(
        cls,
        path: Path | str,
        client: AnyClient,
        *,
        tools: Iterable[Callable[..., Any] | Function] = (),
        rounds: int = ROUNDS,
    ) -> Self:
        """A conversation that was saved; raises ValueError for a file that is none."""
        saved = msgspec.json.decode(Path(path).read_bytes(), type=Saved)
        if saved.version != VERSION:
            raise ValueError(f"{path} is of version {saved.version}, known is {VERSION}")
        made = cls(client, saved.model, system=saved.system, fields=saved.fields, tools=tools, rounds=rounds)
        made.parameters, made.messages, made.usage = saved.parameters, saved.messages, saved.usage
        return made

    def request(self, messages: list[Message]) -> dict[str, Any]:
        """The input of Converse and ConverseStream for `messages`."""
        parts = {
            "modelId": self.model,
            "messages": messages,
            "system": [SystemContentBlock(text=self.system)] if self.system else None,
            "inferenceConfig": self.parameters if self.parameters != InferenceConfiguration() else None,
            "additionalModelRequestFields": self.fields,
            "toolConfig": ToolConfiguration(tools=[t.specification for t in self.tools.values()])
            if self.tools
            else None,
        }
        return {name: value for name, value in parts.items() if value is not None}

    def opened(self, *parts: Part) -> Message:
        """The user's side of a turn, not yet in the history: parts as content, documents under names of their own."""
        return Message(role="user", content=media.apart(media.content(parts), _names(self.messages)))

    def keep(self, turn: Message, answer: Message, usage: TokenUsage) -> None:
        """Take a turn into the history that was asked by other means."""
        self.messages += [turn, answer]
        self.usage = _sum(self.usage, usage)

    def _turn(self, parts: tuple[Part, ...]) -> Turn:
        """One turn: yields requests, and is sent `Said`; yields tool calls, and is sent their results."""
        added: list[Message] = [self.opened(*parts)]
        used, calls, results = _sum(), list[ToolUseBlock](), list[ToolResultBlock]()
        for _ in range(self.rounds + 1):
            said: Said = yield self.request([*self.messages, *added])
            self.usage, used = _sum(self.usage, said.usage), _sum(used, said.usage)
            added.append(said.message)
            wanted = [block.tool_use for block in said.message.content if block.tool_use]
            if said.stop_reason != "tool_use" or not wanted or not self.tools:
                self.messages += added
                self.last = Reply(said.message, said.stop_reason, used, calls, results)
                return self.last
            made: list[ToolResultBlock] = yield wanted
            calls += wanted
            results += made
            added.append(Message(role="user", content=[ContentBlock(tool_result=result) for result in made]))
        raise TooManyRounds(f"the model asked for tools in more than {self.rounds} rounds of one turn")


class Conversation(_Conversation[Client]):
    """A conversation over the blocking client."""

    def say(self, *parts: Part) -> Reply:
        """Say something and wait for the reply. Parts are texts, content blocks, bytes, paths and open files."""
        turn = self._turn(parts)
        step = next(turn)
        try:
            while True:
                made = tools.run(step, self.tools) if isinstance(step, list) else _said(self.client.converse(step))
                step = turn.send(made)
        except StopIteration as end:
            reply: Reply = end.value
            return reply

    def events(self, *parts: Part) -> Generator[Event, None, None]:
        """Say something and read the reply as its events arrive, those of every round; `last` is the reply afterwards."""
        turn = self._turn(parts)
        step = next(turn)
        try:
            while True:
                made = tools.run(step, self.tools) if isinstance(step, list) else (yield from self._streamed(step))
                step = turn.send(made)
        except StopIteration:
            return

    def stream(self, *parts: Part) -> Iterator[str]:
        """Say something and read the text of the reply as it arrives; `last` is the reply afterwards."""
        with closing(self.events(*parts)) as events:
            for event in events:
                if text := text_of(event):
                    yield text

    def _streamed(self, request: dict[str, Any]) -> Generator[Event, None, Said]:
        collector = Collector()
        with self.client.converse_stream(request) as stream:
            for event in stream:
                _note(collector, event)
                yield event
        return _collected(collector)


class AsyncConversation(_Conversation[AsyncClient]):
    """A conversation over the asynchronous client."""

    async def say(self, *parts: Part) -> Reply:
        """Say something and wait for the reply. Parts are texts, content blocks, bytes, paths and open files."""
        turn = self._turn(parts)
        step = next(turn)
        while True:
            made = (
                await tools.run_async(step, self.tools)
                if isinstance(step, list)
                else _said(await self.client.converse(step))
            )
            try:
                step = turn.send(made)
            except StopIteration as end:
                reply: Reply = end.value
                return reply

    async def events(self, *parts: Part) -> AsyncGenerator[Event, None]:
        """Say something and read the reply as its events arrive, those of every round; `last` is the reply afterwards."""
        turn = self._turn(parts)
        step = next(turn)
        while True:
            if isinstance(step, list):
                made: Any = await tools.run_async(step, self.tools)
            else:
                collector = Collector()
                async with await self.client.converse_stream(step) as stream:
                    async for event in stream:
                        _note(collector, event)
                        yield event
                made = _collected(collector)
            try:
                step = turn.send(made)
            except StopIteration:
                return

    async def stream(self, *parts: Part) -> AsyncIterator[str]:
        """Say something and read the text of the reply as it arrives; `last` is the reply afterwards."""
        async with aclosing(self.events(*parts)) as events:
            async for event in events:
                if text := text_of(event):
                    yield text


_table = tools.table


def text_of(event: Event) -> str:
    """The text an event adds to the reply; none for the events that add something else."""
    return event.delta.text or "" if isinstance(event, ContentBlockDeltaEvent) else ""


def _text(block: ContentBlock) -> str:
    if block.citations_content:
        return "".join(part.text or "" for part in block.citations_content.content or [])
    return block.text or ""


def _said(response: ConverseResponse) -> Said:
    if response.output.message is None:
        raise errors.malformed("the reply has no message")
    return Said(response.output.message, response.stop_reason, response.usage)


def _note(collector: Collector, event: Event) -> None:
    if not isinstance(event, UnknownEvent):
        collector.add(event)


def _collected(collector: Collector) -> Said:
    try:
        reply = collector.reply()
    except ValueError:
        raise errors.malformed("the stream ended before the end of the turn") from None
    return Said(reply.message, reply.stop_reason, reply.usage)


def _names(messages: list[Message]) -> set[str]:
    """The names of the documents in a history."""
    return {block.document.name for message in messages for block in message.content if block.document}


def _sum(*each: TokenUsage) -> TokenUsage:
    """Tokens added up, class by class; classes of the cache stay absent while nobody names them."""

    def total(name: str) -> int | None:
        numbers = [number for usage in each if (number := getattr(usage, name)) is not None]
        return sum(numbers) if numbers else None

    return TokenUsage(
        input_tokens=total("input_tokens") or 0,
        output_tokens=total("output_tokens") or 0,
        total_tokens=total("total_tokens") or 0,
        cache_read_input_tokens=total("cache_read_input_tokens"),
        cache_write_input_tokens=total("cache_write_input_tokens"),
        cache_details=[detail for usage in each for detail in usage.cache_details or []] or None,
    )
