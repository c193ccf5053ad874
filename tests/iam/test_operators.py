"""Condition operators: AWS's documentation as a table, and what holds of all of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.iam.operators import OPERATORS, Comparison, Word, moment, number, word
from outcrop.iam.patterns import Value


def holds(operator: str, values: Any, value: Value | None, context: Any = None) -> bool:
    """Whether `value` of the key ``k`` (None: absent) meets the policy's `values`."""
    found = word(operator)
    assert found is not None
    listed = tuple(values) if isinstance(values, list) else (values,)
    known = {} if value is None else {"k": value}
    return Comparison(found, "K", listed, variables=True).holds({**known, **(context or {})})


PAGE = "reference_policies_elements_condition_operators"
SETS = "reference_policies_condition-single-vs-multi-valued-context-keys"
ARN = "arn:aws:someservice:us-east-2:one-account:store/abc:another-account:finance/document.txt"
ATTRIBUTES = ["PostDateTime", "Message", "Tags"]
CASES: list[tuple[str, Any, Value | None, bool]] = [
    # String
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", ["a", "b"], "b", True),
    ("StringEquals", "a*", "ab", False),  # no wildcards
    ("StringEquals", "a*", "a*", True),
    ("StringNotEquals", "a", "b", True),
    ("StringNotEquals", ["a", "b"], "b", False),  # none of them: NOR
    ("StringEqualsIgnoreCase", "A", "a", True),
    ("StringNotEqualsIgnoreCase", "A", "a", False),
    ("StringLike", "a*c?", "abbcd", True),
    ("StringLike", ["", "home/", "home/ann/*"], "home/ann/x", True),
    ("StringLike", ["", "home/"], "", True),
    ("StringLike", "A*", "ab", False),
    ("StringNotLike", "a*", "ab", False),
    ("StringNotLike", "a*", "ba", True),
    # Numeric
    ("NumericEquals", "10", "10.0", True),
    ("NumericNotEquals", "10", "11", True),
    ("NumericLessThan", "10", "9", True),
    ("NumericLessThan", "10", "10", False),
    ("NumericLessThanEquals", "10", "10", True),
    ("NumericGreaterThan", "10", "10.5", True),
    ("NumericGreaterThanEquals", "10", "9.99", False),
    ("NumericLessThan", "10", "9 apples", False),
    ("NumericNotEquals", "10", "ten", True),
    ("NumericEquals", "ten", "10", False),
    # Date
    ("DateEquals", "2026-11-20T16:00:00Z", "2026-11-20T16:00:00Z", True),
    ("DateEquals", "2026-11-20T17:00:00+01:00", "2026-11-20T16:00:00Z", True),
    ("DateNotEquals", "2026-11-20", "2026-11-21T00:00:00Z", True),
    ("DateLessThan", "2026-11-20T16:00:01Z", "2026-11-20T16:00:00Z", True),
    ("DateLessThanEquals", "2026-11-20T16:00:00Z", "2026-11-20T16:00:00Z", True),
    ("DateGreaterThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:01Z", False),
    ("DateGreaterThanEquals", "2020-01", "2020-01-01T00:00:00Z", True),
    ("DateGreaterThan", "1577836800", "2020-01-01T00:00:01Z", True),  # an epoch
    ("DateLessThan", "2021-01-01", "1577836800", True),  # the request's, aws:EpochTime
    # Bool
    ("Bool", "true", "true", True),
    ("Bool", "True", "true", True),
    ("Bool", "false", "true", False),
    # Binary
    ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", True),
    ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QQ==", False),
    ("BinaryEquals", "no base64", "no base64", False),
    # IP address
    ("IpAddress", "203.0.113.0/24", "203.0.113.7", True),
    ("IpAddress", "203.0.113.0/24", "203.0.114.7", False),
    ("IpAddress", "203.0.113.7", "203.0.113.7", True),  # /32 by default
    ("IpAddress", ["203.0.113.0/24", "2001:DB8:1234:5678::/64"], "2001:db8:1234:5678::1", True),
    ("IpAddress", "203.0.113.0/24", "::1", False),
    ("IpAddress", "somewhere", "203.0.113.7", False),
    ("NotIpAddress", "203.0.113.0/24", "203.0.113.7", False),
    ("NotIpAddress", "203.0.113.0/24", "198.51.100.1", True),
    ("NotIpAddress", "203.0.113.0/24", "unknown", True),
    # ARN: component by component, where StringLike's asterisk runs over colons
    ("ArnEquals", "arn:aws:sns:*:123456789012:topic", "arn:aws:sns:us-east-1:123456789012:topic", True),
    ("ArnLike", "arn:aws:someservice:*:another-account:finance/*", ARN, False),
    ("StringLike", "arn:aws:someservice:*:another-account:finance/*", ARN, True),
    ("ArnLike", "arn:aws:someservice:us-east-2:*:store/*", ARN, True),
    ("ArnLike", "*", ARN, True),
    ("ArnLike", "arn:*", ARN, False),
    ("ArnLike", "arn:aws:sns:us-east-1:123456789012:topic", "no ARN", False),
    ("ArnNotEquals", "arn:aws:sns:*:*:*", "arn:aws:sqs:us-east-1:123456789012:q", True),
    ("ArnNotLike", "arn:aws:sns:*:*:*", "arn:aws:sns:us-east-1:123456789012:t", False),
    # a key that is absent
    *((name, "1", None, row.negated) for name, row in OPERATORS.items() if name != "Null"),
    # IfExists
    *((name + "IfExists", "1", None, True) for name in OPERATORS if name != "Null"),
    ("StringLikeIfExists", ["t1.*", "t2.*"], "t2.micro", True),
    ("StringLikeIfExists", ["t1.*", "t2.*"], "m1.large", False),
    ("StringNotEqualsIfExists", "a", "a", False),
    # Null
    ("Null", "true", None, True),
    ("Null", "true", "a", False),
    ("Null", "false", "a", True),
    ("Null", "false", None, False),
]  # fmt: skip
SET_CASES: list[tuple[str, Any, Value | None, bool]] = [
    ("ForAllValues:StringEquals", ATTRIBUTES, ("PostDateTime", "Message"), True),
    ("ForAllValues:StringEquals", ATTRIBUTES, ("PostDateTime", "UserName"), False),
    ("ForAllValues:StringLike", ["Post*"], ("PostDateTime",), True),
    ("ForAllValues:StringEquals", ATTRIBUTES, None, True),  # no key, or no values: true
    ("ForAllValues:StringEquals", ATTRIBUTES, (), True),
    ("ForAnyValue:StringEquals", ["ID", "PostDateTime"], ("UserName", "Message", "PostDateTime"), True),
    ("ForAnyValue:StringEquals", ["ID"], ("UserName",), False),
    ("ForAnyValue:StringEquals", ["ID"], None, False),
    ("ForAnyValue:StringEquals", ["ID"], (), False),
    ("ForAnyValue:StringNotEquals", ["ID"], ("ID", "UserName"), True),  # one that is none of them
    ("ForAnyValue:StringNotEquals", ["ID"], ("ID",), False),
    ("ForAnyValue:StringNotEquals", ["ID"], None, False),
    ("ForAllValues:StringNotEquals", ["ID"], ("UserName",), True),
    ("ForAllValues:StringNotEquals", ["ID"], ("ID", "UserName"), False),
    ("ForAnyValue:StringEqualsIfExists", ["ID"], None, True),
    ("ForAllValues:StringEquals", ATTRIBUTES, "Message", True),  # one value is a set of one
]


