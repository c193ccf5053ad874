"""Policies written short, for tests."""

import json
from typing import Any

from outcrop.iam.decide import Grants
from outcrop.iam.policy import Policy, parse

MODEL = "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"
USER = "arn:aws:iam::123456789012:user/bedrock-runtime"

# The policy of the article (its Statement an object, no list): models by their ids, and nothing else.
ARTICLE = """{"Version": "2012-10-17", "Statement": {
    "Sid": "bedrock", "Effect": "Allow",
    "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
    "Resource": "arn:aws:bedrock:*::foundation-model/*"}}"""


def says(effect: str, action: Any = "*", resource: Any = "*", condition: Any = None, **more: Any) -> dict[str, Any]:
    """A statement; `more` replaces elements, with None they are left out."""
    found = {"Effect": effect, "Action": action, "Resource": resource, "Condition": condition, **more}
    return {name: value for name, value in found.items() if value is not None}


def policy(*statements: dict[str, Any], name: str = "p", version: str = "2012-10-17", kind: Any = "inline") -> Policy:
    return parse(json.dumps({"Version": version, "Statement": list(statements)}), kind=kind, name=name)


def identity(*statements: dict[str, Any]) -> Grants:
    """Grants of one policy of the identity's own."""
    return Grants(identity=(policy(*statements),))
