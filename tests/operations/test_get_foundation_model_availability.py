"""GetFoundationModelAvailability: the states of the way from nothing to granted."""

from tests.operations.agreements import FORM, HAIKU, NOVA, agree, asking, availability, decide, invoke
from tests.operations.conftest import Account

__all__ = ["asking"]


def test_every_model_is_available_where_access_is_open(account: Account) -> None:
    got = account.ask("GET", f"/foundation-model-availability/{NOVA}")
    assert got.body == (
        b'{"agreementAvailability":{"status":"AVAILABLE"},"authorizationStatus":"AUTHORIZED",'
        b'"entitlementAvailability":"AVAILABLE","modelId":"amazon.nova-lite-v1:0","regionAvailability":"AVAILABLE"}'
    )


def test_the_way_of_a_request(asking: Account) -> None:
    assert availability(asking) == ("NOT_AVAILABLE", "NOT_AVAILABLE")
    assert invoke(asking) == (403, "You don't have access to the model with the specified model ID.")
    assert agree(asking) == (202, "")
    assert availability(asking) == ("PENDING", "NOT_AVAILABLE")
    decide(asking, granted=False)
    assert availability(asking) == ("ERROR", "NOT_AVAILABLE")
    decide(asking, granted=True)
    assert availability(asking) == ("AVAILABLE", "AVAILABLE")
    assert invoke(asking) == (200, "")


def test_a_missing_use_case_is_said(asking: Account) -> None:
    decide(asking, HAIKU, granted=True)
    assert availability(asking, HAIKU) == ("NOT_AVAILABLE", "NOT_AVAILABLE")
    assert asking.ask("POST", "/use-case-for-model-access", {"formData": FORM}).status == 201
    assert availability(asking, HAIKU) == ("AVAILABLE", "AVAILABLE")


def test_models_that_are_none(account: Account) -> None:
    assert account.ask("GET", "/foundation-model-availability/my.model").error[:2] == (404, "ResourceNotFoundException")
    status, name, message = account.ask("GET", "/foundation-model-availability/NONE").error
    assert (status, name) == (400, "ValidationException")
    assert message.startswith("1 validation error detected: Value 'NONE' at 'modelId' failed to satisfy constraint")
