"""Prompt caching as the service does it: prefixes that end at a cache point, kept for a while, read at the longest match.

A `PromptCache` knows hashes and times, never texts. The order of a prefix is tools, system, messages; a prefix below the
model's minimum is not kept and nothing is said; a hit starts its time anew; `inputTokens` leaves out what was read or
written (documented; the sums were recorded). It is bounded: the prefixes unused for longest go first.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator

import msgspec

from outcrop.chat import tokens
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.model.runtime import (
    CacheDetail,
    CachePointBlock,
    ContentBlock,
    Message,
    SystemContentBlock,
    TokenUsage,
    Tool,
    ToolConfiguration,
)

SECONDS = {"5m": 300.0, "1h": 3600.0}
KEPT = 10_000
_encode = msgspec.json.Encoder().encode


class Prefix(msgspec.Struct, frozen=True):
    """What stands before one cache point: its hash, its tokens, and how long it is to be kept ("5m" or "1h")."""

    key: bytes
    tokens: int
    ttl: str


class PromptCache:
    """The prefixes a simulator remembers, by model. `clock` is seconds from any fixed point."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[bytes, float] = OrderedDict()

    def apply(self, model: Model, request: ChatRequest, usage: TokenUsage) -> None:
        """Split `usage` of a request that has cache points into read, written and other input tokens, in place."""
        found = [prefix for prefix in prefixes(model, request) if prefix.tokens >= model.features.cache_minimum]
        read = max((prefix.tokens for prefix in found if self._hit(prefix)), default=0)
        written = [prefix for prefix in found if prefix.tokens > read]
        for prefix in found:
            self._keep(prefix)
        write = max((prefix.tokens for prefix in written), default=read) - read
        usage.cache_read_input_tokens, usage.cache_write_input_tokens = read, write
        usage.input_tokens = max(usage.input_tokens - read - write, 0)
        usage.total_tokens = usage.input_tokens + usage.output_tokens + read + write
        if write and model.features.cache_details:
            usage.cache_details = list(_details(written, read))

    def _hit(self, prefix: Prefix) -> bool:
        return self._kept.get(prefix.key, 0.0) > self._clock()

    def _keep(self, prefix: Prefix) -> None:
        self._kept[prefix.key] = self._clock() + SECONDS[prefix.ttl]
        self._kept.move_to_end(prefix.key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def _details(written: list[Prefix], read: int) -> Iterator[CacheDetail]:
    """The tokens written for each time to live, longest first (entries of an hour stand before those of five minutes)."""
    done = read
    for ttl in ("1h", "5m"):
        reached = max((prefix.tokens for prefix in written if prefix.ttl == ttl), default=done)
        if reached > done:
            yield CacheDetail(input_tokens=reached - done, ttl=ttl)
            done = reached


def prefixes(model: Model, request: ChatRequest) -> Iterator[Prefix]:
    """What stands before each cache point, in order."""
    for point, tools, system, messages in _cuts(request):
        config = ToolConfiguration(tools=tools) if tools else None
        before = ChatRequest(messages=messages, system=system, tool_config=config)
        text = _encode((model.id, tools, system, messages))
        key = hashlib.blake2b(text, digest_size=16).digest()
        yield Prefix(key, tokens.count_request(before, model), point.ttl or "5m")


Cut = tuple[CachePointBlock, list[Tool], list[SystemContentBlock], list[Message]]


def _cuts(request: ChatRequest) -> Iterator[Cut]:
    """Each cache point with all that comes before it, cache points left out: moving one does not change a prefix."""
    tools: list[Tool] = []
    for tool in request.tools:
        if tool.cache_point:
            yield tool.cache_point, list(tools), [], []
        else:
            tools.append(tool)
    system: list[SystemContentBlock] = []
    for block in request.system:
        if block.cache_point:
            yield block.cache_point, tools, list(system), []
        else:
            system.append(block)
    messages: list[Message] = []
    for message in request.messages:
        content: list[ContentBlock] = []
        for part in message.content:
            if part.cache_point:
                yield part.cache_point, tools, system, [*messages, Message(role=message.role, content=list(content))]
            else:
                content.append(part)
        messages.append(Message(role=message.role, content=content))
