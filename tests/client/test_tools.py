"""Functions as tools: schemas, arguments, results, failures, and many calls at once."""

import asyncio
import contextvars
import dataclasses
import enum
import threading
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.chat import json_schema
from outcrop.client import image, tools
from outcrop.client.tools import Function
from outcrop.model.runtime import ToolUseBlock


class Unit(enum.Enum):
    CELSIUS = "C"
    FAHRENHEIT = "F"


@dataclasses.dataclass
class Place:
    name: str
    country: str = "France"


def weather(city: str, days: int = 3, unit: Unit = Unit.CELSIUS, *, when: Literal["now", "later"] | None = None) -> str:
    """Say what the weather will be.

    Longer words about it.

    Args:
        city: The town's name.
        days (int): How many days.
    """
    return f"{city} {days} {unit.value} {when}"


def test_the_schema_is_the_hints_and_the_docstring():
    tool = Function(weather)
    assert (tool.name, tool.description) == ("weather", "Say what the weather will be.\n\nLonger words about it.")
    assert tool.schema["required"] == ["city"]
    assert tool.schema["additionalProperties"] is False
    assert tool.schema["properties"]["city"] == {"type": "string", "description": "The town's name."}
    assert tool.schema["properties"]["days"] == {"type": "integer", "default": 3, "description": "How many days."}
    assert tool.schema["$defs"]["Unit"]["enum"] == ["C", "F"]
    json_schema.validator(tool.schema)


def test_sphinx_descriptions_annotations_and_nested_types_are_understood():
    def find(place: Place, limit: Annotated[int, msgspec.Meta(ge=1, le=5)], tags: list[str] | None = None):
        """Find.

        :param place: Where.
        :param int limit: How many.
        """

    tool = Function(find)
    assert tool.description == "Find."
    assert tool.schema["properties"]["limit"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 5,
        "description": "How many.",
    }
    assert tool.arguments({"place": {"name": "Paris"}, "limit": 1})["place"] == Place("Paris")
    for wrong in ({}, {"place": {"name": "x"}, "limit": 9}, {"place": {"name": "x"}, "limit": 1, "more": 1}):
        assert not json_schema.validator(tool.schema)(wrong)
        with pytest.raises(msgspec.ValidationError):
            tool.arguments(wrong)


def test_without_hints_anything_goes():
    def pair(a, b=[1]):  # noqa: B006
        return a, b

    tool = Function(pair)
    assert tool.schema["required"] == ["a"]
    assert tool.arguments({"a": {"x": 1}}) == {"a": {"x": 1}, "b": [1]}
    assert tool.specification.tool_spec.description is None


def several(*a): ...


def named(**a): ...


def placed(a, /): ...


@pytest.mark.parametrize("function", [several, named, placed, lambda a: a])
def test_what_no_model_can_call_is_refused(function):
    with pytest.raises(TypeError, match="cannot be a tool"):
        Function(function)


def test_two_of_one_name_are_refused():
    with pytest.raises(ValueError, match="same name"):
        tools.table([weather, weather])


PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("text", {"text": "text"}),
        ({"a": 1}, {"json": {"a": 1}}),
        (Place("Paris"), {"json": {"name": "Paris", "country": "France"}}),
        ([1, 2], {"text": "[1,2]"}),
        (3.5, {"text": "3.5"}),
        (None, {"text": "null"}),
        (True, {"text": "true"}),
        (image(PNG, format="png"), {"image": {"format": "png", "source": {"bytes": "iVBORw0KGgo="}}}),
    ],
)
def test_results_of_every_kind_are_content(result, expected):
    assert msgspec.to_builtins(tools.content(result)) == [expected]


def call(name: str, given: Any, id_: str = "id") -> ToolUseBlock:
    return ToolUseBlock(name=name, tool_use_id=id_, input=given)


async def slowly(city: str) -> str:
    """Asynchronous."""
    await asyncio.sleep(0)
    return city


def broken() -> None:
    raise RuntimeError("the well is dry")


def unserialisable() -> object:
    return object()


TOOLS = tools.table([weather, slowly, broken, unserialisable])


@pytest.fixture(params=["run", "run_async"])
def run(request):
    """`run(calls)` by threads or by a loop."""

    def go(calls, table=TOOLS):
        return tools.run(calls, table) if request.param == "run" else asyncio.run(tools.run_async(calls, table))

    return go


def test_calls_of_both_kinds_are_answered_in_their_order(run):
    calls = [call("weather", {"city": "Paris"}, "1"), call("slowly", {"city": "Rome"}, "2")]
    for asked in (calls, calls[::-1], calls[:1], calls[1:]):
        results = run(asked)
        assert [result.tool_use_id for result in results] == [c.tool_use_id for c in asked]
        said = {result.tool_use_id: result.content[0].text for result in results}
        assert said.items() <= {"1": "Paris 3 C None", "2": "Rome"}.items()
        assert {result.status for result in results} == {"success"}


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (call("broken", {}), "RuntimeError: the well is dry"),
        (call("weather", {"city": 1}), "ValidationError: Expected `str`, got `int` - at `$.city`"),
        (call("weather", {}), "ValidationError: Object missing required field `city`"),
        (call("absent", {}), "LookupError: there is no tool absent; there is weather, slowly, broken, unserialisable"),
        (call("unserialisable", {}), "TypeError: Encoding objects of type object is unsupported"),
        (call("weather", "no object"), "ValidationError: Expected `object`, got `str`"),
    ],
)
def test_what_goes_wrong_is_told_to_the_model(run, asked, text):
    (result,) = run([asked])
    assert (result.status, result.content[0].text) == ("error", text)


def test_calls_run_at_the_same_time(run):
    barrier = threading.Barrier(3, timeout=5)

    def meet(n: int) -> int:
        barrier.wait()
        return n

    results = run([call("meet", {"n": n}, str(n)) for n in range(3)], tools.table([meet]))
    assert [result.content[0].text for result in results] == ["0", "1", "2"]


def test_what_the_context_says_is_known_to_tools(run):
    variable = contextvars.ContextVar("variable", default="none")

    def ask() -> str:
        return variable.get()

    variable.set("given")
    results = run([call("ask", {}, "1"), call("ask", {}, "2")], tools.table([ask]))
    assert [result.content[0].text for result in results] == ["given", "given"]


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=8)
)
def test_no_input_of_a_model_is_raised(value):
    (result,) = tools.run([call("weather", value)], TOOLS)
    assert result.status in ("error", "success")
