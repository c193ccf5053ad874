"""GetFoundationModel: the documented details of one model, callable or not."""

import pytest
from tests.conftest import HAIKU, Ask

SONNET_4 = "anthropic.claude-sonnet-4-20250514-v1:0"  # not callable by its own id


@pytest.mark.parametrize("identifier", [HAIKU, SONNET_4, f"arn:aws:bedrock:us-east-1::foundation-model/{HAIKU}"])
def test_the_details_are_those_of_the_model(ask: Ask, identifier: str) -> None:
    path = f"/foundation-models/{identifier.replace(':', '%3A').replace('/', '%2F')}"
    details = ask(path, method="GET").json["modelDetails"]

    assert identifier.endswith(details["modelId"])
    assert details["modelArn"] == f"arn:aws:bedrock:us-east-1::foundation-model/{details['modelId']}"
    assert details["providerName"] == "Anthropic"
    assert details["responseStreamingSupported"] is True
    assert list(details) == sorted(details)
    assert "explicitPromptCaching" not in details  # hidden members are the list's alone


@pytest.mark.parametrize("identifier", ["nobody.nothing-v1%3A0", "us.anthropic.claude-sonnet-4-20250514-v1%3A0"])
def test_what_is_no_foundation_model_is_refused(ask: Ask, identifier: str) -> None:
    got = ask(f"/foundation-models/{identifier}", method="GET")

    assert got.error == (400, "ValidationException", "The provided model identifier is invalid.")
