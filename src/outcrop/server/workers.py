"""Several processes on one listening socket: `Workers` starts, replaces and stops them, a `Link` is what each has of it.

The parent serves nothing and holds the socket, so that connections wait while a worker is replaced. Each worker is a fresh
interpreter with its own journal; what they share is in the data directory and the database. A link is one byte from the
worker when it is ready, and its end: a worker whose parent is gone stops as if told to.
"""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Sequence

AGAIN = 1.0  # seconds before one that ended early is started again
DRAIN = 40.0  # seconds in which workers must have ended; they take 30 for running requests, and a few for the rest

log = logging.getLogger("outcrop.server")


class WorkerEnded(Exception):
    """A worker ended before it was ready; it has said why. `args[0]` is its exit status."""


class Worker:
    """One process."""

    def __init__(self, process: asyncio.subprocess.Process, link: socket.socket) -> None:
        self.process, self._link = process, link

    @classmethod
    async def start(cls, command: Sequence[str], listening: socket.socket) -> "Worker":
        """Begin; `command` gets `--worker` with the descriptors of the socket and of the link."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        descriptors = (listening.fileno(), theirs.fileno())
        process = await asyncio.create_subprocess_exec(
            *command,
            f"--worker={descriptors[0]},{descriptors[1]}",
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=descriptors,
            start_new_session=True,  # Ctrl-C is the parent's to hear
        )
        theirs.close()
        return cls(process, ours)

    async def ready(self) -> None:
        """Wait until it answers; raises `WorkerEnded`."""
        if not await asyncio.get_running_loop().sock_recv(self._link, 1):
            raise WorkerEnded(await self.process.wait())

    async def ended(self) -> int:
        """Wait until it has; the exit status."""
        status = await self.process.wait()
        self._link.close()
        return status

    def send(self, number: int) -> None:
        """A signal, if it still runs."""
        if self.process.returncode is None:
            self.process.send_signal(number)


class Workers:
    """`count` processes that serve `listening`, as `command` does."""

    def __init__(self, command: Sequence[str], listening: socket.socket, count: int) -> None:
        self._command, self._listening, self._count = command, listening, count
        self._running: list[Worker] = []
        self._keepers: list[asyncio.Task[None]] = []
        self._stopping = False

    @property
    def pids(self) -> list[int]:
        """Of those that run."""
        return [worker.process.pid for worker in self._running]

    async def start(self) -> None:
        """Until every one is ready; raises `WorkerEnded` when one is not to be."""
        started = [await self._start() for _ in range(self._count)]
        try:
            await asyncio.gather(*(worker.ready() for worker in started))
        except BaseException:
            await self.stop()
            raise
        self._keepers = [asyncio.ensure_future(self._keep(worker)) for worker in started]

    async def _start(self) -> Worker:
        worker = await Worker.start(self._command, self._listening)
        self._running.append(worker)
        return worker

    async def _keep(self, worker: Worker) -> None:
        """Replace a worker whenever it has ended."""
        while True:
            status = await worker.ended()
            self._running.remove(worker)
            if self._stopping:
                return
            log.warning("worker %d ended with status %d; another takes its place", worker.process.pid, status)
            worker = await self._start()
            try:
                await worker.ready()
            except WorkerEnded:
                await asyncio.sleep(AGAIN)

    async def stop(self) -> None:
        """Let running requests end, then end; those that do not are ended."""
        self._stopping = True
        workers = list(self._running)
        self.send(signal.SIGTERM)
        waiting = [asyncio.ensure_future(worker.process.wait()) for worker in workers]
        if waiting:
            await asyncio.wait(waiting, timeout=DRAIN)
        self.send(signal.SIGKILL)
        await asyncio.gather(*waiting)
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    def send(self, number: int) -> None:
        """A signal to all of them."""
        for worker in self._running:
            worker.send(number)


class Link:
    """The worker's end: `text` is what `--worker` was given."""

    def __init__(self, text: str) -> None:
        listening, link = (int(part) for part in text.split(","))
        self.listening = socket.socket(fileno=listening)
        self._socket = socket.socket(fileno=link)
        self._socket.setblocking(False)

    async def ready(self) -> None:
        """Tell the parent."""
        await asyncio.get_running_loop().sock_sendall(self._socket, b"r")

    async def ended(self) -> None:
        """Wait until the parent is gone."""
        await asyncio.get_running_loop().sock_recv(self._socket, 1)


def command() -> list[str]:
    """What this process was started with, to be started again."""
    return [sys.executable, "-m", "outcrop", *sys.argv[1:]]
