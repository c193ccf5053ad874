"""Kinds of sensitive information that have a form: one row of `FORMS` for each, an expression and what makes sure.

A number that carries a check digit is taken for one only if it is right; one that carries none, only in the grouping that
it is written in. Every pattern is bounded and reads a text in linear time, and none finds its kind within a longer run of
letters and digits. A kind that is known by its meaning alone (a name, an age, a password) has no row here.

Sources: the kinds are the service model's, their meaning the Bedrock User Guide's (sensitive information filters); forms
are those of the standards named on each line. What AWS's own model takes for one of a kind is not known.
"""

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_address

from msgspec import Struct

from outcrop.guardrails.spans import Find, Span

LONGEST_WITH_BLANKS = 48  # characters: no form that has blanks in it is longer
_BLANKS = re.compile(r"\s+")
_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")

_COUNTRIES = frozenset(  # ISO 3166-1, and XK, which banks use
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
    CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
    GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
    KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
    MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
    SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
    UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """.split()
)
_VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", "123456781234579234567890123456789", strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


class Form(Struct, frozen=True):
    """A row: where one may stand, and whether it is one; `sure` is given the letters and digits alone."""

    expression: str
    sure: Callable[[str], bool] = bool
    bare: bool = True
    flags: int = 0

    @property
    def pattern(self) -> re.Pattern[str]:
        """The expression, compiled when it is first used: all of them take longer than a start should."""
        return re.compile(self.expression, self.flags | re.ASCII)


def finder(kind: str) -> Find:
    """What finds a kind; raises KeyError for one that has no form."""
    form = FORMS[kind]
    pattern = form.pattern

    def find(text: str) -> Iterator[Span]:
        at = 0
        while match := pattern.search(text, at):
            end = _end(form, match)
            if end is not None:
                yield match.start(), end
            at = match.start() + 1 if end is None else end

    return find


def settled(text: str) -> int:
    """How much of the beginning of `text` no kind can reach from what may follow: up to a blank, and some way back."""
    blanks = list(_BLANKS.finditer(text, 0, max(0, len(text) - LONGEST_WITH_BLANKS)))
    return blanks[-1].end() if blanks else 0


def _end(form: Form, match: re.Match[str]) -> int | None:
    """Where it ends: numbers beside one another look like one, so it may be shorter than it looks, by whole groups."""
    found = match.group()
    if not form.bare:
        return match.end() if form.sure(found) else None
    if form.sure(_SEPARATORS.sub("", found)):
        return match.end()
    for separator in reversed(list(_SEPARATORS.finditer(found))):
        end = match.start() + separator.start()
        if match.re.fullmatch(match.string, match.start(), end) and form.sure(
            _SEPARATORS.sub("", found[: separator.start()])
        ):
            return end
    return None


def _luhn(number: str) -> bool:
    """ISO/IEC 7812."""
    total = 0
    for i, digit in enumerate(reversed(number)):
        doubled = int(digit) * (2 if i % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _card(number: str) -> bool:
    return 13 <= len(number) <= 19 and number[0] in "23456" and _luhn(number)


def _sin(number: str) -> bool:
    return number[0] not in "08" and _luhn(number)


def _iban(number: str) -> bool:
    """ISO 13616, by ISO 7064 mod 97-10."""
    turned = number[4:] + number[:4]
    return number[:2] in _COUNTRIES and int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def _swift(code: str) -> bool:
    """ISO 9362: four letters of a bank, two of a country, a place and perhaps a branch."""
    return code[4:6] in _COUNTRIES


def _routing(number: str) -> bool:
    """ABA: the district's two digits, and a sum by 3, 7 and 1."""
    district = int(number[:2])
    known = district <= 12 or 21 <= district <= 32 or 61 <= district <= 72 or district == 80
    return known and sum(int(digit) * weight for digit, weight in zip(number, (3, 7, 1) * 3, strict=True)) % 10 == 0


def _nhs(number: str) -> bool:
    """Modulus 11."""
    check = 11 - sum(int(digit) * (10 - i) for i, digit in enumerate(number[:9])) % 11
    return check % 11 == int(number[9]) and check != 10


def _vin(number: str) -> bool:
    """ISO 3779, with the check digit of the ninth place (49 CFR 565), which North America demands."""
    total = sum(int(_VIN_VALUES[sign]) * weight for sign, weight in zip(number, _VIN_WEIGHTS, strict=True))
    return "0123456789X"[total % 11] == number[8]


def _phone(number: str) -> bool:
    """E.164 has up to fifteen digits."""
    return 8 <= len(number) <= 15


def _address(text: str) -> bool:
    """Version 4 or 6; two colons alone are punctuation."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return text != "::"


def _secret(text: str) -> bool:
    """Forty signs of base 64 that are no hash in hexadecimal, and no path or word."""
    kinds = (str.islower, str.isupper, str.isdigit)
    return all(any(kind(sign) for sign in text) for kind in kinds) and text.count("/") < 6


_FREE, _END = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
_DIGITS, _NO_MORE = r"(?<![\w.-])", r"(?![\w]|[-.]\d)"
_OF_URL = r"[^\s<>\"'`]{0,2000}[^\s<>\"'`.,;:!?)\]]"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}"

FORMS: dict[str, Form] = {
    "AWS_ACCESS_KEY": Form(_FREE + r"A(?:KIA|SIA)[A-Z2-7]{16}" + _END),
    "AWS_SECRET_KEY": Form(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])", _secret, bare=False),
    "CA_SOCIAL_INSURANCE_NUMBER": Form(_DIGITS + r"\d{3}([ -])\d{3}\1\d{3}" + _NO_MORE, _sin),
    "CREDIT_DEBIT_CARD_NUMBER": Form(
        _DIGITS + r"(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?|\d{4}([ -])\d{6}\2\d{4,5})" + _NO_MORE,
        _card,
    ),
    "EMAIL": Form(r"(?<![\w.+%'-])[A-Za-z0-9][\w.+%'-]{0,63}@" + _HOST + r"(?![\w-])", bare=False),
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER": Form(
        _FREE + r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?" + _END, _iban
    ),
    "IP_ADDRESS": Form(
        r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?=[0-9A-Fa-f]{0,4}:)[0-9A-Fa-f:]{2,39}(?:\.\d{1,3}){0,3})(?![\w:]|\.\d)",
        _address,
        bare=False,
    ),
    "MAC_ADDRESS": Form(r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])"),
    "PHONE": Form(
        r"(?<![\w+.-])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){1,4}"
        r"|(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4})" + _NO_MORE,
        _phone,
    ),
    "SWIFT_CODE": Form(_FREE + r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?" + _END, _swift),
    "UK_NATIONAL_HEALTH_SERVICE_NUMBER": Form(_DIGITS + r"\d{3}([ -]?)\d{3}\1\d{4}" + _NO_MORE, _nhs),
    "UK_NATIONAL_INSURANCE_NUMBER": Form(
        _FREE + r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]( ?)\d{2}\1\d{2}\1\d{2}\1[A-D]" + _END
    ),
    "URL": Form(rf"(?<![\w@.])(?:https?://{_OF_URL}|www\.{_HOST}(?:/{_OF_URL})?)", bare=False, flags=re.IGNORECASE),
    "US_BANK_ROUTING_NUMBER": Form(_DIGITS + r"\d{9}" + _NO_MORE, _routing),
    "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER": Form(
        _DIGITS + r"9\d{2}([ -])(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\1\d{4}" + _NO_MORE
    ),
    "US_SOCIAL_SECURITY_NUMBER": Form(_DIGITS + r"(?!000|666|9)\d{3}([ -])(?!00)\d{2}\1(?!0000)\d{4}" + _NO_MORE),
    "VEHICLE_IDENTIFICATION_NUMBER": Form(_FREE + r"[A-HJ-NPR-Z0-9]{17}" + _END, _vin),
}
