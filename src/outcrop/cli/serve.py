"""`outcrop serve`: start the server, ask it one question through its own front door, say what to paste, and serve.

For programs that start it there is `--ready-file`: then nothing is asked or printed, and the file appears, whole and
readable by its owner only, when the server answers. One that is there before is removed at once, its own when it ends.
"""

import asyncio
import datetime
import os
import sys
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, NoReturn

import typer

from outcrop.cli.chosen import WHERE

if TYPE_CHECKING:
    import socket
    from contextlib import ExitStack

    from outcrop.cli.running import Running
    from outcrop.iam.keys import Credentials
    from outcrop.settings import Options, Settings

PORT = 4020
MADE = "OUTCROP_MADE"  # in the environment when `make serve` is what was typed
HURRIED = 130  # the exit status shells know for a command that Ctrl-C ended


class Start(NamedTuple):
    """What a server is started with: its settings, the file and the options they are of, and what is its own alone."""

    settings: "Settings"
    file: Path | None
    options: "Options"
    tls: bool
    ready_file: Path | None


def serve(
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="PORT", help="Port to listen on; 0 takes a free one.", min=0, max=65535)
    ] = PORT,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help=f"Data directory: keys, certificates, ledger. {WHERE}")
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Settings file; OUTCROP_SETTINGS, or outcrop.toml in the data directory."),
    ] = None,
    region: Annotated[
        str | None, typer.Option(metavar="REGION", help="Region for callers whose credentials name none. [us-east-1]")
    ] = None,
    tls: Annotated[bool, typer.Option("--tls", help="Serve https with a certificate of a local authority.")] = False,
    ready_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write endpoint and keys here, as JSON, once ready.")
    ] = None,
    catalogue_date: Annotated[
        datetime.datetime | None,
        typer.Option(metavar="YYYY-MM-DD", formats=["%Y-%m-%d"], help="List models as AWS did on this day."),
    ] = None,
    lifecycle: Annotated[
        Literal["off", "enforce"] | None,
        typer.Option(help="Refuse models that are Legacy or have ended, as AWS does. [off]"),
    ] = None,
    access: Annotated[
        Literal["open", "request"] | None,
        typer.Option(help="Every model at once, or those that were asked for and granted. [open]"),
    ] = None,
    open_chat: Annotated[
        bool,
        typer.Option("--open-chat", help="Let anyone on this machine open the chat's socket, without credentials."),
    ] = False,
    first_token_ms: Annotated[
        float | None, typer.Option(metavar="MS", help="Simulator: milliseconds before the first token. [0]", min=0)
    ] = None,
    tokens_per_second: Annotated[
        float | None, typer.Option(metavar="N", help="Simulator: tokens per second; 0 is at once. [0]", min=0)
    ] = None,
    workers: Annotated[
        int, typer.Option(metavar="N", help="Processes that serve; one for each core, say.", min=1, max=256)
    ] = 1,
    worker: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> None:
    """Serve the Bedrock API on this machine."""
    from outcrop.cli import chosen
    from outcrop.cli.terminal import fail
    from outcrop.settings import Options, source

    if ready_file and not worker:
        ready_file.unlink(missing_ok=True)  # of a server that is gone, or it would be taken for this one's
    options = Options(
        region=region,
        catalogue_date=catalogue_date.date() if catalogue_date else None,
        lifecycle=lifecycle,
        access=access,
        first_token_ms=first_token_ms,
        tokens_per_second=tokens_per_second,
        open_chat=open_chat,
    )
    folder = chosen.folder(data)
    file = source(folder, settings)
    start = Start(chosen.read(folder, file, options), file, options, tls, ready_file)
    if open_chat and host not in ("127.0.0.1", "::1", "localhost"):
        fail("--open-chat is for this machine only", why=f"{host} can be reached from others", do="leave --host out")
    import uvloop  # a sixth less than asyncio's own loop adds to the first token (decision 23)

    if worker:
        _leave(uvloop.run(_work(start, worker)))
    listening = _bind(host, port)
    if workers > 1:
        _leave(uvloop.run(_supervise(start, listening, workers)))
    _leave(uvloop.run(_run(start, listening)))


