"""What the operations on guardrails share: finding one, reading what it is to do, and how AWS shows one.

Members are those of the service model in AWS's order; null where there is none, as other answers of the control plane were
recorded. What of a definition takes a model to judge is refused: kept and not applied, it would be a promise.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from outcrop.catalog import identifier
from outcrop.errors import ConflictException, ResourceNotFoundException, ValidationException
from outcrop.guardrails import DRAFT, Definition, Guardrail, entities, regexes
from outcrop.iam.keys import ACCOUNT
from outcrop.model.control import CreateGuardrailRequest, GuardrailCrossRegionConfig, UpdateGuardrailRequest
from outcrop.model.service import service
from outcrop.operations.call import Call
from outcrop.operations.inference_profiles import instant
from outcrop.wire import validate

NAME_TAKEN = ConflictException("Another guardrail in your account already has this name.")  # reported
_NOT_FOUND = "Could not find guardrail with id {}"  # reported of ApplyGuardrail
_TAKES_A_MODEL = "There is no model on this server that could judge {0}. Remove {0} and try again."  # decided
_NO_FORM = (  # decided
    "There is no model on this server that could find the PII entity type {}, which has no form of its own. Remove it and "
    "try again. The types with a form are: {}."
)
_BAD_PATTERN = "The pattern of the regex {} is not valid: {}. Try again with a valid pattern."  # decided


def arn(region: str, guardrail_id: str) -> str:
    """The ARN of a guardrail of this account; it is that of all its versions."""
    return f"arn:{identifier.partition(region)}:bedrock:{region}:{ACCOUNT}:guardrail/{guardrail_id}"


def id_of(call: Call, text: str) -> str | None:
    """The id in `text`, an id or an ARN; None for an ARN of another account or region."""
    guardrail_id = text.rpartition("/")[2]
    return guardrail_id if text in (guardrail_id, arn(call.region, guardrail_id)) else None


def find(call: Call, version: str | None = None) -> Guardrail:
    """What the call's input names, the draft or `version`; raises ValidationException or ResourceNotFoundException."""
    text: str = call.input.guardrail_identifier
    broken = list(validate.violations(service("bedrock"), "GuardrailIdentifier", text, "guardrailIdentifier"))
    if broken:
        raise validate.constraint_error(broken)
    guardrail_id = id_of(call, text)
    found = call.services.guardrails.get(call.region, guardrail_id, version or DRAFT) if guardrail_id else None
    if found is None:
        raise not_found(text, version)
    return found


def not_found(text: str, version: str | None = None) -> ResourceNotFoundException:
    """Nobody has made it, or it is gone."""
    return ResourceNotFoundException(_NOT_FOUND.format(text) + (f" and version {version}" if version else ""))


def defined(asked: CreateGuardrailRequest | UpdateGuardrailRequest) -> Definition:
    """What a guardrail is to do; raises ValidationException for what nobody here can."""
    for refusal in _refusals(asked):
        raise ValidationException(refusal)
    across: GuardrailCrossRegionConfig | None = asked.cross_region_config
    return Definition(
        name=asked.name,
        description=asked.description,
        blocked_input=asked.blocked_input_messaging,
        blocked_outputs=asked.blocked_outputs_messaging,
        words=asked.word_policy_config,
        sensitive=asked.sensitive_information_policy_config,
        profile=across.guardrail_profile_identifier if across else None,
    )


def _refusals(asked: CreateGuardrailRequest | UpdateGuardrailRequest) -> Iterator[str]:
    for config, member in (
        (asked.topic_policy_config, "topicPolicyConfig"),
        (asked.content_policy_config, "contentPolicyConfig"),
        (asked.contextual_grounding_policy_config, "contextualGroundingPolicyConfig"),
        (asked.automated_reasoning_policy_config, "automatedReasoningPolicyConfig"),
    ):
        if config is not None:
            yield _TAKES_A_MODEL.format(member)
    sensitive = asked.sensitive_information_policy_config
    if sensitive is None:
        return
    for entity in sensitive.pii_entities_config or []:
        if entity.type not in entities.FORMS:
            yield _NO_FORM.format(entity.type, ", ".join(sorted(entities.FORMS)))
    for regex in sensitive.regexes_config or []:
        try:
            regexes.finder(regex.pattern)
        except regexes.InvalidPattern as error:
            yield _BAD_PATTERN.format(regex.name, error)


def shown(guardrail: Guardrail) -> dict[str, Any]:
    """What GetGuardrail answers; parts of policies as they were asked for (recorded: no defaults are filled in)."""
    definition = guardrail.definition
    return {
        "blockedInputMessaging": definition.blocked_input,
        "blockedOutputsMessaging": definition.blocked_outputs,
        "createdAt": instant(guardrail.created_at * 1000),
        "crossRegionDetails": _across(guardrail),
        "description": definition.description,
        "failureRecommendations": [],
        "guardrailArn": arn(guardrail.region, guardrail.id),
        "guardrailId": guardrail.id,
        "name": definition.name,
        "sensitiveInformationPolicy": _policy(
            definition.sensitive, piiEntities="piiEntitiesConfig", regexes="regexesConfig"
        ),
        "status": "READY",
        "statusReasons": [],
        "updatedAt": instant(guardrail.updated_at * 1000),
        "version": guardrail.version,
        "wordPolicy": _policy(definition.words, managedWordLists="managedWordListsConfig", words="wordsConfig"),
    }


def summary(guardrail: Guardrail) -> dict[str, Any]:
    """A row of ListGuardrails."""
    return {
        "arn": arn(guardrail.region, guardrail.id),
        "createdAt": instant(guardrail.created_at * 1000),
        "crossRegionDetails": _across(guardrail),
        "description": guardrail.definition.description,
        "id": guardrail.id,
        "name": guardrail.definition.name,
        "status": "READY",
        "updatedAt": instant(guardrail.updated_at * 1000),
        "version": guardrail.version,
    }


def _policy(policy: Any, **members: str) -> dict[str, Any] | None:
    """A policy under the names it is shown by, which want the request's "Config"."""
    if policy is None:
        return None
    given = msgspec.to_builtins(policy)
    return {name: given.get(config) for name, config in members.items()}


def _across(guardrail: Guardrail) -> dict[str, str] | None:
    profile = guardrail.definition.profile
    if profile is None:
        return None
    name = profile.rpartition("/")[2]
    whole = arn(guardrail.region, guardrail.id).partition(":guardrail/")[0]
    return {"guardrailProfileArn": f"{whole}:guardrail-profile/{name}", "guardrailProfileId": name}
