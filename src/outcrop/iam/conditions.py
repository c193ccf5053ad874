"""Condition keys: one row each, saying where in a request its value is and on what it may depend.

`Scene` is a request as policies see it, and gives the value of any key. A row's scope says how long a value holds: of the
principal (who signed), of the call (what is asked of which resource), of the request (from where, over what), or of the
moment. Decisions are remembered by it. A key without a row, or without a value, is absent.

Sources: documented (IAM User Guide, "AWS global condition context keys"; Service Authorization Reference, "Actions,
resources, and condition keys for Amazon Bedrock").
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from outcrop.iam.keys import Principal
from outcrop.iam.patterns import Value
from outcrop.wire.http import HttpRequest

Scope = Literal["principal", "call", "request", "moment"]


class Scene(Struct, frozen=True):
    """One question in its circumstances: `given` are the keys the operation itself gives, in lower case; `moment` seconds
    since 1970; without a `request` (a call from within the process) its keys are absent."""

    principal: Principal
    region: str
    given: Mapping[str, Value]
    request: HttpRequest | None
    moment: float

    def get(self, key: str, /) -> Value | None:
        """The value of a condition key, named in lower case."""
        found = self.given.get(key)
        if found is not None:
            return found
        row = row_of(key)
        return row.value(self, key) if row else None


class Key(Struct, frozen=True):
    """A condition key, its name as AWS writes it; one that ends with a slash is a family, such as a principal's tags."""

    name: str
    kind: Literal["String", "ARN", "Bool", "Date", "Numeric", "IP address", "list of String"]
    scope: Scope
    value: Callable[[Scene, str], Value | None]
    note: str = ""


def _given(_scene: Scene, _key: str) -> None:
    """A key that only operations give."""


def _username(scene: Scene, _key: str) -> str | None:
    return scene.principal.name or None if _type(scene, "") == "User" else None


def _principal_arn(scene: Scene, _key: str) -> str:
    return scene.principal.role or scene.principal.arn


def _type(scene: Scene, _key: str) -> str:
    if scene.principal.role:
        return "AssumedRole"
    return "Account" if scene.principal.root else "User"


def _tag(scene: Scene, key: str) -> str | None:
    """A tag of the principal; keys of tags are found in any case of letters (documented)."""
    wanted = key.partition("/")[2]
    return next((value for name, value in scene.principal.tags.items() if name.lower() == wanted), None)


def _issued(scene: Scene, _key: str) -> str | None:
    session = scene.principal.session
    return _moment(session.issued / 1_000_000) if session else None


def _multi_factor(scene: Scene, _key: str) -> str | None:
    return "false" if scene.principal.session else None


def _header(name: str) -> Callable[[Scene, str], str | None]:
    return lambda scene, _key: scene.request.headers.get(name) if scene.request else None


def _source_ip(scene: Scene, _key: str) -> str | None:
    return scene.request.client or None if scene.request else None


def _secure(scene: Scene, _key: str) -> str | None:
    return ("true" if scene.request.secure else "false") if scene.request else None


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_ROWS = (
    Key("aws:username", "String", "principal", _username, "users; absent for roles and root"),
    Key("aws:userid", "String", "principal", lambda scene, _: scene.principal.unique_id),
    Key("aws:PrincipalArn", "ARN", "principal", _principal_arn, "of a session, its role's"),
    Key("aws:PrincipalAccount", "String", "principal", lambda scene, _: scene.principal.account),
    Key("aws:PrincipalType", "String", "principal", _type, "Account, User or AssumedRole"),
    Key("aws:PrincipalTag/", "String", "principal", _tag),
    Key("aws:PrincipalIsAWSService", "Bool", "principal", lambda _, __: "false"),
    Key("aws:TokenIssueTime", "Date", "principal", _issued, "temporary credentials"),
    Key("aws:MultiFactorAuthPresent", "Bool", "principal", _multi_factor, "temporary credentials, always false"),
    Key("aws:ViaAWSService", "Bool", "principal", lambda _, __: "false"),
    Key("aws:RequestedRegion", "String", "call", lambda scene, _: scene.region, "of a model: its own Region"),
    Key("aws:RequestTag/", "String", "call", _given, "CreateInferenceProfile, CreateModelInvocationJob"),
    Key("aws:TagKeys", "list of String", "call", _given, "CreateInferenceProfile, CreateModelInvocationJob"),
    Key("aws:ResourceTag/", "String", "call", _given, "application inference profiles"),
    Key("bedrock:InferenceProfileArn", "ARN", "call", _given, "models that a profile routes to"),
    Key("bedrock:GuardrailIdentifier", "ARN", "call", _given, "with its version, without for DRAFT"),
    Key("bedrock:ServiceTier", "String", "call", _given, "when the request names one"),
    Key("bedrock:BearerTokenType", "String", "call", _given, "SHORT_TERM or LONG_TERM, of CallWithBearerToken"),
    Key("bedrock:PromptRouterArn", "ARN", "call", _given, "absent: there are no prompt routers"),
    Key("iam:PassedToService", "String", "call", _given, "of iam:PassRole, bedrock.amazonaws.com"),
    Key("aws:SourceIp", "IP address", "request", _source_ip, "of the connection"),
    Key("aws:SecureTransport", "Bool", "request", _secure),
    Key("aws:UserAgent", "String", "request", _header("user-agent")),
    Key("aws:referer", "String", "request", _header("referer")),
    Key("aws:CurrentTime", "Date", "moment", lambda scene, _: _moment(scene.moment)),
    Key("aws:EpochTime", "Date", "moment", lambda scene, _: str(int(scene.moment))),
)
KEYS: Mapping[str, Key] = MappingProxyType({row.name.lower(): row for row in _ROWS})


def row_of(key: str) -> Key | None:
    """The row of a key, named in lower case."""
    family, slash, _ = key.partition("/")
    return KEYS.get(family + slash)