def _leave(status: int) -> NoReturn:
    """End without finalizing the interpreter: granian's threads may want it a moment longer, and would abort."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _bind(host: str, port: int) -> "socket.socket":
    import errno

    from outcrop.cli.terminal import fail
    from outcrop.server import listener

    try:
        return listener.bind(host, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            fail(
                f"cannot listen on {host} port {port}",
                why=error.strerror or str(error),
                do="choose another address: --host, --port",
            )
        _fail_taken(port)


def _fail_taken(port: int) -> NoReturn:
    from outcrop.cli.ports import holder
    from outcrop.cli.terminal import fail, program

    found = holder(port)
    who = f"process {found[0]} holds it: {found[1]}" if found else "another process holds it"
    stop = f"stop it (kill {found[0]}), or " if found else ""
    other = f"make serve PORT={port + 1}" if os.environ.get(MADE) else f"{program()} serve --port {port + 1}"
    fail(f"port {port} is taken", why=who, do=f"{stop}take another port: {other}")


async def _run(start: Start, listening: "socket.socket") -> int:
    """Serve until a signal; the exit status: 0, or `HURRIED` when a second signal cut short what was running."""
    from outcrop.config import build
    from outcrop.server.application import Application
    from outcrop.server.listener import Listening

    built = build(start.settings)
    await built.start()
    _settle()
    server, certificate = _described(start, listening)
    stopping, hurrying = _signals()
    running_server = Listening(listening, Application(built.doors, built.site, built.engines), certificate)
    try:
        with await _announced(start, server, built.credentials):
            await stopping.wait()
            _say_stopping(start)
            return await _unless(hurrying, running_server.stop())
    finally:
        await built.aclose()


async def _supervise(start: Start, listening: "socket.socket", count: int) -> int:
    """Have `count` workers serve until a signal; the exit status, as `_run` has it."""
    import signal

    from outcrop.cli.terminal import fail
    from outcrop.iam.keys import RootKey
    from outcrop.server.workers import WorkerEnded, Workers, command

    credentials = RootKey.of(start.settings.data).credentials  # made here, once, when there is none
    server, _ = _described(start, listening)
    stopping, hurrying = _signals()
    workers = Workers(command(), listening, count)
    try:
        await workers.start()
    except WorkerEnded as error:
        fail("a worker ended before it was ready", why=f"its exit status is {error}; above is what it said")
    with await _announced(start, server, credentials):
        await stopping.wait()
        _say_stopping(start)
        ended = asyncio.ensure_future(workers.stop())
        status = await _unless(hurrying, asyncio.shield(ended))
        if status:
            workers.send(signal.SIGTERM)  # their second
            await ended
        return status


async def _work(start: Start, text: str) -> int:
    """Serve as one of several until told to stop or alone; the exit status, as `_run` has it."""
    from outcrop.config import build
    from outcrop.server.application import Application
    from outcrop.server.listener import Listening
    from outcrop.server.workers import Link

    link, built = Link(text), build(start.settings)
    await built.start()
    _settle()
    _, certificate = _described(start, link.listening)
    stopping, hurrying = _signals()
    running_server = Listening(link.listening, Application(built.doors, built.site, built.engines), certificate)
    orphaned = asyncio.ensure_future(link.ended())
    orphaned.add_done_callback(lambda _: stopping.set())
    try:
        await link.ready()
        await stopping.wait()
        return await _unless(hurrying, running_server.stop())
    finally:
        orphaned.cancel()
        await built.aclose()


def _settle() -> None:
    """Set the interpreter up for serving.

    What is there now stays: the garbage collector, asked less often, need not look at it again, which takes 3 % off a
    request. And the thread that drains the ledger gives way after half a millisecond and not five, which answers waited for
    more than once: the slowest of a hundred first tokens comes in half the time.
    """
    import gc

    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    sys.setswitchinterval(0.0005)


def _signals() -> tuple[asyncio.Event, asyncio.Event]:
    """What the first signal sets, and what a second one does."""
    import signal

    stopping, hurrying = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(
            number, lambda: (hurrying if stopping.is_set() else stopping).set()
        )
    return stopping, hurrying


async def _unless(hurrying: asyncio.Event, work: Awaitable[None]) -> int:
    """Wait for the end of `work`, or for hurry."""
    stopped, hurried = asyncio.ensure_future(work), asyncio.ensure_future(hurrying.wait())
    await asyncio.wait({stopped, hurried}, return_when=asyncio.FIRST_COMPLETED)
    return 0 if stopped.done() else HURRIED


def _say_stopping(start: Start) -> None:
    if not start.ready_file:
        typer.echo("\nFinishing what is running, then stopping. Ctrl-C again stops at once.", err=True)


async def _announced(start: Start, server: "Running", credentials: "Credentials") -> "ExitStack":
    """Tell other commands and whoever waits that the server answers; leaving takes it back."""
    from contextlib import ExitStack

    from outcrop.cli import running, welcome

    await asyncio.sleep(0)  # the server's task starts; the socket has been accepting since it was bound
    running.announce(start.settings.data, server)
    with ExitStack() as stack:
        stack.callback(running.withdraw, start.settings.data)
        if start.ready_file:
            stack.callback(_remove_ready, start.ready_file, server.pid)
            _write_ready(start.ready_file, server, credentials)
        else:
            await asyncio.to_thread(welcome.show, server, credentials, start.settings)
        return stack.pop_all()


def _described(start: Start, listening: "socket.socket") -> "tuple[Running, tuple[Path, Path] | None]":
    """The server as others find it, and its certificate and key with TLS."""
    import msgspec

    from outcrop.cli.running import Running
    from outcrop.server.tls import certificates

    host, port = listening.getsockname()[:2]
    made = certificates(start.settings.data, host) if start.tls else None
    server = Running(
        endpoint=f"http{'s' if made else ''}://{f'[{host}]' if ':' in host else host}:{port}",
        region=start.settings.region,
        pid=os.getpid(),
        ca_bundle=str(made.authority) if made else None,
        settings=str(start.file.absolute()) if start.file else None,
        options=msgspec.to_builtins(start.options),
    )
    return server, (made.certificate, made.key) if made else None


def _write_ready(path: Path, server: "Running", credentials: "Credentials") -> None:
    import msgspec

    from outcrop.storage import files

    facts = {
        "endpoint": server.endpoint,
        "access_key_id": credentials.access_key_id,
        "secret_access_key": credentials.secret_access_key,
        "bearer_token": credentials.bearer_token,
        "region": server.region,
        "pid": server.pid,
        "ca_bundle": server.ca_bundle,
    }
    known = {name: value for name, value in facts.items() if value is not None}
    files.write(path, msgspec.json.encode(known))


def _remove_ready(path: Path, pid: int) -> None:
    """Remove the ready file, unless it is another server's by now."""
    import msgspec

    try:
        of = msgspec.json.decode(path.read_bytes(), type=dict[str, Any]).get("pid")
    except (OSError, msgspec.MsgspecError):
        return
    if of == pid:
        path.unlink(missing_ok=True)
