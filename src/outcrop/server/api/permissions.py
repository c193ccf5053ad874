"""What the signed-in principal may do: asked by the page before it offers anything, and by every route before it answers.

Decisions are the same as for signed requests, by the same policies; nothing is decided here. Where no AWS operation does
what a route does, the route names the action of AWS's that stands for it; `docs/how-to/use-the-page.md` lists them.
"""

from typing import Any

import msgspec

from outcrop.errors import AuthorizationFailure, ValidationException
from outcrop.iam.authorization import Need
from outcrop.server.api.asked import Asked

MOST = 200  # questions at once


class _Question(msgspec.Struct, frozen=True):
    action: str
    resource: str = "*"


def require(asked: Asked, action: str, resource: str = "*") -> None:
    """Raise AuthorizationFailure, in AWS's words, unless who asks may do `action` on `resource`."""
    backing = asked.backing
    backing.authorization.check(asked.principal, backing.region, None, lambda: (Need(action, resource),), asked.request)


def allowed(asked: Asked, action: str, resource: str = "*") -> bool:
    """Whether `require` lets it pass."""
    try:
        require(asked, action, resource)
    except AuthorizationFailure:
        return False
    return True


async def show(asked: Asked) -> dict[str, Any]:
    """Which of the questions in the body, each an action and a resource (``*`` unless named), are allowed: in order."""
    questions = asked.body(list[_Question])
    if len(questions) > MOST:
        raise ValidationException(f"Ask at most {MOST} questions at once.")
    return {"allowed": [allowed(asked, one.action, one.resource) for one in questions]}
