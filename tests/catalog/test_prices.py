"""What AWS asks for a model's tokens: every row makes sense for its model, and well-known prices are as published."""

import datetime
import subprocess
import sys
import tomllib
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.catalog import Catalogue, Model
from outcrop.catalog.prices import Price, Rates, of_identifier, price

CATALOGUE = Catalogue.load()
ROWS: dict[str, Any] = tomllib.loads(files("outcrop.catalog").joinpath("prices.toml").read_text("utf-8"))
PRICED = [(model_id, geography) for model_id, row in ROWS.items() for geography in (None, *row.get("geography", ()))]

rows = pytest.mark.parametrize(("model_id", "geography"), PRICED)


def model(model_id: str) -> Model:
    found = CATALOGUE.get(model_id)
    assert found is not None, f"{model_id} is priced and not in the catalogue"
    return found


def known(model_id: str, geography: str | None = None) -> Price:
    found = price(model_id, geography)
    assert found is not None
    return found


def classes(of: Price) -> dict[str, float | None]:
    return {
        "input": of.input,
        "output": of.output,
        "cache_read": of.cache_read,
        "cache_write": of.cache_write,
        "cache_write_1h": of.cache_write_1h,
    }


@rows
def test_a_price_is_positive_and_ordered_as_token_classes_are(model_id: str, geography: str | None) -> None:
    got = known(model_id, geography)
    assert all(amount is None or amount > 0 for amount in classes(got).values())
    ordered = [got.cache_read, got.input, got.cache_write, got.cache_write_1h]
    amounts = [amount for amount in ordered if amount is not None]
    assert amounts == sorted(set(amounts))
    assert got.output is None or got.output >= got.input


@rows
def test_a_price_is_one_of_what_its_model_does(model_id: str, geography: str | None) -> None:
    got, of = known(model_id, geography), model(model_id)
    assert (got.output is not None) == ("TEXT" in of.output_modalities)
    assert (got.cache_read is not None) == of.features.prompt_caching
    assert got.cache_write is None or of.features.prompt_caching
    assert (got.cache_write_1h is not None) == ("1h" in of.features.cache_ttls)
    assert geography is None or geography in of.profiles


@rows
def test_a_price_says_where_and_when_it_was_seen(model_id: str, geography: str | None) -> None:
    got = known(model_id, geography)
    assert got.source
    assert datetime.date(2026, 1, 1) <= got.as_of <= datetime.date(2026, 11, 20)
    assert "checked" in got.source or got.as_of == datetime.date(2026, 11, 20)  # the undated were read on that day


# Each was seen in two of the sources that prices.toml names, or more.
@pytest.mark.parametrize(
    ("model_id", "geography", "expected"),
    [
        ("anthropic.claude-3-haiku-20240307-v1:0", None, (0.25, 1.25, None, None, None)),
        ("anthropic.claude-3-5-haiku-20241022-v1:0", "us", (0.80, 4, 0.08, 1, None)),
        ("anthropic.claude-3-7-sonnet-20250219-v1:0", "us", (3, 15, 0.30, 3.75, None)),
        ("anthropic.claude-opus-4-1-20250805-v1:0", "us", (15, 75, 1.50, 18.75, None)),
        ("anthropic.claude-haiku-4-5-20251001-v1:0", "global", (1, 5, 0.10, 1.25, 2)),
        ("anthropic.claude-sonnet-5", "global", (2, 10, 0.20, 2.50, 4)),  # AWS's toolkit, 2026-10-05
        ("amazon.nova-pro-v1:0", "us", (0.80, 3.20, 0.20, None, None)),
        ("amazon.nova-micro-v1:0", None, (0.035, 0.14, 0.00875, None, None)),
        ("amazon.titan-embed-text-v2:0", None, (0.02, None, None, None, None)),
        ("meta.llama3-3-70b-instruct-v1:0", "us", (0.72, 0.72, None, None, None)),
        ("mistral.mixtral-8x7b-instruct-v0:1", None, (0.45, 0.70, None, None, None)),
        ("cohere.command-r-plus-v1:0", None, (3, 15, None, None, None)),
        ("deepseek.r1-v1:0", "us", (1.35, 5.40, None, None, None)),
        ("openai.gpt-oss-120b-1:0", None, (0.15, 0.60, None, None, None)),
    ],
)
def test_well_known_prices(model_id: str, geography: str | None, expected: tuple[float | None, ...]) -> None:
    assert tuple(classes(known(model_id, geography)).values()) == expected


