"""Access keys: two per user at most, the secret shown once, in the answer that makes it."""

import secrets

import msgspec

from outcrop.doors.query.call import Call, Output, listed, quota
from outcrop.errors import NoSuchEntity
from outcrop.iam.keys import access_key_id
from outcrop.iam.store.values import AccessKey

KEYS_PER_USER = 2


def create(call: Call) -> Output:
    """CreateAccessKey."""
    user = call.user()
    quota("AccessKeysPerUser", KEYS_PER_USER, len(call.state.keys_of(user)))
    secret = secrets.token_urlsafe(30)
    sealed = call.store.vault.seal(secret.encode())
    key = AccessKey(id=access_key_id("AKIA"), user=user.id, sealed=sealed, created=call.moment)
    call.draft.put(key)
    return {"AccessKey": {**shown(call, key), "SecretAccessKey": secret}}


def list_all(call: Call) -> Output:
    """ListAccessKeys."""
    keys = call.state.keys_of(call.user())
    return listed(
        call, "AccessKeyMetadata", keys, lambda key: f"{key.created:020} {key.id}", lambda key: shown(call, key)
    )


def update(call: Call) -> Output:
    """UpdateAccessKey."""
    key = _key(call)
    call.draft.put(msgspec.structs.replace(key, active=call.input["Status"] == "Active"))
    return {}


def delete(call: Call) -> Output:
    """DeleteAccessKey."""
    call.draft.drop(_key(call))
    return {}


async def last_used(call: Call) -> Output:
    """GetAccessKeyLastUsed; a key that was never used has ``N/A`` for service and Region (documented)."""
    wanted = call.input["AccessKeyId"]
    key = call.state.keys.get(wanted)
    if key is None:
        raise _missing(wanted)
    used = await call.uses.last(wanted)
    service, region = (used.service, used.region) if used else ("N/A", "N/A")
    about = {"LastUsedDate": used.moment if used else None, "ServiceName": service, "Region": region}
    return {"UserName": call.state.by_id[key.user].name, "AccessKeyLastUsed": about}


def shown(call: Call, key: AccessKey) -> Output:
    """A key without its secret."""
    return {
        "UserName": call.state.by_id[key.user].name,
        "AccessKeyId": key.id,
        "Status": "Active" if key.active else "Inactive",
        "CreateDate": key.created,
    }


def _key(call: Call) -> AccessKey:
    user, wanted = call.user(), call.input["AccessKeyId"]
    key = call.state.keys.get(wanted)
    if key is None or key.user != user.id:
        raise _missing(wanted)
    return key


def _missing(key_id: str) -> NoSuchEntity:
    return NoSuchEntity(f"The Access Key with id {key_id} cannot be found.")
