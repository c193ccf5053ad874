"""The model that a call is about to run, and the run: the model's own checks, the engine, the account."""

from typing import Any, cast

from outcrop import generation
from outcrop.account import Account
from outcrop.chat import tokens
from outcrop.chat.collect import Reply
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.engines import Passage, Relay, Sent
from outcrop.errors import AccessDeniedException, ValidationException
from outcrop.families import FAMILIES, Family
from outcrop.generation import Generation, Refused
from outcrop.operations.call import Call
from outcrop.operations.guarding import Guard
from outcrop.wire import bounds

_OWN = ("accept", "content-type", "x-amzn-bedrock-")  # headers of the operations themselves


class Target:
    """A model, the row of the engine that answers for it, and how the engine is asked.

    `passage` is the way past the hub, for an engine whose backend is asked in the caller's own bytes; `judged_elsewhere`
    says whether that backend alone says what it takes (`Relay.validates`). `guard` judges what is asked and answered.
    """

    __slots__ = ("_call", "_profile", "guard", "judged_elsewhere", "model", "passage", "row")

    def __init__(self, call: Call, model: Model, profile: str | None = None) -> None:
        """`profile` is the system-defined inference profile it was called by; raises as `Engines.of` does."""
        self._call, self.model, self._profile = call, model, profile
        self.guard: Guard | None = None
        self.row = call.services.engines.of(model)
        self.passage = self._passage() if call.sent is not None and hasattr(self.row.engine, "relay") else None
        self.judged_elsewhere = self.passage is not None and cast(Relay, self.row.engine).validates

    @classmethod
    def of(cls, call: Call) -> "Target":
        """What the `model_id` of the call's input stands for; raises as `Call.model` and `Engines.of` do."""
        found = call.resolved(call.input.model_id)
        return cls(call, found.model, found.profile)

    def guarded(self, identifier: str | None, version: str | None, **how: Any) -> None:
        """Judge by the guardrail of that name, if there is a name; raises as `Guard.of` does.

        A backend that judges requests by itself knows guardrails of its own; past any other, nothing may go unjudged.
        """
        if not self.judged_elsewhere:
            self.guard = Guard.of(self._call, identifier, version, **how)
            if self.guard:
                self.passage = None

    @property
    def blocked(self) -> bool:
        """Whether the guard has blocked what was asked, so that no model is."""
        return self.guard is not None and self.guard.blocked

    def _passage(self) -> Passage | None:
        call, sent = self._call, self._call.sent
        assert sent is not None
        headers = {name: value for name, value in sent.headers.items() if name.startswith(_OWN)}
        asked = Sent(call.operation, call.region, call.source(call.input.model_id), headers, sent.body)
        return cast(Relay, self.row.engine).relay(asked, self.model)

    async def generate(self, request: ChatRequest, *, prefix: str = "") -> Generation | Refused:
        """Start a run after the model's own checks, to be streamed; a refusal is worded with `prefix`."""
        if self.guard:
            request = await self.guard.admit(request)
        try:
            self._check(request)
        except ModelRefusal as refusal:
            return refused(self.model, refusal, prefix=prefix)
        if not request.plain:
            await self._load(request)
        try:
            engine = self.guard.over(self.row.engine) if self.guard else self.passage or self.row.engine
            return await Generation.start(engine, self.model, request, await self.account(request))
        except ModelRefusal as refusal:
            return refused(self.model, refusal, prefix=prefix, late=True)

    async def reply(self, request: ChatRequest, *, prefix: str = "") -> Reply:
        """A whole run after the model's own checks; a refusal is worded with `prefix`."""
        if self.guard:
            request = await self.guard.admit(request)
        try:
            self._check(request)
            if not request.plain:
                await self._load(request)
            engine = self.guard.over(self.row.engine) if self.guard else self.passage or self.row.engine
            return await generation.whole(engine, self.model, request, await self.account(request))
        except ModelRefusal as refusal:
            raise ValidationException(prefix + refusal.text) from refusal

    def _check(self, request: ChatRequest) -> None:
        family = FAMILIES.get(self.model.api)
        if family and not self.judged_elsewhere and not self.blocked:
            family.check(request, self.model)
            sent = self._call.sent
            if (sent is None or len(sent.body) > tokens.MAX_LETTERS) and tokens.too_long(request, self.model):
                raise ModelRefusal(bounds.TOO_LONG)  # decided, for families that have no words for it

    async def _load(self, request: ChatRequest) -> None:
        """What lies in S3, unless the backend fetches it by itself."""
        call = self._call
        if call.services.reader and self.passage is None and not self.blocked:
            await call.services.reader.load(request, call.principal, call.region, call.request)

    async def account(self, request: ChatRequest | None = None) -> Account | None:
        """The account of a run, if there are accounts; raises when it may not begin. One that is blocked ends here."""
        call = self._call
        accounts = call.services.accounts
        if accounts is None:
            return None
        account = accounts.open(call, self._profile, self.model, self.row, request)
        if self.blocked:
            account.refuse()
            return None
        if accounts.limits:
            await account.admit(accounts.limits)
        return account


def refused(model: Model, refusal: ModelRefusal, *, prefix: str = "", late: bool = False) -> Refused:
    """A stream that tells nothing but `refusal`, from a model that refuses there; `late` when only running it has shown it.

    Raises ValidationException where the refusal is an ordinary answer.
    """
    error = ValidationException(prefix + refusal.text)
    where = model.features.refuses_in_stream
    if where == "always" or (where == "late" and late):
        return Refused(error)
    raise error from refusal


def family_of(model: Model) -> Family:
    """The family that speaks the model's native bodies.

    A model whose native bodies are not built yet is answered as one the account may not use (recorded text).
    """
    family = FAMILIES.get(model.api)
    if family is None:
        raise AccessDeniedException("You don't have access to the model with the specified model ID.")
    return family
