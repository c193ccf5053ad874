"""Prompts out of binary records: bytes as UTF-8 text."""

from typing import Any

from outcrop.operator.exceptions import DataException


def binary_prompt(record: Any, errors: str = "strict") -> str:
    """The text of a binary record. Raises DataException when it is none."""
    if isinstance(record, str):
        return record
    try:
        return memoryview(record).tobytes().decode("utf-8", errors)
    except (TypeError, ValueError) as error:
        raise DataException(
            "Unable to read the prompt from the binary input", str(error), "Provide bytes that are UTF-8 text."
        ) from error
