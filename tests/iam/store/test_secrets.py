"""The shared keys: a hash nobody makes without them, tokens nobody else has sealed."""

from hypothesis import given
from hypothesis import strategies as st

from outcrop.iam.store.secrets import Material

ONE, OTHER = Material.generate(), Material.generate()


def test_no_two_installations_share_keys_and_none_is_shown() -> None:
    assert len({ONE.hashing, ONE.sealing, OTHER.hashing, OTHER.sealing}) == 4
    assert repr(ONE) == "Material()"


@given(st.text())
def test_a_hash_depends_on_the_token_and_on_the_key(token: str) -> None:
    assert ONE.digest(token) == ONE.digest(token)
    assert len(ONE.digest(token)) == 32
    assert ONE.digest(token) not in (OTHER.digest(token), ONE.digest(token + "x"))


@given(st.binary(max_size=300))
def test_what_is_sealed_opens_with_the_same_key_alone(data: bytes) -> None:
    token = ONE.seal(data)
    assert ONE.open(token) == data
    assert OTHER.open(token) is None
    assert Material(OTHER.hashing, ONE.sealing).open(token) == data


@given(st.text(max_size=200))
def test_any_other_text_opens_to_nothing(token: str) -> None:
    assert ONE.open(token) is None
