"""Kinds of sensitive information: found in a sentence, not where it only looks like one, and in no more than linear time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.guardrails import entities

FOUND = {
    "AWS_ACCESS_KEY": ["AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"],
    "AWS_SECRET_KEY": ["wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"],
    "CA_SOCIAL_INSURANCE_NUMBER": ["130 692 544", "130-692-544"],
    "CREDIT_DEBIT_CARD_NUMBER": ["4111 1111 1111 1111", "4111111111111111", "3782-822463-10005", "5555-5555-5555-4444"],
    "EMAIL": ["jane@example.com", "a.b+c@mail.example.co.uk"],
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER": ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "NO9386011117947"],
    "IP_ADDRESS": ["10.0.0.1", "2001:db8::1", "::1", "::ffff:10.0.0.1"],
    "MAC_ADDRESS": ["00:1A:2b:3C:4d:5E", "00-1A-2b-3C-4d-5E"],
    "PHONE": [
        "+49 30 901820",
        "(555) 123-4567",
        "555-123-4567",
        "+1 (555) 123-4567",
        "1-555-123-4567",
        "+442079460958",
    ],
    "SWIFT_CODE": ["DEUTDEFF", "DEUTDEFF500"],
    "UK_NATIONAL_HEALTH_SERVICE_NUMBER": ["943 476 5919", "9434765919"],
    "UK_NATIONAL_INSURANCE_NUMBER": ["AB123456C", "AB 12 34 56 C"],
    "URL": ["https://example.com/a?b=c#d", "www.example.com", "http://10.0.0.1:8080/x"],
    "US_BANK_ROUTING_NUMBER": ["021000021"],
    "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER": ["912-70-1234"],
    "US_SOCIAL_SECURITY_NUMBER": ["123-45-6789"],
    "VEHICLE_IDENTIFICATION_NUMBER": ["1HGCM82633A004352", "1M8GDM9AXKP042788"],
}
NOT_FOUND = {
    "AWS_ACCESS_KEY": ["AKIA0000", "XAKIAIOSFODNN7EXAMPLE"],
    "AWS_SECRET_KEY": ["da39a3ee5e6b4b0d3255bfef95601890afd80709", "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t1"],
    "CA_SOCIAL_INSURANCE_NUMBER": ["130 692 545", "130692544"],
    "CREDIT_DEBIT_CARD_NUMBER": ["4111 1111 1111 1112", "41111111111111111111", "1234567890123"],
    "EMAIL": ["jane@example", "@example.com", "jane at example.com"],
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER": ["DE88370400440532013000", "XX82WEST12345698765432"],
    "IP_ADDRESS": ["10.0.0.256", "1.2.3", "1.2.3.4.5", "::", "12:30"],
    "MAC_ADDRESS": ["00:1A:2b:3C:4d", "00:1A:2b:3C:4d:5E:6F"],
    "PHONE": ["2026-11-20", "123-4567", "10.0.0.1", "12345"],
    "SWIFT_CODE": ["DEUTXXFF", "ABCDEFG"],
    "UK_NATIONAL_HEALTH_SERVICE_NUMBER": ["943 476 5918"],
    "UK_NATIONAL_INSURANCE_NUMBER": ["BG123456C", "AB123456E"],
    "URL": ["example.com", "ftp:/x", "www."],
    "US_BANK_ROUTING_NUMBER": ["021000022", "991000021"],
    "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER": ["912-93-1234"],
    "US_SOCIAL_SECURITY_NUMBER": ["000-45-6789", "666-45-6789", "123-00-6789", "123-45-0000", "123456789"],
    "VEHICLE_IDENTIFICATION_NUMBER": ["1HGCM82643A004352", "1HGCM82633A00435"],
}


def found(kind: str, text: str) -> list[str]:
    return [text[start:end] for start, end in entities.finder(kind)(text)]


def test_every_kind_is_put_to_the_test() -> None:
    assert set(FOUND) == set(NOT_FOUND) == set(entities.FORMS)


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in FOUND.items() for value in values])
def test_a_kind_is_found_wherever_it_stands(kind: str, value: str) -> None:
    for text in (value, f"It is {value}, or so.", f"({value})", f"a\n{value}\nb", f"{value} and {value}"):
        assert found(kind, text) == [value] * text.count(value)


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in NOT_FOUND.items() for value in values])
def test_what_only_looks_like_it_is_not(kind: str, value: str) -> None:
    assert found(kind, f"It is {value} here") == []


def test_numbers_beside_a_card_do_not_hide_it() -> None:
    text = "order 12345678 4111 1111 1111 1111 123, expires 12/27"
    assert found("CREDIT_DEBIT_CARD_NUMBER", text) == ["4111 1111 1111 1111"]


@given(st.text(alphabet="0123456789 -.:@/+aAzZ()\n", max_size=200))
def test_whatever_is_read_places_are_within_the_text_and_in_order(text: str) -> None:
    for kind in entities.FORMS:
        ends = [0]
        for start, end in entities.finder(kind)(text):
            assert ends[-1] <= start < end <= len(text)
            ends.append(end)


@pytest.mark.parametrize(
    "part", ["1 ", "1", "a", "a.", "a@a.", "A1", ":", "1-1", "+1 ", "a'", "www.", "1111 ", "https://"]
)
def test_no_text_takes_long(part: str) -> None:
    text = part * (50_000 // len(part))
    for kind in entities.FORMS:
        started = time.thread_time()
        list(entities.finder(kind)(text))
        assert time.thread_time() - started < 1.0  # a backtracking expression takes minutes
