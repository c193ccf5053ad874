"""What calls need: the actions and ARNs of each kind of operation, as AWS authorizes them. One constant per kind.

An operation module names its kind as `RESOURCES`. Nothing here refuses a call: an identifier that means nothing is
authorized as the ARN it would be, and refused later by who finds nothing under it.

Sources: documented (Service Authorization Reference for Amazon Bedrock; Bedrock User Guide, "Prerequisites for inference
profiles", "Global cross-Region inference", "Enforce the use of specific guardrails") and denials recorded or quoted: a
profile is asked for first, a model behind a global profile also by an ARN without Region; lists name no resource.
"""

from collections.abc import Callable, Hashable
from typing import Any

from msgspec import Struct

from outcrop.catalog import identifier
from outcrop.iam.authorization import Need
from outcrop.iam.keys import ACCOUNT
from outcrop.iam.patterns import Value
from outcrop.model.runtime import ServiceTier
from outcrop.operations.call import Call
from outcrop.storage.profiles import ApplicationProfile

PROFILE_KEY = "bedrock:inferenceprofilearn"
REGION_KEY = "aws:requestedregion"
_APPLICATION = "application-inference-profile"

Given = dict[str, Value]


class Resources(Struct, frozen=True):
    """`needs` of a call of one kind, by its action; `key` is all of the input that they depend on, None for too much."""

    key: Callable[[Any], Hashable]
    needs: Callable[[Call, str], tuple[Need, ...]]


def _none(_call: Call, action: str) -> tuple[Need, ...]:
    return (Need(action),)


def _model(name: Callable[[Any], str]) -> Callable[[Call, str], tuple[Need, ...]]:
    """The one model that an input names; identifiers of profiles are taken for a model's here."""
    return lambda call, action: (Need(action, _arn(call, name(call.input))),)


def _invocation(call: Call, action: str) -> tuple[Need, ...]:
    """A model by itself or through a profile, and the guardrail that is to be applied."""
    tier, guardrail, version = _tier(call.input), *_guardrail(call.input)
    given: Given = {"bedrock:servicetier": tier} if tier else {}
    applied: tuple[Need, ...] = ()
    if guardrail:
        arn = _guardrail_arn(call, guardrail)
        # documented: the version follows the ARN, and DRAFT has none
        given["bedrock:guardrailidentifier"] = arn if version in (None, "", "DRAFT") else f"{arn}:{version}"
        applied = (Need("bedrock:ApplyGuardrail", arn),)
    return (*_models(call, action, given), *applied)


def _models(call: Call, action: str, given: Given) -> tuple[Need, ...]:
    """The profile first, then its models, each in its own Region; "unspecified" for the ARN without one (documented)."""
    model_id = call.input.model_id
    profile = call.services.profiles.get(model_id)
    if profile is not None:
        arn, arns, own = profile.arn, profile.model_arns, {**given, **_tags(profile)}
    else:
        named = identifier.parse(model_id)
        system = call.services.catalogue.profile(named.id) if named and named.kind != "foundation-model" else None
        if named is None or system is None:
            return (Need(action, _arn(call, model_id), given),)
        region = named.region or call.region
        arn, arns, own = identifier.profile_arn(region, ACCOUNT, system.id), tuple(system.model_arns(region)), given
    behind = (
        Need(action, model, {**given, PROFILE_KEY: arn, REGION_KEY: model.split(":")[3] or "unspecified"})
        for model in arns
    )
    return (Need(action, arn, own), *behind)


def _profile(call: Call, action: str) -> tuple[Need, ...]:
    """The profile that is looked at or deleted."""
    text = call.input.inference_profile_identifier
    application = call.services.profiles.get(_account_arn(call.region, _APPLICATION, text))
    found = application or call.services.profiles.get(text)
    return (Need(action, _profile_arn(call, text, found), _tags(found)),)


def _profile_arn(call: Call, text: str, found: ApplicationProfile | None) -> str:
    if found is not None:
        return found.arn
    return text if text.startswith("arn:") else _account_arn(call.region, "inference-profile", text)


def _tags(profile: ApplicationProfile | None) -> Given:
    return _tagged(profile.tags) if profile else {}


def _tagged(tags: tuple[tuple[str, str], ...]) -> Given:
    return {f"aws:resourcetag/{key.lower()}": value for key, value in tags}


def _source(call: Call, action: str) -> tuple[Need, ...]:
    """The new profile, whose id is not known yet, and what it is copied from; both with the tags it is to have."""
    source = call.input.model_source
    tags = call.input.tags or ()
    given: Given = {f"aws:requesttag/{tag.key.lower()}": tag.value for tag in tags}
    if tags:
        given["aws:tagkeys"] = tuple(tag.key for tag in tags)
    new = Need(action, _account_arn(call.region, _APPLICATION, "*"), given)
    return (new, Need(action, source.copy_from, given)) if source and source.copy_from else (new,)


