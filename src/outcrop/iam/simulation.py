"""Simulation: what policies would say to a question nobody has asked, and why. Nothing is run, and nothing remembered.

A simulation is a decision with its grounds: the statements that determine it, where they stand in their documents, what
kept the others from applying, and which condition keys the policies look at that have no value.

Sources: the service model (SimulatePrincipalPolicy), its documentation, and reported answers for positions: columns count
from 1; a statement begins behind the bracket or comma before it, a single one behind its own brace, and ends behind its own.
"""

import json
import re

from msgspec import Struct

from outcrop.iam.conditions import row_of
from outcrop.iam.decide import Decision, Finding, Grants, decide, explain
from outcrop.iam.operators import Comparison
from outcrop.iam.policy import Asked

_SPACE = re.compile(r"[\s,]*")
_json = json.JSONDecoder()


class Position(Struct, frozen=True):
    """A place in a document; both count from 1."""

    line: int
    column: int


class Simulation(Struct, frozen=True):
    """A decision and its grounds. `matched` determine it; `missing` keys are named as AWS names them where it does."""

    asked: Asked
    decision: Decision
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]

    @property
    def matched(self) -> tuple[Finding, ...]:
        """All denies that apply when one does, else what allows; nothing for an implicit deny."""
        if self.decision.kind == "implicit deny":
            return ()
        allows = self.decision.allowed
        return tuple(
            one for one in self.findings if one.mismatch is None and one.statement.allows is allows and _counts(one)
        )

    @property
    def boundary_allows(self) -> bool | None:
        """Whether the permissions boundary allows it; None without one."""
        bounding = [one for one in self.findings if one.place == "boundary"]
        applying = [one.statement.allows for one in bounding if one.mismatch is None]
        return bool(applying) and all(applying) if bounding else None


def _counts(finding: Finding) -> bool:
    """Boundaries and sessions allow nothing by themselves, and deny like any other."""
    return finding.place == "identity" or not finding.statement.allows


def simulate(grants: Grants, asked: Asked) -> Simulation:
    """What `grants` say to what is `asked`, and why."""
    keys = sorted(key for key in grants.keys(asked.action) if asked.context.get(key) is None)
    return Simulation(asked, decide(grants, asked), tuple(explain(grants, asked)), tuple(map(_named, keys)))


def _named(key: str) -> str:
    row = row_of(key)
    return row.name + key.partition("/")[2] if row else key


def reason(finding: Finding, asked: Asked) -> str:
    """Why a statement does not apply, in a few words; "" when it does."""
    found = finding.mismatch
    if found is None:
        return ""
    if not isinstance(found, Comparison):
        return f"{found} matches" if found.startswith("Not") else f"{found} does not match"
    value = asked.context.get(found.name.lower())
    shown = "absent" if value is None else value if isinstance(value, str) else ", ".join(value)
    return f"{found.operator.text} {found.name}: {shown}"


def span(finding: Finding) -> tuple[Position, Position]:
    """Where a finding's statement begins and ends in its policy's document."""
    start, end = _spans(finding.policy.text)[finding.statement.index - 1]
    return _position(finding.policy.text, start), _position(finding.policy.text, end)


def _position(text: str, at: int) -> Position:
    return Position(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def _spans(text: str) -> list[tuple[int, int]]:
    """The statements of a document that has been checked, as AWS measures them."""
    at = _statement(text)
    if text[at] == "{":
        return [(at + 1, _json.raw_decode(text, at)[1])]
    found, at = [], at + 1
    while text[begin := _skip(text, at)] != "]":
        end = _json.raw_decode(text, begin)[1]
        found.append((at, end))
        comma = text.find(",", end, _skip(text, end))
        at = comma + 1 if comma >= 0 else end
    return found


def _statement(text: str) -> int:
    """Where the value of the Statement element begins."""
    at = text.index("{") + 1
    while True:
        key, end = _json.raw_decode(text, _skip(text, at))
        value = _skip(text, text.index(":", end) + 1)
        if key == "Statement":
            return value
        at = _json.raw_decode(text, value)[1]


def _skip(text: str, at: int) -> int:
    """Behind white space and commas."""
    found = _SPACE.match(text, at)
    return found.end() if found else at
