"""ConverseStream: the same reply as events, each as soon as the engine has it."""

from collections.abc import Iterable

from outcrop.chat import rendering
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.refusals import PREFIX
from outcrop.chat.request import ChatRequest
from outcrop.model.runtime import (
    ConverseStreamMetadataEvent,
    ConverseStreamRequest,
    ConverseStreamTrace,
    MessageStopEvent,
)
from outcrop.operations import conversation, resources, response_fields, tracing
from outcrop.operations.call import Call
from outcrop.operations.guarding import Guard
from outcrop.operations.target import Target
from outcrop.wire.restjson import EventStream

ACTION = "bedrock:InvokeModelWithResponseStream"
INPUT = ConverseStreamRequest
RESOURCES = resources.CONVERSATION


async def run(call: Call) -> EventStream:
    """The reply to `call.input` (ConverseStreamRequest) as a stream that has already begun."""
    target = Target.of(call)
    elsewhere = target.judged_elsewhere
    request = conversation.request(
        target.model, call.input, region=call.region, streamed=True, judged_elsewhere=elsewhere
    )
    if config := call.input.guardrail_config:
        target.guarded(
            config.guardrail_identifier,
            config.guardrail_version,
            trace=config.trace,
            delayed=config.stream_processing_mode != "async",
        )
    generation = await target.generate(request, prefix=PREFIX)
    return EventStream(generation, _Dress(target.model, request, call.input, target.guard).events, [])


class _Dress:
    """Adds what ConverseStream adds to each batch."""

    def __init__(self, model: Model, request: ChatRequest, input: ConverseStreamRequest, guard: Guard | None) -> None:
        self._model, self._request, self._input, self._guard = model, request, input, guard

    def events(self, batch: list[Event]) -> Iterable[Event]:
        for event in batch:
            if isinstance(event, MessageStopEvent):
                self._stop(event)
            elif isinstance(event, ConverseStreamMetadataEvent):
                event.performance_config = self._input.performance_config
                event.service_tier = self._input.service_tier
                if self._guard and self._guard.traced:
                    event.trace = ConverseStreamTrace(guardrail=tracing.streamed(self._guard))
        return rendering.stream(self._model, self._request, batch)

    def _stop(self, event: MessageStopEvent) -> None:
        paths = self._input.additional_model_response_field_paths
        fields = event.additional_model_response_fields or {"stop_sequence": None}
        event.additional_model_response_fields = response_fields.pick(paths, fields) if paths else None
