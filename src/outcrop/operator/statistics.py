"""What an operator has done so far: counts and times that only grow, kept by the operator that they are about."""

import time
from collections.abc import Mapping
from typing import Any, Literal

import msgspec


class Statistics(msgspec.Struct, kw_only=True):
    """One operator's figures. `seconds` is time spent on records, added up; records worked on together each count.

    `records` were taken in, `documents` went out, `errors` failed, `warnings` were odd and let through. Tokens are the
    sums of what the service said was used.
    """

    label: str
    state: Literal["idle", "running", "completed", "failed"] = "idle"
    records: int = 0
    documents: int = 0
    errors: int = 0
    warnings: int = 0
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    began: float | None = None

    @property
    def rate(self) -> float:
        """Documents per second since the first record."""
        passed = time.perf_counter() - self.began if self.began is not None else 0.0
        return self.documents / passed if passed else 0.0

    def count(self, usage: Mapping[str, Any]) -> None:
        """Add one answer's usage."""
        taken, given = usage.get("inputTokens") or 0, usage.get("outputTokens") or 0
        self.requests += 1
        self.input_tokens += taken
        self.output_tokens += given
