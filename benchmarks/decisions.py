"""What deciding costs: `python benchmarks/decisions.py`. Decisions per second, remembered and not, and what a call pays."""

import json
import timeit
from collections.abc import Callable
from functools import partial
from typing import Any

from outcrop.catalog import Catalogue
from outcrop.engines.simulator import Pace, Simulator
from outcrop.engines.table import Engines
from outcrop.iam.authorization import Authorization
from outcrop.iam.decide import Grants, decide
from outcrop.iam.keys import ACCOUNT, Principal
from outcrop.iam.policy import Asked, parse
from outcrop.model.runtime import ConverseRequest
from outcrop.operations import OPERATIONS
from outcrop.operations.call import Call, Services

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
MODEL = f"arn:aws:bedrock:us-east-1::foundation-model/{HAIKU}"
ANN = Principal(f"arn:aws:iam::{ACCOUNT}:user/ann", "AKIAANN", name="ann", unique_id="AIDAANN", tags={"team": "stone"})


def statement(effect: str, action: Any, resource: Any, condition: Any = None) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, "Condition": condition or {}}


def grants() -> Grants:
    """Three policies of nine statements, a boundary, and conditions on the principal, as a team's user has them."""
    models = ["arn:aws:bedrock:*::foundation-model/*", f"arn:aws:bedrock:*:{ACCOUNT}:inference-profile/*"]
    own = {"StringEquals": {"aws:PrincipalTag/team": "stone"}}
    documents = [
        [
            statement("Allow", "s3:Get*", "arn:aws:s3:::reports/${aws:username}/*"),
            statement("Allow", ["bedrock:List*", "bedrock:Get*"], "*"),
            statement("Allow", ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"], models, own),
        ],
        [
            statement("Deny", "bedrock:InvokeModel*", "arn:aws:bedrock:*::foundation-model/*opus*"),
            statement(
                "Deny", "bedrock:*", "*", {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "us-west-2"]}}
            ),
            statement(
                "Deny", "bedrock:Delete*", "*", {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/admin-*"}}
            ),
        ],
        [
            statement("Allow", f"service{n}:*", f"arn:aws:service{n}:*:{ACCOUNT}:thing/${{aws:username}}")
            for n in range(3)
        ],
    ]
    policies = [parse(json.dumps({"Version": "2012-10-17", "Statement": found})) for found in documents]
    boundary = parse(json.dumps({"Version": "2012-10-17", "Statement": [statement("Allow", "bedrock:*", "*")]}))
    return Grants(tuple(policies), boundary)


class Directory:
    """Everybody has the same grants."""

    version = "1"

    def __init__(self, found: Grants) -> None:
        self._grants = found

    def grants(self, principal: Principal) -> Grants:
        return self._grants


def each(work: Callable[[], object], number: int) -> float:
    """Microseconds, the best of five rounds."""
    return min(timeit.repeat(work, number=number, repeat=5)) / number * 1e6


def row(what: str, microseconds: float) -> None:
    print(f"{what:<44}{1e6 / microseconds:>12,.0f}/s   {microseconds:.2f} µs", flush=True)


def call(value: ConverseRequest) -> Call:
    engines = Engines.only(Simulator(None, Pace()))  # type: ignore[arg-type]
    return Call(Services(catalogue=Catalogue.load(), engines=engines), ANN, "us-east-1", value, "Converse")


def main() -> None:
    found, operation = grants(), OPERATIONS["Converse"]
    access = Authorization(Directory(found))
    for name, model_id in (("a model", HAIKU), ("a profile of two Regions", f"us.{HAIKU}")):
        asked = call(ConverseRequest(model_id=model_id))

        def check(asked: Call = asked) -> None:
            key = ("Converse", operation.RESOURCES.key(asked.input))
            access.check(ANN, "us-east-1", key, partial(operation.RESOURCES.needs, asked, operation.ACTION))

        def anew(asked: Call = asked) -> None:
            needs = partial(operation.RESOURCES.needs, asked, operation.ACTION)
            access.check(ANN, "us-east-1", None, needs)

        check()
        row(f"a Converse call of {name}, remembered", each(check, 100_000))
        row(f"a Converse call of {name}, anew", each(anew, 2000))
    context = {"aws:principaltag/team": "stone", "aws:requestedregion": "us-east-1", "aws:username": "ann"}
    question = Asked("bedrock:InvokeModel", MODEL, context)
    assert decide(found, question).allowed
    row("one decision, ten statements, anew", each(lambda: decide(found, question), 10_000))


if __name__ == "__main__":
    main()
