"""What the control plane shows of a model, member by member as recorded on 2026-02-10."""

import datetime
import json

import pytest
from botocore.loaders import Loader

from outcrop.catalog import Catalogue, Model
from outcrop.catalog.summary import details, summary

CATALOGUE = Catalogue.load()


def model(model_id: str) -> Model:
    found = CATALOGUE.get(model_id)
    assert found is not None
    return found


def test_a_recent_entry() -> None:
    got = summary(model("anthropic.claude-haiku-4-5-20251001-v1:0"), "us-west-2")
    schema = json.loads(got["converse"].pop("additionalRequestFieldsSchema"))
    assert list(schema) == ["top_k", "reasoningConfig"]
    assert got == {
        "batchSupported": {"baseModelSupported": False, "crossRegionSupported": True, "customModelSupported": False},
        "consoleIDEMetadata": None,
        "converse": {
            "maxTokensDefault": 64000,
            "maxTokensMaximum": 64000,
            "reasoningSupported": {"embedded": False},
            "stopSequencesDefault": None,
            "systemRoleSupported": True,
            "userDocumentTypesSupported": ["pdf"],
            "userImageTypesSupported": ["jpeg", "png", "gif", "webp"],
            "userVideoTypesSupported": [],
        },
        "customizationsSupported": [],
        "description": None,
        "explicitPromptCaching": {"isSupported": True},
        "featuresSupported": {"promptOptimization": True},
        "guardrailsSupported": True,
        "inferenceTypesSupported": ["INFERENCE_PROFILE"],
        "inputModalities": ["TEXT", "IMAGE"],
        "intelligentPromptRouting": {"isSupported": False},
        "latencyOptimizationSupported": False,
        "modelArn": "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0",
        "modelFamily": "Claude Haiku",
        "modelId": "anthropic.claude-haiku-4-5-20251001-v1:0",
        "modelLifecycle": {"status": "ACTIVE"},
        "modelName": "Claude Haiku 4.5",
        "outputModalities": ["TEXT"],
        "providerName": "Anthropic",
        "responseStreamingSupported": True,
    }


def test_an_older_entry_is_full_of_nulls() -> None:
    got = summary(model("amazon.titan-embed-image-v1"), "us-west-2")
    nulls = [key for key, value in got.items() if value is None]
    assert nulls == [
        "batchSupported",
        "consoleIDEMetadata",
        "converse",
        "description",
        "featuresSupported",
        "latencyOptimizationSupported",
        "modelFamily",
        "responseStreamingSupported",
    ]
    assert got["guardrailsSupported"] is False


def test_open_weights_list_empty_stop_sequences_and_no_default() -> None:
    converse = summary(model("moonshot.kimi-k2-thinking"), "us-west-2")["converse"]
    assert (converse["stopSequencesDefault"], converse["maxTokensDefault"]) == ([], None)
    assert converse["reasoningSupported"] == {"embedded": True}
    assert summary(model("nvidia.nemotron-nano-9b-v2"), "us-west-2")["converse"]["reasoningSupported"] is None


def test_a_description_keeps_its_facts_and_its_members() -> None:
    got = summary(model("amazon.nova-pro-v1:0"), "us-west-2")["description"]
    assert list(got) == sorted(got)
    assert len(got) == 12
    assert (got["releaseDate"], got["version"], got["fullDescription"]) == ("2024-12-03T08:00:00Z", "1.0", None)


def test_every_entry_has_the_same_members_in_alphabetical_order() -> None:
    entries = [summary(model, "us-west-2") for model in CATALOGUE.listed()]
    assert len({tuple(entry) for entry in entries}) == 1
    assert len(entries[0]) == 20
    for entry in entries:
        assert list(entry) == sorted(entry)
        json.dumps(entry)


def test_intelligent_routing_and_lifecycle_are_those_of_the_list() -> None:
    routed = [m.id for m in CATALOGUE.listed() if summary(m, "us-west-2")["intelligentPromptRouting"]["isSupported"]]
    assert len(routed) == 14
    day = datetime.date(2026, 2, 10)
    listed = Catalogue.load(date=day).listed()
    legacy = [m for m in listed if summary(m, "us-west-2", day)["modelLifecycle"]["status"] == "LEGACY"]
    assert len(legacy) == 22


def test_details_say_when_the_model_came_and_goes() -> None:
    """As GetFoundationModel answered a user on 2026-09-26."""
    assert details(model("anthropic.claude-sonnet-4-20250514-v1:0"), "us-west-2")["modelLifecycle"] == {
        "endOfLifeTime": "2026-10-14T08:00:00Z",
        "legacyTime": "2026-04-14T08:00:00Z",
        "publicExtendedAccessTime": "2026-07-14T08:00:00Z",
        "startOfLifeTime": "2025-05-22T00:00:00Z",
        "status": "LEGACY",
    }
    assert details(model("anthropic.claude-sonnet-4-6"), "us-west-2")["modelLifecycle"] == {
        "startOfLifeTime": "2026-02-17T18:00:00Z",
        "status": "ACTIVE",
    }


@pytest.mark.parametrize("model", [model for model in Catalogue.load().listed() if model.streaming], ids=lambda m: m.id)
def test_details_have_every_member_of_the_service_model(model: Model) -> None:
    shapes = Loader().load_service_model("bedrock", "service-2")["shapes"]
    got = details(model, "us-east-1")
    assert list(got) == sorted(shapes["FoundationModelDetails"]["members"])
    assert None not in got.values()
    lifecycle = got["modelLifecycle"]
    assert set(lifecycle) <= set(shapes["FoundationModelLifecycle"]["members"])
    assert list(lifecycle) == sorted(lifecycle)


def test_details_leave_out_what_is_not_known() -> None:
    assert "responseStreamingSupported" not in details(model("amazon.titan-embed-image-v1"), "us-east-1")


def test_arns_follow_the_partition() -> None:
    arn = details(model("amazon.nova-pro-v1:0"), "us-gov-west-1")["modelArn"]
    assert arn == "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/amazon.nova-pro-v1:0"
