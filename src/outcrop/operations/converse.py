"""Converse: a whole reply in one vocabulary for every model."""

from outcrop.chat import rendering
from outcrop.chat.collect import Reply
from outcrop.chat.refusals import PREFIX
from outcrop.model.runtime import ConverseMetrics, ConverseOutput, ConverseRequest, ConverseResponse
from outcrop.operations import conversation, resources, response_fields
from outcrop.operations.call import Call

ACTION = "bedrock:InvokeModel"
INPUT = ConverseRequest
RESOURCES = resources.CONVERSATION


async def run(call: Call) -> ConverseResponse:
    """The reply to `call.input` (ConverseRequest)."""
    model = call.model(call.input.model_id)
    request = conversation.request(model, call.input, region=call.region, streamed=False)
    reply = rendering.reply(model, request, await call.reply(model, request, prefix=PREFIX))
    response = _response(reply, call.input)
    if call.input.additional_model_response_field_paths:
        response.additional_model_response_fields = response_fields.pick(
            call.input.additional_model_response_field_paths, response_fields.native(reply, request, model)
        )
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
