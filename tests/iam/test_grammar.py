"""What IAM refuses to store, in its words: rows reported of CreatePolicy, others quoted in issues, and anything at all."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.iam.grammar import Kind
from outcrop.iam.policy import Policy, PolicyError, parse

SYNTAX = "Syntax errors in policy."
LEGACY = "The policy failed legacy parsing"
VERSION = "Policy document must be version 2012-10-17 or greater."
VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
COLON = "Actions/Condition can contain only one colon."
UNIQUE = "Statement IDs (SID) in a single policy must be unique."
ACTIONS = "Policy statement must contain actions."
RESOURCES = "Policy statement must contain resources."
PATHS = (
    'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, '
    "server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/."
)
MODEL = "arn:aws:bedrock:*::foundation-model/*"
GOOD = {"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": MODEL}
GONE = object()


def statement(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**GOOD, **changes}.items() if value is not GONE}


def document(*statements: Any, **elements: Any) -> dict[str, Any]:
    found = list(statements) if len(statements) != 1 else statements[0]
    whole = {"Version": "2012-10-17", "Statement": found, **elements}
    return {name: value for name, value in whole.items() if value is not GONE}


def refusal(text: Any, kind: Kind = "managed") -> str:
    with pytest.raises(PolicyError) as caught:
        parse(text if isinstance(text, str) else json.dumps(text), kind=kind)
    assert caught.value.code == "MalformedPolicyDocument"
    return caught.value.message


def condition(value: Any) -> dict[str, Any]:
    return document(statement(Condition=value))


ELSEWHERE = {"Action": GONE, "NotAction": "s3:ListBucket"}
REFUSED: list[tuple[Any, str]] = [
    # the document
    ("no JSON", SYNTAX),
    ("null", SYNTAX),
    ("[]", SYNTAX),
    ('{"Version":"2012-10-17","Statement":[],"Statement":[]}', SYNTAX),
    (document(statement(), Version=GONE), VERSION),
    (document(statement(), Version="2008-10-17"), VERSION),
    (document(statement(), Version="2013-10-17"), SYNTAX),
    (document(Statement=GONE), SYNTAX),
    (document(Statement=[]), SYNTAX),
    (document("afd"), SYNTAX),
    (document(statement(), **{"Extra field": "value"}), SYNTAX),
    (document(statement(), Id=["a"]), SYNTAX),
    (document(statement(), Id={}), SYNTAX),
    # elements of a statement
    (document(statement(**{"Extra field": "value"})), SYNTAX),
    (document(statement(Effect="invalid")), SYNTAX),
    (document(statement(Effect=GONE)), SYNTAX),
    (document(statement(Effect="denY")), LEGACY),
    (document(statement(Effect="denY"), Version=GONE), VERSION),
    (document(statement(Sid={})), SYNTAX),
    (document(statement(Sid=[])), SYNTAX),
    (document(statement(Sid="sdf"), statement(Sid="sdf", Action=GONE)), UNIQUE),
    (document(statement(Sid="sdf"), statement(Sid="sdf"), Version=GONE), VERSION),
    (document(statement(Sid="sdf", Effect="aLLow"), statement(Sid="sdf")), LEGACY),
    (
        document(statement(Sid="not-alphanumeric")),
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
    ),
    (document(statement(Principal="*")), "Policy document should not specify a principal."),
    (document(statement(NotAction="iam:dsf")), SYNTAX),
    (document(statement(NotAction="s3s:ListBucket", Action=[])), SYNTAX),
    (document(statement(NotResource="*")), SYNTAX),
    (document(statement(NotResource=[])), SYNTAX),
    # actions
    (document(statement(Action="invalid")), VENDOR),
    (document(statement(Action="invalid", Resource=GONE)), VENDOR),
    (document(statement(Action=GONE, NotAction="")), VENDOR),
    (document(statement(Action="a a:ListBucket")), "Vendor a a is not valid"),
    (document(statement(Action="s3:List:Bucket")), COLON),
    (document(statement(Action="s3s:ListBucket"), statement(Action="s:3s:ListBucket")), COLON),
    (document(statement(Action=GONE)), ACTIONS),
    (document(statement(Action=[])), ACTIONS),
    (document(statement(Action=GONE, Resource=GONE)), ACTIONS),
    (document({"Effect": "Deny"}, statement()), ACTIONS),
    (document(statement(Action={})), SYNTAX),
    (document(statement(Action=[[]])), SYNTAX),
    # resources
    (document(statement(Resource=GONE)), RESOURCES),
    (document(statement(Resource=[])), RESOURCES),
    (document(statement(Resource="invalid resource")), 'Resource invalid resource must be in ARN format or "*".'),
    (document(statement(Resource="")), 'Resource  must be in ARN format or "*".'),
    (document(statement(Resource=["adf"])), 'Resource adf must be in ARN format or "*".'),
    (document(statement(Action="s:3:ListBucket", Resource="sdfsadf")), 'Resource sdfsadf must be in ARN format or "*".'),
    (document(statement(Resource="a:bsdf", **ELSEWHERE)), 'Partition "bsdf" is not valid for resource "arn:bsdf:*:*:*:*".'),
    (document(statement(Resource="a:b:cadf")), 'Partition "b" is not valid for resource "arn:b:cadf:*:*:*".'),
    (document(statement(Resource="a:b:c:d:e:f:g:h")), 'Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".'),
    (document(statement(Resource="aws:s3:::bucket")), 'Partition "s3" is not valid for resource "arn:s3:::bucket:*".'),
    (
        document(statement(Resource=["arn:error:s3:::bucket", "arn:error:s3::bucket"])),
        'Partition "error" is not valid for resource "arn:error:s3:::bucket".',
    ),
    (document(statement(Resource="arn:aws")), "Resource vendor must be fully qualified and cannot contain regexes."),
    (document(statement(Resource="arn:aws:s3::bucket")), LEGACY),
    (document(statement(Resource="arn:aws:s3::bucket", Action=GONE)), LEGACY),
    (document(statement(Resource="arn:aws::::bucket", **ELSEWHERE)), LEGACY),
    (document(statement(Resource="arn:aws::fdsasf")), LEGACY),
    (document(statement(Resource=GONE, NotResource="arn:aws:s3::bucket")), LEGACY),
    (document(statement(Effect="allow", Resource="arn:aws:s3:us-east-1::bucket")), LEGACY),
    (document(statement(Resource="arn:aws:iam:::bucket")), PATHS),
    (
        document(statement(Resource="arn:aws:iam:us-east-1::bucket")),
        "IAM resource arn:aws:iam:us-east-1::bucket cannot contain region information.",
    ),
    (
        document(statement(Resource="arn:aws:s3:us-east-1::bucket")),
        "Resource arn:aws:s3:us-east-1::bucket can not contain region information.",
    ),
    (document(statement(Resource={"a": MODEL})), SYNTAX),
    (document(statement(Effect="Deny", Resource=["adfdf", {}])), SYNTAX),
    # conditions
    *((condition(value), SYNTAX) for value in ([], "a", {"a": "b"}, {"DateGreaterThan": "b"}, {"DateGreaterThan": []})),
    (condition({"DateGreaterThan": {"a": {}}}), SYNTAX),
    (document(statement(Condition={"DateGreaterThan": {"a": {}}}, Action=GONE)), SYNTAX),
    (condition({"x": {"a": "1"}}), SYNTAX),
    (condition({"ForAnyValue::StringEqualsIfExists": {"a": "asf"}}), SYNTAX),
    (condition([{"ForAllValues:StringEquals": {"aws:TagKeys": "Department"}}]), SYNTAX),
    (condition({"NullIfExists": {"a": "true"}}), SYNTAX),
    *(
        (condition({"DateLessThan": {"a": date}}), LEGACY)
        for date in (
            "sdfdsf", "234-13", "2016-12-13t2:00:00.593194+1", "2016-12-13t2:00:00.1999999999+10:59", "9223372036854775808"
        )
    ),
    (document(statement(Resource="arn:error:s3:::bucket", Condition={"DateGreaterThan": {"a": "sdf"}})), LEGACY),
    (document(statement(Condition={"DateGreaterThan": {"a": "sdf"}}), Version=GONE), VERSION),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_a_document_is_refused_in_aws_words(text: Any, message: str) -> None:
    """Reported, but for the duplicate key (documented), NullIfExists (documented), Sid and principal (quoted)."""
    assert refusal(text) == message


TAKEN: list[dict[str, Any]] = [
    document(statement()),
    document(*[statement()]),
    document([statement()], Id="sdfsdfsdf"),
    document([statement(Sid="sdf"), statement()]),
    document(statement(Action="iam: asdf safdsf af ")),
    document(statement(Action="*", Resource=["arn:aws:s3:::bucket", "*"])),
    document(statement(Action="s3-s:ListBucket", Resource="arn:aws:fdsasf")),
    document(statement(Action="s3.s:ListBucket", Resource="arn:aws:invalid-service:us-east-1::bucket")),
    document(statement(Resource="arn:aws:iam:::user/bucket")),
    document(statement(Resource="arn:aws:iam::*:user/${aws:username}")),
    document(statement(Resource=GONE, NotResource="*", **ELSEWHERE)),
    condition({}),
    condition({"DateGreaterThan": {}}),
    condition({"DateGreaterThan": {"a": []}}),
    condition({"a": {}}),
    condition({"x": {}, "y": {}}),
    condition({"StringEqualsIfExists": {"a": "asf"}}),
    condition({"ForAnyValue:StringEqualsIfExists": {"a": "asf"}}),
    condition({"NumericLessThan": {"a": 5}, "Bool": {"b": True}}),
    *(
        condition({"DateLessThanEquals": {"a": date}})
        for date in (
            "01T", "2019-07-01T13:20:15Z", "2016-12-13T21:20:37.593194+00:00", "2016-12-13t2:00:00.593194+23", "-292275054"
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("text", TAKEN)
def test_a_document_is_taken(text: dict[str, Any]) -> None:
    assert parse(json.dumps(text)).statements


def trust(**changes: Any) -> dict[str, Any]:
    given = {"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Resource": GONE, **changes}
    return document(statement(**given))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (trust(Resource="*"), "Has prohibited field Resource"),
        (trust(NotResource="*"), "AssumeRole policy must not contain resources."),
        (trust(Principal=GONE), "Missing required field Principal"),
        (trust(Principal={}), "Missing required field Principal cannot be empty!"),
        (trust(Principal=GONE, NotPrincipal={"AWS": "*"}), "Allow with NotPrincipal is not allowed."),
        (trust(Action=GONE), "Missing required field Action"),
        (trust(Action="*"), "AssumeRole policy may only specify STS AssumeRole actions."),
        (trust(Action="bedrock:InvokeModel"), "AssumeRole policy may only specify STS AssumeRole actions."),
        (trust(Principal="anybody"), SYNTAX),
        (trust(Principal={"Anybody": "*"}), SYNTAX),
    ],
)
def test_a_trust_policy_is_refused_in_aws_words(text: Any, message: str) -> None:
    assert refusal(text, "trust") == message


@pytest.mark.parametrize("kind", ["inline", "session", "trust"])
def test_only_managed_policies_need_a_version(kind: Kind) -> None:
    text = {**(trust() if kind == "trust" else document(statement()))}
    del text["Version"]

    assert parse(json.dumps(text), kind=kind).statements


@pytest.mark.parametrize(
    ("kind", "limit", "code", "message"),
    [
        ("managed", 6144, "LimitExceeded", "Cannot exceed quota for PolicySize: 6144"),
        ("trust", 2048, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048"),
        ("session", 2048, "PackedPolicyTooLarge", "PackedPolicySize"),
    ],
)
def test_white_space_does_not_count_to_the_size(kind: Kind, limit: int, code: str, message: str) -> None:
    """Documented: quotas count characters without white space."""
    source = trust() if kind == "trust" else document(statement())
    size = len(json.dumps({**source, "Id": ""}, separators=(",", ":")))
    fitting = json.dumps({**source, "Id": "x" * (limit - size)}, indent=4)

    assert parse(fitting, kind=kind).statements
    with pytest.raises(PolicyError, match=message) as caught:
        parse(fitting.replace("xx", "xxx", 1), kind=kind)
    assert caught.value.code == code


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["Allow", "*", MODEL]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [*GOOD, "Version", "Statement", "Condition", "Principal", "NotAction", "Sid", "StringLike", "AWS"]
            )
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(anything, st.sampled_from(["managed", "inline", "session", "trust"]))
def test_any_json_is_a_policy_or_refused(value: Any, kind: Kind) -> None:
    for text in (json.dumps(value), json.dumps(document(statement(Condition=value))), json.dumps(document(value))):
        with suppress(PolicyError):
            assert isinstance(parse(text, kind=kind), Policy)


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")) | st.integers(1, 5000).map(lambda n: "[" * n))
def test_any_text_is_a_policy_or_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        parse(text)
