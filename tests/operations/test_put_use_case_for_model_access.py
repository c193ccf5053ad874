"""PutUseCaseForModelAccess: what Anthropic's models want first."""

from tests.operations.agreements import FORM, HAIKU, asking, decide, invoke
from tests.operations.conftest import Account

__all__ = ["asking"]


def test_without_it_anthropic_s_models_are_not_found(asking: Account) -> None:
    decide(asking, HAIKU, granted=True)
    status, message = invoke(asking, HAIKU)
    assert status == 404
    assert message.startswith("Model use case details have not been submitted for this account. Fill out the Anthropic")
    put = asking.ask("POST", "/use-case-for-model-access", {"formData": FORM})
    assert (put.status, put.body) == (201, b"{}")
    assert invoke(asking, HAIKU) == (200, "")


def test_a_form_has_ten_bytes_at_least(asking: Account) -> None:
    status, name, message = asking.ask("POST", "/use-case-for-model-access", {"formData": "c2hvcnQ="}).error
    assert (status, name) == (400, "ValidationException")
    assert "Member must have length greater than or equal to 10" in message
