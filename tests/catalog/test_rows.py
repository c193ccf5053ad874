"""Rows upon lines: how a model is put together, and what holds for every model of the package."""

import datetime
from itertools import pairwise
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


def test_a_row_of_an_unknown_line_is_refused_and_says_which_there_are() -> None:
    with pytest.raises(rows.RowError, match="there is no line 'nobody'") as caught:
        one(line="nobody")
    assert (caught.value.model_id, caught.value.allowed) == ("acme.one", ("chat", "acme", "acme-vision"))


# ---------------------------------------------------------------------------------------------------- rows of one's own

OFFERED = {**ROW, "profiles": ["us", "eu"], "inference_types": ["INFERENCE_PROFILE"], "status": "LEGACY"}


def built(own: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {model.id: model for model in rows.build(LINES, {"acme.one": {**OFFERED, **changes}}, own)}


def test_a_model_of_the_package_is_changed_where_it_stands() -> None:
    models = built({"acme.one": {"context_window": 5, "features": {"tools": False}}})
    assert list(models) == ["acme.one"]
    changed = models["acme.one"]
    assert (changed.context_window, changed.features.tools, changed.features.images) == (5, False, ("png",))
    assert changed.profiles == ("us", "eu")


def test_a_model_like_another_is_what_it_is_and_offered_as_its_own() -> None:
    models = built({"my.model": {"like": "acme.one", "name": "Mine", "features": {"tools": False}}}, short_name="short")
    assert list(models) == ["acme.one", "my.model"]
    mine = models["my.model"]
    assert (mine.name, mine.provider, mine.short_name, mine.api) == ("Mine", "Acme", "short", "openai")
    assert (mine.features.tools, mine.features.images) == (False, ("png",))
    assert (mine.on_demand, mine.inference_types, mine.profiles, mine.status) == (True, ("ON_DEMAND",), (), "ACTIVE")
    assert mine.listed_from == datetime.date.min


def test_a_model_upon_a_line_says_the_rest_itself() -> None:
    mine = built({"my.model": {"line": "acme", "name": "Mine", "profiles": ["jp"], "on_demand": False}})["my.model"]
    assert (mine.line, mine.features.tools, mine.profiles, mine.on_demand) == ("acme", True, ("jp",), False)


def test_one_of_one_s_own_may_be_like_another_of_them() -> None:
    own = {"my.first": {"like": "acme.one", "context_window": 7}, "my.second": {"like": "my.first", "name": "Second"}}
    assert built(own)["my.second"].context_window == 7


@pytest.mark.parametrize(
    ("own", "text"),
    [
        ({"my.model": {}}, "Object missing required field `like` or `line`"),
        ({"my.model": {"line": "acme"}}, "Object missing required field `name`"),
        ({"my.model": {"like": "nobody"}}, "there is no model 'nobody' - at `$.like`"),
        ({"my.model": {"like": ["acme.one"]}}, "there is no model ['acme.one'] - at `$.like`"),
        ({"my.model": {"like": "acme.one", "nmae": "x"}}, "Object contains unknown field `nmae`"),
        ({"my.model": {"like": "acme.one", "id": "x"}}, "Object contains unknown field `id`"),
        ({"my.model": {"like": "acme.one", "features": 3}}, "Expected `object`, got `int` - at `$.features`"),
        ({"my.model": 3}, "Expected a table"),
        ({"my model": {"like": "acme.one"}}, "an id is made of letters, digits, dots, hyphens and colons"),
        ({"acme.one": {"like": "acme.one"}}, "the model is in the catalogue and cannot be like another - at `$.like`"),
        ({"acme.one": {"api": "acme"}}, "Invalid enum value 'acme' - at `$.api`"),
    ],
)
def test_a_row_of_one_s_own_that_is_wrong_is_named(own: dict[str, Any], text: str) -> None:
    with pytest.raises(rows.RowError) as caught:
        built(own)
    assert (caught.value.model_id, str(caught.value)) == (next(iter(own)), text)


def test_no_row_is_changed_by_building() -> None:
    given: dict[str, Any] = {"acme.one": dict(OFFERED)}
    rows.build(LINES, given, {"my.model": {"like": "acme.one"}, "acme.one": {"name": "Other"}})
    assert given == {"acme.one": OFFERED}


# ------------------------------------------------------------------------------------------------- models of the package


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


@pytest.mark.parametrize("model", [m for m in MODELS if m.lifecycle.end_of_life_time], ids=lambda model: model.id)
def test_lives_run_one_way(model: Any) -> None:
    life = model.lifecycle
    moments = (life.start_of_life_time, life.legacy_time, life.public_extended_access_time, life.end_of_life_time)
    known = [moment for moment in moments if moment]
    assert all(earlier < later for earlier, later in pairwise(known))
    assert model.listed_from is None or model.listed_from < life.end_of_life_time.date()


def test_context_variants_are_never_on_demand() -> None:
    variants = [model for model in MODELS if model.id.endswith(("k", ":mm", ":512"))]
    assert len(variants) == 37
    assert not any(model.on_demand or model.profiles for model in variants)
