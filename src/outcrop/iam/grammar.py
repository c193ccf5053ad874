"""What IAM refuses in a policy document, in its words and in its order; nothing here is evaluated.

`check` takes the text and gives back the JSON it holds. There are four kinds of policy: managed ones, inline ones, those
of a session, and the trust policies of roles, which name principals and no resources.

Sources: reported (answers of CreatePolicy, a series of a hundred documents published with an AWS emulator's tests, and
texts quoted whole in issues), documented (grammar of the IAM JSON policy language, IAM and STS quotas). The order of
checks is that series'. What it does not show is "Syntax errors in policy.".
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Literal

from outcrop.iam import operators

Kind = Literal["managed", "inline", "session", "trust"]

SYNTAX = "Syntax errors in policy."
LEGACY = "The policy failed legacy parsing"
VERSIONS = ("2008-10-17", "2012-10-17")
# Characters without white space (documented quotas). The total of a user's, group's or role's inline policies is theirs
# to count; none is larger than a role's.
LIMITS: dict[Kind, int] = {"managed": 6144, "inline": 10_240, "session": 2048, "trust": 2048}
_QUOTAS: dict[Kind, str] = {"managed": "PolicySize", "inline": "PolicySize", "trust": "ACLSizePerRole"}

_ELEMENTS = {"Version", "Id", "Statement"}
_STATEMENT = {
    "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"
}  # fmt: skip
_PAIRS = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))
_PRINCIPALS = {"AWS", "Federated", "Service", "CanonicalUser"}
_PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")
_SID = re.compile(r"[0-9A-Za-z]*")
_VENDOR = re.compile(r"[a-zA-Z0-9\-.*?]+")
_NO_REGION = ("s3",)
_IAM_PATHS = (
    "user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/",
    "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/",
)  # fmt: skip
_ASSUME = {
    "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:tagsession",
    "sts:setsourceidentity", "sts:setcontext",
}  # fmt: skip

Json = dict[str, Any]


class PolicyError(Exception):
    """A document that IAM refuses: `message` in AWS's words, `code` MalformedPolicyDocument, LimitExceeded or, of a
    session, PackedPolicyTooLarge."""

    def __init__(self, message: str, code: str = "MalformedPolicyDocument") -> None:
        super().__init__(message)
        self.message, self.code = message, code


def check(text: str, kind: Kind) -> Json:
    """The document in `text`; raises PolicyError for one that is none of its kind, or too large."""
    size = sum(not character.isspace() for character in text)
    if size > LIMITS[kind]:
        raise _too_large(kind, size)
    document = _loaded(text)
    _check_syntax(document)
    version = document.get("Version", VERSIONS[0])
    if kind == "managed" and version != VERSIONS[1]:
        raise PolicyError("Policy document must be version 2012-10-17 or greater.")
    found = statements(document)
    _check_legacy(found)
    fault = next((fault for one in found for fault in _resource_faults(one)), None)
    if fault == LEGACY:
        raise PolicyError(LEGACY)
    _check_sids(found)
    (_check_trust if kind == "trust" else _check_identity)(found, fault)
    return document


def statements(document: Json) -> list[Json]:
    """The statements, of which a single one may stand without a list."""
    found = document["Statement"]
    return found if isinstance(found, list) else [found]


def listed(value: Any) -> list[str]:
    """A string or a list of strings, as a list."""
    return [value] if isinstance(value, str) else list(value)


def whole(resource: str) -> str:
    """A resource as IAM reads it: ``arn`` first, and an asterisk for every component that is missing (reported)."""
    parts = resource.split(":")
    return ":".join(["arn", *parts[1:], *["*"] * (6 - len(parts))]) if len(parts) > 1 else resource


def scalar(value: Any) -> str:
    """A value of a condition as text: numbers and booleans may stand without quotation marks (documented)."""
    return value if isinstance(value, str) else json.dumps(value)


def _too_large(kind: Kind, size: int) -> PolicyError:
    if kind == "session":
        # documented: session policies may have 2,048 characters, and the packed form is what AWS measures
        return PolicyError(f"PackedPolicySize exceeds the limit: {size} of {LIMITS[kind]}", "PackedPolicyTooLarge")
    return PolicyError(f"Cannot exceed quota for {_QUOTAS[kind]}: {LIMITS[kind]}", "LimitExceeded")


def _loaded(text: str) -> Json:
    try:
        document = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise PolicyError(SYNTAX) from None
    if not isinstance(document, dict):
        raise PolicyError(SYNTAX)
    return document


def _unique(pairs: list[tuple[str, Any]]) -> Json:
    """No element may contain the same key twice (documented)."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _refuse(_constant: str) -> None:
    raise ValueError


def _demand(good: bool) -> None:
    if not good:
        raise PolicyError(SYNTAX)


def _check_syntax(document: Json) -> None:
    _demand(document.keys() <= _ELEMENTS and "Statement" in document)
    _demand(document.get("Version", VERSIONS[0]) in VERSIONS and isinstance(document.get("Id", ""), str))
    found = statements(document)
    _demand(bool(found))
    for one in found:
        _demand(isinstance(one, dict) and one.keys() <= _STATEMENT)
        _demand(isinstance(one.get("Sid", ""), str) and isinstance(one.get("Effect"), str))
        _demand(one["Effect"].lower() in ("allow", "deny"))
        for name, opposite in _PAIRS:
            _demand(not (name in one and opposite in one))
            if name != "Principal":
                _demand(_is_texts(one.get(name, [])) and _is_texts(one.get(opposite, [])))
            else:
                _demand(_is_principals(one.get(name, {})) and _is_principals(one.get(opposite, {})))
        _check_condition(one.get("Condition", {}))


