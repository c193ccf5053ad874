"""Prompts out of bytes."""

from typing import Any

import pytest

from outcrop.operator.exceptions import DataException
from outcrop.operator.prompts import binary_prompt


@pytest.mark.parametrize(
    "record", ["Größe".encode(), bytearray("Größe".encode()), memoryview("Größe".encode()), "Größe"]
)
def test_bytes_are_utf_8(record: Any) -> None:
    assert binary_prompt(record) == "Größe"


@pytest.mark.parametrize("record", [b"\xff\xfe", None, 5, {"msg": "Hi"}])
def test_what_is_no_text_is_the_records_fault(record: Any) -> None:
    with pytest.raises(DataException) as caught:
        binary_prompt(record)
    assert caught.value.resolution == "Provide bytes that are UTF-8 text."
