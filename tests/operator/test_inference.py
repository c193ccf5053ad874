"""Model, parameters, thinking and system prompt as requests have them, and suggestions of models (A.2)."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.operator.asking import HAIKU, SONNET, failed, refused, sent
from tests.operator.clients import Listed, done, said
from tests.operator.test_clients import blocking, boto
from tests.serving import Server

from outcrop.operator import Boto, ConverseOperator, ExecutionException


def test_model_name() -> None:
    assert sent(model="anthropic.claude-3-sonnet")["modelId"] == "anthropic.claude-3-sonnet"
    assert sent({"msg": "Hi", "model": SONNET}, model="$model")["modelId"] == SONNET
    assert refused(model="").error == "The Model name value is invalid."
    assert failed({"msg": "Hi", "model": None}, model="$model").error == "The Model name value is invalid."


def test_model_parameters() -> None:
    request = sent(maximum_tokens=100, temperature=0.2, top_p=0.2, stop_sequences="coffee")
    assert request["inferenceConfig"] == {
        "maxTokens": 100,
        "temperature": 0.2,
        "topP": 0.2,
        "stopSequences": ["coffee"],
    }
    assert sent(stop_sequences=["coffee", "bean"])["inferenceConfig"] == {"stopSequences": ["coffee", "bean"]}
    assert sent(maximum_tokens="$n")["inferenceConfig"] == {"maxTokens": 100}
    assert "inferenceConfig" not in sent()
    assert sent(temperature=0)["inferenceConfig"] == {"temperature": 0}


@pytest.mark.parametrize(
    ("name", "title", "value"),
    [
        ("maximum_tokens", "Maximum tokens", 0),
        ("temperature", "Temperature", 1.5),
        ("top_p", "Top P", -0.1),
        ("stop_sequences", "Stop sequences", [1]),
    ],
)
def test_parameters_out_of_range(name: str, title: str, value: Any) -> None:
    assert refused(**{name: value}).error == f"The {title} value is invalid."
    assert failed({"msg": "Hi", "v": value}, **{name: "$v"}).error == f"The {title} value is invalid."


def test_thinking_and_its_budget() -> None:
    request = sent(model=SONNET, thinking=True, budget_tokens=1024, maximum_tokens=2000)
    assert request["additionalModelRequestFields"] == {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    assert "additionalModelRequestFields" not in sent(model=SONNET)
    assert "additionalModelRequestFields" not in sent({"msg": "Hi", "t": False}, thinking="$t")
    assert refused(thinking=True).reason == "The value is required with Thinking."
    assert refused(thinking=True, budget_tokens=1000).reason == "1000 is less than the minimum, 1024."
    most = refused(thinking=True, budget_tokens=2000, maximum_tokens=2000)
    assert most.reason == "2000 is not less than Maximum tokens, 2000."
    assert (
        failed({"msg": "Hi", "b": 5}, thinking=True, budget_tokens="$b").error == "The Budget tokens value is invalid."
    )


@pytest.mark.parametrize("blank", [None, "", "  \n"])
def test_a_blank_system_prompt_is_none(blank: Any) -> None:
    assert "system" not in sent(system_prompt=blank)
    assert "system" not in sent({"msg": "Hi", "s": blank}, system_prompt="$s")


def with_boto(server: Server) -> Boto:
    return Boto(boto(server, "bedrock-runtime"), boto(server, "bedrock"))


@pytest.mark.parametrize("kind", [with_boto, blocking])
def test_models_are_suggested_from_the_account(served: Server, kind: Callable[[Server], Any]) -> None:
    op = ConverseOperator(kind(served), model=HAIKU, prompt="Hi")
    names = done(op.suggest_models())
    assert HAIKU in names
    assert not [name for name in names if "embed" in name]
    more = done(op.suggest_models(include_cross_region_models=True))
    assert set(more) > set(names)
    assert "us.anthropic.claude-sonnet-4-6" in more


def test_a_client_that_lists_no_models_says_so() -> None:
    with pytest.raises(ExecutionException) as caught:
        done(ConverseOperator(Listed(said("Hi.")), model=HAIKU, prompt="Hi").suggest_models())
    assert caught.value.reason == "The client does not list models."
