"""What an identifier means, and what is listed on a day."""

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.catalog import Catalogue, rows
from outcrop.errors import ResourceNotFoundException, ValidationException

CATALOGUE = Catalogue.load()
REGION = "us-east-1"
ACCOUNT = "123456789012"
INVALID = "The provided model identifier is invalid."
LISTED = (Path(__file__).parent / "listed_2026-02-10.txt").read_text("utf-8").split()

# What an AWS article of that day shows for `list-foundation-models --by-provider anthropic` in us-west-2.
ANTHROPIC = (Path(__file__).parent / "listed_2024-08-31_anthropic.txt").read_text("utf-8").split()


def ids(**filters: str) -> list[str]:
    return [model.id for model in CATALOGUE.listed(**filters)]


def refusal(model_id: str, region: str = REGION) -> str:
    with pytest.raises(ValidationException) as caught:
        CATALOGUE.find(model_id, region)
    return caught.value.message


# ------------------------------------------------------------------------------------------------------------- listing


def test_the_article_of_2024() -> None:
    catalogue = Catalogue.load(date=datetime.date(2024, 8, 31))
    assert len(ANTHROPIC) == 22
    assert [model.id for model in catalogue.listed(provider="anthropic")] == ANTHROPIC


def test_the_list_of_2026() -> None:
    catalogue = Catalogue.load(date=datetime.date(2026, 2, 10))
    assert len(LISTED) == 135
    assert [model.id for model in catalogue.listed()] == LISTED


def test_the_newest_list_is_that_of_2026_and_what_came_after() -> None:
    assert ids()[:135] == LISTED
    assert ids()[135:] == [
        "amazon.nova-2-lite-v1:0:256k",
        "amazon.nova-2-multimodal-embeddings-v1:0",
        "anthropic.claude-sonnet-4-6",
        "anthropic.claude-opus-4-7",
        "anthropic.claude-opus-4-8",
        "anthropic.claude-sonnet-5",
        "anthropic.claude-opus-5",
    ]


@pytest.mark.parametrize(
    ("day", "count"),  # recorded lists of one region
    [
        ((2025, 4, 18), 88),
        ((2025, 5, 5), 97),
        ((2025, 7, 17), 98),
        ((2025, 9, 21), 109),
        ((2025, 11, 3), 113),
        ((2026, 1, 9), 129),
    ],
)
def test_lists_recorded_between(day: tuple[int, int, int], count: int) -> None:
    assert len(Catalogue.load(date=datetime.date(*day)).listed()) == count


def test_nothing_is_listed_before_the_service_existed() -> None:
    assert Catalogue.load(date=datetime.date(2023, 9, 27)).listed() == []


@pytest.mark.parametrize("model_id", ["anthropic.claude-v2", "amazon.titan-text-express-v1", "ai21.j2-mid-v1"])
@pytest.mark.parametrize("date", [None, datetime.date(2024, 8, 31)])
def test_retired_and_later_ids_stay_callable(model_id: str, date: datetime.date | None) -> None:
    assert model_id not in ids()
    assert Catalogue.load(date=date).find(model_id, REGION).model.id == model_id
    assert Catalogue.load(date=date).find("amazon.nova-pro-v1:0", REGION).model.name == "Nova Pro"


@pytest.mark.parametrize("provider", ["Anthropic", "anthropic", "ANTHROPIC"])
def test_providers_match_in_any_case(provider: str) -> None:
    assert ids(provider=provider) == [model_id for model_id in ids() if model_id.startswith("anthropic.")]


def test_providers_match_whole() -> None:
    assert ids(provider="Mistral") == []
    assert len(ids(provider="mistral ai")) == 12


def test_modalities() -> None:
    embeddings = ids(output_modality="EMBEDDING")
    assert len(embeddings) == 12
    assert all("embed" in model_id for model_id in embeddings)
    assert "amazon.nova-2-sonic-v1:0" in ids(output_modality="TEXT")
    assert set(ids(output_modality="IMAGE")) & set(embeddings) == set()


