"""A model as the control plane shows it: ListFoundationModels' entry and GetFoundationModel's details, as plain values.

The entry has every member AWS sends, the undocumented ones and nulls included, in AWS's alphabetical order (recorded:
85 lists, 2025-03 to 2026-02); SDKs drop what the service model does not name.
"""

import datetime
from typing import Any

import msgspec

from outcrop.catalog import lifecycle
from outcrop.catalog.identifier import model_arn
from outcrop.chat.features import Description, Listing, Model

# Members of the description whose listed values are advertising prose; AWS itself answers null for most models.
_PROSE = (
    "fullDescription",
    "invokeExample",
    "modelAttributes",
    "shortDescription",
    "supportedUseCases",
    "unsupportedUseCases",
)


def summary(model: Model, region: str, day: datetime.date | None = None) -> dict[str, Any]:
    """The entry of ListFoundationModels for `model` in `region`; `day` is the catalogue's, for its lifecycle."""
    listing = model.listing
    recent = listing.batch is not None
    hidden = {
        "batchSupported": _batch(listing),
        "consoleIDEMetadata": None,
        "converse": _converse(model) if listing.converse else None,
        "description": _description(listing.description) if listing.description else None,
        "explicitPromptCaching": {"isSupported": model.features.prompt_caching},
        "featuresSupported": {"promptOptimization": listing.prompt_optimization} if recent else None,
        "guardrailsSupported": listing.guardrails,
        "intelligentPromptRouting": {"isSupported": listing.prompt_routing},
        "latencyOptimizationSupported": False if recent else None,
        "modelFamily": listing.family,
        "modelLifecycle": {"status": lifecycle.status(model, day)},  # no days in any recorded list, the last of 2026-02
        "responseStreamingSupported": model.streaming,
    }
    return dict(sorted({**_documented(model, region), **hidden}.items()))


def details(model: Model, region: str, day: datetime.date | None = None) -> dict[str, Any]:
    """The modelDetails of GetFoundationModel: the service model's FoundationModelDetails, absent members left out."""
    members = {**_documented(model, region), "modelLifecycle": lifecycle.details(model, day)}
    return dict(sorted(members.items()))


def _documented(model: Model, region: str) -> dict[str, Any]:
    members: dict[str, Any] = {
        "customizationsSupported": list(model.customizations),
        "inferenceTypesSupported": list(model.inference_types),
        "inputModalities": list(model.input_modalities),
        "modelArn": model_arn(region, model.id),
        "modelId": model.id,
        "modelName": model.name,
        "outputModalities": list(model.output_modalities),
        "providerName": model.provider,
    }
    return members if model.streaming is None else {**members, "responseStreamingSupported": model.streaming}


def _batch(listing: Listing) -> dict[str, bool] | None:
    if listing.batch is None:
        return None
    return {
        "baseModelSupported": "base" in listing.batch,
        "crossRegionSupported": "cross_region" in listing.batch,
        "customModelSupported": False,
    }


def _converse(model: Model) -> dict[str, Any]:
    features, listing = model.features, model.listing
    return {
        "additionalRequestFieldsSchema": listing.request_fields,
        "maxTokensDefault": model.default_max_tokens,
        "maxTokensMaximum": model.max_output_tokens,
        "reasoningSupported": {"embedded": features.reasoning == "embedded"} if features.reasoning else None,
        "stopSequencesDefault": None if listing.stop_sequences is None else list(listing.stop_sequences),
        "systemRoleSupported": features.system,
        "userDocumentTypesSupported": list(listing.documents),
        "userImageTypesSupported": list(features.images),
        "userVideoTypesSupported": list(features.videos),
    }


def _description(facts: Description) -> dict[str, str | None]:
    return dict(sorted({**dict.fromkeys(_PROSE), **msgspec.to_builtins(facts)}.items()))
