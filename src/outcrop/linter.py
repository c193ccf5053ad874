"""The rules as a linter: what Bedrock would refuse in a request, where, why, and how that is known, without a server.

There is one implementation of every rule, the server's; this module only asks all of them instead of stopping at the
first, and says where each comes from. It generates nothing and knows no files (`outcrop.cli.check` does).
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from outcrop.catalog import Catalogue
from outcrop.chat import rules, tokens
from outcrop.chat.features import Model
from outcrop.chat.refusals import PREFIX, ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.errors import ServiceError, ValidationException
from outcrop.families import FAMILIES, NATIVE
from outcrop.model.runtime import (
    ConverseRequest,
    ConverseStreamRequest,
    InferenceConfiguration,
    InvokeModelRequest,
    InvokeModelWithResponseStreamRequest,
)
from outcrop.model.service import operation as described
from outcrop.model.shape import Shape
from outcrop.wire import bounds
from outcrop.wire.http import HttpRequest
from outcrop.wire.restjson import Decoder

_INPUTS: dict[str, type[Shape]] = {
    "Converse": ConverseRequest,
    "ConverseStream": ConverseStreamRequest,
    "InvokeModel": InvokeModelRequest,
    "InvokeModelWithResponseStream": InvokeModelWithResponseStreamRequest,
}
OPERATIONS = tuple(_INPUTS)
_PATH = re.compile(r"(?:messages|system|toolConfig|inferenceConfig|additional\w+|tools)(?:[.\[]\w+\]?)*")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One refusal: AWS's exception and words, where in the request ("" for all of it), the rule and its source."""

    exception: str
    message: str
    where: str
    rule: str
    source: str


def check(
    request: bytes | dict[str, Any],
    model: str,
    *,
    operation: str = "Converse",
    region: str = "us-east-1",
    catalogue: Catalogue | None = None,
) -> list[Finding]:
    """What `operation` would refuse in `request`, a body as JSON bytes or as a value, for the model id `model`.

    An empty list means that the request would be taken. Raises ValueError for an operation there is no linter for.
    """
    if operation not in OPERATIONS:
        raise ValueError(f"{operation} is not one of {', '.join(OPERATIONS)}")
    body = request if isinstance(request, bytes) else msgspec.json.encode(request)
    return list(_findings(body, model, operation, region, catalogue or _packaged()))


@cache
def _packaged() -> Catalogue:
    return Catalogue.load()


def _findings(body: bytes, model_id: str, operation: str, region: str, catalogue: Catalogue) -> Iterator[Finding]:
    """In the server's order: the service model's constraints, the model's id, Converse's rules, the model's own."""
    try:
        input = _decoder(operation).decode(HttpRequest("POST", "", "", {}, body), {"modelId": model_id})
        model = catalogue.find(model_id, region).model
        if operation == "InvokeModelWithResponseStream":
            rules.check_streaming(model)
    except ServiceError as error:
        rule, source = (
            ("service_model", "the service model") if "constraint" in error.message else ("model_id", "recorded")
        )
        yield _finding(error, rule, source)
        return
    if isinstance(input, (ConverseRequest, ConverseStreamRequest)):
        yield from _converse(input, model, region)
    else:
        yield from _native(body, model)


@cache
def _decoder(operation: str) -> Decoder[Any]:
    return Decoder(described(operation), _INPUTS[operation])


def _converse(input: ConverseRequest | ConverseStreamRequest, model: Model, region: str) -> Iterator[Finding]:
    broken = list(rules.findings(model, input, region))
    for find, fault in broken:
        yield _finding(fault, find.__name__, " ".join((find.__doc__ or "").split()))
    if not broken:
        yield from _model_check(_turn(input), model, PREFIX)


def _turn(input: ConverseRequest | ConverseStreamRequest) -> ChatRequest:
    fields: Any = input.additional_model_request_fields
    return ChatRequest(
        messages=input.messages or [],
        system=input.system or [],
        inference=input.inference_config or InferenceConfiguration(),
        tool_config=input.tool_config,
        output_config=input.output_config,
        fields=fields or {},
    )


def _native(body: bytes, model: Model) -> Iterator[Finding]:
    family = NATIVE.get(model.api)
    if family is None:
        return
    try:
        request = family.decode(body, model)
    except ServiceError as error:
        yield _finding(error, "native_body", "recorded: the family's own validator")
    except ModelRefusal as refusal:
        yield _finding(ValidationException(refusal.text), "native_body", "recorded: the family's own validator")
    else:
        if isinstance(request, ChatRequest):
            yield from _model_check(request, model, "")


def _model_check(request: ChatRequest, model: Model, prefix: str) -> Iterator[Finding]:
    family = FAMILIES.get(model.api)
    try:
        if family:
            family.check(request, model)
            if tokens.too_long(request, model):
                raise ModelRefusal(bounds.TOO_LONG)
    except ModelRefusal as refusal:
        error = ValidationException(prefix + refusal.text)
        yield _finding(error, f"model_{model.api}", "recorded or probed: what the model itself refuses")


def _finding(error: ServiceError, rule: str, source: str) -> Finding:
    return Finding(exception=error.code, message=error.message, where=_where(error.message), rule=rule, source=source)


def _where(message: str) -> str:
    """The place a message names, as a path that counts from 0 (constraints count from 1 and say `.member`)."""
    found = _PATH.search(message)
    if not found:
        return ""
    path = found.group().rstrip(".")
    if ".member" in path:
        path = re.sub(r"\.(\d+)\.member", _one_less, path)
    return re.sub(r"\.(\d+)", r"[\1]", path)


def _one_less(match: re.Match[str]) -> str:
    return f".{int(match.group(1)) - 1}"