def test_inference_types_and_customizations() -> None:
    on_demand = ids(inference_type="ON_DEMAND")
    assert "anthropic.claude-3-haiku-20240307-v1:0" in on_demand
    assert "anthropic.claude-3-haiku-20240307-v1:0:200k" not in on_demand
    assert "anthropic.claude-3-haiku-20240307-v1:0:200k" in ids(customization_type="DISTILLATION")
    assert ids(customization_type="CONTINUED_PRE_TRAINING") == []


def test_filters_narrow_together() -> None:
    both = ids(provider="cohere", output_modality="EMBEDDING", inference_type="PROVISIONED")
    assert both == ["cohere.embed-english-v3:0:512", "cohere.embed-multilingual-v3:0:512"]


# ----------------------------------------------------------------------------------------------------------- resolving


def test_a_model_by_its_id() -> None:
    found = CATALOGUE.find("anthropic.claude-3-haiku-20240307-v1:0", "eu-west-3")
    assert found.model.name == "Claude 3 Haiku"
    assert found.arn == "arn:aws:bedrock:eu-west-3::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"
    assert found.profile is None


def test_a_model_by_its_arn_whose_region_wins() -> None:
    arn = "arn:aws:bedrock:us-west-2::foundation-model/amazon.titan-tg1-large"
    found = CATALOGUE.find(arn, REGION)
    assert (found.model.id, found.arn, found.profile) == ("amazon.titan-tg1-large", arn, None)


