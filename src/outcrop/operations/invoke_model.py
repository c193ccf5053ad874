"""InvokeModel: the model's native body in, its native body out."""

from outcrop.chat import rules
from outcrop.chat.collect import Reply
from outcrop.chat.refusals import ModelRefusal
from outcrop.engines import Passed
from outcrop.errors import ValidationException
from outcrop.families import FAMILIES
from outcrop.model.runtime import InvokeModelRequest
from outcrop.operations import inference, invocation, marking, resources
from outcrop.operations.call import Call
from outcrop.operations.target import Target
from outcrop.wire.http import Header
from outcrop.wire.restjson import Payload

ACTION = "bedrock:InvokeModel"
INPUT = InvokeModelRequest
RESOURCES = resources.INVOCATION


async def run(call: Call) -> Payload:
    """The native reply to `call.input` (InvokeModelRequest), with latency and, mostly, token counts as headers."""
    target = Target.of(call)
    body = marking.guarded(target, call.input)
    if target.passage:
        return await _passed(call, target)
    model = target.model
    rules.check_invocation(model, call.input, call.region)
    family = FAMILIES.get(model.api)
    if family is None:
        answer, headers = await inference.run(target, body)
    else:
        request = invocation.request(model, family, body, streamed=False)
        reply = await target.reply(request)
        if target.guard:
            answer = marking.whole(target, target.guard, family, reply, request)
        else:
            answer = family.encode_reply(reply, request, model)
        headers = marking.headers(target, _headers(reply))
    return Payload(answer, headers + invocation.headers(call.input))


async def _passed(call: Call, target: Target) -> Payload:
    """The backend's own bytes."""
    try:
        request = invocation.passed(target, call.input.body, streamed=False)
    except ModelRefusal as refusal:
        raise ValidationException(refusal.text) from refusal
    if not target.judged_elsewhere:
        rules.check_invocation(target.model, call.input, call.region)
    reply = await target.reply(request)
    if not isinstance(reply, Passed):
        raise TypeError("an engine that passes calls on has answered otherwise")
    return Payload(reply.body, reply.headers)


def _headers(reply: Reply) -> list[Header]:
    """Order as recorded over HTTP/1.1; cache counts only where the usage has them."""
    usage = reply.usage
    headers = [("x-amzn-bedrock-invocation-latency", str(reply.latency_ms))]
    if usage.cache_write_input_tokens is not None:
        headers.append(("x-amzn-bedrock-cache-write-input-token-count", str(usage.cache_write_input_tokens)))
    if usage.cache_read_input_tokens is not None:
        headers.append(("x-amzn-bedrock-cache-read-input-token-count", str(usage.cache_read_input_tokens)))
    headers.append(("x-amzn-bedrock-output-token-count", str(usage.output_tokens)))
    headers.append(("x-amzn-bedrock-input-token-count", str(usage.input_tokens)))
    return headers
