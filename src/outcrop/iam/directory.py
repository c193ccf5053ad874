"""Who has which policies, read once per state of identity: the answer to `iam.authorization`.

A document is parsed when it is first needed and again only when it has changed. A policy that cannot be read (another
version of Outcrop has written it) denies everything, since nobody knows what it would have denied, and is said in the log.
"""

import logging
from functools import lru_cache

from outcrop.iam.decide import Grants
from outcrop.iam.keys import Principal, Session
from outcrop.iam.managed import AWS_POLICIES
from outcrop.iam.policy import Kind, Policy, PolicyError, parse
from outcrop.iam.store import Store
from outcrop.iam.store.state import State
from outcrop.iam.store.values import Entity

PARSED = 4096  # documents kept
_DENIES_ALL = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'

log = logging.getLogger("outcrop.iam")


class Directory:
    """The policies of everybody the store knows. `version` is another object after every change."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def version(self) -> State:
        """The state that `grants` answers from."""
        return self._store.state

    def grants(self, principal: Principal) -> Grants:
        """All policies that speak for or against `principal`; root needs none, and who is gone has none."""
        if principal.root:
            return Grants(root=True)
        state, session = self._store.state, principal.session
        entity = state.by_id.get(session.source if session else principal.unique_id)
        if entity is None:
            return Grants()
        own = grants_of(state, entity)
        return Grants(own.identity, own.boundary, _narrowing(state, session)) if session else own


def grants_of(state: State, entity: Entity) -> Grants:
    """The policies of a user with its groups, of a group, or of a role, without any session's."""
    groups = [state.by_id[one] for one in entity.groups if one in state.by_id]
    identity = [policy for one in (entity, *groups) for policy in _own(state, one)]
    return Grants(tuple(identity), _managed(state, entity.boundary) if entity.boundary else None)


def _own(state: State, entity: Entity) -> list[Policy]:
    inline = [parsed(document, "inline", name) for name, document in entity.inline.items()]
    return inline + [_managed(state, arn) for arn in entity.attached]


def _managed(state: State, arn: str) -> Policy:
    """A managed policy; one that is not there allows nothing."""
    policy = state.policies.get(arn) or AWS_POLICIES.get(arn)
    return parsed(policy.document, "managed", policy.name) if policy else Policy(arn, (), frozenset())


def _narrowing(state: State, session: Session) -> tuple[Policy, ...] | None:
    documents = [parsed(document, "session", "session policy") for document in session.policies]
    found = (*documents, *(_managed(state, arn) for arn in session.policy_arns))
    return found or None


@lru_cache(maxsize=PARSED)
def parsed(document: str, kind: Kind, name: str) -> Policy:
    """The policy in `document`."""
    try:
        return parse(document, kind=kind, name=name)
    except PolicyError:
        log.warning("the policy %s cannot be read, and denies everything", name)
        return parse(_DENIES_ALL, name=name)
