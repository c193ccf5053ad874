"""What is said of a value in the settings file that is wrong: in our words, not the decoder's, and with TOML's kinds."""

import re
from collections.abc import Callable

_KINDS = {
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "date": "a day",
    "datetime": "a time",
    "time": "a time of day",
}
_BOUNDS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
_A_DAY = "has to be a day, such as 2026-02-10"
_A_TIME = "has to be a time with its zone, such as 2026-02-10T12:00:00Z"


def _kinds(names: str) -> str:
    return " or ".join(_KINDS.get(name, name) for name in names.split(" | ") if name != "null")


def _long(found: re.Match[str]) -> str:
    things = {"str": "characters", "array": "entries"}.get(found["kind"], "keys")
    return f"has to have {_BOUNDS[found['bound']]} {found['number']} {things}"


_SAYINGS: dict[str, Callable[[re.Match[str]], str]] = {
    r"Expected `(?P<wanted>[^`]+)`, got `(?P<found>[^`]+)`": lambda found: (
        f"has to be {_kinds(found['wanted'])}, not {_kinds(found['found'])}"
    ),
    r"Expected `(?:int|float)` (?P<bound>[<>]=?) (?P<number>\S+)": lambda found: (
        f"has to be {_BOUNDS[found['bound']]} {found['number'].removesuffix('.0')}"
    ),
    r"Expected `(?P<kind>\w+)` of length (?P<bound>[<>]=?) (?P<number>\d+)": _long,
    r"Expected `str` matching regex (?P<pattern>.+)": lambda found: f"has to be of the form {found['pattern']}",
    r"Expected `datetime` with a timezone component": lambda _: _A_TIME,
    r"Invalid RFC3339 encoded datetime": lambda _: _A_TIME,
    r"Invalid RFC3339 encoded date": lambda _: _A_DAY,
    r"Invalid enum value (?P<value>.+)": lambda found: f"{found['value']} cannot stand here",
    r"Object missing required field (?P<name>.+)": lambda found: f"the key {found['name'].replace('`', '')} is missing",
}


def worded(text: str) -> str:
    """What msgspec says of a value, `text` without its place, as the settings file's reader is told."""
    for pattern, said in _SAYINGS.items():
        if found := re.fullmatch(pattern, text, re.DOTALL):
            return said(found)
    return text
