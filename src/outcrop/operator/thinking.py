"""Thinking: Claude's extended thinking with its budget, as request fields; what is wrong with a budget is said here."""

from typing import Any

from outcrop.operator.exceptions import DataException, Document

LEAST = 1024  # Claude documentation: the least budget of extended thinking


def fault(budget: Any, most: Any) -> str:
    """What is wrong with a `budget` beside the most tokens of the answer, "" when nothing is."""
    if budget is None:
        return "The value is required with Thinking."
    if budget < LEAST:
        return f"{budget} is less than the minimum, {LEAST}."
    return f"{budget} is not less than Maximum tokens, {most}." if most is not None and budget >= most else ""


def fields(budget: Any, most: Any) -> Document:
    """The additional fields of a request that thinks. Raises DataException."""
    wrong = fault(budget, most)
    if wrong:
        raise DataException("The Budget tokens value is invalid.", wrong, "Provide a valid value for Budget tokens.")
    return {"thinking": {"type": "enabled", "budget_tokens": budget}}
