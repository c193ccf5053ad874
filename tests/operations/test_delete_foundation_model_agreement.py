"""DeleteFoundationModelAgreement: a model given back is one that was never asked for."""

from tests.operations.agreements import NOVA, agree, asking, availability, decide, invoke
from tests.operations.conftest import Account

__all__ = ["asking"]


def delete(account: Account) -> int:
    return account.ask("POST", "/delete-foundation-model-agreement", {"modelId": NOVA}).status


def test_a_granted_model_is_given_back(asking: Account) -> None:
    agree(asking)
    decide(asking, granted=True)
    assert delete(asking) == 202
    assert availability(asking) == ("NOT_AVAILABLE", "NOT_AVAILABLE")
    assert invoke(asking)[0] == 403


def test_what_is_not_there_is_not_found(asking: Account) -> None:
    assert delete(asking) == 404
