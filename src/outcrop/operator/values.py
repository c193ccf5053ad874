"""Settings as users give them: a literal, a `$path` into the record, or a callable that takes the record.

`bind` decides once which of them a value is, and checks a literal at once, so that what can never work is a
ConfigurationException; what only a record shows is a DataException. `fixed` is for the settings that take no value from
the record. A text that begins with ``$`` is an expression; `Constant` keeps it a text.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from outcrop.operator.exceptions import ConfigurationException, DataException
from outcrop.operator.expressions import Expression, InvalidExpression, Undefined, is_expression, parse

T = TypeVar("T")


class Constant(msgspec.Struct, Generic[T], frozen=True):
    """A value that is never taken for an expression, such as the text ``$5 or less``."""

    value: T


# What a setting may be given as; `str` is an expression when it begins with $.
Value: TypeAlias = T | str | Constant[T] | Callable[[Any], T]
# Says what is wrong with a value, "" when nothing is.
Check = Callable[[Any], str]


def anything(value: Any) -> str:
    """Every value is right."""
    return ""


class Bound(msgspec.Struct, frozen=True):
    """A setting that is ready for records: its `name` on the page, where its value comes from, and its check."""

    name: str
    source: Any
    check: Check

    @property
    def fixed(self) -> bool:
        """Whether the value is the same for every record."""
        return not callable(self.source)

    def of(self, record: Any) -> Any:
        """The value for `record`. Raises DataException when there is none, or not a right one."""
        if not callable(self.source):
            return self.source
        value = self._evaluated(record)
        fault = self.check(value)
        if fault:
            raise DataException(
                f"The {self.name} value is invalid.", fault, f"Provide a valid value for {self.name} in the record."
            )
        return value

    def _evaluated(self, record: Any) -> Any:
        try:
            return self.source(record)
        except Undefined as error:
            raise DataException(
                f"Unable to evaluate the expression {self.source.source} of {self.name}",
                str(error),
                "Check that the record has the path, or test it with $.hasPath(...) before.",
            ) from error
        except Exception as error:
            raise DataException(
                f"Unable to evaluate {self.name}",
                f"{type(error).__name__}: {error}",
                "Check the function that was given for it, and the record.",
            ) from error


def bind(name: str, value: Any, check: Check = anything) -> Bound:
    """`value` as a bound setting called `name`. Raises ConfigurationException for a literal that `check` refuses."""
    if is_expression(value):
        return Bound(name, _parsed(name, value), check)
    if callable(value):
        return Bound(name, value, check)
    return Bound(name, _checked(name, value.value if isinstance(value, Constant) else value, check), check)


def fixed(name: str, value: Any, check: Check = anything) -> Any:
    """`value`, which may not come from the record (documented: "This field does not support upstream values.")."""
    if is_expression(value) or callable(value):
        raise ConfigurationException(
            f"The {name} value is invalid.",
            "This field does not support upstream values.",
            f"Provide a plain value for {name}.",
        )
    return _checked(name, value, check)


def _checked(name: str, value: Any, check: Check) -> Any:
    fault = check(value)
    if fault:
        raise ConfigurationException(f"The {name} value is invalid.", fault, f"Provide a valid value for {name}.")
    return value


def _parsed(name: str, text: str) -> Expression:
    try:
        return parse(text)
    except InvalidExpression as error:
        raise ConfigurationException(
            f"Unable to read the expression of {name}",
            str(error),
            "Write a path such as $a.b[0], a Python callable, or Constant(...) for a text that begins with $.",
        ) from error
