"""SimulatePrincipalPolicy and SimulateCustomPolicy: what policies would say, with the statements that say it.

Sources: the service model and its documentation; names of inline policies, the type "IAM Policy" and positions as reported.
Bedrock's resources have no policies of their own and the account no organisation, so policies of either are refused.
"""

from collections.abc import Iterable
from typing import Any

from outcrop.doors.query.call import Call, Output, page
from outcrop.errors import InvalidInput, NoSuchEntity
from outcrop.iam.conditions import Scene
from outcrop.iam.decide import Finding, Grants
from outcrop.iam.directory import grants_of
from outcrop.iam.keyring import user_principal
from outcrop.iam.keys import Principal
from outcrop.iam.patterns import Context, Value
from outcrop.iam.policy import Asked, Policy, PolicyError, parse
from outcrop.iam.simulation import Position, Simulation, simulate, span
from outcrop.iam.store.values import Entity

_DECISIONS = {"allowed": "allowed", "explicit deny": "explicitDeny", "implicit deny": "implicitDeny"}
_REFUSED = ("ResourcePolicy", "OrderedOrganizationPolicyInputList", "PolicyExclusionList")


def principal(call: Call) -> Output:
    """SimulatePrincipalPolicy: the policies of a user with its groups, of a group, or of a role, and any given besides."""
    entity = _source(call)
    own = grants_of(call.state, entity)
    bounding = _inputs(call, "PermissionsBoundaryPolicyInputList")
    grants = Grants(
        (*own.identity, *_inputs(call, "PolicyInputList")), bounding[0] if bounding else own.boundary, own.session
    )
    caller = user_principal(entity, "") if entity.kind == "user" else None
    return _results(call, grants, _caller(call) or caller, _names(call, entity))


def custom(call: Call) -> Output:
    """SimulateCustomPolicy: the policies given."""
    bounding = _inputs(call, "PermissionsBoundaryPolicyInputList")
    grants = Grants(_inputs(call, "PolicyInputList"), bounding[0] if bounding else None)
    return _results(call, grants, _caller(call), {})


def _source(call: Call) -> Entity:
    arn = call.input["PolicySourceArn"]
    found = next((entity for entity in call.state.by_id.values() if entity.arn == arn), None)
    if found is None:
        raise NoSuchEntity(f"The policy source {arn} cannot be found.")
    return found


def _caller(call: Call) -> Principal | None:
    """The user whose keys the conditions see; documented: a user, and no one else."""
    arn = call.input.get("CallerArn")
    if not arn:
        return None
    found = next((user for user in call.state.all("user") if user.arn == arn), None)
    if found is None:
        raise InvalidInput(f"Invalid caller ARN: {arn}")
    return user_principal(found, "")


def _inputs(call: Call, name: str) -> tuple[Policy, ...]:
    return tuple(
        _parsed(document, f"{name}.{number}") for number, document in enumerate(call.input.get(name, ()), start=1)
    )


def _parsed(document: str, name: str) -> Policy:
    try:
        return parse(document, kind="inline", name=name)
    except PolicyError as error:
        raise InvalidInput(f"Invalid input policy {name}: {error.message}") from error


def _names(call: Call, entity: Entity) -> dict[str, str]:
    """What AWS calls inline policies in an answer, by their documents: kind, owner and name in one (reported)."""
    owners = [entity, *(call.state.by_id[group] for group in entity.groups)]
    return {text: f"{one.kind}_{one.name}_{name}" for one in owners for name, text in one.inline.items()}


def _results(call: Call, grants: Grants, caller: Principal | None, names: dict[str, str]) -> Output:
    given = next((name for name in _REFUSED if call.input.get(name)), None)
    if given:
        raise InvalidInput(f"{given} is not simulated here.")
    context = _context(call, caller)
    resources = call.input.get("ResourceArns") or ["*"]
    asked = [Asked(action, resource, context) for action in call.input["ActionNames"] for resource in resources]
    numbered = [(f"{number:06}", simulate(grants, one)) for number, one in enumerate(asked)]
    output, shown = page(call, "EvaluationResults", numbered, lambda item: item[0])
    named = bool(call.input.get("ResourceArns"))
    return {"EvaluationResults": [_result(found, names, named) for _, found in shown], **output}


def _context(call: Call, caller: Principal | None) -> Context:
    given: dict[str, Value] = {}
    for entry in call.input.get("ContextEntries", ()):
        values = tuple(entry.get("ContextKeyValues", ()))
        several = entry.get("ContextKeyType", "string").endswith("List") or len(values) != 1
        given[entry.get("ContextKeyName", "").lower()] = values if several else values[0]
    if caller is None:
        return given
    return Scene(caller, call.region, given, None, call.moment / 1_000_000)


def _result(found: Simulation, names: dict[str, str], named: bool) -> dict[str, Any]:
    """One action on one resource; what is missing stands with the resource where one was named (service model)."""
    decision, matched = _DECISIONS[found.decision.kind], _matched(found.matched, names)
    bounded = found.boundary_allows
    detail = {} if bounded is None else {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": bounded}}
    result: dict[str, Any] = {
        "EvalActionName": found.asked.action,
        "EvalResourceName": found.asked.resource,
        "EvalDecision": decision,
        "MatchedStatements": matched,
        "MissingContextValues": [] if named else list(found.missing),
        **detail,
    }
    if named:
        specific: dict[str, Any] = {
            "EvalResourceName": found.asked.resource,
            "EvalResourceDecision": decision,
            **detail,
        }
        specific |= {"MatchedStatements": matched, "MissingContextValues": list(found.missing)}
        result["ResourceSpecificResults"] = [specific]
    return result


def _matched(findings: Iterable[Finding], names: dict[str, str]) -> list[dict[str, Any]]:
    found = []
    for one in findings:
        start, end = map(_position, span(one))
        source = names.get(one.policy.text, one.policy.name)
        found.append(
            {"SourcePolicyId": source, "SourcePolicyType": "IAM Policy", "StartPosition": start, "EndPosition": end}
        )
    return found


def _position(place: Position) -> dict[str, int]:
    return {"Line": place.line, "Column": place.column}
