"""Decisions: what a principal's policies together say to what is asked. All of it is a function of its arguments.

An explicit deny in any policy wins. Then every kind of policy the principal has must allow: the session's policies (one of
them), the permissions boundary, and the identity's own (one of them). Root needs no policy. Statements and policies have
no order.

Source: documented (IAM User Guide, "Policy evaluation logic"; "Troubleshooting access denied error messages" for the words).
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from outcrop.iam.operators import Comparison
from outcrop.iam.policy import Asked, Policy, Statement

Kind = Literal["allowed", "explicit deny", "implicit deny"]
Place = Literal["root", "identity", "boundary", "session", "trust"]

# documented, and recorded or quoted of Bedrock for identities; session policies are spelled both ways there
_TYPES: dict[Place, str] = {
    "identity": "an identity-based policy",
    "boundary": "a permissions boundary",
    "session": "a session policy",
    "trust": "the role trust policy",
}


class Grants(Struct, frozen=True):
    """The policies of one principal: its own and its groups', its boundary, its session's (None when there are none)."""

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] | None = None
    root: bool = False

    def places(self) -> Iterator[tuple[Place, tuple[Policy, ...]]]:
        """The kinds of policies there are, in the order in which a denial names them."""
        yield "identity", self.identity
        if self.boundary is not None:
            yield "boundary", (self.boundary,)
        if self.session is not None:
            yield "session", self.session

    def keys(self, action: str) -> frozenset[str]:
        """The condition keys on which a decision about `action` may depend."""
        found = (s.keys for _, policies in self.places() for p in policies for s in p.statements if s.concerns(action))
        return frozenset().union(*found)


class Decision(Struct, frozen=True):
    """What was decided, and what decided it: the kind of policy, the policy's name, the statement. An implicit deny has
    only the kind of policy that does not allow."""

    kind: Kind
    place: Place
    policy: str = ""
    statement: Statement | None = None

    @property
    def allowed(self) -> bool:
        return self.kind == "allowed"

    def refusal(self, principal: str, asked: Asked) -> str:
        """AWS's words for a denial; lists name no resource (quoted)."""
        on = f" on resource: {asked.resource}" if asked.resource else ""
        type_ = _TYPES[self.place]
        if self.kind == "explicit deny":
            why = f"with an explicit deny in {type_}"
        else:
            why = f"because no {type_.partition(' ')[2]} allows the {asked.action} action"
        return f"User: {principal} is not authorized to perform: {asked.action}{on} {why}"


class Finding(Struct, frozen=True):
    """One statement looked at: what kept it from applying (an element or a comparison of its condition), or None."""

    place: Place
    policy: Policy
    statement: Statement
    mismatch: Comparison | str | None


_ROOT = Decision("allowed", "root")


def decide(grants: Grants, asked: Asked) -> Decision:
    """Whether `grants` allow what is `asked`."""
    if grants.root:
        return _ROOT
    allowing: Decision | None = None
    missing: Place | None = None
    for place, policies in grants.places():
        found = _first(place, policies, asked)
        if found is None:
            missing = missing or place
        elif not found.allowed:
            return found
        elif allowing is None:
            allowing = found
    if missing or allowing is None:
        return Decision("implicit deny", missing or "identity")
    return allowing


def _first(place: Place, policies: tuple[Policy, ...], asked: Asked) -> Decision | None:
    """The deny that applies among `policies`, else the allow, else None."""
    allowing: Decision | None = None
    for policy in policies:
        for statement in policy.statements:
            if statement.allows and allowing is not None:
                continue
            if statement.mismatch(asked) is None:
                if not statement.allows:
                    return Decision("explicit deny", place, policy.name, statement)
                allowing = Decision("allowed", place, policy.name, statement)
    return allowing


def assume(trust: Policy, grants: Grants, asked: Asked) -> Decision:
    """Whether a role with the policy `trust` may be assumed by `asked.principal`, of the role's account, who has `grants`.

    The trust policy has to allow it. Where it names the principal only by its account, the principal's own policies have
    to allow it too; where it names the principal itself, they only must not deny it (documented of one account).
    """
    trusted = _first("trust", (trust,), asked)
    if trusted is None:
        return Decision("implicit deny", "trust")
    own = decide(grants, asked)
    if not trusted.allowed or own.kind == "explicit deny":
        return own if trusted.allowed else trusted
    return trusted if own.allowed or _trusted_directly(trust, grants, asked) else own


def _trusted_directly(trust: Policy, grants: Grants, asked: Asked) -> bool:
    """Whether `trust` names the principal itself; a session's boundary and policies limit even that (documented)."""
    if grants.session is not None:
        limits = [policies for place, policies in grants.places() if place != "identity"]
        if not all(_first("session", policies, asked) for policies in limits):
            return False
    return any(
        statement.allows and statement.names_directly(asked.principal) and statement.mismatch(asked) is None
        for statement in trust.statements
    )


def explain(grants: Grants, asked: Asked) -> list[Finding]:
    """Every statement of `grants`, and what kept it from applying to what is `asked`."""
    return [
        Finding(place, policy, statement, statement.mismatch(asked))
        for place, policies in grants.places()
        for policy in policies
        for statement in policy.statements
    ]
