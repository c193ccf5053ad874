"""A stream, judged as it comes.

A delayed stream holds back as much text as what follows might change the judgement of, so nothing that is blocked or masked
leaves; one that is not is handed on at once, and ends when something that is blocked has been seen (documented: sync and
async). Text alone is judged (documented); what stands beside held text waits with it.
"""

import time
from collections.abc import Callable

from outcrop.chat import events, tokens
from outcrop.chat.events import EstimatedUsage, Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.guardrails import Judge
from outcrop.guardrails.judge import Verdict
from outcrop.model.runtime import (
    ContentBlockDeltaEvent,
    ContentBlockStopEvent,
    ConverseStreamMetadataEvent,
    MessageStopEvent,
)

Told = Callable[[Verdict, int, float], None]


class Screen:
    """The events of one turn; `ended` when something was blocked, and nothing of the engine's is wanted any more.

    `told` is given what was found, in how many characters and how many seconds, before the turn's last event.
    """

    def __init__(self, judge: Judge, model: Model, request: ChatRequest, *, delayed: bool, told: Told) -> None:
        self._side, self._message = judge.output, judge.guardrail.definition.blocked_outputs
        self._model, self._request, self._delayed, self._told = model, request, delayed, told
        self._index = 0
        self._held: list[str] = []
        self._behind: list[Event] = []
        self._found = Verdict({}, [])
        self._guarded, self._seconds = 0, 0.0
        self._made: list[str] = []
        self.ended = False

    def take(self, batch: list[Event]) -> list[Event]:
        """What may be handed on now that `batch` has come."""
        out: list[Event] = []
        for event in batch:
            self._take(event, out)
            if self.ended:
                break
        return out

    def _take(self, event: Event, out: list[Event]) -> None:
        if isinstance(event, ContentBlockDeltaEvent):
            self._delta(event, out)
            return
        if isinstance(event, ContentBlockStopEvent):
            self._judge(out, last=True)
            if self.ended:
                return
        elif isinstance(event, MessageStopEvent) and self._found.masked and self._delayed:
            event.stop_reason = "guardrail_intervened"
        elif isinstance(event, ConverseStreamMetadataEvent):
            self._told(self._found, self._guarded, self._seconds)
        out.append(event)

    def _delta(self, event: ContentBlockDeltaEvent, out: list[Event]) -> None:
        text = event.delta.text
        if text is None:
            (self._behind if self._held and self._delayed else out).append(event)
            return
        if not self._delayed:
            out.append(event)
        self._index = event.content_block_index
        self._made.append(text)
        self._held.append(text)
        if not self._side.waits:
            self._judge(out, last=False)

    def _judge(self, out: list[Event], *, last: bool) -> None:
        started = time.perf_counter()
        text = "".join(self._held)
        verdict, end = (self._side.read([text]), len(text)) if last else self._side.begin(text)
        self._seconds += time.perf_counter() - started
        self._found.findings.update(verdict.findings)
        self._guarded += end
        self._held = [text[end:]] if end < len(text) else []
        if verdict.blocked:
            self._end(out)
        elif self._delayed and (end or last):
            out += self._behind
            self._behind.clear()
            if verdict.texts[0]:
                out.append(events.text_delta(self._index, verdict.texts[0]))

    def _end(self, out: list[Event]) -> None:
        """The guardrail's message in place of the rest; what the engine has made of it is estimated, for it is not asked."""
        self.ended = True
        self._told(self._found, self._guarded, self._seconds)
        used, made = tokens.count_request(self._request, self._model), tokens.count("".join(self._made))
        usage = EstimatedUsage(input_tokens=used, output_tokens=made, total_tokens=used + made)
        out += [
            events.text_delta(self._index, self._message),
            events.block_stop(self._index),
            events.message_stop("guardrail_intervened"),
            events.metadata(usage),
        ]
