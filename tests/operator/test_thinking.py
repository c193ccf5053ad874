"""Budgets of thinking."""

from typing import Any

import pytest

from outcrop.operator.exceptions import DataException
from outcrop.operator.thinking import fault, fields


def test_a_budget_becomes_claudes_own_field() -> None:
    assert fields(1024, None) == fields(1024, 2000) == {"thinking": {"type": "enabled", "budget_tokens": 1024}}


@pytest.mark.parametrize(
    ("budget", "most", "reason"),
    [
        (None, None, "The value is required with Thinking."),
        (1023, None, "1023 is less than the minimum, 1024."),
        (2000, 2000, "2000 is not less than Maximum tokens, 2000."),
    ],
)
def test_what_is_no_budget(budget: Any, most: Any, reason: str) -> None:
    assert fault(budget, most) == reason
    with pytest.raises(DataException) as caught:
        fields(budget, most)
    assert caught.value.reason == reason
