"""Children that each serve one model: started when they are needed, ended when they are idle, replaced when they fall.

`Child` is one model's process over time; it is in use while somebody is within `used`. `Budget` keeps the running ones
within a weight. A child whose parent dies ends by itself, because its input does. What it prints is kept for the log,
as the reason when it ends; callers see none of it.
"""

import asyncio
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from outcrop.engines.llama_cpp.child import READY, Load

SOCKET = "model.sock"  # llama.cpp takes a host for a socket when it ends in .sock
COOL_OFF = 2.0  # seconds in which a model that did not load twice in a row is not tried again
FALL = 0.25  # seconds from a connection that breaks to the end of the child that broke it
PRINTED = 1000  # bytes that are kept of what a child prints
PATIENCE = 5.0  # seconds for a child to end before it is ended
_INHERITED = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
_PREFIXES = ("GGML_", "CUDA_", "HIP_", "ROCR_", "OMP_")

log = logging.getLogger("outcrop.engines")


class NotLoaded(Exception):
    """The model cannot be served now; `args[0]` says why."""


class Child:
    """The process of one model, for one event loop. `weight` is its files' bytes; after `idle` seconds unused it ends."""

    def __init__(self, name: str, load: Load, budget: "Budget", *, weight: int, idle: float, timeout: float) -> None:
        self.name, self.weight = name, weight
        self.users, self.last_used, self.starts = 0, 0.0, 0
        self.holds = False  # whether its weight is in memory, or about to be
        self._load, self._budget, self._idle, self._timeout = load, budget, idle, timeout
        self._process: Process | None = None
        self._folder: Path | None = None
        self._reading: asyncio.Task[None] | None = None
        self._stopping: asyncio.TimerHandle | None = None
        self._turn = asyncio.Lock()
        self._failed: list[tuple[float, str]] = []  # starts in a row that came to nothing
        self._printed = b""

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self.running else None

    @asynccontextmanager
    async def used(self) -> AsyncIterator[None]:
        """Keep the child from being idle."""
        self.users += 1
        if self._stopping:
            self._stopping.cancel()
        try:
            yield
        finally:
            self.users -= 1
            self.last_used = time.monotonic()
            if not self.users and self.running:
                self._stopping = asyncio.get_running_loop().call_later(self._idle, self._stop_if_idle)

    async def socket(self) -> Path:
        """Where the model answers, started if it does not run; raises NotLoaded."""
        async with self._turn:
            if not self.running:
                fallen = self._process.returncode if self._process else 0
                await self._stop()
                if fallen:
                    log.error(
                        "llama.cpp with %s ended (%s) and is started again: %s", self.name, ending(fallen), self._said
                    )
                await self._start()
            assert self._folder
            return self._folder / SOCKET

    async def drop(self, pid: int | None) -> None:
        """End the child if it is still the process `pid`, which takes no connections."""
        async with self._turn:
            if self._process and self._process.pid == pid:
                await self._stop(patience=0)

    async def settle(self) -> None:
        """Wait a moment for a child that may be falling, so that whoever asks next finds it fallen."""
        if self._process:
            with suppress(TimeoutError):
                async with asyncio.timeout(FALL):
                    await self._process.wait()

    async def make_way(self) -> None:
        """End the child unless somebody uses it."""
        async with self._turn:
            if not self.users:
                await self._stop()

    async def aclose(self) -> None:
        """End the child and take its socket away; safe to call at any time and more than once."""
        async with self._turn:
            await self._stop()
            if self._folder:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None

    async def _start(self) -> None:
        if len(self._failed) > 1 and time.monotonic() - self._failed[-1][0] < COOL_OFF:
            raise NotLoaded(self._failed[-1][1])
        await self._budget.make_room(self)
        self._folder = self._folder or Path(tempfile.mkdtemp(prefix="outcrop-"))
        socket = self._folder / SOCKET
        socket.unlink(missing_ok=True)
        try:
            self._process = await _spawn()
            self._printed = b""
            self._reading = asyncio.ensure_future(self._read(self._process))
            await self._begin(self._process, replace(self._load, socket=str(socket)))
        except BaseException:  # cancelled, too: a child that nobody waits for would be nobody's
            await self._stop(patience=0)
            raise
        self.starts += 1
        self._failed.clear()

    async def _begin(self, process: Process, load: Load) -> None:
        assert process.stdin
        assert process.stdout
        why = ""
        try:
            async with asyncio.timeout(self._timeout):
                process.stdin.write(msgspec.json.encode(load) + b"\n")
                await process.stdin.drain()
                if await process.stdout.readline() == READY:
                    return
        except TimeoutError:
            why = f"it did not load within {self._timeout:g} s"
        except ConnectionError:
            pass  # it ended before it had read what to load
        await _end(process, patience=0 if why else PATIENCE)
        assert self._reading
        await self._reading
        raise self._unloaded(f"{why or ending(process.returncode)}: {self._said}")

    def _unloaded(self, why: str) -> NotLoaded:
        log.error("model %s cannot be loaded: %s", self.name, why)
        self._failed = [*self._failed[-1:], (time.monotonic(), why)]
        return NotLoaded(why)

    async def _read(self, process: Process) -> None:
        """Keep the end of what the child prints."""
        assert process.stderr
        while said := await process.stderr.read(4096):
            self._printed = (self._printed + said)[-PRINTED:]

    @property
    def _said(self) -> str:
        """The last lines that it printed."""
        return " ".join(self._printed.decode(errors="replace").split("\n")[-3:]).strip()

    def _stop_if_idle(self) -> None:
        if not self.users and self._process and self._process.stdin:
            log.info("model %s is idle and stopped", self.name)
            self._process.stdin.close()

    async def _stop(self, *, patience: float = PATIENCE) -> None:
        process, self._process = self._process, None
        if self._stopping:
            self._stopping.cancel()
        if process:
            await _end(process, patience=patience)
        if self._reading:
            await self._reading
            self._reading = None
        self.holds = False


