"""GetInferenceProfile: by id and by ARN, system-defined and of one's own."""

import pytest
from botocore.loaders import Loader
from tests.operations.conftest import Account, model_arn, system_arn

HAIKU_4_5 = "us.anthropic.claude-haiku-4-5-20251001-v1:0"


@pytest.mark.parametrize("identifier", [HAIKU_4_5, system_arn(HAIKU_4_5)])
def test_a_system_defined_profile(account: Account, identifier: str) -> None:
    got = account.get(identifier)

    assert (got.status, list(got.headers)) == (200, ["content-type", "x-amzn-requestid"])
    assert got.json == {
        "createdAt": "2025-11-03T00:00:00Z",
        "description": "Routes requests to Anthropic Claude Haiku 4.5 in us-east-1, us-east-2 and us-west-2.",
        "inferenceProfileArn": system_arn(HAIKU_4_5),
        "inferenceProfileId": HAIKU_4_5,
        "inferenceProfileName": "US Anthropic Claude Haiku 4.5",
        "models": [
            {"modelArn": model_arn("anthropic.claude-haiku-4-5-20251001-v1:0", region)}
            for region in ("us-east-1", "us-east-2", "us-west-2")
        ],
        "status": "ACTIVE",
        "toolboxArn": None,
        "type": "SYSTEM_DEFINED",
        "updatedAt": "2025-11-03T00:00:00Z",
    }


def test_members_are_the_service_model_s_and_one_more(account: Account) -> None:
    shape = Loader().load_service_model("bedrock", "service-2")["shapes"]["GetInferenceProfileResponse"]
    assert list(account.get(HAIKU_4_5).json) == sorted({*shape["members"], "toolboxArn"})


def test_a_profile_is_seen_from_the_region_it_is_asked_in(account: Account) -> None:
    seen = account.get("us.amazon.nova-2-lite-v1:0", region="ca-central-1").json
    assert seen["inferenceProfileArn"] == system_arn("us.amazon.nova-2-lite-v1:0", "ca-central-1")
    assert [model["modelArn"].split(":")[3] for model in seen["models"]] == [
        "ca-central-1",
        "us-east-1",
        "us-east-2",
        "us-west-2",
    ]


def test_an_application_profile_by_its_id(account: Account) -> None:
    arn = account.create(model_arn("amazon.nova-lite-v1:0")).json["inferenceProfileArn"]
    got = account.get(arn.rpartition("/")[2]).json
    assert (got["inferenceProfileArn"], got["type"], got["description"]) == (arn, "APPLICATION", None)
