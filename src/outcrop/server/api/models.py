"""What there is to call, as the playground shows it: the catalogue's rows with limits, prices and the engine behind each."""

from typing import Any

import msgspec

from outcrop.catalog import parameters
from outcrop.catalog.prices import Price, price
from outcrop.chat.features import Features, Model
from outcrop.errors import ServiceError
from outcrop.server.api.asked import Asked, Backing

# What the page asks of a model; the rest of its features is how answers look, and what tokens cost.
SHOWN = (
    "system tools tool_choice_any tool_choice_tool images videos audio documents max_images max_documents "
    "structured_output prompt_caching reasoning always_reasons citations stop_sequences"
).split()


async def show(asked: Asked) -> dict[str, Any]:
    """The listed models that can be called with Converse, those of the settings among them, in AWS's order."""
    called = (model for model in asked.backing.catalogue.listed() if model.on_demand or model.profiles)
    return {"models": [_row(model, asked.backing) for model in called if model.features.converse]}


def _row(model: Model, backing: Backing) -> dict[str, Any]:
    geography = None if model.on_demand or not model.profiles else _geography(model, backing.region)
    return {
        "id": f"{geography}.{model.id}" if geography else model.id,
        "name": model.name,
        "provider": model.provider,
        "input": model.input_modalities,
        "output": model.output_modalities,
        "streaming": model.streaming is not False,
        "legacy": model.status == "LEGACY",
        "contextWindow": model.context_window,
        "maxOutputTokens": model.max_output_tokens,
        "defaultMaxTokens": model.default_max_tokens,
        "features": _features(model.features),
        "parameters": parameters.defaults(model),
        "reasoningFields": parameters.reasoning(model),
        "price": _price(price(model.id, geography)),
        "engine": _engine(model, backing),
    }


def _geography(model: Model, region: str) -> str:
    """The geography whose profile serves callers of `region`, the world's if there is one for nobody else."""
    own = {"us": "us", "eu": "eu", "ap": "apac"}.get(region.partition("-")[0], "us")
    return own if own in model.profiles else "global" if "global" in model.profiles else model.profiles[0]


def _features(features: Features) -> dict[str, Any]:
    return {_camel(name): getattr(features, name) for name in SHOWN}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _price(found: Price | None) -> dict[str, Any] | None:
    """US dollars per million tokens."""
    if found is None:
        return None
    return {_camel(key): value for key, value in msgspec.structs.asdict(found).items() if key != "source"}


def _engine(model: Model, backing: Backing) -> str | None:
    try:
        return backing.engines.of(model).name
    except ServiceError:
        return None
