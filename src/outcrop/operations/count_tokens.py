"""CountTokens: what a request would cost, without running it. The count is the engine's, where one counts, else an estimate.

The estimate is Outcrop's own (`outcrop.chat.tokens`).
"""

from outcrop.chat import tokens
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.engines import Counter, Passage
from outcrop.errors import ValidationException
from outcrop.families import FAMILIES
from outcrop.model.runtime import ConverseRequest, CountTokensInput, CountTokensRequest, CountTokensResponse
from outcrop.operations import conversation, invocation, resources
from outcrop.operations.call import Call
from outcrop.operations.target import Target, family_of
from outcrop.wire import bounds
from outcrop.wire.restjson import Payload

ACTION = "bedrock:CountTokens"
INPUT = CountTokensRequest
RESOURCES = resources.MODEL


async def run(call: Call) -> CountTokensResponse | Payload:
    """The tokens of `call.input` (CountTokensRequest)."""
    model = _model(call)
    target = Target(call, model)
    if target.passage and target.judged_elsewhere:
        return await _passed(target.passage, model, ChatRequest(messages=[]))
    request = _request(model, call.input.input, call.region)
    try:
        family = FAMILIES.get(model.api)
        if family:
            family.check(request, model)
    except ModelRefusal as refusal:
        raise ValidationException(refusal.text) from refusal
    if target.passage:
        return await _passed(target.passage, model, request)
    counted = await _counted(target, request)
    return CountTokensResponse(input_tokens=tokens.count_request(request, model) if counted is None else counted)


async def _counted(target: Target, request: ChatRequest) -> int | None:
    """The engine's own count, if it has one."""
    engine = target.row.engine
    try:
        return await engine.count(target.model, request) if isinstance(engine, Counter) else None
    except ModelRefusal as refusal:
        raise ValidationException(refusal.text) from refusal


async def _passed(passage: Passage, model: Model, request: ChatRequest) -> Payload:
    reply = await passage.reply(model, request)
    return Payload(reply.body, reply.headers)


def _model(call: Call) -> Model:
    """The foundation model asked about: profiles are refused (recorded for `us.`), bare ids of such models are not."""
    model = call.services.catalogue.get(call.input.model_id)
    if model is None:
        call.model(call.input.model_id)  # an unknown id is refused as everywhere
        raise ValidationException("The provided model doesn't support counting tokens.")
    call.services.catalogue.check_lifecycle(model)
    if not model.features.count_tokens:
        raise ValidationException("The provided model doesn't support counting tokens.")
    return model


def _request(model: Model, input: CountTokensInput, region: str) -> ChatRequest:
    if input.invoke_model:
        bounds.check(input.invoke_model.body)
        return invocation.request(model, family_of(model), input.invoke_model.body, streamed=False)
    asked = input.converse
    if asked is None:
        raise ValidationException(
            "1 validation error detected: Value null at 'input' failed to satisfy constraint: Member must not be null"
        )
    converse = ConverseRequest(
        messages=asked.messages,
        system=asked.system,
        tool_config=asked.tool_config,
        additional_model_request_fields=asked.additional_model_request_fields,
    )
    return conversation.request(model, converse, region=region, streamed=False)
