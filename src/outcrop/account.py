"""What becomes of one run in the books: admitted or refused, and one entry in the ledger, however it ends.

`Accounts` is made once and opens an `Account` for every run; `outcrop.generation` tells it what the engine yields and how it
ends. An entry of a run that is complete is in the journal before its last batch, or its reply, is handed on; one of a run
that ends badly at once. What a run that was cut has used is estimated, since no engine has told it.
"""

import asyncio
import logging
import time
from functools import lru_cache

import msgspec

from outcrop.catalog.prices import Rates, price
from outcrop.chat import tokens
from outcrop.chat.events import EstimatedUsage, Event
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.engines import answerer
from outcrop.engines.answerer import Answerer
from outcrop.engines.table import Row
from outcrop.errors import InternalServerException, ServiceError, ServiceQuotaExceededException
from outcrop.invocation_logging.recorder import Called
from outcrop.ledger import entry as ledger
from outcrop.ledger.entry import Amendment, Entry, Outcome
from outcrop.ledger.journal import Journal
from outcrop.model.runtime import ContentBlockDeltaEvent, MessageStopEvent, TokenUsage
from outcrop.quota import Hold, Limits, Who
from outcrop.quota.rules import counted

NOTHING = TokenUsage(input_tokens=0, output_tokens=0, total_tokens=0)
_KEPT = 64  # batches; then their text alone is kept

log = logging.getLogger("outcrop.ledger")


