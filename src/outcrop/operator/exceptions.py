"""The three ways in which an operator fails, and the error document.

`ConfigurationException`: a setting is wrong, found when the operator is made. `ExecutionException`: nothing a record could
change, the run ends whatever the error policy says. `DataException`: one record failed, the error policy decides. Each says
what was tried (`error`), why it failed (`reason`) and what to do (`resolution`), none of which holds a stack trace
(documented). The names are the platform's.
"""

import traceback
from typing import Any

Document = dict[str, Any]


class OperatorException(Exception):
    """What was tried, why it failed, what the user can do."""

    def __init__(self, error: str, reason: str, resolution: str) -> None:
        super().__init__(error, reason, resolution)
        self.error, self.reason, self.resolution = error, reason, resolution

    def __str__(self) -> str:
        return f"{self.error} {self.reason} {self.resolution}"


class ConfigurationException(OperatorException):
    """A setting that can never work."""


class ExecutionException(OperatorException):
    """A failure that every record would meet, such as credentials the service does not know."""


class DataException(OperatorException):
    """One record failed.

    `response` is the model's whole output where there is one, `code` the service's exception. `original` is the record and
    `policy` what the operator says of errors; both are set by the operator in which it failed. `index` is the record's place
    in a run that it has ended, from 0.
    """

    def __init__(
        self, error: str, reason: str, resolution: str, *, response: Any = None, code: str | None = None
    ) -> None:
        super().__init__(error, reason, resolution)
        self.response, self.code = response, code
        self.original: Any = None
        self.policy: str | None = None
        self.located = False
        self.index: int | None = None

    def locate(self, original: Any, policy: str | None) -> None:
        """Say which record failed, and under which policy; the first operator to say so is right."""
        if not self.located:
            self.original, self.policy, self.located = original, policy, True

    def __reduce__(self) -> tuple[Any, ...]:
        return DataException, (self.error, self.reason, self.resolution), self.__dict__

    def document(self) -> Document:
        """The error document: five keys, and `response` where the model has answered."""
        document = {
            "error": self.error,
            "reason": self.reason,
            "resolution": self.resolution,
            "stacktrace": "".join(traceback.format_exception(self)),
            "original": self.original,
        }
        return document if self.response is None else {**document, "response": self.response}