def _new_job(call: Call, action: str) -> tuple[Need, ...]:
    """The models of a new job, the job itself, and the role it is handed.

    That a role is handed over by iam:PassRole is documented; that both ARNs are asked for is decided.
    """
    tags = call.input.tags or ()
    given: Given = {f"aws:requesttag/{tag.key.lower()}": tag.value for tag in tags}
    if tags:
        given["aws:tagkeys"] = tuple(tag.key for tag in tags)
    handed = Need("iam:PassRole", call.input.role_arn or "", {"iam:passedtoservice": "bedrock.amazonaws.com"})
    job = Need(action, _account_arn(call.region, "model-invocation-job", "*"), given)
    models = _models(call, action, given) if call.input.model_id else ()
    return (*models, job, *((handed,) if call.input.role_arn else ()))


def _job(call: Call, action: str) -> tuple[Need, ...]:
    """The job that is looked at or stopped."""
    text: str = call.input.job_identifier
    arn = text if text.startswith("arn:") else _account_arn(call.region, "model-invocation-job", text)
    return (Need(action, arn),)


def _guardrail_arn(call: Call, text: str) -> str:
    return text if text.startswith("arn:") else _account_arn(call.region, "guardrail", text)


def _named_guardrail(call: Call, action: str) -> tuple[Need, ...]:
    """The guardrail that is looked at, changed or applied, with its tags; none for a list of them all."""
    text: str | None = call.input.guardrail_identifier
    if text is None:
        return (Need(action),)
    found = call.services.guardrails.get(call.region, text.rpartition("/")[2])
    return (Need(action, _guardrail_arn(call, text), _tagged(found.tags) if found else {}),)


def _new_guardrail(call: Call, action: str) -> tuple[Need, ...]:
    """Any guardrail, and leave to tag it where it is to have tags (both of denials that were reported)."""
    tags, new = call.input.tags or (), _account_arn(call.region, "guardrail", "*")
    given: Given = {f"aws:requesttag/{tag.key.lower()}": tag.value for tag in tags}
    if not tags:
        return (Need(action, new),)
    given["aws:tagkeys"] = tuple(tag.key for tag in tags)
    return (Need(action, new, given), Need("bedrock:TagResource", new, given))


def _arn(call: Call, text: str) -> str:
    """The ARN of a foundation model, or of whatever else an ARN says it is."""
    named = identifier.parse(text)
    if named is None or named.kind not in (None, "foundation-model"):
        return text
    return identifier.model_arn(named.region or call.region, named.id)


def _account_arn(region: str, kind: str, name: str) -> str:
    return f"arn:{identifier.partition(region)}:bedrock:{region}:{ACCOUNT}:{kind}/{name}"


def _tier(input: Any) -> str | None:
    tier: ServiceTier | str | None = input.service_tier
    return tier.type if isinstance(tier, ServiceTier) else tier  # a structure on Converse, a header on InvokeModel


def _guardrail(input: Any) -> tuple[str | None, str | None]:
    config = input.guardrail_config if hasattr(input, "guardrail_config") else input
    return (config.guardrail_identifier, config.guardrail_version) if config else (None, None)


def _conversation_key(input: Any) -> Hashable:
    if input.guardrail_config is None and input.service_tier is None:
        return input.model_id  # type: ignore[no-any-return]
    return input.model_id, _tier(input), _guardrail(input)


def _invocation_key(input: Any) -> Hashable:
    if input.guardrail_identifier is None and input.service_tier is None:
        return input.model_id  # type: ignore[no-any-return]
    return input.model_id, _tier(input), _guardrail(input)


NONE = Resources(lambda _input: "", _none)
CONVERSATION = Resources(_conversation_key, _invocation)
INVOCATION = Resources(_invocation_key, _invocation)
MODEL = Resources(lambda input: input.model_id, _model(lambda input: input.model_id))
MODEL_IDENTIFIER = Resources(lambda input: input.model_identifier, _model(lambda input: input.model_identifier))
PROFILE = Resources(lambda _input: None, _profile)
NEW_PROFILE = Resources(lambda _input: None, _source)
NEW_JOB = Resources(lambda _input: None, _new_job)
JOB = Resources(lambda input: input.job_identifier, _job)
GUARDRAIL = Resources(lambda _input: None, _named_guardrail)
NEW_GUARDRAIL = Resources(lambda _input: None, _new_guardrail)
