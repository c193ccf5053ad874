"""What is said about a judgement: assessments and what they were charged as, in AWS's shape.

Everything is a plain dictionary in the order of the service model's declaration, which is how native answers have it
(recorded); who answers in another order sorts it. Policies that found nothing are left out.
"""

import math
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from outcrop.guardrails.judge import Finding, Judge, Kind, Side, Source, Verdict

TEXT_UNIT = 1000  # characters (documented)

_DONE = {"BLOCK": "BLOCKED", "ANONYMIZE": "ANONYMIZED", "NONE": "NONE"}


class Coverage(Struct, frozen=True):
    """How many characters were judged, of how many, and of how many pictures none was."""

    guarded: int
    total: int
    images: int = 0

    @classmethod
    def of(cls, judged: Iterable[str], others: Iterable[str] = (), images: int = 0) -> "Coverage":
        """Of these texts."""
        guarded = sum(map(len, judged))
        return cls(guarded, guarded + sum(map(len, others)), images)


class Judgement(Struct, frozen=True):
    """A verdict on one side, and what it took; `full` lists kinds that were not found besides."""

    judge: Judge
    source: Source
    verdict: Verdict
    coverage: Coverage
    latency_ms: int
    full: bool = False

    @property
    def reason(self) -> str:
        """What was done, in AWS's words (recorded)."""
        if self.verdict.blocked:
            return "Guardrail blocked."
        return "Guardrail masked." if self.verdict.masked else "No action."

    @property
    def intervened(self) -> bool:
        """Whether anything was blocked or masked."""
        return self.verdict.blocked or self.verdict.masked

    @property
    def side(self) -> Side:
        """The rules it was judged by."""
        return self.judge.side(self.source)

    def usage(self) -> dict[str, int]:
        """Units of text of each policy; those of expressions are free (documented)."""
        units = math.ceil(self.coverage.guarded / TEXT_UNIT)
        side = self.side
        return {
            "topicPolicyUnits": 0,
            "contentPolicyUnits": 0,
            "wordPolicyUnits": units if side.has("word") or side.has("list") else 0,
            "automatedReasoningPolicyUnits": 0,
            "automatedReasoningPolicies": 0,
            "sensitiveInformationPolicyUnits": units if side.has("entity") else 0,
            "sensitiveInformationPolicyFreeUnits": units if side.has("regex") else 0,
            "contextualGroundingPolicyUnits": 0,
            "contentPolicyImageUnits": 0,
        }

    def covered(self) -> dict[str, dict[str, int]]:
        """`guardrailCoverage`: pictures only where there were any."""
        coverage = self.coverage
        shown = {"textCharacters": {"guarded": coverage.guarded, "total": coverage.total}}
        return {**shown, "images": {"guarded": 0, "total": coverage.images}} if coverage.images else shown

    def assessment(self, arn: str) -> dict[str, Any]:
        """A GuardrailAssessment; `arn` is the guardrail's."""
        guardrail = self.judge.guardrail
        return {
            **self._policies(),
            "invocationMetrics": {
                "guardrailProcessingLatency": self.latency_ms,
                "usage": self.usage(),
                "guardrailCoverage": self.covered(),
            },
            "appliedGuardrailDetails": {
                "guardrailId": guardrail.id,
                "guardrailVersion": guardrail.version,
                "guardrailArn": arn,
                "guardrailOrigin": ["REQUEST"],
                "guardrailOwnership": "SELF",
            },
        }

    def _policies(self) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        found, lists = self._of("word"), self._of("list")
        if found or lists:
            shown["wordPolicy"] = {
                "customWords": [_shown(one) for one in found],
                "managedWordLists": [_shown(one, type=one.name) for one in lists],
            }
        kinds, expressions = [_shown(one, type=one.name) for one in self._of("entity")], self._of("regex")
        if self.full:
            seen = {one["type"] for one in kinds}
            names = dict.fromkeys(self.side.names("entity"))
            kinds += [
                {"match": "", "type": name, "action": "NONE", "detected": False} for name in names if name not in seen
            ]
        if kinds or expressions:
            shown["sensitiveInformationPolicy"] = {
                "piiEntities": kinds,
                "regexes": [{"name": one.name, **_shown(one, regex=one.pattern)} for one in expressions],
            }
        return shown

    def _of(self, kind: Kind) -> list[Finding]:
        return [finding for finding in self.verdict.findings if finding.kind == kind]


def _shown(finding: Finding, **beside: str | None) -> dict[str, Any]:
    return {"match": finding.match, **beside, "action": _DONE[finding.action], "detected": True}


def in_order(value: Any) -> Any:
    """`value` with every object's members by name, as AWS's JSON has them."""
    if isinstance(value, dict):
        return {name: in_order(value[name]) for name in sorted(value)}
    return [in_order(item) for item in value] if isinstance(value, list) else value
