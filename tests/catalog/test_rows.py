"""Rows upon lines: how a model is put together, and what holds for every model of the package."""

from typing import Any

import msgspec
import pytest

from outcrop.catalog import rows

LINES: dict[str, Any] = {
    "chat": {
        "input_modalities": ["TEXT"],
        "output_modalities": ["TEXT"],
        "features": {"converse": True, "system": True},
    },
    "acme": {"like": "chat", "provider": "Acme", "api": "openai", "features": {"tools": True, "system": False}},
    "acme-vision": {"like": "acme", "input_modalities": ["TEXT", "IMAGE"], "features": {"images": ["png"]}},
}
ROW = {"name": "Acme One", "line": "acme-vision", "inference_types": ["ON_DEMAND"]}
MODELS = rows.load()


def one(**changes: Any) -> Any:
    (model,) = rows.build(LINES, {"acme.one": {**ROW, **changes}})
    return model


def test_a_line_gives_what_its_row_leaves_out() -> None:
    model = one()
    assert (model.id, model.provider, model.input_modalities) == ("acme.one", "Acme", ("TEXT", "IMAGE"))


def test_features_merge_member_by_member_down_the_lines() -> None:
    features = one(features={"tools": False}).features
    assert (features.converse, features.system, features.tools, features.images) == (True, False, False, ("png",))


def test_a_row_of_one_line_leaves_the_others_alone() -> None:
    build = rows.build(LINES, {"acme.a": {**ROW, "features": {"tools": False}}, "acme.b": {**ROW, "line": "acme"}})
    assert [model.features.tools for model in build] == [False, True]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"inference_types": ["INFERENCE_PROFILE"]}, False),
        ({"inference_types": []}, False),
        ({"on_demand": False}, False),
        ({"inference_types": ["INFERENCE_PROFILE"], "on_demand": True}, True),
    ],
)
def test_on_demand_follows_the_inference_types_unless_stated(changes: dict[str, Any], expected: bool) -> None:
    assert one(**changes).on_demand is expected


@pytest.mark.parametrize(
    "wrong",
    [{"nmae": "x"}, {"features": {"toools": True}}, {"listing": {"famly": "x"}}, {"api": "acme"}, {"status": "GONE"}],
)
def test_a_misspelt_row_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        one(**wrong)


def test_a_row_of_an_unknown_line_is_refused() -> None:
    with pytest.raises(KeyError):
        one(line="nobody")


def test_a_model_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        MODELS[0].name = "x"  # type: ignore[misc]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_every_row_is_coherent(model: Any) -> None:
    features = model.features
    assert model.listed_until is None or model.listed_from < model.listed_until
    assert features.tools or not (features.tool_choice_any or features.tool_choice_tool)
    assert bool(features.cache_minimum) == (features.prompt_caching and features.converse)
    assert features.cache_usage == "never" or features.prompt_caching
    assert bool(features.reasoning) or not (features.always_reasons or features.reasoning_signature)
    assert not features.converse or ("TEXT" in model.output_modalities and model.streaming is not None)
    assert bool(features.images) == ("IMAGE" in model.input_modalities and features.converse)
    assert bool(features.videos) == ("VIDEO" in model.input_modalities and features.converse)
    assert (model.provider == "Anthropic") == bool(model.short_name) == bool(model.wording)
    assert model.default_max_tokens is None or model.default_max_tokens <= (model.max_output_tokens or 1 << 30)


def test_context_variants_are_never_on_demand() -> None:
    variants = [model for model in MODELS if model.id.endswith(("k", ":mm", ":512"))]
    assert len(variants) == 37
    assert not any(model.on_demand or model.profiles for model in variants)
