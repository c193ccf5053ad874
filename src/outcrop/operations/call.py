"""One API call in flight: all that an operation may know and do."""

from typing import Any, cast

import msgspec

from outcrop import generation
from outcrop.access import ModelAccess
from outcrop.account import Account, Accounts, Asked
from outcrop.catalog import Catalogue
from outcrop.catalog.catalogue import Resolved
from outcrop.chat.collect import Reply
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.engines import Engine, Passage, Relay, Sent
from outcrop.engines.table import Engines, Row
from outcrop.errors import AccessDeniedException, ValidationException
from outcrop.families import FAMILIES, Family
from outcrop.generation import Generation, Refused
from outcrop.iam.keys import Principal
from outcrop.invocation_logging import Configurations
from outcrop.invocation_logging.record import Kind
from outcrop.jobs.store import Jobs
from outcrop.operations.sources import Reader
from outcrop.storage.objects import NoObjects, Objects
from outcrop.storage.profiles import Profiles
from outcrop.wire.http import HttpRequest

_OWN = ("accept", "content-type", "x-amzn-bedrock-")  # headers of the operations themselves


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls what, where, with which input; and the catalogue, the account's profiles and the engines it may use.

    `operation` and `request_id` are what the call is called in the ledger; without `accounts` its runs are in none.
    `sent` is the request as it came, when it came in AWS's own protocol: an engine that passes calls on needs its bytes.
    """

    principal: Principal
    region: str
    input: Any
    catalogue: Catalogue
    engines: Engines
    profiles: Profiles = msgspec.field(default_factory=Profiles)
    model_access: ModelAccess = msgspec.field(default_factory=ModelAccess)
    logging: Configurations = msgspec.field(default_factory=Configurations)
    jobs: Jobs = msgspec.field(default_factory=Jobs)
    objects: Objects = msgspec.field(default_factory=NoObjects)
    reader: Reader | None = None
    request: HttpRequest | None = None
    accounts: Accounts | None = None
    operation: str = ""
    request_id: str = ""
    sent: HttpRequest | None = None

    def model(self, model_id: str) -> Model:
        """The model `model_id` stands for in the call's region, itself or through an application inference profile.

        Raises what the catalogue's `find` does, and what `ModelAccess.check` does, in AWS's words.
        """
        model = self._resolved(model_id).model
        self.model_access.check(model, self.region)
        return model

    def kind(self) -> Kind:
        """What the model of the call's input makes, for the logs; text when it is none."""
        model = self.catalogue.get(self._source(self.input.model_id))
        made = model.output_modalities if model else ()
        return "embedding" if "EMBEDDING" in made else "image" if "IMAGE" in made else "text"

    def _resolved(self, model_id: str) -> Resolved:
        return self.catalogue.find(self._source(model_id), self.region)

    def _source(self, model_id: str) -> str:
        profile = self.profiles.get(model_id)
        return profile.source if profile else model_id

    async def account(self, model: Model, row: Row, request: ChatRequest | None = None) -> Account | None:
        """The account of a run of `model` by `row`'s engine, if there are accounts; raises when it may not begin."""
        if self.accounts is None:
            return None
        model_id = self.input.model_id
        asked = Asked(
            self.principal,
            self.region,
            self.operation,
            self.request_id,
            model_id,
            None if model_id == model.id else self._resolved(model_id).profile,
            _metadata(self.input.request_metadata),
        )
        account = self.accounts.open(asked, model, row, request)
        if self.accounts.limits:
            await account.admit(self.accounts.limits)
        return account

    def passage(self, model: Model) -> Passage | None:
        """The way past the hub, for an engine whose backend is asked in the caller's own bytes."""
        engine = self.engines.of(model).engine
        if self.sent is None or not hasattr(engine, "relay"):
            return None
        headers = {name: value for name, value in self.sent.headers.items() if name.startswith(_OWN)}
        sent = Sent(self.operation, self.region, self._source(self.input.model_id), headers, self.sent.body)
        return cast(Relay, engine).relay(sent, model)

    def judged_elsewhere(self, model: Model) -> bool:
        """Whether the backend alone says what it takes of this call (`Relay.validates`)."""
        engine = self.engines.of(model).engine
        return getattr(engine, "validates", False) and self.passage(model) is not None

    async def generate(self, model: Model, request: ChatRequest, *, prefix: str = "") -> Generation | Refused:
        """Start a run of `model` after its own checks, to be streamed; a refusal is worded with `prefix`."""
        try:
            self._check(model, request)
        except ModelRefusal as refusal:
            return refused(model, refusal, prefix=prefix)
        await self._load(model, request)
        try:
            row = self.engines.of(model)
            engine: Engine = self.passage(model) or row.engine
            return await Generation.start(engine, model, request, await self.account(model, row, request))
        except ModelRefusal as refusal:
            return refused(model, refusal, prefix=prefix, late=True)

    async def reply(self, model: Model, request: ChatRequest, *, prefix: str = "") -> Reply:
        """A whole run of `model` after its own checks; a refusal is worded with `prefix`."""
        try:
            self._check(model, request)
            await self._load(model, request)
            row = self.engines.of(model)
            engine: Engine = self.passage(model) or row.engine
            return await generation.whole(engine, model, request, await self.account(model, row, request))
        except ModelRefusal as refusal:
            raise ValidationException(prefix + refusal.text) from refusal

    async def _load(self, model: Model, request: ChatRequest) -> None:
        """What lies in S3, unless the backend fetches it by itself."""
        if self.reader and not request.plain and self.passage(model) is None:
            await self.reader.load(request, self.principal, self.region, self.request)

    def _check(self, model: Model, request: ChatRequest) -> None:
        family = FAMILIES.get(model.api)
        if family and not self.judged_elsewhere(model):
            family.check(request, model)


def refused(model: Model, refusal: ModelRefusal, *, prefix: str = "", late: bool = False) -> Refused:
    """A stream that tells nothing but `refusal`, from a model that refuses there; `late` when only running it has shown it.

    Raises ValidationException where the refusal is an ordinary answer.
    """
    error = ValidationException(prefix + refusal.text)
    where = model.features.refuses_in_stream
    if where == "always" or (where == "late" and late):
        return Refused(error)
    raise error from refusal


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


def family_of(model: Model) -> Family:
    """The family that speaks the model's native bodies.

    A model whose native bodies are not built yet is answered as one the account may not use (recorded text).
    """
    family = FAMILIES.get(model.api)
    if family is None:
        raise AccessDeniedException("You don't have access to the model with the specified model ID.")
    return family