@pytest.mark.parametrize(
    "profile",
    [
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "eu.anthropic.claude-sonnet-4-20250514-v1:0",
        "apac.anthropic.claude-sonnet-4-20250514-v1:0",
        "jp.anthropic.claude-haiku-4-5-20251001-v1:0",
        "au.anthropic.claude-haiku-4-5-20251001-v1:0",
        "ca.amazon.nova-lite-v1:0",
        "global.anthropic.claude-opus-4-8",
    ],
)
def test_every_geography_by_id_and_by_arn(profile: str) -> None:
    model_id = profile.split(".", 1)[1]
    by_id = CATALOGUE.find(profile, REGION)
    assert (by_id.model.id, by_id.profile) == (model_id, profile)
    assert by_id.arn == f"arn:aws:bedrock:us-east-1::foundation-model/{model_id}"
    assert CATALOGUE.find(f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/{profile}", REGION) == by_id


def test_every_profile_of_every_model() -> None:
    for model in CATALOGUE.listed():
        for geography in model.profiles:
            found = CATALOGUE.find(f"{geography}.{model.id}", REGION)
            assert found.model is model


def test_the_second_answer_is_the_first() -> None:
    assert CATALOGUE.find("amazon.nova-pro-v1:0", REGION) is CATALOGUE.find("amazon.nova-pro-v1:0", REGION)


def test_answers_stay_right_however_many_regions_ask() -> None:
    catalogue = Catalogue.load()
    for number in range(5000):
        region = f"r-{number}"
        assert catalogue.find("cohere.command-r-v1:0", region).arn.split(":")[3] == region


@pytest.mark.parametrize(
    "model_id",
    [  # recorded as answering by their own id, whatever their listed inference types
        "amazon.nova-micro-v1:0",
        "amazon.nova-pro-v1:0",
        "anthropic.claude-3-5-haiku-20241022-v1:0",
        "anthropic.claude-3-5-sonnet-20241022-v2:0",
        "anthropic.claude-v2:1",
        "cohere.command-text-v14",
        "cohere.embed-v4:0",
        "meta.llama2-13b-chat-v1",
        "meta.llama3-1-70b-instruct-v1:0",
        "meta.llama3-2-1b-instruct-v1:0",
        "mistral.mistral-small-2402-v1:0",
        "openai.gpt-oss-120b-1:0",
    ],
)
def test_callable_on_demand(model_id: str) -> None:
    assert CATALOGUE.find(model_id, REGION).model.id == model_id


@pytest.mark.parametrize(
    "model_id",
    [  # recorded with this very refusal
        "anthropic.claude-3-opus-20240229-v1:0",
        "anthropic.claude-3-7-sonnet-20250219-v1:0",
        "anthropic.claude-haiku-4-5-20251001-v1:0",
        "anthropic.claude-opus-4-1-20250805-v1:0",
        "meta.llama3-1-8b-instruct-v1:0",
        "meta.llama3-2-3b-instruct-v1:0",
        "meta.llama3-2-90b-instruct-v1:0",
        "meta.llama3-3-70b-instruct-v1:0",
        "meta.llama4-scout-17b-instruct-v1:0",
        "deepseek.r1-v1:0",
        # context variants are provisioned throughput's (documented)
        "anthropic.claude-3-sonnet-20240229-v1:0:28k",
        "amazon.nova-premier-v1:0:mm",
        "cohere.embed-english-v3:0:512",
    ],
)
def test_profile_only_models_are_refused_by_their_own_id(model_id: str) -> None:
    words = (
        f"Invocation of model ID {model_id} with on-demand throughput isn\u2019t supported. "
        "Retry your request with the ID or ARN of an inference profile that contains this model."
    )
    assert refusal(model_id) == words
    assert refusal(f"arn:aws:bedrock:{REGION}::foundation-model/{model_id}") == words


@pytest.mark.parametrize(
    "model_id",
    [
        "does-not-exist",
        "us.does-not-exist-model-v1:0",
        "us.amazon.nova-micro-v1:O",  # the letter
        "Amazon.nova-micro-v1:0",
        "amazon.nova-micro-v1:0 ",
        "",
        "mars.amazon.nova-micro-v1:0",
        "us.qwen.qwen3-32b-v1:0",  # no profile has it
        "us.us.amazon.nova-micro-v1:0",
        "anthropic.claude-3-5-haiku-20241022-v1:0:200k",  # no such variant
        f"arn:aws:bedrock:{REGION}::foundation-model/us.amazon.nova-micro-v1:0",
        f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/amazon.nova-micro-v1:0",
        f"arn:aws:bedrock:{REGION}:{ACCOUNT}:application-inference-profile/abcd1234efgh",
        f"arn:aws:bedrock:{REGION}:{ACCOUNT}:provisioned-model/abcd1234efgh",
    ],
)
def test_anything_else_is_invalid(model_id: str) -> None:
    assert refusal(model_id) == INVALID


@given(
    st.text()
    | st.sampled_from(LISTED).flatmap(
        lambda known: st.sampled_from(["us.", "eu.", "arn:", " ", ""]).map(lambda p: p + known)
    ),
    st.text(),
)
def test_any_text_resolves_or_is_refused_in_modelled_words(model_id: str, region: str) -> None:
    words = None
    try:
        assert CATALOGUE.find(model_id, region).model.id in model_id
    except ValidationException as error:
        words = error.message
    assert words in (None, INVALID) or "on-demand throughput" in str(words)


def test_get_takes_models_only() -> None:
    sonnet = "anthropic.claude-sonnet-4-20250514-v1:0"
    by_id = CATALOGUE.get(sonnet)
    assert by_id is not None
    assert CATALOGUE.get(f"arn:aws:bedrock:us-west-2::foundation-model/{sonnet}") is by_id
    assert CATALOGUE.get(f"us.{sonnet}") is None
    assert CATALOGUE.get(f"arn:aws:bedrock:us-west-2:{ACCOUNT}:inference-profile/us.{sonnet}") is None
    assert CATALOGUE.get(f"arn:aws:bedrock:us-west-2:{ACCOUNT}:inference-profile/{sonnet}") is None
    assert CATALOGUE.get("does-not-exist") is None
    assert CATALOGUE.get(f"arn:aws:bedrock:us-west-2:{ACCOUNT}:application-inference-profile/{sonnet}") is None


# ----------------------------------------------------------------------------------------------------------- lifecycles


def enforced(day: str, date: str | None = None) -> Catalogue:
    return Catalogue(
        rows.load(),
        date=datetime.date.fromisoformat(date) if date else None,
        enforce_lifecycle=True,
        today=lambda: datetime.date.fromisoformat(day),
    )


HAIKU_3 = "anthropic.claude-3-haiku-20240307-v1:0"
LEGACY = "Access denied. This Model is marked by provider as Legacy"
ENDED = "This model version has reached the end of its life."


@pytest.mark.parametrize(
    ("day", "words"), [("2026-03-09", None), ("2026-03-10", LEGACY), ("2026-09-09", LEGACY), ("2026-09-10", ENDED)]
)
@pytest.mark.parametrize(
    "model_id", [HAIKU_3, f"us.{HAIKU_3}", f"arn:aws:bedrock:eu-west-1::foundation-model/{HAIKU_3}"]
)
def test_a_model_goes_with_its_days(day: str, words: str | None, model_id: str) -> None:
    catalogue = enforced(day)
    for _ in range(2):  # the answer that is remembered as well
        if words is None:
            assert catalogue.find(model_id, REGION).model.id == HAIKU_3
        else:
            with pytest.raises(ResourceNotFoundException, match=words):
                catalogue.find(model_id, REGION)


def test_the_catalogue_s_date_is_the_day() -> None:
    catalogue = enforced("2026-11-20", date="2024-08-31")
    assert catalogue.find(HAIKU_3, REGION).model.id == HAIKU_3
    assert catalogue.day == datetime.date(2024, 8, 31)


def test_a_server_that_runs_on_notices_the_day() -> None:
    days = iter(map(datetime.date.fromisoformat, ["2026-03-09", "2026-03-10"]))
    catalogue = Catalogue(rows.load(), enforce_lifecycle=True, today=lambda: next(days))
    catalogue.find(HAIKU_3, REGION)
    with pytest.raises(ResourceNotFoundException):
        catalogue.find(HAIKU_3, REGION)


def test_who_cannot_call_a_model_by_its_id_hears_that_first() -> None:
    """The order in which refusals were seen: identifier, throughput, lifecycle."""
    with pytest.raises(ValidationException, match="on-demand throughput"):
        enforced("2026-12-01").find("anthropic.claude-opus-4-20250514-v1:0", REGION)


def test_lifecycles_are_nobody_s_business_unless_enforced() -> None:
    model = CATALOGUE.find(HAIKU_3, REGION).model
    CATALOGUE.check_lifecycle(model)
    assert CATALOGUE.day is None


# ---------------------------------------------------------------------------------------------------- inference profiles


def test_a_profile_by_its_id() -> None:
    profile = CATALOGUE.profile("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0")
    assert profile is not None
    assert (profile.name, profile.model.id) == ("US-GOV Claude Sonnet 4.5", "anthropic.claude-sonnet-4-5-20250929-v1:0")
    assert CATALOGUE.profile("anthropic.claude-sonnet-4-5-20250929-v1:0") is None
    assert CATALOGUE.profile("us.qwen.qwen3-32b-v1:0") is None


@pytest.mark.parametrize(
    ("region", "prefixes"),
    [
        ("us-east-1", {"us", "global"}),
        ("ca-central-1", {"us", "ca", "global"}),
        ("eu-west-2", {"eu", "global"}),
        ("il-central-1", {"eu", "global"}),
        ("ap-northeast-1", {"apac", "jp", "global"}),
        ("ap-southeast-2", {"apac", "au", "global"}),
        ("sa-east-1", {"global"}),
        ("us-gov-west-1", {"us-gov"}),
    ],
)
def test_a_region_lists_the_profiles_that_are_called_from_it(region: str, prefixes: set[str]) -> None:
    listed = CATALOGUE.profiles(region)
    assert {profile.id.split(".")[0] for profile in listed} == prefixes
    assert len({profile.id for profile in listed}) == len(listed)
    assert all(CATALOGUE.find(profile.id, region).model is profile.model for profile in listed)


def test_profiles_are_listed_with_their_models() -> None:
    of_2024 = Catalogue.load(date=datetime.date(2024, 8, 31)).profiles("us-east-1")
    assert [profile.id for profile in of_2024] == [
        "us.anthropic.claude-3-sonnet-20240229-v1:0",
        "us.anthropic.claude-3-haiku-20240307-v1:0",
        "us.anthropic.claude-3-opus-20240229-v1:0",
        "us.anthropic.claude-3-5-sonnet-20240620-v1:0",
    ] + [profile.id for profile in of_2024 if "llama" in profile.id]
    assert Catalogue.load(date=datetime.date(2024, 8, 26)).profiles("us-east-1") == []
