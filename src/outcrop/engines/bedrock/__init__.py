"""Amazon Bedrock itself, or another Outcrop: a call passed on with the caller's bytes, signed anew, its answer as it came.

What a caller said is not read into the hub and written again: the model's id in the path and the signature are all that
changes. A call that did not come in AWS's protocol, or that another engine had first, goes through ConverseStream instead.
Where AWS is asked is the settings' alone; a caller's region chooses only among the regions they name.
"""

from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Meta, Struct

from outcrop.catalog import profiles
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.refusals import PREFIX, ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.engines import Sent
from outcrop.engines.bedrock import answers
from outcrop.engines.bedrock.credentials import Chain, NoCredentials
from outcrop.engines.bedrock.passage import Call, Passage, log
from outcrop.engines.failures import Failures
from outcrop.engines.kinds import EngineError, Parts
from outcrop.errors import ServiceUnavailableException, ValidationException
from outcrop.model.runtime import ConverseStreamRequest, ConverseTokensRequest
from outcrop.model.service import operation
from outcrop.transport import Exchange, Pool, Unreachable
from outcrop.wire import sigv4
from outcrop.wire.http import JSON, HttpRequest

Region = Annotated[str, Meta(pattern="^[a-z0-9-]{1,20}$")]
REGION = "us-east-1"  # when neither settings nor AWS's own configuration name one
_encode = msgspec.json.Encoder().encode


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`profile` is one of AWS's own configuration files; `region` where AWS is asked (default: that of the profile), and
    `regions` where callers of other regions are served. `endpoint` replaces AWS's own for every region. `timeout` is the
    seconds without a byte that are too many. `validation` "backend" leaves it to AWS alone to say what it takes.
    """

    profile: str | None = None
    region: Region | None = None
    regions: dict[str, Region] = {}
    endpoint: str | None = None
    timeout: float = 600.0
    validation: Literal["local", "backend"] = "local"


class Account:
    """The backend: one AWS account, seen from one set of credentials."""

    def __init__(self, name: str, options: Options, pool: Pool, now: Callable[[], datetime]) -> None:
        self.failures = Failures(name)
        self.options = options
        self._pool, self._now = pool, now
        self._chain = Chain(options.profile)

    @property
    def where(self) -> str:
        place = self.options.endpoint or f"AWS {self.options.region or '(region of its configuration)'}"
        return f"{place}, profile {self.options.profile}" if self.options.profile else place

    def engine(self, name: str | None) -> "Bedrock":
        return Bedrock(self, name)

    async def aclose(self) -> None:
        """There is nothing to end: the connections are the pool's."""

    async def region(self, called_from: str | None) -> str:
        """Where AWS is asked for a call made in a region."""
        named = self.options.regions.get(called_from or "") or self.options.region
        return named or await self._chain.region() or REGION

    async def ask(self, call: Call, model: Model) -> Exchange:
        """Send a call, signed; raises ServiceError when there is no answer, or it is an error."""
        try:
            request, endpoint = await self._signed(call)
            exchange = await self._pool.send(
                "POST",
                endpoint + request.path,
                headers=request.headers,
                body=request.body,
                timeout=self.options.timeout,
            )
            if exchange.status == 200:
                return exchange
            raise answers.error(exchange.status, exchange.headers, await exchange.read())
        except Unreachable as error:
            raise self.failures.lost(error, model) from error
        except NoCredentials as error:
            raise self.unavailable(error) from error

    def unavailable(self, error: NoCredentials) -> ServiceUnavailableException:
        """What a caller is told when AWS cannot be asked; why, is in the log."""
        log.error("engine %s: %s", self.failures.name, error)
        return ServiceUnavailableException()

    async def _signed(self, call: Call) -> tuple[HttpRequest, str]:
        region, keys = await self.region(call.region), await self._chain.keys()
        endpoint = (self.options.endpoint or f"https://bedrock-runtime.{region}.amazonaws.com").rstrip("/")
        headers = {"host": urlsplit(endpoint).netloc, **call.headers}
        if keys.token:
            headers["x-amz-security-token"] = keys.token
        path = operation(call.operation).uri.replace("{modelId}", quote(call.model_id, safe=""))
        request = HttpRequest("POST", path, "", headers, call.body)
        signed = sigv4.sign(
            request,
            access_key_id=keys.access_key_id,
            secret=keys.secret,
            region=region,
            timestamp=self._now().strftime("%Y%m%dT%H%M%SZ"),
            names=tuple(headers),
        )
        return HttpRequest("POST", path, "", headers | signed, call.body), endpoint


class Bedrock:
    """An engine that asks the account for the model a caller named, or always for `name`."""

    def __init__(self, account: Account, name: str | None) -> None:
        self._account, self._name = account, name

    @property
    def validates(self) -> bool:
        return self._account.options.validation == "backend"

    def relay(self, sent: Sent, model: Model) -> Passage:
        """The way for every operation on a model."""
        call = Call(sent.operation, self._name or sent.model_id, sent.headers, sent.body, sent.region)
        return Passage(self._account, call)

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        """Yield the events of ConverseStream; raises ModelRefusal for what the model refuses."""
        body = ConverseStreamRequest(
            messages=request.messages,
            system=request.system or None,
            inference_config=request.inference,
            tool_config=request.tool_config,
            output_config=request.output_config,
            additional_model_request_fields=request.fields or None,
            # what ended the turn is in native answers, and asked for on Converse
            additional_model_response_field_paths=["/stop_sequence"] if model.provider == "Anthropic" else None,
        )
        passage = await self._passage("ConverseStream", body, model)
        try:
            async for batch in passage.generate(model, request):
                yield list(batch)
        except ValidationException as refusal:
            if refusal.message.startswith(PREFIX):
                raise ModelRefusal(refusal.message.removeprefix(PREFIX)) from refusal
            raise

    async def count(self, model: Model, request: ChatRequest) -> int | None:
        """AWS's count of the tokens; raises ServiceError."""
        converse = ConverseTokensRequest(
            messages=request.messages,
            system=request.system or None,
            tool_config=request.tool_config,
            additional_model_request_fields=request.fields or None,
        )
        body = {"input": {"converse": converse}}
        call = Call("CountTokens", self._name or model.id, {"content-type": JSON}, _encode(body), None)
        counted: Any = msgspec.json.decode((await Passage(self._account, call).reply(model, request)).body)
        return int(counted["inputTokens"])

    async def _passage(self, name: str, body: Any, model: Model) -> Passage:
        try:
            region = await self._account.region(None)
        except NoCredentials as error:
            raise self._account.unavailable(error) from error
        call = Call(
            name, self._name or profiles.callable_id(model, region), {"content-type": JSON}, _encode(body), None
        )
        return Passage(self._account, call)


def build(name: str, options: Options, parts: Parts) -> Account:
    """The backend called `name`; raises EngineError without botocore. Credentials are looked for with the first request."""
    if find_spec("botocore") is None:
        raise EngineError("needs AWS's own way to credentials: pip install 'outcrop[aws]'")
    return Account(name, options, parts.pool, lambda: datetime.now(UTC))
