"""One call: which model it means, whose refusal it words, and what it may not do."""

import asyncio
from collections.abc import Callable

import msgspec
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
from outcrop.model.runtime import InferenceConfiguration
from outcrop.operations.call import Call, family_of

REQUEST = ChatRequest(messages=[user("Hi")])
TOO_MUCH = ChatRequest(messages=[user("Hi")], inference=InferenceConfiguration(max_tokens=5000))
Make = Callable[..., Call]


@pytest.fixture
def make(catalogue: Catalogue) -> Make:
    def call(engine: Engine, region: str = "us-east-1") -> Call:
        principal = Principal("arn:aws:iam::123456789012:root", "AKIA")
        return Call(principal=principal, region=region, input=None, catalogue=catalogue, engines=Engines.only(engine))

    return call


@pytest.fixture
def model(catalogue: Catalogue) -> Model:
    return catalogue.find(HAIKU, "us-east-1").model


def test_an_id_is_looked_up_in_the_catalogue(make: Make, model: Model) -> None:
    call = make(Scripted())

    assert call.model(HAIKU) is model
    assert call.model("us." + HAIKU) is model
    with pytest.raises(ValidationException, match="The provided model identifier is invalid"):
        call.model("nobody.nothing-v1:0")


@pytest.mark.parametrize("prefix", ["", PREFIX])
def test_a_refusal_is_worded_with_the_prefix(make: Make, model: Model, prefix: str) -> None:
    """Whether the family or the engine refuses, at once or as a stream."""
    for engine, request in (
        (Scripted(opening(), closing()), TOO_MUCH),
        (Scripted(ModelRefusal("I will not")), REQUEST),
    ):
        call = make(engine)
        for run in (call.generate, call.reply):
            with pytest.raises(ValidationException) as raised:
                asyncio.run(run(model, request, prefix=prefix))
            assert raised.value.message.startswith(prefix + ("max_tokens: " if request is TOO_MUCH else "I will not"))


def test_the_family_is_asked_before_the_engine(make: Make, model: Model) -> None:
    engine = Scripted(opening(), closing())

    with pytest.raises(ValidationException):
        asyncio.run(make(engine).reply(model, TOO_MUCH))
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
def test_some_models_refuse_within_the_stream(
    make: Make, catalogue: Catalogue, model_id: str, request_: ChatRequest, within: bool
) -> None:
    call = make(Scripted(ModelRefusal("I will not")))
    found = catalogue.find(model_id, "us-east-1").model

    async def first() -> object:
        run = await call.generate(found, request_, prefix=PREFIX)
        begun.append(run)
        return await anext(run)

    begun: list[object] = []
    with pytest.raises(ValidationException, match=f"^{PREFIX}"):
        asyncio.run(first())
    assert bool(begun) == within
    with pytest.raises(ValidationException, match=f"^{PREFIX}"):
        asyncio.run(call.reply(found, request_, prefix=PREFIX))


def test_other_errors_pass_as_they_are(make: Make, model: Model) -> None:
    for error in (ThrottlingException("slow down"), ZeroDivisionError("bug")):
        call = make(Scripted(error))
        for run in (call.generate, call.reply):
            with pytest.raises(type(error), match=str(error)):
                asyncio.run(run(model, REQUEST, prefix=PREFIX))


def test_a_reply_is_a_whole_turn(make: Make, model: Model) -> None:
    reply = asyncio.run(make(Scripted(opening(), closing())).reply(model, REQUEST))

    assert [block.text for block in reply.message.content] == ["Hello"]


def test_a_model_without_a_family_has_no_native_bodies(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    assert family_of(model)
    monkeypatch.setattr("outcrop.operations.call.FAMILIES", {})
    with pytest.raises(AccessDeniedException, match="You don't have access to the model"):
        family_of(model)


def test_a_model_without_a_family_answers_all_the_same(
    make: Make, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outcrop.operations.call.FAMILIES", {})

    assert asyncio.run(make(Scripted(opening(), closing())).reply(model, TOO_MUCH)).stop_reason == "end_turn"


def test_a_call_cannot_be_changed(make: Make) -> None:
    with pytest.raises(AttributeError):
        make(Scripted()).region = "eu-west-1"
    assert msgspec.structs.replace(make(Scripted()), region="eu-west-1").region == "eu-west-1"
