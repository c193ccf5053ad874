"""Short-term keys as AWS's generators make them: signed by botocore, checked here, and nothing else is taken for one."""

import base64
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from outcrop.errors import AuthorizationFailure, ExpiredTokenException
from outcrop.iam import keys, short_term
from outcrop.iam.identity import authenticate, now
from outcrop.iam.keys import Principal, RootKey
from outcrop.wire.http import HttpRequest

BAD = "Authentication failed: Please make sure your API Key is valid."
MADE = keys.generate()


class Sessions(RootKey):
    """A root key that also has one session, whose token is `live`; `dead` has ended."""

    def secret(self, access_key_id: str, session_token: str | None = None) -> tuple[str, Principal] | None:
        if session_token == "dead":
            raise ExpiredTokenException("")
        return super().secret(access_key_id, None if session_token == "live" else session_token)


KEYS = Sessions(MADE)


def generated(
    expires: int = 43_200, region: str = "eu-west-1", token: str | None = None, secret: str = MADE.secret_access_key
) -> str:
    """A key made in the steps of AWS's generator."""
    request = AWSRequest(
        method="POST",
        url="https://bedrock.amazonaws.com/",
        headers={"host": "bedrock.amazonaws.com"},
        params={"Action": "CallWithBearerToken"},
    )
    credentials = Credentials(MADE.access_key_id, secret, token)
    SigV4QueryAuth(credentials, "bedrock", region, expires=expires).add_auth(request)
    url = request.url.removeprefix("https://") + "&Version=1"
    return "bedrock-api-key-" + base64.b64encode(url.encode()).decode()


def asked(token: str, **moved: Any) -> tuple[Principal, str | None]:
    moment = now() + timedelta(**moved)
    return authenticate(HttpRequest("POST", "/", "", {"authorization": f"Bearer {token}"}, b""), KEYS, lambda: moment)


def refused(token: str, **moved: Any) -> str:
    with pytest.raises(AuthorizationFailure) as caught:
        asked(token, **moved)
    return caught.value.message


@pytest.mark.parametrize("session", [None, "live"])
def test_a_key_is_who_signed_it_in_the_region_it_was_made_for(session: str | None) -> None:
    expected = msgspec.structs.replace(KEYS.principal, bearer="SHORT_TERM")
    assert asked(generated(token=session)) == (expected, "eu-west-1")


def test_it_ends_when_it_says() -> None:
    token = generated(expires=900)
    assert asked(token, seconds=895)
    assert refused(token, seconds=901) == "Bearer Token has expired"


def test_it_ends_with_its_session() -> None:
    assert refused(generated(token="dead")) == "Bearer Token has expired"


@pytest.mark.parametrize(
    "token",
    [
        generated(secret="x" * 40),
        generated(expires=43_201),
        generated(expires=0),
        generated(token="unknown"),
        "bedrock-api-key-",
        "bedrock-api-key-!!",
        "bedrock-api-key-" + base64.b64encode(b"bedrock.amazonaws.com/?Action=CallWithBearerToken").decode(),
    ],
)
def test_what_is_not_signed_so_is_refused(token: str) -> None:
    assert refused(token) == BAD


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("eu-west-1", "us-east-1"),
        ("CallWithBearerToken", "ListUsers"),
        ("X-Amz-Expires=900", "X-Amz-Expires=9000"),
        ("SignedHeaders=host", "SignedHeaders=hos"),
        ("bedrock.amazonaws.com", "elsewhere.example"),
        pytest.param(MADE.access_key_id, "AKIAUNKNOWNUNKNOWN22", id="key"),
    ],
)
def test_nothing_in_it_can_be_changed(old: str, new: str) -> None:
    url = base64.b64decode(generated(expires=900).removeprefix(short_term.PREFIX)).decode()
    assert old in url
    assert refused(short_term.PREFIX + base64.b64encode(url.replace(old, new).encode()).decode()) == BAD


def test_one_made_ahead_of_its_time_is_refused() -> None:
    assert asked(generated(), minutes=-4)
    assert refused(generated(), minutes=-6) == BAD


@given(st.text(max_size=80) | st.binary(max_size=200).map(lambda data: base64.b64encode(data).decode()))
def test_any_text_is_read_or_is_none(text: str) -> None:
    assert short_term.read(short_term.PREFIX + text) is None
    assert not short_term.verify(short_term.PREFIX + text, "secret")