@pytest.mark.parametrize(("operator", "values", "value", "expected"), CASES)
def test_an_operator_compares_as_documented(operator: str, values: Any, value: Value | None, expected: bool) -> None:
    assert holds(operator, values, value) is expected, PAGE


@pytest.mark.parametrize(("operator", "values", "value", "expected"), SET_CASES)
def test_a_set_operator_asks_all_or_any(operator: str, values: Any, value: Value | None, expected: bool) -> None:
    assert holds(operator, values, value) is expected, SETS


@pytest.mark.parametrize(
    ("operator", "value", "context", "expected"),
    [
        ("StringEquals", "ann", {"aws:username": "ann"}, True),
        ("StringLike", "ann", {"aws:username": "ann"}, True),
        ("StringNotEquals", "ann", {"aws:username": "bob"}, True),
        ("StringEquals", "ann", {}, False),
        ("StringNotEquals", "ann", {}, False),  # a variable without a value makes the statement invalid
        ("StringEqualsIfExists", None, {}, True),
        ("Bool", "true", {"aws:username": "true"}, True),
        ("NumericEquals", "5", {"aws:username": "5"}, False),  # no variables with other operators
        ("Null", "true", {"aws:username": "false"}, False),
    ],
)
def test_variables_in_values(operator: str, value: Value | None, context: Any, expected: bool) -> None:
    """reference_policies_variables: where you can use policy variables."""
    assert holds(operator, "${aws:username}", value, context) is expected


