"""Documents read in a child process: what one of them may do to it, and that the next is read all the same."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outcrop.documents import DocumentReader, UnreadableDocument

NESTED = b"<div>" * 200_000
"""A small page that takes minutes: the parser's time grows with the square of its depth."""

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads proc(5)")

Scenario = Callable[[DocumentReader], Awaitable[None]]


def play(scenario: Scenario, timeout: float = 20.0) -> None:
    """Runs `scenario` with a reader in a loop of its own."""

    async def run() -> None:
        reader = DocumentReader(timeout=timeout)
        try:
            await scenario(reader)
        finally:
            await reader.aclose()

    asyncio.run(run())


async def refused(reader: DocumentReader, format: str, data: bytes) -> UnreadableDocument:
    with pytest.raises(UnreadableDocument) as refusal:
        await reader.text(format, data)
    return refusal.value


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def processor_ticks(pid: int) -> int:
    """The processor time `pid` has used, in ticks (proc(5), fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def until_busy(pid: int, usual: int) -> None:
    """Returns once `pid` has used some ticks more than it had."""
    while processor_ticks(pid) < usual + 5:
        os.sched_yield()


def test_every_format_is_read_by_one_child(samples: dict[str, bytes]) -> None:
    async def scenario(reader: DocumentReader) -> None:
        assert reader.pid is None
        texts = {format: await reader.text(format, data) for format, data in samples.items()}
        first = reader.pid
        assert texts["docx"].startswith("Vorher: 日本語\nName\tPreis\n")
        assert texts["csv"] == "Name;Preis\nBrötchen;4,00 €\n"
        assert all(texts.values())
        assert await reader.text("pdf", samples["pdf"]) == texts["pdf"]
        assert reader.pid == first != os.getpid()

    play(scenario)


def test_a_refusal_leaves_the_child_alone() -> None:
    async def scenario(reader: DocumentReader) -> None:
        assert (await refused(reader, "pdf", b"PK")).reason == "The bytes are not a PDF file."
        first = reader.pid
        assert "damaged" in (await refused(reader, "docx", b"PK\x03\x04")).reason
        assert reader.pid == first

    play(scenario)


def test_documents_at_once_wait_for_one_another() -> None:
    async def scenario(reader: DocumentReader) -> None:
        words = [f"document {number}" for number in range(20)]
        assert await asyncio.gather(*(reader.text("txt", word.encode()) for word in words)) == words

    play(scenario)


def test_a_large_document_comes_through_whole() -> None:
    async def scenario(reader: DocumentReader) -> None:
        text = "日本語 " * 400_000
        assert await reader.text("txt", text.encode()) == text

    play(scenario)


def test_a_document_that_takes_too_long_ends_with_its_child() -> None:
    async def scenario(reader: DocumentReader) -> None:
        await reader.text("txt", b"")
        first = reader.pid
        assert first is not None
        assert (await refused(reader, "html", NESTED)).reason == "The document took more than 1 s to read."
        assert reader.pid is None
        assert not alive(first)
        assert await reader.text("txt", b"the next one") == "the next one"

    play(scenario, timeout=1.0)


def test_a_document_that_crashes_its_child_is_refused(save: Callable[[object], bytes]) -> None:
    """Two cells at the far corners of a sheet make the library ask for half a terabyte, which aborts the process."""
    book = openpyxl.Workbook()
    book.active["A1"] = book.active["XFD1048576"] = "x"

    async def scenario(reader: DocumentReader) -> None:
        refusal = await refused(reader, "xlsx", save(book))
        assert refusal.reason == "The document ended the process that read it (SIGABRT)."
        assert "memory allocation" in "".join(refusal.__notes__)
        assert await reader.text("txt", b"the next one") == "the next one"

    play(scenario)


@LINUX
def test_a_child_killed_at_work_costs_that_document_only() -> None:
    async def scenario(reader: DocumentReader) -> None:
        await reader.text("html", b"")
        assert reader.pid is not None
        usual = processor_ticks(reader.pid)
        reading = asyncio.create_task(reader.text("html", NESTED))
        await asyncio.to_thread(until_busy, reader.pid, usual)
        os.kill(reader.pid, signal.SIGKILL)
        with pytest.raises(UnreadableDocument, match="SIGKILL"):
            await reading
        assert await reader.text("txt", b"the next one") == "the next one"

    play(scenario)


def test_a_child_killed_while_idle_costs_nothing() -> None:
    async def scenario(reader: DocumentReader) -> None:
        await reader.text("txt", b"")
        first = reader.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert await reader.text("txt", b"the next one") == "the next one"
        assert reader.pid != first

    play(scenario)


def test_a_caller_who_goes_away_leaves_nothing_behind() -> None:
    async def scenario(reader: DocumentReader) -> None:
        await reader.text("txt", b"")
        first = reader.pid
        assert first is not None
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.text("html", NESTED), 0.1)
        assert not alive(first)
        assert await reader.text("txt", b"not an answer to the last") == "not an answer to the last"

    play(scenario)


def test_closing_ends_the_child_and_may_be_done_twice() -> None:
    async def scenario(reader: DocumentReader) -> None:
        await reader.text("txt", b"")
        first = reader.pid
        assert first is not None
        await reader.aclose()
        await reader.aclose()
        assert not alive(first)
        with pytest.raises(RuntimeError, match="closed"):
            await reader.text("txt", b"")

    play(scenario)


def test_closing_what_never_started_is_nothing() -> None:
    play(lambda reader: reader.aclose())


@pytest.mark.parametrize("started", [True, False])
def test_closing_ends_a_document_at_work(started: bool) -> None:
    async def scenario(reader: DocumentReader) -> None:
        if started:
            await reader.text("txt", b"")
        reading = asyncio.create_task(reader.text("html", NESTED))
        await asyncio.sleep(0)
        await reader.aclose()
        with pytest.raises((UnreadableDocument, RuntimeError)):
            await reading
        assert reader.pid is None

    play(scenario)


def test_a_child_that_cannot_start_is_not_the_documents_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", ["/nowhere"])
    monkeypatch.setattr(sys, "executable", "/bin/false")

    async def scenario(reader: DocumentReader) -> None:
        with pytest.raises(RuntimeError, match="does not start"):
            await reader.text("txt", b"")

    play(scenario)


@LINUX
def test_the_child_inherits_neither_secrets_nor_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not for documents")
    listening, other = os.pipe()
    os.set_inheritable(other, True)

    async def scenario(reader: DocumentReader) -> None:
        await reader.text("txt", b"")
        process = Path(f"/proc/{reader.pid}")
        assert b"not for documents" not in (process / "environ").read_bytes()
        assert f"pipe:[{os.fstat(other).st_ino}]" not in {os.readlink(fd) for fd in (process / "fd").iterdir()}

    play(scenario)
    os.close(listening)
    os.close(other)


def test_nothing_reaches_the_servers_own_output(
    capfd: pytest.CaptureFixture[str], save: Callable[[object], bytes]
) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = book.active["XFD1048576"] = "x"

    async def scenario(reader: DocumentReader) -> None:
        await refused(reader, "xlsx", save(book))

    play(scenario)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("format", ["xls", "xlsx"])
def test_damaged_workbooks_give_text_or_a_refusal(samples: dict[str, bytes], format: str) -> None:
    """Here and not in this process, which some of them would abort."""
    whole = samples[format]
    with asyncio.Runner() as runner:
        reader = DocumentReader()

        @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
        @given(st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), min_size=1, max_size=8))
        def damage(changes: list[tuple[int, int]]) -> None:
            damaged = bytearray(whole)
            for place, value in changes:
                damaged[place] = value
            with suppress(UnreadableDocument):
                assert isinstance(runner.run(reader.text(format, bytes(damaged))), str)

        damage()
        runner.run(reader.aclose())
