"""The policies AWS itself manages, as far as they concern what Outcrop serves: read, attached, never changed.

Their documents are AWS's (Managed Policy Reference, 2026), with the statements of services that are not here left out:
what those allow, nobody here could ask for.
"""

from types import MappingProxyType
from typing import Any

import msgspec

from outcrop.iam.store.values import ManagedPolicy, Version

# The day this list was made; AWS's own dates say nothing here.
_MADE = 1_767_225_600_000_000


def _allow(*actions: str, resource: Any = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


_READ_BEDROCK = ("bedrock:Get*", "bedrock:List*", "bedrock:CallWithBearerToken")
_LIMITED = (
    *_READ_BEDROCK,
    "bedrock:BatchDeleteEvaluationJob",
    "bedrock:CountTokens",
    "bedrock:CreateEvaluationJob",
    "bedrock:CreateGuardrail",
    "bedrock:CreateGuardrailVersion",
    "bedrock:CreateInferenceProfile",
    "bedrock:CreateModelInvocationJob",
    "bedrock:DeleteGuardrail",
    "bedrock:DeleteInferenceProfile",
    "bedrock:InvokeModel",
    "bedrock:InvokeModelWithResponseStream",
    "bedrock:RetrieveAndGenerate",
    "bedrock:StopEvaluationJob",
    "bedrock:StopModelInvocationJob",
    "bedrock:TagResource",
    "bedrock:UntagResource",
    "bedrock:UpdateGuardrail",
    "bedrock:ApplyGuardrail",
)
_DOCUMENTS: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "AdministratorAccess": ("Provides full access to AWS services and resources.", [_allow("*")]),
    "AmazonBedrockFullAccess": (
        "Provides full access to Amazon Bedrock as well as limited access to related services that are required by it",
        [_allow("bedrock:*")],
    ),
    "AmazonBedrockLimitedAccess": (
        "Provides limited access to Amazon Bedrock as used by its long-term API keys",
        [_allow(*_LIMITED)],
    ),
    "AmazonBedrockReadOnly": ("Provides read only access to Amazon Bedrock.", [_allow(*_READ_BEDROCK[:2])]),
    "IAMFullAccess": ("Provides full access to IAM via the AWS Management Console.", [_allow("iam:*")]),
    "IAMReadOnlyAccess": (
        "Provides read only access to IAM via the AWS Management Console.",
        [_allow("iam:Get*", "iam:List*", "iam:Simulate*")],
    ),
    "ReadOnlyAccess": (
        "Provides read-only access to AWS services and resources.",
        [_allow("bedrock:Get*", "bedrock:List*", "iam:Get*", "iam:List*", "sts:GetAccessKeyInfo")],
    ),
}


def _policy(place: int, name: str, description: str, statements: list[dict[str, Any]]) -> ManagedPolicy:
    document = msgspec.json.encode({"Version": "2012-10-17", "Statement": statements}).decode()
    return ManagedPolicy(
        id=f"ANPAOUTCROPAWS{place:07}",
        name=name,
        created=_MADE,
        updated=_MADE,
        versions=(Version(1, document, _MADE),),
        description=description,
        owner="aws",
    )


_POLICIES = [_policy(place, name, *row) for place, (name, row) in enumerate(_DOCUMENTS.items(), 1)]
AWS_POLICIES: MappingProxyType[str, ManagedPolicy] = MappingProxyType({policy.arn: policy for policy in _POLICIES})