class Accounts:
    """Opens accounts that end in `journal`, of runs that `limits`, if there are any, let begin."""

    def __init__(self, journal: Journal, limits: Limits | None = None) -> None:
        self.journal, self.limits = journal, limits

    def open(
        self, called: Called, profile: str | None, model: Model, row: Row, request: ChatRequest | None = None
    ) -> "Account":
        """The account of a run that `row`'s engine is about to begin, once it is admitted.

        `profile` is the system-defined inference profile the model was called by, `request` given for a run that chats.
        """
        noted = answerer.opened(row) if row.composed else None
        return Account(self.journal, called, profile, model, row, request, time.time_ns() // 1000, noted)


class Account(msgspec.Struct, eq=False, gc=False):
    """One run. Its end is told once: by `complete`, `failed` or `close`."""

    _journal: Journal
    _called: Called
    _profile: str | None
    _model: Model
    _row: Row
    _request: ChatRequest | None
    _began: int
    _noted: Answerer | None  # who answers in the end, when the row's engine has others answer
    _id: str | None = None  # of the entry, once there is one
    _told: int = 0  # tokens of output, once there is an entry
    _taken: list[list[Event]] = []
    _said: list[str] = []
    _held: list[Event] | None = None
    _limits: Limits | None = None
    _hold: Hold | None = None

    async def admit(self, limits: Limits) -> None:
        """Reserve what the run may use (documented: its input and the most it may answer).

        Raises what `Limits.admit` does, and then the account has ended.
        """
        self._limits = limits
        most = 0
        if self._request:
            allowed = self._request.inference.max_tokens or self._model.max_output_tokens or 0
            most = tokens.count_request(self._request, self._model) + allowed
        try:
            self._hold = await limits.admit(self._who(), self._model.id, most)
        except ServiceError as error:
            budget = isinstance(error, ServiceQuotaExceededException)
            self._end("refused_budget" if budget else "refused_quota", error.code, 0, None)
            raise

    def _who(self) -> Who:
        account, user = _named(self._called.principal.arn)
        return Who(account, user, self._called.principal.key_id)

    def _settle(self, entry: Entry) -> None:
        """What was reserved becomes what was used."""
        used = counted(entry.model, entry.input_tokens, entry.cache_write_tokens, entry.output_tokens)
        if self._hold:
            self._hold.settle(used)
        if self._limits and self._limits.budgets:
            spent = entry.input_tokens + entry.cache_write_tokens + entry.output_tokens
            self._limits.budgets.add(self._who(), spent, entry.cost)

    def hand(self, batch: list[Event]) -> None:
        """`batch` is about to be handed on; the one before it has been taken."""
        if self._held is not None:
            self._taken.append(self._held)
            if len(self._taken) == _KEPT:
                self._said.append("".join(map(_said, self._taken)))
                self._taken.clear()
        self._held = batch

    def finish(self, usage: TokenUsage, latency_ms: int, first_token_ms: int) -> None:
        """The batch that was handed on last ends the run; otherwise as `complete`."""
        self.complete(usage, self._stop_reason(), latency_ms, first_token_ms=first_token_ms)

    def _stop_reason(self) -> str | None:
        """It stands right before the usage, in the last batch or at the end of one before it."""
        for batch in (self._held or [], *reversed(self._taken)):
            for event in reversed(batch):
                if isinstance(event, MessageStopEvent):
                    return event.stop_reason
        return None

    def complete(
        self,
        usage: TokenUsage,
        stop_reason: str | None,
        latency_ms: int,
        *,
        first_token_ms: int | None = None,
        images: int = 0,
    ) -> None:
        """The run is complete, and its entry in the journal; raises InternalServerException if it cannot be."""
        self._write(self._entry("complete", usage, latency_ms, first_token_ms, stop_reason, None, 0, images, False))

    def refuse(self) -> None:
        """A guardrail has blocked what was asked, so no engine is; raises as `complete` does."""
        self._write(self._entry("refused_guard", NOTHING, 0, None, "guardrail_intervened", None, 0, 0, False))

    def _write(self, entry: Entry) -> None:
        try:
            self._journal.record(entry)
        except OSError as error:
            log.error("the ledger cannot be written, so nothing is answered: %s", error)
            raise InternalServerException from error

    def failed(self, error: BaseException, latency_ms: int, first_token_ms: int | None = None) -> None:
        """The engine has raised `error`; `first_token_ms` if it had yielded something before.

        What the model refuses leaves no entry. The end of a run that is complete comes here too: its last batch was taken.
        """
        late = first_token_ms is not None
        if isinstance(error, ModelRefusal) and not late and self._hold:
            self._hold.settle(0)
        self.hand([])  # whoever asks for the next batch has taken the last
        self._held = None
        if self._id is not None:
            return
        if isinstance(error, asyncio.CancelledError | GeneratorExit):
            self._end("cut", None, latency_ms, first_token_ms)
        elif late or not isinstance(error, ModelRefusal):
            code = error.code if isinstance(error, ServiceError) else "InternalServerException"
            self._end("failed_late" if late else "failed_early", code, latency_ms, first_token_ms)

    def close(self, latency_ms: int, first_token_ms: int, *, unread: list[Event] | None) -> None:
        """The reader leaves; `unread` is a batch that was never handed on. Says nothing of a run that has ended."""
        if self._id is None:
            self._end("cut", None, latency_ms, first_token_ms, unread=unread)
        elif self._held is not None:
            self._amend(max(0, self._told - tokens.count(self._delivered())))

    def _delivered(self) -> str:
        return "".join([*self._said, *map(_said, self._taken)])

    def _end(
        self,
        outcome: Outcome,
        code: str | None,
        latency_ms: int,
        first_token_ms: int | None,
        *,
        unread: list[Event] | None = None,
    ) -> None:
        delivered = self._delivered() if self._request and self._request.streamed else ""
        made = self._delivered() + _said(self._held or []) + _said(unread or [])
        output, told = tokens.count(made), tokens.count(delivered)
        if self._request and (output or outcome == "cut"):
            usage = TokenUsage(
                input_tokens=tokens.count_request(self._request, self._model), output_tokens=output, total_tokens=0
            )
        else:
            usage = NOTHING
        self._now(self._entry(outcome, usage, latency_ms, first_token_ms, None, code, output - told, 0, True))

    def _amend(self, undelivered: int) -> None:
        if self._id:
            self._now(Amendment(self._id, "cut", undelivered))

    def _now(self, record: ledger.Record) -> None:
        try:
            self._journal.record(record)
        except OSError as error:
            log.error("the ledger cannot be written, and a run that ended badly is not in it: %s", error)

    def _entry(
        self,
        outcome: Outcome,
        usage: TokenUsage,
        latency_ms: int,
        first_token_ms: int | None,
        stop_reason: str | None,
        error: str | None,
        undelivered: int,
        images: int,
        estimated: bool,
    ) -> Entry:
        called = self._called
        principal = called.principal
        account, user = _named(principal.arn)
        noted = self._noted
        row = noted.row if noted else self._row
        rates = _rates(self._model.id, self._profile)
        self._id, self._told = ledger.new_id(self._began), usage.output_tokens
        entry = Entry(  # by position: forty times cheaper than thirty keywords
            self._id,
            self._began,
            time.time_ns() // 1000,
            principal.arn,
            user,
            principal.key_id,
            account,
            called.region,
            self._model.id,
            called.input.model_id,
            row.name,
            called.operation,
            called.request_id,
            outcome,
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_input_tokens or 0,
            usage.cache_write_input_tokens or 0,
            undelivered,
            images,
            estimated or row.estimates or isinstance(usage, EstimatedUsage),
            latency_ms,
            first_token_ms,
            stop_reason,
            error,
            rates.cost(usage) if rates else 0,
            "USD",
            rates.day if rates else None,
            _metadata(called.input.request_metadata),
            noted.tried if noted else None,
        )
        if self._limits:
            self._settle(entry)
        return entry


def _metadata(given: dict[str, str] | str | None) -> dict[str, str]:
    """The request's metadata: a member of Converse, a header of InvokeModel (service model), where what is no map of texts
    is kept by nobody (decided).
    """
    if not given:
        return {}
    if isinstance(given, dict):
        return given
    try:
        return msgspec.json.decode(given, type=dict[str, str])
    except msgspec.MsgspecError:
        return {}


def _said(batch: list[Event]) -> str:
    """The text of a batch that output tokens are made of."""
    parts = []
    for event in batch:
        if isinstance(event, ContentBlockDeltaEvent):
            delta = event.delta
            if delta.text:
                parts.append(delta.text)
            elif delta.tool_use:
                parts.append(delta.tool_use.input)
            elif delta.reasoning_content and delta.reasoning_content.text:
                parts.append(delta.reasoning_content.text)
    return "".join(parts)


@lru_cache(maxsize=1024)
def _named(arn: str) -> tuple[str, str]:
    """The account and the name in an IAM or STS ARN."""
    account, _, resource = arn.partition("::")[2].partition(":")
    return account, resource.rpartition("/")[2] or resource


@lru_cache(maxsize=4096)
def _rates(model_id: str, profile: str | None) -> Rates | None:
    """The rates of a model, called by a system-defined profile's id or its own."""
    found = price(model_id, profile.removesuffix(f".{model_id}") if profile else None)
    return Rates.of(found) if found else None
