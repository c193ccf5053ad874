"""The control plane with boto3, over loopback: inference profiles, their pages, models of one's own, lifecycles.

Everything is asked as a program on AWS asks it; only the endpoint and the keys differ.
"""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.serving import serving

HAIKU_3 = "anthropic.claude-3-haiku-20240307-v1:0"
HAIKU_4_5 = "anthropic.claude-haiku-4-5-20251001-v1:0"
LITE = "amazon.nova-lite-v1:0"
HELLO = [{"role": "user", "content": [{"text": "Hello"}]}]
NATIVE = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 20,
    "messages": [{"role": "user", "content": "Hello"}],
}
ACCOUNT = "123456789012"


def client(server, service="bedrock", region="us-east-1"):
    """A client that asks once, and checks what it sends against botocore's own model."""
    return boto3.client(
        service,
        endpoint_url=server.endpoint,
        region_name=region,
        aws_access_key_id=server.access_key_id,
        aws_secret_access_key=server.secret_access_key,
        config=Config(retries={"max_attempts": 0}),
    )


@pytest.fixture(scope="module")
def bedrock(server):
    return client(server)


@pytest.fixture(scope="module")
def runtime(server):
    return client(server, "bedrock-runtime")


@pytest.fixture
def made(bedrock):
    """Create application profiles that are deleted after the test; `made(source)` is the ARN."""
    arns = []

    def create(source, name="quarry", **members):
        arn = bedrock.create_inference_profile(inferenceProfileName=name, modelSource={"copyFrom": source}, **members)[
            "inferenceProfileArn"
        ]
        arns.append(arn)
        return arn

    yield create
    for arn in arns:
        bedrock.delete_inference_profile(inferenceProfileIdentifier=arn)


