"""PutModelInvocationLoggingConfiguration, with Get and Delete: what is put is there, and names what can be used."""

from pathlib import Path
from typing import Any

from tests.operations.conftest import Account

PATH = "/logging/modelinvocations"
CLOUD = {"logGroupName": "calls", "roleArn": "arn:aws:iam::123456789012:role/logs"}


def put(account: Account, **members: Any) -> tuple[int, str, str] | int:
    got = account.ask("PUT", PATH, {"loggingConfig": members})
    return got.error if got.status != 200 else got.status


def test_what_is_put_is_got_and_deleted_again(account: Account) -> None:
    assert account.ask("GET", PATH).json == {}
    assert put(account, cloudWatchConfig=CLOUD, textDataDeliveryEnabled=True) == 200
    kept = {"loggingConfig": {"cloudWatchConfig": CLOUD, "textDataDeliveryEnabled": True}}
    assert account.ask("GET", PATH).json == kept
    assert account.ask("GET", PATH, region="eu-west-1").json == {}
    assert account.ask("DELETE", PATH).status == 200
    assert account.ask("GET", PATH).json == {}


def test_a_destination_is_wanted(account: Account) -> None:
    assert put(account, textDataDeliveryEnabled=True) == (
        400,
        "ValidationException",
        "At least one of cloudWatchConfig and s3Config must be given.",
    )


def test_a_bucket_has_to_be_there(account: Account, tmp_path: Path) -> None:
    refused = put(account, s3Config={"bucketName": "nowhere"})
    assert isinstance(refused, tuple)
    assert refused[:2] == (400, "ValidationException")
    assert "nowhere" in refused[2]
    large = {**CLOUD, "largeDataDeliveryS3Config": {"bucketName": "nowhere"}}
    assert put(account, cloudWatchConfig=large) == refused


def test_members_are_those_of_the_service_model(account: Account) -> None:
    refused = put(account, cloudWatchConfig={"logGroupName": "calls", "roleArn": "none"})
    assert isinstance(refused, tuple)
    assert refused[2].startswith(
        "1 validation error detected: Value 'none' at 'loggingConfig.cloudWatchConfig.roleArn'"
    )