def _is_texts(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _is_principals(value: Any) -> bool:
    if isinstance(value, str):
        return value == "*"
    return isinstance(value, dict) and value.keys() <= _PRINCIPALS and all(_is_texts(names) for names in value.values())


def _check_condition(condition: Any) -> None:
    _demand(isinstance(condition, dict))
    for name, tests in condition.items():
        _demand(isinstance(tests, dict) and (not tests or operators.word(name) is not None))
        for values in tests.values():
            _demand(all(isinstance(value, str | int | float) for value in _values(values)))


def _values(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


def _check_legacy(found: list[Json]) -> None:
    """The case of an effect, and dates, which an older parser looks at before all else."""
    for one in found:
        dates = (
            scalar(value)
            for name, tests in one.get("Condition", {}).items()
            for values in tests.values()
            for value in _values(values)
            if (word := operators.word(name)) and word.name.startswith("Date")
        )
        if one["Effect"] not in ("Allow", "Deny") or any(operators.moment(date) is None for date in dates):
            raise PolicyError(LEGACY)


def _resource_faults(one: Json) -> Iterator[str]:
    for resource in listed(one.get("Resource", one.get("NotResource", []))):
        fault = _resource_fault(resource)
        if fault:
            yield fault


def _resource_fault(resource: str) -> str | None:
    """What is wrong with a resource. Whatever stands before the first colon is taken for ``arn`` (reported)."""
    if resource == "*":
        return None
    parts = resource.split(":")
    if len(parts) < 2:
        return f'Resource {resource} must be in ARN format or "*".'
    partition = parts[1]
    if partition not in _PARTITIONS and not _has_wildcard(partition):
        return f'Partition "{partition}" is not valid for resource "{whole(resource)}".'
    if len(parts) == 2 and not _has_wildcard(partition):
        return "Resource vendor must be fully qualified and cannot contain regexes."
    return _vendor_fault(resource, parts)


def _vendor_fault(resource: str, parts: list[str]) -> str | None:
    vendor = parts[2] if len(parts) > 2 else "*"
    if not vendor or (len(parts) < 6 and "::" in resource):
        return LEGACY
    if len(parts) < 6:
        return None
    if vendor == "iam" and parts[3]:
        return f"IAM resource {resource} cannot contain region information."
    if vendor in _NO_REGION and parts[3]:
        return f"Resource {resource} can not contain region information."
    path = ":".join(parts[5:])
    if vendor == "iam" and path != "*" and not path.startswith(_IAM_PATHS):
        return f'IAM resource path must either be "*" or start with {", ".join(_IAM_PATHS)}.'
    return None


def _has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text


def _check_sids(found: list[Json]) -> None:
    sids = [one["Sid"] for one in found if one.get("Sid")]
    if len(set(sids)) < len(sids):
        raise PolicyError("Statement IDs (SID) in a single policy must be unique.")
    if not all(map(_SID.fullmatch, sids)):
        raise PolicyError(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
        )


def _check_identity(found: list[Json], resource_fault: str | None) -> None:
    if any("Principal" in one or "NotPrincipal" in one for one in found):
        raise PolicyError("Policy document should not specify a principal.")
    if not all(one.get("Action", one.get("NotAction", [])) or _empty(one) for one in found):
        raise PolicyError("Policy statement must contain actions.")
    if resource_fault:
        raise PolicyError(resource_fault)
    for action in (action for one in found for action in _actions(one)):
        _check_action(action)
    if not all("Resource" in one or "NotResource" in one for one in found) or any(
        one.get("Resource", one.get("NotResource")) == [] for one in found
    ):
        raise PolicyError("Policy statement must contain resources.")


def _empty(one: Json) -> bool:
    """An action that is there and is no text: that is a wrong action, not a missing one (reported)."""
    return "" in (one.get("Action"), one.get("NotAction"))


def _actions(one: Json) -> list[str]:
    return listed(one.get("Action", one.get("NotAction", [])))


def _check_action(action: str) -> None:
    if action == "*":
        return
    vendor, colon, rest = action.partition(":")
    if not colon:
        raise PolicyError("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
    if ":" in rest:
        raise PolicyError("Actions/Condition can contain only one colon.")
    if not _VENDOR.fullmatch(vendor):
        raise PolicyError(f"Vendor {vendor} is not valid")


def _check_trust(found: list[Json], _resource_fault: str | None) -> None:
    for one in found:
        if "Resource" in one:
            raise PolicyError("Has prohibited field Resource")
        if "NotResource" in one:
            raise PolicyError("AssumeRole policy must not contain resources.")
        if "Principal" not in one and "NotPrincipal" not in one:
            raise PolicyError("Missing required field Principal")
        if not one.get("Principal", one.get("NotPrincipal")):
            raise PolicyError("Missing required field Principal cannot be empty!")
        if "NotPrincipal" in one and one["Effect"] == "Allow":
            raise PolicyError("Allow with NotPrincipal is not allowed.")
        if not _actions(one):
            raise PolicyError("Missing required field Action")
        if not all(action.lower() in _ASSUME for action in _actions(one)):
            raise PolicyError("AssumeRole policy may only specify STS AssumeRole actions.")
