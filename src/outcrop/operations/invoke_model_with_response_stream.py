"""InvokeModelWithResponseStream: the native body in, native chunks out, each as soon as the engine has it."""

from collections.abc import Iterable
from functools import partial

from outcrop.chat import rules
from outcrop.chat.events import Event
from outcrop.chat.refusals import ModelRefusal
from outcrop.families import NativeStream
from outcrop.model.runtime import InvokeModelWithResponseStreamRequest, PayloadPart
from outcrop.operations import invocation, marking, resources
from outcrop.operations.call import Call
from outcrop.operations.target import Target, family_of, refused
from outcrop.wire.http import JSON
from outcrop.wire.restjson import EventStream

ACTION = "bedrock:InvokeModelWithResponseStream"
INPUT = InvokeModelWithResponseStreamRequest
RESOURCES = resources.INVOCATION


async def run(call: Call) -> EventStream:
    """The native reply to `call.input` as `chunk` events; the last one carries the invocation metrics.

    A refusal is the one frame of the stream on models that refuse there (recorded), else an ordinary error.
    """
    target = Target.of(call)
    model = target.model
    if not target.judged_elsewhere:
        rules.check_streaming(model)
        rules.check_invocation(model, call.input, call.region)
    body = marking.guarded(target, call.input)
    headers = [("x-amzn-bedrock-content-type", JSON), *invocation.headers(call.input)]
    try:
        if target.passage:
            read = invocation.passed(target, body, streamed=True)
            return EventStream(await target.generate(read), list, headers)
        family = family_of(model)
        request = invocation.decoded(model, family, body, streamed=True)
    except ModelRefusal as refusal:
        return EventStream(refused(model, refusal), list, headers)
    generation = await target.generate(request)
    native = family.stream(request, model, generation.first_byte_ms)
    if target.guard:
        return EventStream(generation, marking.Marked(native, target, target.guard).parts, headers)
    return EventStream(generation, partial(_parts, native), headers)


def _parts(native: NativeStream, batch: list[Event]) -> Iterable[PayloadPart]:
    return [PayloadPart(bytes=chunk) for chunk in native.chunks(batch)]