@pytest.mark.parametrize("model_id", [key for key, row in ROWS.items() if "global" in row.get("geography", ())])
def test_regional_profiles_cost_a_tenth_more_than_global_ones(model_id: str) -> None:
    regional, everywhere = classes(known(model_id, "us")), classes(known(model_id, "global"))
    for name, amount in everywhere.items():
        assert regional[name] == (None if amount is None else pytest.approx(1.1 * amount))
    assert classes(known(model_id)) == regional


def test_every_claude_from_4_5_on_with_a_global_profile_has_a_price_of_its_own_there() -> None:
    later = [key for key in ROWS if "claude" in key and "1h" in model(key).features.cache_ttls]
    assert len(later) == 9
    assert all(known(key, "global") != known(key) for key in later if "global" in model(key).profiles)


def test_a_geography_may_have_prices_and_a_source_of_its_own() -> None:
    home, eu = known("amazon.nova-lite-v1:0", "us"), known("amazon.nova-lite-v1:0", "eu")
    assert (home.input, eu.input) == (0.06, 0.078)
    assert home.source != eu.source
    assert known("anthropic.claude-sonnet-4-5-20250929-v1:0", "us-gov").output == 18


@given(st.text(max_size=12))
def test_a_geography_without_prices_of_its_own_has_the_models(geography: str) -> None:
    assert price("meta.llama3-70b-instruct-v1:0", geography) == price("meta.llama3-70b-instruct-v1:0")


@pytest.mark.parametrize(
    "model_id",
    [
        "amazon.nova-canvas-v1:0",  # charged by the picture
        "amazon.rerank-v1:0",  # by the query
        "us.amazon.nova-pro-v1:0",  # a profile, no model
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0",
        "amazon.nova-premier-v1:0:8k",  # provisioned only
        "my.own-model",
        "",
    ],
)
@pytest.mark.parametrize("geography", [None, "us", "global"])
def test_what_has_no_known_price_has_none(model_id: str, geography: str | None) -> None:
    assert price(model_id, geography) is None


WATCHED = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
def reads(): return sum(name.endswith("prices.toml") for name in opened)
import outcrop.catalog, outcrop.catalog.prices
outcrop.catalog.Catalogue.load()
seen = [reads()]
for model_id in ("amazon.nova-pro-v1:0", "my.own-model", "amazon.nova-lite-v1:0"):
    outcrop.catalog.prices.price(model_id)
    seen.append(reads())
print(seen)
"""


def test_prices_are_read_when_one_is_asked_for_and_once() -> None:
    done = subprocess.run([sys.executable, "-c", WATCHED], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[0, 1, 1, 1]"


@pytest.mark.parametrize(
    ("text", "model", "geography"),
    [
        ("amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0", None),
        ("us.amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0", "us"),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0", None),
        (
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0",
            "amazon.nova-pro-v1:0",
            "us",
        ),
    ],
)
def test_what_a_caller_names_has_its_models_rates(text: str, model: str, geography: str | None) -> None:
    found = price(model, geography)
    assert found is not None
    assert of_identifier(text) == Rates.of(found)


@pytest.mark.parametrize("text", ["my.own-model", "arn:aws:bedrock:us-east-1:123456789012:prompt/x", ""])
def test_what_has_no_price_has_no_rates(text: str) -> None:
    assert of_identifier(text) is None
