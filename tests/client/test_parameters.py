"""What a dict says that no operation knows: named before anything is sent, as boto3 names it."""

from typing import Any

import pytest
from botocore.session import Session
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import HAIKU

from outcrop.client import Client, Verbatim, WrongRequest, calls, media
from outcrop.model.runtime import ContentBlock, Message

SESSION = Session()
MESSAGES = [{"role": "user", "content": [{"text": "Hello"}]}]
GOOD = {"modelId": HAIKU, "messages": MESSAGES}


def refusal(name: str, given: dict[Any, Any]) -> str:
    with pytest.raises(WrongRequest) as raised:
        calls.build(name, given)
    return str(raised.value)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"inferenceconfig": {}}, 'there is no "inferenceconfig"; did you mean "inferenceConfig"?'),
        ({"System": []}, 'there is no "System"; did you mean "system"?'),
        ({"inference_config": {}}, 'there is no "inference_config"; did you mean "inferenceConfig"?'),
        (
            {"inferenceConfig": {"maxtokens": 1}},
            'there is no "maxtokens" in inferenceConfig; did you mean "maxTokens"?',
        ),
        ({"system": [{"txt": ""}]}, 'there is no "txt" in system[0]; did you mean "text"?'),
        (
            {"messages": [*MESSAGES, {"role": "user", "content": [{"image": {"source": {"byte": b""}}}]}]},
            'there is no "byte" in messages[1].content[0].image.source; did you mean "bytes"?',
        ),
        ({"promptVariables": {"a": {"text": "", "kind": 1}}}, 'there is no "kind" in promptVariables.a; it has text'),
        (
            {"toolConfig": {"tools": [], "toolChoice": {"auto": {"x": 1}}}},
            'there is no "x" in toolConfig.toolChoice.auto; ',
        ),
    ],
)
def test_a_member_that_is_none_is_named_with_its_place(more: dict[str, Any], said: str) -> None:
    for name in ("Converse", "ConverseStream"):
        assert refusal(name, {**GOOD, **more}).startswith(f"{name}: {said}")


def test_every_fault_has_a_line() -> None:
    said = refusal("Converse", {"modelid": HAIKU, "messages": MESSAGES}).splitlines()
    assert said == ['Converse: there is no "modelid"; did you mean "modelId"?', 'Converse: "modelId" is missing']


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("InvokeModel", {"modelId": HAIKU, "body": {"any": {"thing": 1}}}),
        ("Converse", {**GOOD, "additionalModelRequestFields": {"top_k": {"x": 1}}}),
        ("Converse", {**GOOD, "requestMetadata": {"team": "a"}}),
        ("Converse", {**GOOD, "messages": [Message(role="user", content=[ContentBlock(text="x")])]}),
        ("Converse", {**GOOD, "messages": "a wrong type is the service's to refuse"}),
        ("ListFoundationModels", {}),
    ],
)
def test_what_the_model_leaves_open_is_let_through(name: str, given: dict[str, Any]) -> None:
    assert calls.build(name, given).body is not None


def test_what_is_sent_as_it_is() -> None:
    """Messages of records: an id or a time beside role and content is for the service to ignore."""
    given = {**GOOD, "messages": [{**MESSAGES[0], "id": 7}]}
    assert b'"id":7' in calls.build("Converse", Verbatim(given)).body
    assert 'no "id" in messages[0]' in refusal("Converse", given)


def test_a_client_sends_nothing() -> None:
    client = Client("http://127.0.0.1:9", access_key_id="AKIA", secret_access_key="s", region="us-east-1")
    with pytest.raises(WrongRequest, match="did you mean"):
        client.converse({**GOOD, "System": []})


def test_a_block_of_a_conversation() -> None:
    assert media.content([{"text": "x"}]) == [ContentBlock(text="x")]
    with pytest.raises(WrongRequest, match='there is no "txt"; did you mean "text"'):
        media.content([{"txt": "x"}])


NAMES = st.sampled_from(
    "modelId messages system role content text image source bytes json input toolUse name x".split()
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.just("x"), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_it_refuses_what_botocore_calls_unknown(given: dict[str, Any]) -> None:
    shape = SESSION.get_service_model("bedrock-runtime").operation_model("Converse").input_shape
    theirs = ParamValidator().validate(given, shape)
    unknown = [reason for reason, *_ in theirs._errors if reason == "unknown field"]
    try:
        calls.build("Converse", {**given, "modelId": "m"})
        ours = 0
    except WrongRequest as error:
        ours = len(str(error).splitlines())
    except TypeError:
        ours = 0  # a blob that is none
    assert ours == len(unknown)
