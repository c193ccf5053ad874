"""What the two InvokeModel operations share: reading a native body, and the headers both answer with."""

from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.errors import ValidationException
from outcrop.families import NATIVE, Family
from outcrop.model.runtime import InvokeModelRequest, InvokeModelWithResponseStreamRequest
from outcrop.operations.target import Target
from outcrop.wire.http import Header


def request(model: Model, family: Family, body: bytes, *, streamed: bool) -> ChatRequest:
    """The turn a native body asks for; refusals bear no prefix here (recorded)."""
    try:
        return decoded(model, family, body, streamed=streamed)
    except ModelRefusal as refusal:
        raise ValidationException(refusal.text) from refusal


def decoded(model: Model, family: Family, body: bytes, *, streamed: bool) -> ChatRequest:
    """The turn a native body asks for; the model's refusals as they are, for who words them."""
    request = family.decode(body, model)
    request.streamed = streamed
    return request


def passed(target: Target, body: bytes, *, streamed: bool) -> ChatRequest:
    """The turn of a native body that is passed on as it is: it is only read to be refused, unless a backend judges that.

    Raises ModelRefusal and ValidationException as the model's family does. Of a model that does not chat it says nothing.
    """
    family = None if target.judged_elsewhere else NATIVE.get(target.model.api)
    read = family.decode(body, target.model) if family else None
    if not isinstance(read, ChatRequest):
        return ChatRequest(messages=[], streamed=streamed)
    read.streamed = streamed
    return read


def headers(input: InvokeModelRequest | InvokeModelWithResponseStreamRequest) -> list[Header]:
    """The headers that are echoed when the request has them (service model)."""
    found = []
    if input.performance_config_latency:
        found.append(("x-amzn-bedrock-performanceconfig-latency", input.performance_config_latency))
    if input.service_tier:
        found.append(("x-amzn-bedrock-service-tier", input.service_tier))
    return found
