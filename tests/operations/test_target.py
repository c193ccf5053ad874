"""A model about to be run: whose refusal is heard, in which words, and at which end of a stream."""

import asyncio
from collections.abc import Callable

import pytest
from tests.conftest import HAIKU
from tests.conversations import MISTRAL_7B, NOVA
from tests.scripted import Scripted, closing, opening

from outcrop.catalog import Catalogue
from outcrop.chat.features import Model
from outcrop.chat.refusals import PREFIX, ModelRefusal
from outcrop.chat.request import ChatRequest, user
from outcrop.engines import Engine
from outcrop.engines.table import Engines
from outcrop.errors import AccessDeniedException, ThrottlingException, ValidationException
from outcrop.iam.keys import Principal
from outcrop.model.runtime import ConverseRequest, InferenceConfiguration
from outcrop.operations.call import Call, Services
from outcrop.operations.target import Target, family_of
from outcrop.wire import bounds

JAMBA = "ai21.jamba-1-5-large-v1:0"
REQUEST = ChatRequest(messages=[user("Hi")])
TOO_MUCH = ChatRequest(messages=[user("Hi")], inference=InferenceConfiguration(max_tokens=5000))
Make = Callable[..., Target]


@pytest.fixture
def make(catalogue: Catalogue) -> Make:
    def target(engine: Engine, model_id: str = HAIKU) -> Target:
        services = Services(catalogue=catalogue, engines=Engines.only(engine))
        principal = Principal("arn:aws:iam::123456789012:root", "AKIA")
        return Target.of(Call(services, principal, "us-east-1", ConverseRequest(model_id=model_id)))

    return target


@pytest.fixture
def model(catalogue: Catalogue) -> Model:
    return catalogue.find(HAIKU, "us-east-1").model


@pytest.mark.parametrize("prefix", ["", PREFIX])
def test_a_refusal_is_worded_with_the_prefix(make: Make, prefix: str) -> None:
    """Whether the family or the engine refuses, at once or as a stream."""
    for engine, request in (
        (Scripted(opening(), closing()), TOO_MUCH),
        (Scripted(ModelRefusal("I will not")), REQUEST),
    ):
        target = make(engine)
        for run in (target.generate, target.reply):
            with pytest.raises(ValidationException) as raised:
                asyncio.run(run(request, prefix=prefix))
            assert raised.value.message.startswith(prefix + ("max_tokens: " if request is TOO_MUCH else "I will not"))


def test_the_family_is_asked_before_the_engine(make: Make) -> None:
    engine = Scripted(opening(), closing())

    with pytest.raises(ValidationException):
        asyncio.run(make(engine).reply(TOO_MUCH))
    assert not engine.begun


UNKNOWN = ChatRequest(messages=[user("Hi")], fields={"top_k": 1}, streamed=True)  # probed: both refuse it


@pytest.mark.parametrize(
    ("model_id", "request_", "within"),
    [
        (HAIKU, REQUEST, False),
        (NOVA, UNKNOWN, False),  # the schema's, before the stream like all of them that are recorded
        (NOVA, REQUEST, True),  # what only running it shows: recorded on Nova Lite
        (MISTRAL_7B, UNKNOWN, True),  # recorded
        (MISTRAL_7B, REQUEST, True),
    ],
)
def test_some_models_refuse_within_the_stream(make: Make, model_id: str, request_: ChatRequest, within: bool) -> None:
    target = make(Scripted(ModelRefusal("I will not")), model_id)

    async def first() -> object:
        run = await target.generate(request_, prefix=PREFIX)
        begun.append(run)
        return await anext(run)

    begun: list[object] = []
    with pytest.raises(ValidationException, match=f"^{PREFIX}"):
        asyncio.run(first())
    assert bool(begun) == within
    with pytest.raises(ValidationException, match=f"^{PREFIX}"):
        asyncio.run(target.reply(request_, prefix=PREFIX))


def test_other_errors_pass_as_they_are(make: Make) -> None:
    for error in (ThrottlingException("slow down"), ZeroDivisionError("bug")):
        target = make(Scripted(error))
        for run in (target.generate, target.reply):
            with pytest.raises(type(error), match=str(error)):
                asyncio.run(run(REQUEST, prefix=PREFIX))


def test_a_reply_is_a_whole_turn(make: Make) -> None:
    reply = asyncio.run(make(Scripted(opening(), closing())).reply(REQUEST))

    assert [block.text for block in reply.message.content] == ["Hello"]


def test_a_model_without_a_family_has_no_native_bodies(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    assert family_of(model)
    monkeypatch.setattr("outcrop.operations.target.FAMILIES", {})
    with pytest.raises(AccessDeniedException, match="You don't have access to the model"):
        family_of(model)


def test_a_model_without_a_family_answers_all_the_same(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outcrop.operations.target.FAMILIES", {})

    assert asyncio.run(make(Scripted(opening(), closing())).reply(TOO_MUCH)).stop_reason == "end_turn"


def test_what_no_window_holds_is_refused_whatever_the_family_says(make: Make) -> None:
    """Jamba's has no words for it."""
    text = "a word " * 400_000
    with pytest.raises(ValidationException, match=bounds.TOO_LONG):
        asyncio.run(make(Scripted(), JAMBA).reply(ChatRequest(messages=[user(text)])))
