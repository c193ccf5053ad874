"""Rules about the parameters beside a conversation."""

import re
from collections.abc import Iterator

from outcrop.chat.features import Model
from outcrop.chat.rules.subject import Subject, not_an_object, unsupported_field
from outcrop.wire import bounds

_POINTER = re.compile(r"(?:/(?:[^/~]|~[01])*)+")


def stop_sequences(s: Subject) -> Iterator[str]:
    """Blank stop sequences, and models that take none (both probed)."""
    given = (s.input.inference_config.stop_sequences if s.input.inference_config else None) or []
    for i, sequence in enumerate(given):
        # Claude's "\n\nHuman:" is white space and more; only wholly blank ones are refused
        if not sequence.strip():
            yield (
                f"The stop sequence value at inferenceConfig.stopSequences.{i} is blank. Try again with a non blank "
                "stop sequence."
            )
    if given and s.model.features.stop_sequences == "refused":
        yield "This model doesn't support the stopSequences field. Remove stopSequences and try again."


def output_config(s: Subject) -> Iterator[str]:
    """Structured output on models without it (probed), and a schema of more values than a body may have (decided)."""
    given = s.input.output_config
    if given is not None and s.model.features.structured_output == "refused":
        yield unsupported_field("outputConfig")
    form = given.text_format.structure.json_schema if given and given.text_format else None
    if form and bounds.crowded(form.schema.encode()):
        yield bounds.TOO_LONG


def performance(s: Subject) -> Iterator[str]:
    """Optimized latency and service tiers where they are not offered (probed)."""
    yield from serving(s.model, s.region, s.latency, s.input.service_tier.type if s.input.service_tier else None)


def serving(model: Model, region: str, latency: str | None, tier: str | None) -> Iterator[str]:
    if latency == "optimized" and not model.features.latency_optimized:
        yield f"Latency performance configuration is not supported for {model.id} in {region}"
    if tier is not None and tier not in ("default", *model.features.service_tiers):
        yield "The provided service tier is not supported for this model."


def max_tokens(s: Subject) -> Iterator[str]:
    """More tokens than the model gives (reported)."""
    asked = s.input.inference_config.max_tokens if s.input.inference_config else None
    limit = s.model.max_output_tokens
    if asked is not None and limit is not None and asked > limit:
        yield (
            f"The maximum tokens you requested exceeds the model limit of {limit}. Try again with a maximum tokens value "
            f"that is lower than {limit}."
        )


def response_paths(s: Subject) -> Iterator[str]:
    """Malformed JSON pointers (documented: refused with 400; no text recorded)."""
    for path in s.input.additional_model_response_field_paths or []:
        if not _POINTER.fullmatch(path):
            yield f"The JSON pointer {path} in additionalModelResponseFieldPaths is invalid. Try again with a valid pointer."


def additional_fields(s: Subject) -> Iterator[str]:
    """Additional fields are an object (documented)."""
    fields = s.input.additional_model_request_fields
    if fields is not None and not isinstance(fields, dict):
        yield not_an_object("additionalModelRequestFields")
