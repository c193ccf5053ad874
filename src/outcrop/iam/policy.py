"""Policies, compiled: a document is checked and read once, into statements that say whether they apply to what is asked.

A statement applies when its action, its resource, its principal (trust policies have one) and all its conditions match.
What follows from that is decided in `outcrop.iam.decide`; what IAM refuses to store is in `outcrop.iam.grammar`.

Source: documented (IAM User Guide, "IAM JSON policy elements reference"). Actions are matched in any case of letters,
resources and principals as they are.
"""

from typing import Any

from msgspec import Struct

from outcrop.iam import grammar, operators
from outcrop.iam.grammar import Kind, PolicyError
from outcrop.iam.operators import Comparison
from outcrop.iam.patterns import Context, Patterns

__all__ = ["Asked", "Kind", "Policy", "PolicyError", "Statement", "parse"]


class Asked(Struct, frozen=True):
    """One question to policies: may the principal `principal` (ARN) do `action` to `resource`, "" where it names none?

    `context` has the request's condition keys by their names in lower case. The principal matters to trust policies only.
    """

    action: str
    resource: str = ""
    context: Context = {}
    principal: str = ""


class Statement:
    """One statement; `index` is its place in the document, from 1."""

    def __init__(self, index: int, source: dict[str, Any], *, variables: bool) -> None:
        self.index, self.sid, self.allows = index, source.get("Sid", ""), source["Effect"] == "Allow"
        self._action_wanted, self._actions = _patterns(source, "Action", ignore_case=True)
        self._resource_wanted, self._resources = _patterns(source, "Resource", variables=variables)
        self._principal_wanted, self._principals = "Principal" in source, _principals(source)
        self.comparisons = tuple(_comparisons(source.get("Condition", {}), variables=variables))
        self.keys = self._resources.keys.union(*(comparison.keys for comparison in self.comparisons))

    def concerns(self, action: str) -> bool:
        """Whether the statement speaks of `action` at all."""
        return self._actions.match(action, {}) is self._action_wanted

    def mismatch(self, asked: Asked) -> Comparison | str | None:
        """The element, or the comparison of the condition, that keeps the statement from applying; None when it applies."""
        context = asked.context
        if self._actions.match(asked.action, context) is not self._action_wanted:
            return "Action" if self._action_wanted else "NotAction"
        if self._resources.match(asked.resource, context) is not self._resource_wanted:
            return "Resource" if self._resource_wanted else "NotResource"
        if self._principals is not None and self.names(asked.principal) is not self._principal_wanted:
            return "Principal" if self._principal_wanted else "NotPrincipal"
        for comparison in self.comparisons:
            if not comparison.holds(context):
                return comparison
        return None

    def names(self, principal: str) -> bool:
        """Whether the statement's principals hold `principal`: by its ARN, its role's, its account, or as anybody."""
        return self._principals is not None and not self._principals.isdisjoint(_forms(principal))

    def names_directly(self, principal: str) -> bool:
        """Whether they hold it by more than its account."""
        return self._principals is not None and not self._principals.isdisjoint(_own_forms(principal))


class Policy(Struct, frozen=True):
    """A policy by the name explanations call it; `keys` are the condition keys it looks at, `text` is its document."""

    name: str
    statements: tuple[Statement, ...]
    keys: frozenset[str]
    text: str = ""


def parse(text: str, *, kind: Kind = "managed", name: str = "") -> Policy:
    """The policy in `text`; raises PolicyError in AWS's words.

    Only managed policies have to be of version 2012-10-17; older ones, inline and trust policies without a version among
    them, have no policy variables (documented).
    """
    document = grammar.check(text, kind)
    variables = document.get("Version") == grammar.VERSIONS[1]
    sources = enumerate(grammar.statements(document), 1)
    statements = tuple(Statement(index, source, variables=variables) for index, source in sources)
    return Policy(name, statements, frozenset().union(*(statement.keys for statement in statements)), text)


def _patterns(
    source: dict[str, Any], name: str, *, variables: bool = False, ignore_case: bool = False
) -> tuple[bool, Patterns]:
    """The patterns of an element or of its opposite, and whether they have to match; trust policies have no resource."""
    wanted = f"Not{name}" not in source
    texts = source.get(name, "*") if wanted else source[f"Not{name}"]
    whole = map(grammar.whole, grammar.listed(texts)) if name == "Resource" else grammar.listed(texts)
    return wanted, Patterns(whole, variables=variables, ignore_case=ignore_case)


def _principals(source: dict[str, Any]) -> frozenset[str] | None:
    given = source.get("Principal", source.get("NotPrincipal"))
    if given is None:
        return None
    return frozenset({"*"} if given == "*" else (name for names in given.values() for name in grammar.listed(names)))


def _own_forms(principal: str) -> list[str]:
    """What a principal is called in policies; a role's session is also the role (documented)."""
    parts = principal.split(":", 5)
    forms = ["*", principal]
    if len(parts) == 6 and parts[5].startswith("assumed-role/"):
        forms.append(f"{parts[0]}:{parts[1]}:iam::{parts[4]}:role/{parts[5].split('/')[1]}")
    return forms


def _forms(principal: str) -> list[str]:
    parts = principal.split(":", 5)
    account = [parts[4], f"{parts[0]}:{parts[1]}:iam::{parts[4]}:root"] if len(parts) == 6 else []
    return [*_own_forms(principal), *account]


def _comparisons(condition: dict[str, dict[str, Any]], *, variables: bool) -> list[Comparison]:
    found = []
    for name, tests in condition.items():
        word = operators.word(name)
        for key, values in tests.items() if word else ():
            assert word is not None
            given = values if isinstance(values, list) else [values]
            found.append(Comparison(word, key, tuple(map(grammar.scalar, given)), variables=variables))
    return found
