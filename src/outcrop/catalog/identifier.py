"""The forms in which a caller names a model, told apart by their text alone. Nothing here knows which models exist."""

import re

from msgspec import Struct

_ARN = re.compile(
    r"arn:aws(?:-us-gov|-cn)?:bedrock:(?P<region>[a-z0-9-]{1,20}):"
    r"(?::foundation-model|[0-9]{12}:(?P<profile>(?:application-)?inference-profile))/(?P<id>[^/]+)"
)


class Identifier(Struct, frozen=True):
    """A model or profile id, the region an ARN names (None for a bare id), and whether the ARN says which it is."""

    id: str
    region: str | None = None
    kind: str | None = None


def parse(text: str) -> Identifier | None:
    """`text` as an id or an ARN of a foundation model or an inference profile of either kind; None for another ARN.

    Provisioned throughput, prompts and imported models are ARNs of an account and nothing this server has, so they are
    None too.
    """
    if not text.startswith("arn:"):
        return Identifier(text)
    arn = _ARN.fullmatch(text)
    if arn is None:
        return None
    return Identifier(arn["id"], arn["region"], arn["profile"] or "foundation-model")


def partition(region: str) -> str:
    """The ARN partition of a region: aws, aws-us-gov or aws-cn."""
    if region.startswith("us-gov-"):
        return "aws-us-gov"
    return "aws-cn" if region.startswith("cn-") else "aws"


def model_arn(region: str, model_id: str) -> str:
    """The ARN of a foundation model in `region`, which has no account."""
    return f"arn:{partition(region)}:bedrock:{region}::foundation-model/{model_id}"


def profile_arn(region: str, account: str, profile_id: str, *, kind: str = "inference-profile") -> str:
    """The ARN of an inference profile, system-defined unless `kind` is application-inference-profile."""
    return f"arn:{partition(region)}:bedrock:{region}:{account}:{kind}/{profile_id}"
