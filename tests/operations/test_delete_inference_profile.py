"""DeleteInferenceProfile: gone for every operation, and for good."""

import pytest
from tests.conftest import converse_path, said
from tests.operations.conftest import Account, model_arn, profile_path, system_arn

LITE = "amazon.nova-lite-v1:0"


@pytest.mark.parametrize("by_arn", [True, False])
def test_a_profile_goes(account: Account, by_arn: bool) -> None:
    arn = account.create(model_arn(LITE)).json["inferenceProfileArn"]
    path = profile_path(arn if by_arn else arn.rpartition("/")[2])
    assert account.ask("POST", converse_path(arn), said()).status == 200

    gone = account.ask("DELETE", path)

    assert (gone.status, gone.body) == (200, b"{}")
    assert account.ask("DELETE", path).error == (404, "ResourceNotFoundException", "Inference profile not found")
    assert account.get(arn).status == 404
    assert account.ask("POST", converse_path(arn), said()).error == (
        400,
        "ValidationException",
        "The provided model identifier is invalid.",
    )


def test_others_stay(account: Account) -> None:
    kept, gone = (account.create(model_arn(LITE)).json["inferenceProfileArn"] for _ in range(2))
    account.ask("DELETE", profile_path(gone))
    assert account.get(kept).status == 200


@pytest.mark.parametrize("identifier", [f"us.{LITE}", system_arn(f"us.{LITE}")])
def test_a_system_defined_profile_stays(account: Account, identifier: str) -> None:
    status, kind, _ = account.ask("DELETE", profile_path(identifier)).error
    assert (status, kind) == (400, "ValidationException")
    assert account.get(identifier).status == 200
