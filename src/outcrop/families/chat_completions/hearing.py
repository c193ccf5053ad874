"""Chunks of a chat-completions stream as events of the hub, as a caller hears them: the other direction of `replies`.

One `Hearing` reads one run. Deltas say what they add and not where: a block lasts until another kind of delta, or the
next call, begins. The turn is opened by the first thing said and closed by `end`, when reason and usage are known.
Thoughts are read under both names that servers use.
"""

import random
import re
import string
from typing import Any

from outcrop.chat import events
from outcrop.chat.events import Event, StopReason
from outcrop.model.runtime import TokenUsage

Native = dict[str, Any]
STOP_REASONS: dict[str, StopReason] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "content_filtered",
}
_THOUGHTS = ("reasoning_content", "reasoning")
_IDENTIFIER = re.compile(r"[a-zA-Z0-9_.:-]{1,64}")  # toolUseId in the service model
_LETTERS = string.ascii_letters + string.digits
_random = random.Random()


class Unheard(Exception):
    """A chunk that is none, or that says what the hub has no word for; `args[0]` says which."""


class Hearing:
    """The reader of one run. `ended` is whether a reason to stop has come, `said` all text and thought, for an estimate."""

    def __init__(self) -> None:
        self.usage: TokenUsage | None = None
        self.ended = False
        self.said: list[str] = []
        self._reason: StopReason = "end_turn"
        self._sequence: str | None = None
        self._index = -1
        self._open: str | int | None = None  # "text", "thought", or the number of a call
        self._calls = 0

    def events(self, native: Native) -> list[Event]:
        """What one chunk says; raises Unheard."""
        try:
            if used := native.get("usage"):
                self.usage = usage(used)
            found: list[Event] = []
            for choice in native.get("choices") or ():
                if choice.get("index"):
                    raise Unheard("a second choice, which was not asked for")
                found += self._delta(choice.get("delta") or choice.get("message") or {})
                self._learn(choice)
        except (AttributeError, LookupError, TypeError) as error:
            raise Unheard(f"no chunk of a completion: {error!r}") from error
        return found

    def end(self, used: TokenUsage) -> list[Event]:
        """The events that close the turn."""
        reason = self._reason
        if reason == "end_turn" and self._calls:
            reason = "tool_use"  # there are servers that say "stop" behind a call
        return [*self._opening(), *self._close(), events.message_stop(reason, self._sequence), events.metadata(used)]

    def _learn(self, choice: Native) -> None:
        reason = choice.get("finish_reason")
        if reason is None:
            return
        self.ended = True
        self._reason = STOP_REASONS.get(reason, "end_turn")
        matched = choice.get("stop_reason")  # vLLM's: the sequence that stopped it
        if reason == "stop" and isinstance(matched, str):
            self._reason, self._sequence = "stop_sequence", matched

    def _delta(self, delta: Native) -> list[Event]:
        found: list[Event] = []
        for name in _THOUGHTS:
            if thought := delta.get(name):
                found += [*self._enter("thought"), events.reasoning_delta(self._index, self._told(thought))]
                break
        for text in filter(None, (delta.get("content"), delta.get("refusal"))):
            found += [*self._enter("text"), events.text_delta(self._index, self._told(text))]
        for position, call in enumerate(delta.get("tool_calls") or ()):
            found += self._call(call.get("index", position), call)
        return found

    def _told(self, text: Any) -> str:
        if not isinstance(text, str):
            raise Unheard(f"content that is no text but {type(text).__name__}")
        self.said.append(text)
        return text

    def _call(self, number: int, call: Native) -> list[Event]:
        function = call.get("function") or {}
        found: list[Event] = []
        if number != self._open:
            if not function.get("name"):
                raise Unheard("a piece of a call that is not the last")
            found += self._enter(number)
            self._calls += 1
            found.append(events.tool_use_start(self._index, self._told(function["name"]), _identifier(call.get("id"))))
        if arguments := function.get("arguments"):
            found.append(events.tool_use_delta(self._index, self._told(arguments)))
        return found

    def _enter(self, block: str | int) -> list[Event]:
        """What comes before a delta of `block`: nothing while it is open."""
        if self._open == block:
            return []
        found = [*self._opening(), *self._close()]
        self._open = block
        self._index += 1
        return found

    def _opening(self) -> list[Event]:
        return [events.message_start()] if self._index < 0 else []

    def _close(self) -> list[Event]:
        if self._open is None:
            return []
        self._open = None
        return [events.block_stop(self._index)]


def _identifier(given: Any) -> str:
    """The server's identifier of a call, by which it knows the result; one of AWS's form where it has none."""
    if isinstance(given, str) and _IDENTIFIER.fullmatch(given):
        return given
    return "tooluse_" + "".join(_random.choices(_LETTERS, k=22))


def usage(native: Native) -> TokenUsage:
    """The hub's usage: cached tokens are among the prompt's there, and beside the input's here."""
    given, made = int(native.get("prompt_tokens") or 0), int(native.get("completion_tokens") or 0)
    cached = int((native.get("prompt_tokens_details") or {}).get("cached_tokens") or 0)
    return TokenUsage(
        input_tokens=max(given - cached, 0),
        output_tokens=made,
        total_tokens=given + made,
        cache_read_input_tokens=cached or None,
    )
