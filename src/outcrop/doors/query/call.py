"""One IAM or STS action in flight: who asks for what, the state it is answered from, and the lookups all actions share.

Names are found whatever their case, and what is not found is refused in AWS's words. A writing action's state is the
draft of the next one.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from outcrop.errors import (
    InvalidInput,
    LimitExceeded,
    MalformedPolicyDocument,
    NoSuchEntity,
    PackedPolicyTooLarge,
    ServiceError,
    ValidationError,
)
from outcrop.iam.keys import ACCOUNT, Principal
from outcrop.iam.managed import AWS_POLICIES
from outcrop.iam.policy import Kind as PolicyKind
from outcrop.iam.policy import PolicyError, parse
from outcrop.iam.store import Store
from outcrop.iam.store.state import Draft, State
from outcrop.iam.store.values import Entity, Kind, ManagedPolicy
from outcrop.iam.uses import Uses
from outcrop.wire.http import HttpRequest

Output = dict[str, Any]
Item = TypeVar("Item")

PAGE = 100  # items when MaxItems is not given (documented)
TAGS = 50


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks for what; `moment` is now in microseconds since 1970, `request` the message it came in, if any."""

    principal: Principal
    input: Mapping[str, Any]
    state: State
    store: Store
    uses: Uses
    moment: int
    region: str
    request: HttpRequest | None = None

    @property
    def draft(self) -> Draft:
        """The state, of an action that changes it."""
        assert isinstance(self.state, Draft)
        return self.state

    def entity(self, kind: Kind, name: str | None = None) -> Entity:
        """The user, group or role the input names; raises NoSuchEntity."""
        wanted: str = name or self.input[f"{kind.capitalize()}Name"]
        found = self.state.entity(kind, wanted)
        if found is None:
            raise NoSuchEntity(f"The {kind} with name {wanted} cannot be found.")
        return found

    def user(self) -> Entity:
        """The user the input names, or the one who asks when it names none."""
        if name := self.input.get("UserName"):
            return self.entity("user", name)
        found = self.state.by_id.get(self.principal.unique_id)
        if found is None:
            raise ValidationError("Must specify userName when calling with non-User credentials")
        return found

    def policy(self, arn: str, *, attach: bool = False) -> ManagedPolicy:
        """A managed policy of the account or of AWS; raises NoSuchEntity."""
        found = self.state.policies.get(arn) or AWS_POLICIES.get(arn)
        if found is None:
            fate = "does not exist or is not attachable" if attach else "was not found"
            raise NoSuchEntity(f"Policy {arn} {fate}.")
        return found

    def boundary(self) -> str | None:
        """The permissions boundary the input names, which has to exist."""
        arn: str | None = self.input.get("PermissionsBoundary")
        if arn and not (arn in self.state.policies or arn in AWS_POLICIES):
            raise NoSuchEntity(f"Scope ARN: {arn} does not exist or is not attachable.")
        return arn


def checked(text: str, kind: PolicyKind) -> str:
    """A policy document as it is, when it is one; raises what AWS raises when it is not."""
    try:
        parse(text, kind=kind)
    except PolicyError as error:
        raise policy_refusal(error) from error
    return text


def policy_refusal(error: PolicyError) -> ServiceError:
    """AWS's error for a document that is none, or too large."""
    kinds: dict[str, type[ServiceError]] = {
        "LimitExceeded": LimitExceeded,
        "PackedPolicyTooLarge": PackedPolicyTooLarge,
    }
    return kinds.get(error.code, MalformedPolicyDocument)(error.message)


def quota(name: str, limit: int, count: int) -> None:
    """Refuse one more than `limit` (documented quotas, in the words they are reported with)."""
    if count >= limit:
        raise LimitExceeded(f"Cannot exceed quota for {name}: {limit}")


def page(call: Call, name: str, items: Iterable[Item], key: Callable[[Item], str]) -> tuple[Output, list[Item]]:
    """The part of `items` the caller asked for, with IsTruncated and Marker; `key` tells each from the others, in order.

    A marker is the key of the last item there was, so that what comes and goes in between moves nothing.
    """
    everything = sorted(items, key=key)
    if marker := call.input.get("Marker"):
        after = _unmarked(marker)
        everything = [item for item in everything if key(item) > after]
    size = call.input.get("MaxItems", PAGE)
    shown = everything[:size]
    if len(everything) == len(shown):
        return {"IsTruncated": False}, shown
    return {"IsTruncated": True, "Marker": base64.b64encode(key(shown[-1]).encode()).decode()}, shown


def listed(
    call: Call, name: str, items: Iterable[Item], key: Callable[[Item], str], show: Callable[[Item], Any]
) -> Output:
    """A page of `items` under `name`, each as `show` makes it."""
    output, shown = page(call, name, items, key)
    return {name: [show(item) for item in shown], **output}


def _unmarked(marker: str) -> str:
    try:
        return base64.b64decode(marker, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise ValidationError("Invalid Marker") from error


def tags_of(given: Iterable[Mapping[str, str]], held: Mapping[str, str] | None = None) -> dict[str, str]:
    """Tags with those given added; keys are one whatever their case (documented). Raises InvalidInput, LimitExceeded."""
    made = dict(held or {})
    names: set[str] = set()
    for tag in given:
        folded = tag["Key"].lower()
        if folded in names:
            raise InvalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
        names.add(folded)
        made = {key: value for key, value in made.items() if key.lower() != folded} | {tag["Key"]: tag["Value"]}
    if len(made) > TAGS:
        raise LimitExceeded(f"The number of tags has reached the maximum limit of {TAGS}.")
    return made


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as AWS lists them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def boundary_of(entity: Entity) -> dict[str, str] | None:
    """An entity's permissions boundary as AWS shows it."""
    if entity.boundary is None:
        return None
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": entity.boundary}


def under(path: str, prefix: str | None) -> bool:
    """Whether a path is under a prefix that was asked for."""
    return path.startswith(prefix or "/")


def arn(kind: str, path: str, name: str = "") -> str:
    """An ARN of the account's."""
    return f"arn:aws:iam::{ACCOUNT}:{kind}{path}{name}"
