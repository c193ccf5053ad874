"""CreateFoundationModelAgreement: asking, once, on the model's own terms."""

from tests.operations.agreements import FORM, HAIKU, agree, asking, decide, offer
from tests.operations.conftest import Account

__all__ = ["asking"]


def test_it_says_which_model_was_asked_for(asking: Account) -> None:
    body = {"modelId": "amazon.nova-lite-v1:0", "offerToken": offer(asking)}
    got = asking.ask("POST", "/create-foundation-model-agreement", body)
    assert (got.status, got.json) == (202, {"modelId": "amazon.nova-lite-v1:0"})


def test_the_token_must_be_that_of_the_model_s_offer(asking: Account) -> None:
    wrong = (400, "ValidationException: The provided offer token is invalid.")
    assert agree(asking, token=offer(asking, "amazon.nova-pro-v1:0")) == wrong


def test_what_was_asked_for_is_not_asked_for_again_until_it_is_denied(asking: Account) -> None:
    agree(asking)
    assert agree(asking) == (400, "ConflictException: An agreement for this model already exists.")
    decide(asking, granted=False)
    assert agree(asking) == (202, "")


def test_anthropic_wants_a_use_case_first(asking: Account) -> None:
    assert agree(asking, HAIKU)[0] == 404
    asking.ask("POST", "/use-case-for-model-access", {"formData": FORM})
    assert agree(asking, HAIKU) == (202, "")
