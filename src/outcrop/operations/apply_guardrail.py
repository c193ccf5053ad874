"""ApplyGuardrail: a guardrail's verdict on texts, without a model.

The answer has two members that the service model does not, `output` and `blockedResponse`, and nulls (recorded, three
answers).
"""

import time
from typing import Any

from outcrop.errors import ValidationException
from outcrop.guardrails import Judge
from outcrop.guardrails.assessment import Coverage, Judgement, in_order
from outcrop.model.runtime import ApplyGuardrailRequest, GuardrailTextBlock
from outcrop.model.service import service
from outcrop.operations import guardrails, resources
from outcrop.operations.call import Call
from outcrop.operations.guarding import read
from outcrop.wire import validate

ACTION = "bedrock:ApplyGuardrail"
INPUT = ApplyGuardrailRequest
RESOURCES = resources.GUARDRAIL

_POLICIES = (
    "automatedReasoningPolicy",
    "contentPolicy",
    "contextualGroundingPolicy",
    "sensitiveInformationPolicy",
    "topicPolicy",
    "wordPolicy",
)


async def run(call: Call) -> dict[str, Any]:
    """The verdict; raises ValidationException, ResourceNotFoundException."""
    judge = _judge(call)
    judgement = await judged(judge, call.input)
    verdict, definition = judgement.verdict, judge.guardrail.definition
    blocked = definition.blocked_input if call.input.source == "INPUT" else definition.blocked_outputs
    texts = [blocked] if verdict.blocked else verdict.texts if verdict.masked else []
    outputs = [{"text": text} for text in texts]
    assessment = judgement.assessment(guardrails.arn(call.region, judge.guardrail.id))
    answer = {
        "action": "GUARDRAIL_INTERVENED" if judgement.intervened else "NONE",
        "actionReason": judgement.reason,
        "assessments": [{**dict.fromkeys(_POLICIES), **assessment}],
        "blockedResponse": blocked if verdict.blocked else None,
        "guardrailCoverage": {"images": None, **judgement.covered()},
        "output": outputs,
        "outputs": outputs,
        "usage": judgement.usage(),
    }
    ordered: dict[str, Any] = in_order(answer)
    return ordered


def _judge(call: Call) -> Judge:
    asked: ApplyGuardrailRequest = call.input
    runtime = service("bedrock-runtime")
    broken = [
        *validate.violations(runtime, "GuardrailIdentifier", asked.guardrail_identifier, "guardrailIdentifier"),
        *validate.violations(runtime, "GuardrailVersion", asked.guardrail_version, "guardrailVersion"),
    ]
    if broken:
        raise validate.constraint_error(broken)
    guardrail_id = guardrails.id_of(call, asked.guardrail_identifier)
    found = guardrail_id and call.services.guardrails.judge(call.region, guardrail_id, asked.guardrail_version)
    if not found:
        raise guardrails.not_found(asked.guardrail_identifier, asked.guardrail_version)
    return found


async def judged(judge: Judge, asked: ApplyGuardrailRequest) -> Judgement:
    """The judgement of what is to be guarded of a content."""
    if any(block.text is None and block.image is None for block in asked.content):
        raise ValidationException("Guardrail was enabled but input is in incorrect format.")  # reported
    texts = [block.text for block in asked.content if block.text]
    chosen = [block.text for block in texts if _guarded(block)]
    started = time.perf_counter()
    verdict = await read(judge.side(asked.source), chosen)
    return Judgement(
        judge,
        asked.source,
        verdict,
        Coverage.of(
            chosen,
            (block.text for block in texts if not _guarded(block)),
            sum(block.image is not None for block in asked.content),
        ),
        int((time.perf_counter() - started) * 1000),
        asked.output_scope == "FULL",
    )


def _guarded(block: GuardrailTextBlock) -> bool:
    """Sources and queries are for contextual grounding alone, unless they are marked to be guarded too (documented)."""
    return not block.qualifiers or "guard_content" in block.qualifiers
