"""What a reader of a page would see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.documents.limits import UnreadableDocument
from outcrop.documents.markup import text

SEEN = [
    ("", ""),
    ("no markup at all", "no markup at all"),
    ("<title>T</title><h1>Head</h1><p>one<p>two", "T\nHead\none\ntwo"),
    ("<p>a <b>bold</b>\n   <i>word</i>, x</p>", "a bold word, x"),
    ("one<br>two<br><br>three", "one\ntwo\nthree"),
    ("<ul><li>one<li>two <p>more</ul>tail", "one\ntwo\nmore\ntail"),
    ("<p>x &amp; y &lt;z&gt; &eacute;</p>", "x & y <z> é"),
    ("<p>日本語 und Ü</p>", "日本語 und Ü"),
    ("<pre>def f():\n    return 1\n\n  x</pre> after", "def f():\n    return 1\n\n  x\nafter"),
    ("a<!-- hidden -->b", "ab"),
    ("<select><option>1<option>2</select>", "1\n2"),
]

DROPPED = [
    "<script>let hidden</script>",
    "<style>p { hidden: 1 }</style>",
    "<nav><ul><li>hidden</ul></nav>",
    "<template><p>hidden</p></template>",
    "<iframe>hidden</iframe>",
    "<svg><style>hidden</style></svg>",
]


@pytest.mark.parametrize(("page", "seen"), SEEN)
def test_blocks_are_lines(page: str, seen: str) -> None:
    assert text(page.encode()) == seen


@pytest.mark.parametrize("dropped", DROPPED)
def test_what_no_reader_sees_is_dropped(dropped: str) -> None:
    assert text(f"<body>before {dropped} after".encode()).split() == ["before", "after"]


def test_a_row_is_a_line_and_a_cell_ends_with_a_tab() -> None:
    page = """
      <table>
        <tr> <th>Name</th> <th> Preis </th> </tr>
        <tr><td><p>Brot</p></td><td><div>3<sup>50</sup></div></td></tr>
        <tr><td></td><td>nur rechts</td></tr>
      </table>danach"""
    assert text(page.encode()) == "Name\tPreis\nBrot\t350\n\tnur rechts\ndanach"


def test_a_cell_of_several_blocks_has_their_lines() -> None:
    assert text(b"<table><tr><td>a<td><p>b</p><p>c</p><td>d</table>") == "a\tb\nc\td"


def test_tables_within_tables_keep_their_rows() -> None:
    assert text(b"<table><tr><td><table><tr><td>1<td>2<tr><td>3</table></table>") == "1\t2\n3"


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        ('<meta charset="windows-1252">', "cp1252"),
        ("<meta http-equiv=content-type content='text/html; charset=ISO-8859-1'>", "cp1252"),
        ("<meta charset=Shift_JIS>", "shift_jis"),
        ('<?xml version="1.0" encoding="windows-1251"?>', "cp1251"),
        ("<meta charset=utf-8>", "utf-8"),
        ("<meta charset=unicode_escape>", "utf-8"),
        ("<meta charset=no-such-thing>", "utf-8"),
    ],
)
def test_the_declared_encoding_is_believed_if_it_is_one(declaration: str, encoding: str) -> None:
    word = {"shift_jis": "日本語", "cp1251": "Привет"}.get(encoding, "Grüße")
    assert text(f"{declaration}<p>{word}</p>".encode(encoding)) == word


def test_a_byte_order_mark_outranks_the_declaration() -> None:
    assert text("<meta charset=windows-1252><p>Grüße".encode("utf-8-sig")) == "Grüße"


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UnreadableDocument, match="not text"):
        text(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")


WORDS = st.text("abcü日", min_size=1, max_size=6)


@given(st.lists(st.lists(WORDS, min_size=1, max_size=4), min_size=1, max_size=5))
def test_any_table_comes_out_as_its_cells(rows: list[list[str]]) -> None:
    page = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    assert text(f"<meta charset=utf-8><table>{page}</table>".encode()) == "\n".join("\t".join(row) for row in rows)


@given(st.text("<>/abp tdr!-&;\"'\n\t=", max_size=60))
def test_any_tag_soup_gives_lines_without_blank_ends(page: str) -> None:
    assert all(line.strip() and line == line.rstrip() for line in text(page.encode()).split("\n") if line) is True
