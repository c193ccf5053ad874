"""Long-term Bedrock API keys, which IAM calls service-specific credentials: two per user, shown once, with an end or none.

The token a client sends is ``ABSK`` and the base64 of ``ServiceCredentialAlias:…``; the answer carries it whole as the
secret. Only its keyed hash is kept.
"""

import msgspec

from outcrop.doors.query.call import Call, Output, listed, quota
from outcrop.errors import NoSuchEntity, NotSupportedService, ValidationError
from outcrop.iam.keys import ACCOUNT
from outcrop.iam.store.values import Entity, ServiceCredential, bearer_token, unique_id

SERVICE = "bedrock.amazonaws.com"
CREDENTIALS_PER_USER = 2
DAY = 86_400_000_000  # microseconds


def create(call: Call) -> Output:
    """CreateServiceSpecificCredential."""
    user, service = call.entity("user"), call.input["ServiceName"]
    _refuse_other(service)
    held = call.state.credentials_of(user)
    quota("ServiceSpecificCredentialsPerUser", CREDENTIALS_PER_USER, len(held))
    alias = _alias(user, {one.alias for one in held})
    token = bearer_token(alias)
    days = call.input.get("CredentialAgeDays")
    credential = ServiceCredential(
        id=unique_id("ACCA"),
        user=user.id,
        digest=call.draft.material.digest(token),
        alias=alias,
        created=call.moment,
        expires=None if days is None else call.moment + days * DAY,
    )
    call.draft.put(credential)
    return {"ServiceSpecificCredential": {**shown(call, credential), "ServiceCredentialSecret": token}}


def list_all(call: Call) -> Output:
    """ListServiceSpecificCredentials: of one user, or of all with AllUsers."""
    if call.input.get("AllUsers"):
        if "UserName" in call.input:
            raise ValidationError("Cannot specify both UserName and AllUsers")
        found = list(call.state.credentials.values())
    else:
        found = call.state.credentials_of(call.user())
    service = call.input.get("ServiceName", SERVICE)
    found = [one for one in found if one.service == service]
    return listed(
        call,
        "ServiceSpecificCredentials",
        found,
        lambda one: f"{one.created:020} {one.id}",
        lambda one: shown(call, one),
    )


def update(call: Call) -> Output:
    """UpdateServiceSpecificCredential."""
    active = call.input["Status"] == "Active"
    call.draft.put(msgspec.structs.replace(_credential(call), active=active))
    return {}


def reset(call: Call) -> Output:
    """ResetServiceSpecificCredential: a new secret in place of the old one."""
    old = _credential(call)
    token = bearer_token(old.alias)
    credential = msgspec.structs.replace(old, digest=call.draft.material.digest(token))
    call.draft.put(credential)
    return {"ServiceSpecificCredential": {**shown(call, credential), "ServiceCredentialSecret": token}}


def delete(call: Call) -> Output:
    """DeleteServiceSpecificCredential."""
    call.draft.drop(_credential(call))
    return {}


def shown(call: Call, credential: ServiceCredential) -> Output:
    """A credential without its secret; one that has ended is Expired."""
    ended = credential.expires is not None and credential.expires <= call.moment
    return {
        "UserName": call.state.by_id[credential.user].name,
        "Status": "Expired" if ended else "Active" if credential.active else "Inactive",
        "ServiceCredentialAlias": credential.alias,
        "CreateDate": credential.created,
        "ExpirationDate": credential.expires,
        "ServiceSpecificCredentialId": credential.id,
        "ServiceName": credential.service,
    }


def _alias(user: Entity, taken: set[str]) -> str:
    """The user's name and the account, a number between them for the second (the form such keys were seen in)."""
    first = f"{user.name}-at-{ACCOUNT}"
    return first if first not in taken else f"{user.name}+1-at-{ACCOUNT}"


def _refuse_other(service: str) -> None:
    if service != SERVICE:
        raise NotSupportedService(f"The service {service} is not supported for service-specific credentials.")


def _credential(call: Call) -> ServiceCredential:
    wanted = call.input["ServiceSpecificCredentialId"]
    found = call.state.credentials.get(wanted)
    user = call.user() if "UserName" in call.input else None
    if found is None or (user and found.user != user.id):
        raise NoSuchEntity(f"No such credential {wanted} exists")
    return found
