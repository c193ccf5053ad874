"""Bodies that a schema guards."""

import msgspec
import pytest
from hypothesis import given
from msgspec import UNSET
from tests.families.conftest import hub, malformed
from tests.families.natives import BODIES

from outcrop.chat.refusals import ModelRefusal
from outcrop.errors import ValidationException
from outcrop.families import bodies
from outcrop.model.runtime import InferenceConfiguration

SCHEMA = bodies.closed(
    ("prompt",),
    prompt=bodies.STRING,
    p=bodies.bounded("number", 0, 0.99),
    length=bodies.bounded("integer", 1),
    stop={**bodies.STRINGS, "maxItems": 2},
)


class Body(msgspec.Struct, forbid_unknown_fields=True):
    prompt: str


DECODE = msgspec.json.Decoder(Body).decode


def test_a_body_that_decodes_is_not_asked_about() -> None:
    assert bodies.read(DECODE, SCHEMA, b'{"prompt":"a"}') == Body("a")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{}", "#: required key [prompt] not found"),
        (b'{"prompt":1}', "#/prompt: expected type: String, found: Integer"),
        (b'{"prompt":"a","x":1}', "#: extraneous key [x] is not permitted"),
        (b'{"prompt":"a","p":1}', "#/p: 1 is not less or equal to 0.99"),
        (b'{"prompt":"a","length":0}', "#/length: 0 is not greater or equal to 1"),
        (b'{"prompt":"a","stop":["a","b","c"]}', "#/stop: expected maximum item count: 2, found: 3"),
    ],
)
def test_what_does_not_decode_is_refused_in_everits_words(body: bytes, text: str) -> None:
    with pytest.raises(ValidationException) as refusal:
        bodies.read(DECODE, SCHEMA, body)
    assert refusal.value.message == malformed(text)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"prompt":"a","length":2}'])
def test_what_the_schema_has_no_words_for_is_refused_without_any(body: bytes) -> None:
    with pytest.raises(ValidationException, match=r"^Malformed input request, please"):
        bodies.read(DECODE, SCHEMA, body)


def test_parameters_of_converse_meet_the_same_schema() -> None:
    names = {"top_p": "p", "stop_sequences": "stop"}
    for request, text in (
        (hub(fields={"x": 1}), "#: extraneous key [x] is not permitted"),
        (hub(inference=InferenceConfiguration(top_p=1.0)), "#/p: 1.0 is not less or equal to 0.99"),
        (
            hub(inference=InferenceConfiguration(stop_sequences=["a", "b", "c"])),
            "#/stop: expected maximum item count: 2, found: 3",
        ),
    ):
        with pytest.raises(ModelRefusal) as refusal:
            bodies.check(SCHEMA, request, names)
        assert refusal.value.text == malformed(text)


def test_what_a_body_must_have_is_not_asked_of_converse() -> None:
    bodies.check(SCHEMA, hub(inference=InferenceConfiguration(top_p=0.5)), {"top_p": "p"})


def test_members_that_are_not_there() -> None:
    assert bodies.given(UNSET) is None
    assert bodies.given(0) == 0
    assert bodies.additional(k=UNSET, seed=0, truncate=None) == {"seed": 0, "truncate": None}


@given(BODIES)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        said = bodies.read(DECODE, SCHEMA, body).prompt
    except ValidationException as refusal:
        said = refusal.message.removeprefix("Malformed input request")
    assert said is not None