class Budget:
    """The children of one engine, and the bytes that those in memory may weigh together (None: any number)."""

    def __init__(self, most: int | None) -> None:
        self.children: list[Child] = []
        self._most = most
        self._turn = asyncio.Lock()

    async def make_room(self, wanted: Child) -> None:
        """End unused children, the longest unused first, until `wanted` fits; raises NotLoaded when it cannot."""
        async with self._turn:
            while not self._fits(wanted):
                unused = [child for child in self._others(wanted) if not child.users]
                if not unused:
                    raise NotLoaded("the engine's memory is taken by models that are in use")
                await min(unused, key=lambda child: child.last_used).make_way()
            wanted.holds = True

    def _fits(self, wanted: Child) -> bool:
        held = sum(child.weight for child in self._others(wanted))
        return self._most is None or held + wanted.weight <= self._most

    def _others(self, wanted: Child) -> list[Child]:
        return [child for child in self.children if child.holds and child is not wanted]


async def _spawn() -> Process:
    names = [name for name in os.environ if name in _INHERITED or name.startswith(_PREFIXES)]
    environment = {name: os.environ[name] for name in names}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    environment["GGML_NO_BACKTRACE"] = "1"  # which starts a debugger, and takes seconds
    # A session of its own: an interrupt typed at the terminal is the server's to answer.
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-B", "-m", "outcrop.engines.llama_cpp.child"),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env=environment,
        start_new_session=True,
    )


async def _end(process: Process, *, patience: float) -> None:
    """Let the child end by itself for `patience` seconds, then end it."""
    assert process.stdin
    process.stdin.close()
    try:
        async with asyncio.timeout(patience):
            await process.wait()
    except TimeoutError:
        _kill(process)
        await process.wait()
    except asyncio.CancelledError:
        _kill(process)
        raise


def _kill(process: Process) -> None:
    """End it now. `Process.kill` would reap a child that has just ended, before the event loop does, and lose its status."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


def ending(status: int | None) -> str:
    """How a process ended, for people."""
    if status is None:
        return "it still runs"
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"
