"""GetUseCaseForModelAccess: what was submitted, or that nothing was."""

from tests.operations.agreements import FORM, asking
from tests.operations.conftest import Account

__all__ = ["asking"]


def test_the_form_comes_back(asking: Account) -> None:
    assert asking.ask("GET", "/use-case-for-model-access").error[:2] == (404, "ResourceNotFoundException")
    asking.ask("POST", "/use-case-for-model-access", {"formData": FORM})
    assert asking.ask("GET", "/use-case-for-model-access").json == {"formData": FORM}
