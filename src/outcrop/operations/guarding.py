"""A guardrail at work on one call: what is asked is judged before an engine is, what is answered before anybody reads it.

A `Guard` belongs to one call. It narrows what is asked to what is to be judged, masks it, and stands between engine and
generation as an engine of its own, so that the ledger sees what callers see. Nothing here writes an answer: what was found
is told by `trace`.

Sources: documented (Bedrock User Guide, "Include a guardrail with the Converse API"): that tools, their calls and their
results are not judged; recorded: blocked answers, reasons.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from outcrop import generation
from outcrop.chat import events
from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.engines import Engine
from outcrop.errors import ValidationException
from outcrop.guardrails import Judge
from outcrop.guardrails.assessment import Coverage, Judgement
from outcrop.guardrails.judge import Side, Source, Verdict
from outcrop.model.runtime import CitationGeneratedContent, ContentBlock, Message
from outcrop.operations import choosing, guardrails
from outcrop.operations.call import Call
from outcrop.operations.screening import Screen

UNKNOWN = "The guardrail identifier or version provided in the request does not exist."  # reported, for either

LONG = 50_000  # characters, which take some ten milliseconds


class Guard:
    """One guardrail and one call; `asked` and `answered` are its judgements, once there are any."""

    def __init__(
        self,
        judge: Judge,
        arn: str,
        *,
        trace: str | None = None,
        delayed: bool = True,
        native: bool = False,
        suffix: str | None = None,
    ) -> None:
        """`trace` as the request has it; `delayed` says that a stream waits to be judged; `suffix` is that of a
        `native` body's tags."""
        self.judge, self._arn, self._delayed, self._native, self._suffix = judge, arn, delayed, native, suffix
        self.traced, self._full = (trace or "").startswith("enabled"), trace == "enabled_full"
        self.asked: Judgement | None = None
        self.answered: Judgement | None = None
        self.made: Reply | None = None  # what the model answered, where something else is handed on

    @classmethod
    def of(cls, call: Call, identifier: str | None, version: str | None, **how: Any) -> "Guard | None":
        """The guard that a request names, if it does; raises ValidationException when there is none of that name."""
        if not identifier:
            return None
        guardrail_id = guardrails.id_of(call, identifier)
        judge = call.services.guardrails.judge(call.region, guardrail_id, version or "") if guardrail_id else None
        if judge is None:
            raise ValidationException(UNKNOWN)
        return cls(judge, guardrails.arn(call.region, judge.guardrail.id), **how)

    @property
    def blocked(self) -> bool:
        """Whether what was asked is not let through."""
        return self.asked is not None and self.asked.verdict.blocked

    @property
    def intervened(self) -> bool:
        """Whether anything was blocked or masked, on either side."""
        return any(judgement.intervened for judgement in (self.asked, self.answered) if judgement)

    async def admit(self, request: ChatRequest) -> ChatRequest:
        """`request` as it may be asked, with what is masked."""
        choice = choosing.native(request, self._suffix) if self._native else choosing.conversation(request)
        started = time.perf_counter()
        verdict = await read(self.judge.input, choice.texts)
        coverage = Coverage(sum(map(len, choice.texts)), choice.total, choice.pictures)
        self.asked = self._judgement("INPUT", verdict, coverage, started)
        return choice.put(verdict.texts) if verdict.masked else request

    async def screen(self, reply: Reply) -> Reply:
        """`reply` as it may be answered."""
        texts = list(_answered(reply))
        started = time.perf_counter()
        verdict = await read(self.judge.output, texts)
        self.answered = self._judgement("OUTPUT", verdict, Coverage.of(texts), started)
        if not self.answered.intervened:
            return reply
        self.made = reply
        if verdict.blocked:
            content = [ContentBlock(text=self.judge.guardrail.definition.blocked_outputs)]
        else:
            content = list(_masked(reply.message.content, iter(verdict.texts)))
        return replace(reply, message=Message(role="assistant", content=content), stop_reason="guardrail_intervened")

    def over(self, engine: Engine) -> Engine:
        """`engine`, judged; or one that answers in its place, where what was asked is blocked."""
        return _Refusal(self.judge.guardrail.definition.blocked_input) if self.blocked else _Guarded(self, engine)

    def screened(self, model: Model, request: ChatRequest) -> Screen:
        """What judges a stream."""
        return Screen(self.judge, model, request, delayed=self._delayed, told=self._told)

    def reason(self) -> str:
        """`actionReason`: each side's, told once where they are the same (recorded)."""
        return "\n".join(dict.fromkeys(judgement.reason for judgement in (self.asked, self.answered) if judgement))

    def assessment(self, judgement: Judgement) -> dict[str, Any]:
        """An assessment under the guardrail's id."""
        return {self.judge.guardrail.id: judgement.assessment(self._arn)}

    def _told(self, verdict: Verdict, guarded: int, seconds: float) -> None:
        self.answered = Judgement(
            self.judge, "OUTPUT", verdict, Coverage(guarded, guarded), int(seconds * 1000), self._full
        )

    def _judgement(self, source: Source, verdict: Verdict, coverage: Coverage, started: float) -> Judgement:
        elapsed = int((time.perf_counter() - started) * 1000)
        return Judgement(self.judge, source, verdict, coverage, elapsed, self._full)


async def read(side: Side, texts: list[str]) -> Verdict:
    """The verdict on `texts`; long ones are read beside the loop, which others wait for."""
    if sum(map(len, texts)) < LONG:
        return side.read(texts)
    return await asyncio.to_thread(side.read, texts)


class _Refusal:
    """An engine that says one thing, and uses nothing."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        """The whole turn at once."""
        yield [
            events.message_start(),
            events.text_delta(0, self._text),
            events.block_stop(0),
            events.message_stop("guardrail_intervened"),
            events.metadata(events.usage(0, 0)),
        ]


class _Guarded:
    """An engine whose answers are judged; what it made beyond a block is not waited for in a stream."""

    def __init__(self, guard: Guard, engine: Engine) -> None:
        self._guard, self._engine = guard, engine

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        """What may be handed on, as soon as it may; raises as the engine does."""
        screen = self._guard.screened(model, request)
        made = self._engine.generate(model, request)
        try:
            async for batch in made:
                if out := screen.take(batch):
                    yield out
                if screen.ended:
                    return
        finally:
            await made.aclose()

    async def reply(self, model: Model, request: ChatRequest) -> Reply:
        """The whole turn; likewise."""
        return await self._guard.screen(await generation.whole(self._engine, model, request))


def _answered(reply: Reply) -> Iterator[str]:
    """The texts of an answer; tools' arguments and reasoning are not judged."""
    for block in reply.message.content:
        if block.text is not None:
            yield block.text
        elif block.citations_content:
            yield from (part.text or "" for part in block.citations_content.content or [])


def _masked(blocks: Iterable[ContentBlock], texts: Iterator[str]) -> Iterator[ContentBlock]:
    for block in blocks:
        if block.text is not None:
            yield replace(block, text=next(texts))
        elif cited := block.citations_content:
            content = [CitationGeneratedContent(text=next(texts)) for _ in cited.content or []]
            yield replace(block, citations_content=replace(cited, content=content))
        else:
            yield block
