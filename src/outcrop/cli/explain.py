"""`outcrop policy explain`: which statement of which policy decides, and what keeps the others from applying.

Policies are read from the data directory's database, or from files that nobody has attached yet; nothing is asked of a
server, and nothing is changed.
"""

import asyncio
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outcrop.cli.chosen import Data, settings
from outcrop.cli.identity import document
from outcrop.cli.terminal import complain, fail, styled, table

if TYPE_CHECKING:
    from outcrop.iam.decide import Finding, Grants
    from outcrop.iam.keys import Principal
    from outcrop.iam.patterns import Value
    from outcrop.iam.policy import Policy, Statement
    from outcrop.iam.simulation import Simulation
    from outcrop.iam.store.state import State
    from outcrop.settings import Settings

DECISIONS = {"allowed": "allowed", "explicit deny": "explicitDeny", "implicit deny": "implicitDeny"}


def explain(
    action: Annotated[str, typer.Option(metavar="ACTION", help="Such as bedrock:InvokeModel.")],
    resource: Annotated[str, typer.Option(metavar="ARN", help="None for actions that name none, such as lists.")] = "",
    user: Annotated[str | None, typer.Option(metavar="NAME", help="The user who would ask.")] = None,
    role: Annotated[str | None, typer.Option(metavar="NAME", help="The role whose session would ask.")] = None,
    policy: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A document, as if it were attached; repeatable.")
    ] = None,
    context: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="A condition key; repeatable, also for several values."),
    ] = None,
    region: Annotated[str | None, typer.Option(metavar="REGION", help="Region; the server's own unless said.")] = None,
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say whether an action is allowed, and by which statement.

    The status is 1 when it is not.
    """
    if (user is not None) + (role is not None) > 1 or not (user or role or policy):
        fail("whose policies?", do="name one: --user NAME, --role NAME or --policy FILE")
    _point_out(action)
    chosen = settings(data)
    files = tuple(map(_file, policy or ()))
    grants, principal = asyncio.run(_grants(chosen, user, role)) if user or role else (None, None)
    found = _simulated(grants, files, principal, region or chosen.region, action, resource, _given(context or []))
    told = found.decision.refusal(principal.arn, found.asked) if principal and not found.decision.allowed else None
    (_print_json if as_json else _print_text)(found, told)
    if not found.decision.allowed:
        raise typer.Exit(1)


def _point_out(action: str) -> None:
    """Say so when no action is called that: nothing in a policy ever names it."""
    from outcrop.cli.naming import nearest
    from outcrop.operations import OPERATIONS

    known = actions()
    service, _, name = action.partition(":")
    if action.lower() in map(str.lower, known) or (name and service.lower() not in {"bedrock", "iam", "sts"}):
        return
    near = nearest(action if name else f"bedrock:{action}", known)
    do = f"did you mean {near}?" if near else ""
    for operation, module in OPERATIONS.items():
        if (name or action).lower() == operation.lower() and near != module.ACTION:
            do = f"{operation} asks for {module.ACTION}"
    complain(f"{action} is no action that Outcrop knows", do=do)


def actions() -> set[str]:
    """The actions of the services Outcrop serves, as policies name them."""
    from outcrop.model.service import service
    from outcrop.operations import OPERATIONS

    control = {f"bedrock:{name}" for name in service("bedrock").operations}
    identity = {f"{name}:{action}" for name in ("iam", "sts") for action in service(name).operations}
    return control | identity | {module.ACTION for module in OPERATIONS.values()} | {"bedrock:CallWithBearerToken"}


def _file(path: Path) -> "Policy":
    from outcrop.iam.policy import PolicyError, parse

    try:
        return parse(document(path), kind="inline", name=path.name)
    except PolicyError as error:
        fail(f"{path} is no policy", why=error.message, do="see https://docs.aws.amazon.com/IAM: policy grammar")


def _given(context: list[str]) -> "dict[str, Value]":
    """Condition keys by their names in lower case; one that is given twice has several values."""
    found: dict[str, list[str]] = {}
    for entry in context:
        key, equals, value = entry.partition("=")
        if not equals or not key:
            fail(f"--context {entry} names no value", do="write it KEY=VALUE, such as aws:SourceIp=203.0.113.7")
        found.setdefault(key.lower(), []).append(value)
    return {key: values[0] if len(values) == 1 else tuple(values) for key, values in found.items()}


async def _grants(chosen: "Settings", user: str | None, role: str | None) -> "tuple[Grants, Principal]":
    """The policies of a user or role in the database, and the principal they would ask as."""
    from outcrop.iam.store import Store
    from outcrop.storage.files import Vault, directory
    from outcrop.storage.shared import SharedDatabase

    database = SharedDatabase(directory(chosen.data), chosen.database_url)
    store = Store(database, Vault(chosen.data))
    try:
        if database.exists:
            await database.refresh()
        return _found(store.state, user, role)
    finally:
        await database.aclose()


def _found(state: "State", user: str | None, role: str | None) -> "tuple[Grants, Principal]":
    from outcrop.iam.directory import grants_of
    from outcrop.iam.keyring import user_principal
    from outcrop.iam.keys import ACCOUNT, Principal

    name = user or role or ""
    entity = state.entity("user" if user else "role", name)
    if entity is None:
        kind = "user" if user else "role"
        fail(f"there is no {kind} called {name}", do=f"list them: outcrop {kind} list")
    if user:
        return grants_of(state, entity), user_principal(entity, "")
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{entity.name}/session"
    return grants_of(state, entity), Principal(
        arn, "", name="session", unique_id=f"{entity.id}:session", role=entity.arn, tags=entity.tags
    )


def _simulated(
    grants: "Grants | None",
    files: "tuple[Policy, ...]",
    principal: "Principal | None",
    region: str,
    action: str,
    resource: str,
    given: "dict[str, Value]",
) -> "Simulation":
    from outcrop.iam.conditions import Scene
    from outcrop.iam.decide import Grants
    from outcrop.iam.policy import Asked
    from outcrop.iam.simulation import simulate

    known = grants or Grants()
    scene = (
        Scene(principal, region, given, None, time.time()) if principal else {"aws:requestedregion": region, **given}
    )
    asked = Asked(action, resource, scene)
    return simulate(Grants((*known.identity, *files), known.boundary, known.session), asked)


def _print_text(found: "Simulation", told: str | None) -> None:
    from outcrop.iam.simulation import reason

    asked, decision = found.asked, found.decision
    what = f"{asked.action}{f' on {asked.resource}' if asked.resource else ''}"
    typer.echo(
        f"{styled('allowed' if decision.allowed else 'denied', 'accent' if decision.allowed else 'error')}  {what}"
    )
    if decision.statement is not None:
        typer.echo(f"  by statement {_statement(decision.statement)} of {decision.policy} ({decision.place})")
    else:
        typer.echo(f"  nothing in the {decision.place} policies allows it")
    if found.findings:
        typer.echo("")
        table(
            ("policy", "kind", "line", "statement", "effect", "applies"),
            [
                (
                    one.policy.name,
                    one.place,
                    str(_line(one)),
                    _statement(one.statement),
                    _effect(one),
                    reason(one, asked) or "yes",
                )
                for one in found.findings
            ],
        )
    if found.missing:
        typer.echo(f"\nwithout a value: {', '.join(found.missing)}\n  give one: --context KEY=VALUE")
    if told:
        typer.echo(f"\nthe caller is told\n  {told}")


def _print_json(found: "Simulation", told: str | None) -> None:
    from outcrop.iam.simulation import reason

    decision = found.decision
    by: dict[str, object] = {"kind": decision.place, "policy": decision.policy or None, "statement": None, "sid": None}
    if decision.statement is not None:
        by |= {"statement": decision.statement.index, "sid": decision.statement.sid or None}
    rows = [
        {
            "policy": one.policy.name,
            "kind": one.place,
            "statement": one.statement.index,
            "sid": one.statement.sid or None,
            "line": _line(one),
            "effect": _effect(one),
            "applies": one.mismatch is None,
            "reason": reason(one, found.asked) or None,
        }
        for one in found.findings
    ]
    typer.echo(
        json.dumps(
            {
                "action": found.asked.action,
                "resource": found.asked.resource or None,
                "decision": DECISIONS[decision.kind],
                "decidedBy": by,
                "statements": rows,
                "missingContextKeys": list(found.missing),
                "message": told,
            },
            indent=2,
            ensure_ascii=False,
        )
    )


def _statement(statement: "Statement") -> str:
    return f"{statement.index} {statement.sid}".rstrip()


def _effect(finding: "Finding") -> str:
    return "Allow" if finding.statement.allows else "Deny"


def _line(finding: "Finding") -> int:
    from outcrop.iam.simulation import span

    return span(finding)[0].line
