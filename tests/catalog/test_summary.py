"""What the control plane shows of a model, member by member as recorded on 2026-02-10."""

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


def test_intelligent_routing_and_lifecycle() -> None:
    routed = [m.id for m in CATALOGUE.listed() if summary(m, "us-west-2")["intelligentPromptRouting"]["isSupported"]]
    assert len(routed) == 14
    legacy = [m for m in CATALOGUE.listed() if details(m, "us-west-2")["modelLifecycle"]["status"] == "LEGACY"]
    assert len(legacy) == 22


@pytest.mark.parametrize("model_id", ["meta.llama3-8b-instruct-v1:0", "amazon.titan-embed-image-v1"])
def test_details_are_the_service_model_s(model_id: str) -> None:
    shape = Loader().load_service_model("bedrock", "service-2")["shapes"]["FoundationModelDetails"]
    got = details(model(model_id), "us-east-1")
    assert set(shape["required"]) <= set(got) <= set(shape["members"])
    assert None not in got.values()
    assert list(got) == sorted(got)


def test_arns_follow_the_partition() -> None:
    arn = details(model("amazon.nova-pro-v1:0"), "us-gov-west-1")["modelArn"]
    assert arn == "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/amazon.nova-pro-v1:0"
