"""What the two InvokeModel operations share: reading a native body, and the headers both answer with."""

from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.errors import ValidationException
from outcrop.families import Family
from outcrop.model.runtime import InvokeModelRequest, InvokeModelWithResponseStreamRequest
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


def headers(input: InvokeModelRequest | InvokeModelWithResponseStreamRequest) -> list[Header]:
    """The headers that are echoed when the request has them (service model)."""
    found = []
    if input.performance_config_latency:
        found.append(("x-amzn-bedrock-performanceconfig-latency", input.performance_config_latency))
    if input.service_tier:
        found.append(("x-amzn-bedrock-service-tier", input.service_tier))
    return found
