"""What a guard tells of its judgements: the trace of Converse, of ConverseStream, and of native answers.

All recorded: members and their order; that a stream's has no `modelOutput`, and no units of automated reasoning.
"""

from typing import Any

import msgspec

from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families import FAMILIES
from outcrop.model.runtime import GuardrailTraceAssessment
from outcrop.operations.guarding import Guard

_NOT_STREAMED = ("automatedReasoningPolicyUnits", "automatedReasoningPolicies")


def whole(guard: Guard, request: ChatRequest, model: Model) -> GuardrailTraceAssessment:
    """Of a Converse answer."""
    return _converted({"modelOutput": model_output(guard, request, model), **_both(guard)})


def streamed(guard: Guard) -> GuardrailTraceAssessment:
    """Of a stream that has ended."""
    told = _both(guard)
    for judged in (told.get("inputAssessment"), *told.get("outputAssessments", {}).values()):
        for assessment in judged.values() if isinstance(judged, dict) else judged or ():
            for name in _NOT_STREAMED:
                del assessment["invocationMetrics"]["usage"][name]
    return _converted(told)


def native(guard: Guard, made: list[str]) -> dict[str, Any]:
    """`amazon-bedrock-trace` of a native answer; `made` is what the model answered, where that was changed."""
    told: dict[str, Any] = {}
    if guard.asked:
        told["input"] = guard.assessment(guard.asked)
    if guard.answered:
        told["outputs"] = [guard.assessment(guard.answered)]
    if made:
        told["modelOutput"] = made
    return {"guardrail": {**told, "actionReason": guard.reason()}}


def model_output(guard: Guard, request: ChatRequest, model: Model) -> list[str]:
    """The model's own answer as its native text, where something else was handed on."""
    family = FAMILIES.get(model.api)
    if guard.made is None or family is None:
        return []
    return [family.encode_reply(guard.made, request, model).decode()]


def _both(guard: Guard) -> dict[str, Any]:
    told: dict[str, Any] = {"actionReason": guard.reason()}
    if guard.asked:
        told["inputAssessment"] = guard.assessment(guard.asked)
    if guard.answered:
        told["outputAssessments"] = {key: [value] for key, value in guard.assessment(guard.answered).items()}
    return told


def _converted(told: dict[str, Any]) -> GuardrailTraceAssessment:
    return msgspec.convert(told, GuardrailTraceAssessment)
