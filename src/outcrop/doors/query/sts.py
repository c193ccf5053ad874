"""STS: who is calling, and credentials for a while. A session's token carries all there is to know, sealed.

Nothing is kept: any replica that shares the database's keys opens the token. A session has the permissions of its role or
user as they are when it is used, narrowed by the policies it was asked for with.

Sources: documented (STS API reference); texts reported, but for those of members that are not honoured, which is decided.
"""

import secrets
from typing import Any

import msgspec

from outcrop.doors.query.call import Call, Output, checked
from outcrop.errors import AccessDenied, MalformedPolicyDocument, ValidationError
from outcrop.iam.conditions import Scene
from outcrop.iam.decide import Grants, assume
from outcrop.iam.directory import Directory
from outcrop.iam.keyring import session_principal
from outcrop.iam.keys import ACCOUNT, Session, access_key_id
from outcrop.iam.managed import AWS_POLICIES
from outcrop.iam.policy import Asked, parse
from outcrop.iam.store.values import Entity

SECOND = 1_000_000
CHAINED = 3600  # seconds a session may ask for, and root
PACKED = 2048  # characters of policies and tags, which AWS packs in a way it does not tell
NOT_HONOURED = (
    "SerialNumber",
    "TokenCode",
    "SourceIdentity",
    "TransitiveTagKeys",
    "ProvidedContexts",
    "MinimumSessionTokenSize",
)


def caller(call: Call) -> Output:
    """GetCallerIdentity."""
    principal = call.principal
    return {"UserId": principal.unique_id, "Account": principal.account, "Arn": principal.arn}


def key_info(call: Call) -> Output:
    """GetAccessKeyInfo: whose account a key is of; there is one."""
    return {"Account": ACCOUNT}


async def session_token(call: Call) -> Output:
    """GetSessionToken: the caller's own permissions, for a while; not with a session."""
    _refuse(call)
    principal = call.principal
    if principal.session:
        raise AccessDenied("Cannot call GetSessionToken with session credentials")
    asked = call.input.get("DurationSeconds", 43_200)
    seconds = min(asked, CHAINED) if principal.root else asked
    return {"Credentials": await _credentials(call, _session(call, principal.unique_id, seconds))}


async def assume_role(call: Call) -> Output:
    """AssumeRole."""
    _refuse(call)
    if call.principal.root:
        raise AccessDenied("Roles may not be assumed by root accounts.")
    role = _assumable(call)
    seconds = call.input.get("DurationSeconds", CHAINED)
    if seconds > role.max_session:
        raise ValidationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    if call.principal.session and seconds > CHAINED:
        raise ValidationError(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        )
    tags = {tag["Key"]: tag["Value"] for tag in call.input.get("Tags", ())}
    narrowed = _narrowed(call)
    name = call.input["RoleSessionName"]
    session = msgspec.structs.replace(_session(call, role.id, seconds), name=name, tags=tags, **narrowed)
    packed = sum(map(len, [*session.policies, *session.policy_arns, *tags, *tags.values()]))
    who = session_principal(role, session)
    return {
        "Credentials": await _credentials(call, session),
        "AssumedRoleUser": {"AssumedRoleId": who.unique_id, "Arn": who.arn},
        "PackedPolicySize": min(100, -(-packed * 100 // PACKED)) if packed else None,
    }


def _assumable(call: Call) -> Entity:
    """The role, if its trust policy and the caller's own policies let the caller assume it."""
    arn: str = call.input["RoleArn"]
    role = call.state.entity("role", arn.rpartition("/")[2])
    actions = ["sts:AssumeRole", "sts:TagSession"] if call.input.get("Tags") else ["sts:AssumeRole"]
    for action in actions:
        if role is None or role.arn != arn or not _trusted(call, role, action):
            raise AccessDenied(f"User: {call.principal.arn} is not authorized to perform: {action} on resource: {arn}")
    assert role
    return role


def _trusted(call: Call, role: Entity, action: str) -> bool:
    given: dict[str, Any] = {"sts:rolesessionname": call.input["RoleSessionName"]}
    if external := call.input.get("ExternalId"):
        given["sts:externalid"] = external
    for tag in call.input.get("Tags", ()):
        given[f"aws:requesttag/{tag['Key'].lower()}"] = tag["Value"]
    if tags := call.input.get("Tags"):
        given["aws:tagkeys"] = tuple(tag["Key"] for tag in tags)
    for key, value in role.tags.items():
        given[f"aws:resourcetag/{key.lower()}"] = value
    scene = Scene(call.principal, call.region, given, call.request, call.moment / SECOND)
    asked = Asked(action, role.arn, scene, call.principal.arn)
    grants: Grants = Directory(call.store).grants(call.principal)
    return assume(parse(role.trust, kind="trust"), grants, asked).allowed


def _narrowed(call: Call) -> dict[str, tuple[str, ...]]:
    """The session's own policies, checked."""
    found: dict[str, tuple[str, ...]] = {}
    if document := call.input.get("Policy"):
        found["policies"] = (checked(document, "session"),)
    if arns := [one["arn"] for one in call.input.get("PolicyArns", ())]:
        for arn in arns:
            if arn not in call.state.policies and arn not in AWS_POLICIES:
                raise MalformedPolicyDocument(f"Policy {arn} does not exist or is not attachable.")
        found["policy_arns"] = tuple(arns)
    return found


def _session(call: Call, source: str, seconds: int) -> Session:
    return Session(
        source=source,
        access_key_id=access_key_id("ASIA"),
        secret=secrets.token_urlsafe(30),
        issued=call.moment,
        expires=call.moment + seconds * SECOND,
    )


async def _credentials(call: Call, session: Session) -> Output:
    material = await call.store.material()
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret,
        "SessionToken": material.seal(msgspec.json.encode(session)),
        "Expiration": session.expires,
    }


def _refuse(call: Call) -> None:
    """Refuse members that are not honoured, rather than drop them."""
    for name in NOT_HONOURED:
        if call.input.get(name):
            raise ValidationError(f"{name} is not supported")
