"""Converse: a whole reply in one vocabulary for every model."""

from outcrop.chat import rendering
from outcrop.chat.collect import Reply
from outcrop.chat.refusals import PREFIX
from outcrop.engines import Passed
from outcrop.model.runtime import ConverseMetrics, ConverseOutput, ConverseRequest, ConverseResponse, ConverseTrace
from outcrop.operations import conversation, resources, response_fields, tracing
from outcrop.operations.call import Call
from outcrop.operations.target import Target
from outcrop.wire.restjson import Payload

ACTION = "bedrock:InvokeModel"
INPUT = ConverseRequest
RESOURCES = resources.CONVERSATION


async def run(call: Call) -> ConverseResponse | Payload:
    """The reply to `call.input` (ConverseRequest)."""
    target = Target.of(call)
    elsewhere = target.judged_elsewhere
    request = conversation.request(
        target.model, call.input, region=call.region, streamed=False, judged_elsewhere=elsewhere
    )
    if config := call.input.guardrail_config:
        target.guarded(config.guardrail_identifier, config.guardrail_version, trace=config.trace)
    reply = await target.reply(request, prefix=PREFIX)
    if isinstance(reply, Passed):
        return Payload(reply.body, reply.headers)
    response = _response(rendering.reply(target.model, request, reply), call.input)
    if call.input.additional_model_response_field_paths:
        response.additional_model_response_fields = response_fields.pick(
            call.input.additional_model_response_field_paths, response_fields.native(reply, request, target.model)
        )
    if target.guard and target.guard.traced:
        response.trace = ConverseTrace(guardrail=tracing.whole(target.guard, request, target.model))
    return response


def _response(reply: Reply, input: ConverseRequest) -> ConverseResponse:
    return ConverseResponse(
        metrics=ConverseMetrics(latency_ms=reply.latency_ms),
        output=ConverseOutput(message=reply.message),
        stop_reason=reply.stop_reason,
        usage=reply.usage,
        performance_config=input.performance_config,  # echoed when asked for (6 of 6 recorded)
        service_tier=input.service_tier,  # likewise (3 of 3)
    )
