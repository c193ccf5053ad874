"""Mustache templates: what each tag writes, and what is no template."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.operator.mustache import InvalidTemplate, compile


def rendered(text: str, record: Any) -> str:
    return compile(text).render(record)


@pytest.mark.parametrize(
    ("text", "record", "expected"),
    [
        ("Hi {{name}}.", {"name": 'R&B <x> "q"'}, "Hi R&amp;B &lt;x&gt; &quot;q&quot;."),
        ("{{{name}}} {{&name}} {{& name }}", {"name": "R&B"}, "R&B R&B R&B"),
        ("{{metadata.question}}", {"metadata": {"question": "Why?"}}, "Why?"),
        ("[{{absent}}{{a.b}}{{n}}]", {"a": {}, "n": None}, "[]"),
        ("{{t}} {{n}} {{f}}", {"t": True, "n": 85, "f": 1.21}, "true 85 1.21"),
        ("{{{list}}} {{{object}}}", {"list": [1, "a"], "object": {"a": 1}}, '[1,"a"] {"a":1}'),
        ("{{#items}}{{name}};{{/items}}", {"items": [{"name": "a"}, {"name": "b"}]}, "a;b;"),
        ("{{#items}}{{.}},{{/items}}", {"items": [1, 2]}, "1,2,"),
        ("{{#user}}{{name}} of {{city}}{{/user}}", {"user": {"name": "Ann"}, "city": "Rome"}, "Ann of Rome"),
        ("{{#a}}x{{/a}}{{^a}}y{{/a}}", {"a": []}, "y"),
        ("{{#a}}x{{/a}}{{^a}}y{{/a}}", {"a": 0}, "y"),
        ("{{#a}}x{{/a}}{{^a}}y{{/a}}", {"a": True}, "x"),
        ("{{#a}}x{{/a}}", {"a": {}}, "x"),
        ("{{! a note }}x", {}, "x"),
        ("{{=<% %>=}}<%name%> {{name}}<%={{ }}=%>{{name}}", {"name": "a"}, "a {{name}}a"),
        ("a\n  {{#b}}\n c\n  {{/b}}\nd", {"b": True}, "a\n c\nd"),
        ("a\r\n{{! alone }}\r\nd", {}, "a\r\nd"),
        ("  {{b}}\n", {"b": 1}, "  1\n"),
        ("{{.}}", "text", "text"),
        ("no tags } } { {", {}, "no tags } } { {"),
        ("", {}, ""),
        ("{{text}}", {"text": "{{name}}", "name": "never"}, "{{name}}"),
    ],
)
def test_rendering(text: str, record: Any, expected: str) -> None:
    assert rendered(text, record) == expected


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Hi {{name", "The tag that opens at character 4 is not closed."),
        ("{{{name}}", "The tag that opens at character 1 is not closed."),
        ("{{#a}}x", "The section a that opens at character 1 is not closed."),
        ("x{{/a}}", "{{/a}} at character 2 closes no open section."),
        ("{{#a}}{{#b}}{{/a}}{{/b}}", "{{/a}} at character 13 closes no open section."),
        ("{{}}", "The tag at character 1 has no name, or more than one."),
        ("{{a b}}", "The tag at character 1 has no name, or more than one."),
        ("{{=x=}}", "The delimiters at character 1 are not two."),
        ("{{> footer}}", "The partial footer at character 1: there are no other templates to include."),
    ],
)
def test_what_is_no_template(text: str, fault: str) -> None:
    with pytest.raises(InvalidTemplate) as caught:
        compile(text)
    assert str(caught.value) == fault


@given(st.text().filter(lambda text: "{{" not in text))
def test_a_text_without_tags_is_written_as_it_is(text: str) -> None:
    assert rendered(text, {}) == text


@given(st.text(), st.text())
def test_values_are_never_read_as_templates(value: str, other: str) -> None:
    assert rendered("{{{value}}}", {"value": value, "other": other}) == value


@given(st.text(alphabet="{}#^/!=&>ab. \n"))
def test_any_text_is_a_template_or_refused(text: str) -> None:
    try:
        template = compile(text)
    except InvalidTemplate:
        return
    assert isinstance(template.render({"a": [{"b": 1}], "b": {"a": ""}}), str)