def refused(call, **arguments):
    """Status, exception and message of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


# ------------------------------------------------------------------------------------------------ system-defined profiles


def test_profiles_are_listed_page_by_page(bedrock):
    whole = bedrock.list_inference_profiles(maxResults=1000)["inferenceProfileSummaries"]
    paginator = bedrock.get_paginator("list_inference_profiles")
    pages = list(paginator.paginate(typeEquals="SYSTEM_DEFINED", PaginationConfig={"PageSize": 10}))

    assert len(pages) == -(-len(whole) // 10)
    assert [profile for page in pages for profile in page["inferenceProfileSummaries"]] == whole
    assert "nextToken" not in pages[-1]


def test_every_listed_profile_is_shown_and_answers(bedrock, runtime):
    texts = set(model["modelId"] for model in bedrock.list_foundation_models(byOutputModality="TEXT")["modelSummaries"])
    asked = 0
    for profile in bedrock.list_inference_profiles()["inferenceProfileSummaries"]:
        shown = bedrock.get_inference_profile(inferenceProfileIdentifier=profile["inferenceProfileArn"])
        del shown["ResponseMetadata"]
        assert shown == profile
        model = profile["models"][0]["modelArn"].rpartition("/")[2]
        if model in texts and "pegasus" not in model:
            runtime.converse(modelId=profile["inferenceProfileArn"], messages=HELLO)
            asked += 1
    assert asked > 40


def test_a_region_has_its_own(server):
    prefixes = {
        region: {
            profile["inferenceProfileId"].split(".")[0]
            for profile in client(server, region=region).list_inference_profiles()["inferenceProfileSummaries"]
        }
        for region in ("us-west-2", "eu-central-1", "ap-northeast-1")
    }
    assert prefixes == {
        "us-west-2": {"us", "global"},
        "eu-central-1": {"eu", "global"},
        "ap-northeast-1": {"apac", "jp", "global"},
    }


def test_a_system_defined_profile_reads_as_on_aws(bedrock):
    profile = bedrock.get_inference_profile(inferenceProfileIdentifier=f"us.{HAIKU_4_5}")
    assert profile["inferenceProfileName"] == "US Anthropic Claude Haiku 4.5"
    assert profile["description"] == (
        "Routes requests to Anthropic Claude Haiku 4.5 in us-east-1, us-east-2 and us-west-2."
    )
    assert profile["inferenceProfileArn"] == f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.{HAIKU_4_5}"
    assert profile["createdAt"] == datetime.datetime(2025, 11, 3, tzinfo=datetime.UTC)


def test_who_looks_up_the_model_behind_a_profile_finds_it(bedrock):
    """What frameworks do with a profile: take the model of its first ARN, and look that up."""
    profile = bedrock.get_inference_profile(inferenceProfileIdentifier=f"global.{HAIKU_4_5}")
    model = profile["models"][0]["modelArn"].rpartition("/")[2]
    details = bedrock.get_foundation_model(modelIdentifier=model)["modelDetails"]
    assert (details["modelId"], details["inferenceTypesSupported"]) == (HAIKU_4_5, ["INFERENCE_PROFILE"])


# --------------------------------------------------------------------------------------------------- application profiles


@pytest.mark.parametrize(
    "source",
    [
        f"arn:aws:bedrock:us-east-1::foundation-model/{HAIKU_3}",
        f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.{HAIKU_4_5}",
    ],
)
def test_the_runtime_takes_an_application_profile(bedrock, runtime, made, source):
    arn = made(source)

    reply = runtime.converse(modelId=arn, messages=HELLO)
    streamed = list(runtime.converse_stream(modelId=arn, messages=HELLO)["stream"])
    body = runtime.invoke_model(modelId=arn, body=json.dumps(NATIVE))["body"].read()
    chunks = list(runtime.invoke_model_with_response_stream(modelId=arn, body=json.dumps(NATIVE))["body"])

    assert reply["output"]["message"]["content"][0]["text"]
    assert "messageStop" in streamed[-2]
    assert json.loads(body)["type"] == "message"
    assert len(chunks) > 3
    assert refused(runtime.count_tokens, modelId=arn, input={"converse": {"messages": HELLO}}) == (
        400,
        "ValidationException",
        "The provided model doesn't support counting tokens.",
    )


def test_an_application_profile_reads_as_it_was_made(bedrock, made):
    before = datetime.datetime.now(datetime.UTC)
    source = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.{LITE}"
    arn = made(source, name="team-a", description="Costs of team a", tags=[{"key": "team", "value": "a"}])
    after = datetime.datetime.now(datetime.UTC)

    assert re.fullmatch(rf"arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/[a-z0-9]{{12}}", arn)
    for identifier in (arn, arn.rpartition("/")[2]):
        profile = bedrock.get_inference_profile(inferenceProfileIdentifier=identifier)
        assert (profile["inferenceProfileName"], profile["description"]) == ("team-a", "Costs of team a")
        assert (profile["type"], profile["status"]) == ("APPLICATION", "ACTIVE")
        assert before <= profile["createdAt"] == profile["updatedAt"] <= after
        assert [model["modelArn"] for model in profile["models"]] == [
            f"arn:aws:bedrock:{region}::foundation-model/{LITE}" for region in ("us-east-1", "us-east-2", "us-west-2")
        ]


def test_creating_says_created_and_happens_once_for_a_token(bedrock, made):
    source = f"arn:aws:bedrock:us-east-1::foundation-model/{LITE}"
    arn = made(source, clientRequestToken="only-once")
    again = bedrock.create_inference_profile(
        inferenceProfileName="quarry", modelSource={"copyFrom": source}, clientRequestToken="only-once"
    )
    assert again["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert again["inferenceProfileArn"] == arn


def test_application_profiles_are_listed_when_asked_for(bedrock, made):
    arns = [made(f"arn:aws:bedrock:us-east-1::foundation-model/{LITE}", name=f"team-{n}") for n in range(3)]
    pages = list(
        bedrock.get_paginator("list_inference_profiles").paginate(
            typeEquals="APPLICATION", PaginationConfig={"PageSize": 2}
        )
    )
    listed = [profile["inferenceProfileArn"] for page in pages for profile in page["inferenceProfileSummaries"]]
    assert [arn for arn in listed if arn in arns] == arns
    unasked = bedrock.list_inference_profiles()["inferenceProfileSummaries"]
    assert {profile["type"] for profile in unasked} == {"SYSTEM_DEFINED"}


def test_what_is_gone_is_gone(bedrock, runtime):
    arn = bedrock.create_inference_profile(
        inferenceProfileName="brief", modelSource={"copyFrom": f"arn:aws:bedrock:us-east-1::foundation-model/{LITE}"}
    )["inferenceProfileArn"]
    bedrock.delete_inference_profile(inferenceProfileIdentifier=arn)

    missing = (404, "ResourceNotFoundException", "Inference profile not found")
    assert refused(bedrock.get_inference_profile, inferenceProfileIdentifier=arn) == missing
    assert refused(bedrock.delete_inference_profile, inferenceProfileIdentifier=arn) == missing
    invalid = (400, "ValidationException", "The provided model identifier is invalid.")
    assert refused(runtime.converse, modelId=arn, messages=HELLO) == invalid


def test_exceptions_are_the_modelled_ones(bedrock):
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_inference_profile(inferenceProfileIdentifier="us.nobody.nothing")
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException, match="Model not found"):
        bedrock.create_inference_profile(
            inferenceProfileName="a", modelSource={"copyFrom": "arn:aws:bedrock:us-east-1::foundation-model/no.body"}
        )
    with pytest.raises(bedrock.exceptions.ValidationException):
        bedrock.delete_inference_profile(inferenceProfileIdentifier=f"us.{LITE}")


def test_a_restart_keeps_profiles_and_the_data_directory_s_settings_count(tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "outcrop.toml").write_text('[models."my.model-v1"]\nlike = "amazon.nova-lite-v1:0"\nname = "Mine"\n')

    with serving(tmp_path) as server:
        bedrock = client(server.facts)
        arn = bedrock.create_inference_profile(
            inferenceProfileName="kept",
            modelSource={"copyFrom": "arn:aws:bedrock:us-east-1::foundation-model/my.model-v1"},
        )["inferenceProfileArn"]
        before = bedrock.get_inference_profile(inferenceProfileIdentifier=arn)
    with serving(tmp_path) as server:
        after = client(server.facts).get_inference_profile(inferenceProfileIdentifier=arn)
        reply = client(server.facts, "bedrock-runtime").converse(modelId=arn, messages=HELLO)

    assert before.pop("ResponseMetadata") != after.pop("ResponseMetadata")
    assert after == before
    assert reply["stopReason"] == "end_turn"


# ------------------------------------------------------------------------------------------- models of one's own, and life


@pytest.fixture(scope="module")
def strict(start_server, tmp_path_factory):
    """A server whose settings file has a model, a date and lifecycles, and whose options have a later date."""
    settings = tmp_path_factory.mktemp("settings") / "strict.toml"
    settings.write_text(
        'region = "eu-west-1"\ncatalogue_date = 2024-08-31\nlifecycle = "enforce"\n\n'
        f'[models."my.model-v1"]\nlike = "{HAIKU_4_5}"\nname = "Mine"\nprofiles = ["eu"]\n'
    )
    return start_server("strict", "--settings", str(settings), "--catalogue-date", "2026-08-01").facts


def test_the_file_sets_and_options_win(strict):
    assert strict.region == "eu-west-1"
    listed = client(strict).list_foundation_models()["modelSummaries"]
    assert "anthropic.claude-sonnet-5" in {model["modelId"] for model in listed}


def test_a_model_of_one_s_own(strict):
    bedrock, runtime = client(strict, region="eu-west-1"), client(strict, "bedrock-runtime", "eu-west-1")
    assert bedrock.get_foundation_model(modelIdentifier="my.model-v1")["modelDetails"]["modelName"] == "Mine"
    assert bedrock.list_foundation_models()["modelSummaries"][-1]["modelId"] == "my.model-v1"
    profiles = bedrock.list_inference_profiles()["inferenceProfileSummaries"]
    assert profiles[-1]["inferenceProfileName"] == "EU Anthropic Mine"
    for model in ("my.model-v1", "eu.my.model-v1"):
        assert runtime.converse(modelId=model, messages=HELLO)["usage"]["totalTokens"] > 0


def test_lifecycles_are_enforced(strict):
    runtime = client(strict, "bedrock-runtime")
    assert refused(runtime.converse, modelId=HAIKU_3, messages=HELLO) == (
        404,
        "ResourceNotFoundException",
        "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the "
        "last 30 days. Please upgrade to an active model on Amazon Bedrock",
    )
    assert refused(runtime.invoke_model, modelId="anthropic.claude-v2:1", body=json.dumps(NATIVE)) == (
        404,
        "ResourceNotFoundException",
        "This model version has reached the end of its life. Please refer to the AWS documentation for more details.",
    )
    assert runtime.converse(modelId=f"us.{HAIKU_4_5}", messages=HELLO)["stopReason"] == "end_turn"


def test_the_lifecycle_of_a_model_is_told(strict, bedrock):
    def life(of):
        return of.get_foundation_model(modelIdentifier=HAIKU_3)["modelDetails"]["modelLifecycle"]

    days = {"legacyTime": (2026, 3, 10), "publicExtendedAccessTime": (2026, 6, 10), "endOfLifeTime": (2026, 9, 10)}
    told = {name: datetime.datetime(*day, 8, tzinfo=datetime.UTC) for name, day in days.items()}
    assert life(client(strict)) == life(bedrock) == {"status": "LEGACY", **told}


def test_lifecycles_are_off_unless_asked_for(runtime):
    assert runtime.converse(modelId="anthropic.claude-v2:1", messages=HELLO)["stopReason"] == "end_turn"
