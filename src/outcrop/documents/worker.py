"""Documents are read in a child process, one at a time, so that no document can slow, swell or end the server.

The child is started with the first document and replaced when it ends or overruns. It inherits neither connections nor
environment, since either could hold a secret, and what it prints is kept from the server's own output.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process

from outcrop.documents import frames
from outcrop.documents.limits import UnreadableDocument

START_SECONDS = 30.0
"""How long a child may take to start and take a document over, before it counts as one that does not start."""

_PRINTED = 2000  # characters of a child's error stream that go along with an exception, as a note
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")


class DocumentReader:
    """Text out of documents, for one event loop; documents wait for one another.

    `timeout` is the time one document may take in seconds (default 20), counted from when the child holds it.
    """

    def __init__(self, *, timeout: float = 20.0) -> None:
        self._timeout = timeout
        self._turn = asyncio.Lock()
        self._child: Process | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The process id of the child; None before the first document and after a child had to be ended."""
        return None if self._child is None else self._child.pid

    async def text(self, format: str, data: bytes) -> str:
        """The text of `data`, a document of `format` (DocumentFormat of the Converse API); "" when it holds none.

        Raises UnreadableDocument when the bytes are not what `format` says or are too large or too slow to read, and
        RuntimeError when the reader is closed or no child can be started, which is not the document's doing.
        """
        async with self._turn:
            try:
                kind, answer = await self._exchange(frames.request(format, data))
            except BaseException:  # cancelled, too: the child is left in the middle of something
                await self._end()
                raise
        if kind == frames.REFUSED:
            raise UnreadableDocument(answer)
        return answer

    async def aclose(self) -> None:
        """Ends the child, whatever it does; safe to call twice and when nothing was ever read."""
        self._closed = True
        await self._end()

    async def _exchange(self, request: bytes) -> tuple[int, str]:
        child = await self._hand_over(request)
        try:
            async with asyncio.timeout(self._timeout):
                return await _received(child)
        except TimeoutError as error:
            raise UnreadableDocument(f"The document took more than {self._timeout:g} s to read.") from error
        except asyncio.IncompleteReadError as error:
            refusal = UnreadableDocument(
                f"The document ended the process that read it ({_ending(await child.wait())})."
            )
            refusal.add_note(await self._end())
            raise refusal from error

    async def _hand_over(self, request: bytes) -> Process:
        """The child that now holds `request`. One that ended while idle is replaced, once."""
        printed = ""
        for _ in range(2):
            if self._child is None and not self._closed:
                self._child = await _started(self._timeout)
            if self._child is None or self._closed:  # closed before, or while the child started
                raise RuntimeError("The document reader is closed.")
            try:
                async with asyncio.timeout(START_SECONDS):
                    await _sent(self._child, request)
                return self._child
            except (ConnectionError, TimeoutError, asyncio.IncompleteReadError):
                printed = await self._end()
        raise RuntimeError(f"The process that reads documents does not start. {printed}")

    async def _end(self) -> str:
        """Kills the child if there is one; gives the last of what it printed."""
        child, self._child = self._child, None
        if child is None:
            return ""
        if child.returncode is None:
            child.kill()
        assert child.stdin is not None
        assert child.stderr is not None
        child.stdin.close()
        await child.wait()
        return (await child.stderr.read()).decode(errors="replace")[-_PRINTED:]


async def _started(seconds: float) -> Process:
    command = (sys.executable, "-P", "-B", "-X", "utf8", "-m", "outcrop.documents.child", str(seconds))
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    # A session of its own: an interrupt typed at the terminal is the server's to answer.
    return await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment, start_new_session=True
    )


async def _sent(child: Process, request: bytes) -> None:
    assert child.stdin is not None
    child.stdin.write(request)
    await child.stdin.drain()
    await _received(child)


async def _received(child: Process) -> tuple[int, str]:
    assert child.stdout is not None
    kind, length = frames.HEAD.unpack(await child.stdout.readexactly(frames.HEAD.size))
    return kind, (await child.stdout.readexactly(length)).decode()


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit status {code}"
