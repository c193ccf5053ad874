"""What may stand in a setting: each check is given a value and answers what is wrong with it, "" when nothing is.

None stands for a blank field, which every check but `filled` lets through. The ranges are the page's.
"""

from typing import Any


def filled(value: Any) -> str:
    """A text that is not blank."""
    if value is None or value == "":
        return "The value is required."
    if not isinstance(value, str):
        return f"A string is expected, not {kind(value)}."
    return "" if value.strip() else "The value is blank."


def text(value: Any) -> str:
    """A text."""
    return "" if value is None or isinstance(value, str) else f"A string is expected, not {kind(value)}."


def flag(value: Any) -> str:
    """true or false."""
    return "" if isinstance(value, bool) else f"true or false is expected, not {kind(value)}."


def positive(value: Any) -> str:
    """An integer of at least 1."""
    return integer(value) or ("" if value is None or value >= 1 else f"{value} is less than the minimum, 1.")


def integer(value: Any) -> str:
    """An integer."""
    right = value is None or (isinstance(value, int) and not isinstance(value, bool))
    return "" if right else f"An integer is expected, not {kind(value)}."


def fraction(value: Any) -> str:
    """A number from 0 to 1."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"A number is expected, not {kind(value)}."
    return "" if 0 <= value <= 1 else f"{value} is not between 0 and 1."


def texts(value: Any) -> str:
    """A text, or a list of texts."""
    right = (
        value is None or isinstance(value, str) or (isinstance(value, list) and all(isinstance(v, str) for v in value))
    )
    return "" if right else "A string or a list of strings is expected."


def objects(value: Any) -> str:
    """A list of objects."""
    right = isinstance(value, list) and all(isinstance(item, dict) for item in value)
    return "" if right else "The expected data type is a list of objects."


def kind(value: Any) -> str:
    """What JSON calls a value of this kind."""
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list", dict: "an object"}
    return "null" if value is None else names.get(type(value), type(value).__name__)
