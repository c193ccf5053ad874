"""Guardrails on native bodies: the body's own settings, and the members that native answers gain.

A body may hold `amazon-bedrock-guardrailConfig`, which is no model's (documented): `streamProcessingMode` is Converse's, and
`tagSuffix` ends the tags between which a prompt is judged; the tags stay in the prompt (decided). Answers gain
`amazon-bedrock-guardrailAction` and, where it is asked for, `amazon-bedrock-trace` (recorded).
"""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.request import ChatRequest
from outcrop.errors import ValidationException
from outcrop.families import FAMILIES, Family, NativeStream, blocked
from outcrop.families.metrics import NAME as METRICS
from outcrop.model.runtime import (
    ConverseStreamMetadataEvent,
    InvokeModelRequest,
    InvokeModelWithResponseStreamRequest,
    PayloadPart,
)
from outcrop.operations import tracing
from outcrop.operations.guarding import Guard
from outcrop.operations.target import Target
from outcrop.wire.http import Header

CONFIG = "amazon-bedrock-guardrailConfig"
ACTION, TRACE = "amazon-bedrock-guardrailAction", "amazon-bedrock-trace"
_INCORRECT = "Guardrail was enabled but input is in incorrect format."  # reported
_SUFFIX = re.compile(r"[A-Za-z0-9]{1,20}")  # documented
_NO_CHAT = "Guardrails aren't supported for this model."  # decided

Input = InvokeModelRequest | InvokeModelWithResponseStreamRequest


def guarded(target: Target, input: Input) -> bytes:
    """Judge by the guardrail that `input` names, if it does; the body without what is said of it.

    Raises ValidationException for a guardrail that is not there, a suffix that is none, and a model that does not chat.
    """
    if not input.guardrail_identifier or target.judged_elsewhere:
        return input.body
    body, config = _parted(input.body)
    suffix = config.get("tagSuffix")
    if suffix is not None and not (isinstance(suffix, str) and _SUFFIX.fullmatch(suffix)):
        raise ValidationException(_INCORRECT)
    target.guarded(
        input.guardrail_identifier,
        input.guardrail_version,
        trace=(input.trace or "").lower(),
        delayed=config.get("streamProcessingMode") != "ASYNCHRONOUS",
        native=True,
        suffix=suffix,
    )
    if target.model.api not in FAMILIES:
        raise ValidationException(_NO_CHAT)
    return body


def _parted(body: bytes) -> tuple[bytes, dict[str, Any]]:
    """The body a model is asked, as it is unless it holds settings, and those."""
    if CONFIG.encode() not in body:
        return body, {}
    try:
        native = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return body, {}  # the family has words for it
    config = native.pop(CONFIG, None) if isinstance(native, dict) else None
    return (msgspec.json.encode(native), config) if isinstance(config, dict) else (body, {})


def whole(target: Target, guard: Guard, family: Family, reply: Reply, request: ChatRequest) -> bytes:
    """A native answer with the members it gains."""
    text = guard.judge.guardrail.definition.blocked_input
    native = blocked.reply(text, target.model) if guard.blocked else None
    body = native or family.encode_reply(reply, request, target.model)
    return _with(body, _members(guard, tracing.model_output(guard, request, target.model)))


def headers(target: Target, headers: list[Header]) -> list[Header]:
    """Of a blocked answer Claude's has none, others' the latency (recorded of Llama)."""
    if not target.blocked:
        return headers
    return [] if target.model.api == "anthropic_messages" else headers[:1]


class Marked:
    """A native stream whose chunks say what was done: Claude's last one, others' each (recorded)."""

    def __init__(self, native: NativeStream, target: Target, guard: Guard) -> None:
        self._native, self._target, self._guard = native, target, guard

    def parts(self, batch: list[Event]) -> Iterable[PayloadPart]:
        """The chunks that `batch` completes."""
        found = self._chunks(batch)
        if not found:
            return []
        if self._target.model.api != "anthropic_messages":
            found[:-1] = [_with(chunk, _action(self._guard)) for chunk in found[:-1]]
        if batch and isinstance(batch[-1], ConverseStreamMetadataEvent):
            found[-1] = _with(found[-1], _members(self._guard, []))
        elif self._target.model.api != "anthropic_messages":
            found[-1] = _with(found[-1], _action(self._guard))
        return [PayloadPart(bytes=chunk) for chunk in found]

    def _chunks(self, batch: list[Event]) -> list[bytes]:
        text = self._guard.judge.guardrail.definition.blocked_input
        told = blocked.chunks(text, self._target.model) if self._guard.blocked else None
        return told or list(self._native.chunks(batch))


def _members(guard: Guard, made: list[str]) -> dict[str, Any]:
    return {**_action(guard), TRACE: tracing.native(guard, made)} if guard.traced else _action(guard)


def _action(guard: Guard) -> dict[str, Any]:
    return {ACTION: "INTERVENED" if guard.intervened else "NONE"}


def _with(body: bytes, members: dict[str, Any]) -> bytes:
    """A JSON object with further members, before the metrics if they end it."""
    at = body.rfind(f'"{METRICS}":'.encode())
    gained = msgspec.json.encode(members)[1:-1]
    if at > 0:
        return body[:at] + gained + b"," + body[at:]
    return body[:-1] + b"," + gained + b"}"