def test_a_variables_wildcards_stand_for_themselves() -> None:
    context = {"aws:username": "*"}

    assert holds("StringLike", "home/${aws:username}", "home/*", context)
    assert not holds("StringLike", "home/${aws:username}", "home/ann", context)
    assert not holds("ArnLike", "arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::1:user/ann", context)
    assert holds("ArnLike", "arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::1:user/ann", {"aws:username": "ann"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("StringEquals", Word("StringEquals")),
        ("stringequals", Word("StringEquals")),
        ("StringEqualsIfExists", Word("StringEquals", if_exists=True)),
        ("ForAnyValue:StringLike", Word("StringLike", "ForAnyValue")),
        ("forallvalues:ArnLikeIfExists", Word("ArnLike", "ForAllValues", if_exists=True)),
        ("NullIfExists", None),
        ("ForEachValue:StringLike", None),
        ("ForAnyValue::StringLike", None),
        ("StringAlmostEquals", None),
        ("", None),
    ],
)
def test_an_operator_is_known_by_its_name(text: str, expected: Word | None) -> None:
    assert word(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0.0),
        ("1970", 0.0),
        ("1970-02", 31 * 86_400.0),
        ("1970-01-02T03:04", 86_400.0 + 3 * 3600 + 240),
        ("1970-01-01T00:00:00.25Z", 0.25),
        ("1970-01-01T00:00:00-0130", 5400.0),
        ("1970-01-01T01:00:00+01", 0.0),
        ("86400", 86_400.0),
        ("-86400", -86_400.0),
        ("1970-13", None),
        ("1970-01-01T24:00:00Z", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_moment_is_read_in_w3cs_profile_or_as_an_epoch(text: str, expected: float | None) -> None:
    assert moment(text) == expected


def test_a_year_no_calendar_has_still_has_a_place_in_time() -> None:
    far, near = moment("12026-01-01"), moment("9999-12-31")

    assert far is not None
    assert near is not None
    assert far > near


POSITIVE = [name for name, row in OPERATORS.items() if not row.negated and name != "Null"]
NEGATIVE = {"StringNotEquals": "StringEquals", "StringNotLike": "StringLike", "ArnNotLike": "ArnLike",
            "NumericNotEquals": "NumericEquals", "DateNotEquals": "DateEquals", "NotIpAddress": "IpAddress",
            "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase", "ArnNotEquals": "ArnEquals"}  # fmt: skip
TEXTS = st.sampled_from(
    ["a", "A", "1", "1.0", "2026-01-01", "true", "10.0.0.1", "10.0.0.0/8", "arn:aws:a:b:c:d", "*", "QQ=="]
)


def test_every_negation_has_what_it_negates() -> None:
    assert set(NEGATIVE) == {name for name, row in OPERATORS.items() if row.negated}


@given(st.sampled_from(sorted(NEGATIVE)), st.lists(TEXTS | st.text(), max_size=3), st.none() | TEXTS | st.text())
def test_a_negated_operator_is_the_opposite(name: str, values: list[str], value: str | None) -> None:
    assert holds(name, values, value) is not holds(NEGATIVE[name], values, value)


@given(st.sampled_from(POSITIVE), st.lists(TEXTS, max_size=3), TEXTS, TEXTS)
def test_one_more_value_of_the_policy_never_takes_a_match_away(
    name: str, values: list[str], more: str, value: str
) -> None:
    assert holds(name, [*values, more], value) >= holds(name, values, value)


@given(
    st.sampled_from(["", "ForAnyValue:", "ForAllValues:"]),
    st.sampled_from(sorted(OPERATORS)),
    st.text(),
    st.text() | TEXTS,
)
def test_no_value_breaks_an_operator(quantifier: str, name: str, value: str, wanted: str) -> None:
    assert holds(quantifier + name, wanted, value) in (True, False)


@given(st.text())
def test_any_text_is_a_number_or_a_moment_or_none(text: str) -> None:
    assert number(text) is None or number(text) == number(text)
    assert moment(text) is None or isinstance(moment(text), float)
