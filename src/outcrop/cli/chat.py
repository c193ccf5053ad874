"""`outcrop converse --chat`: a conversation in the terminal, with the lines said before at hand (arrow up).

A line is said to the model; one that begins with `/` is for the chat itself. A turn that goes wrong leaves no trace, and the
chat goes on.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from outcrop.cli.connecting import Asked

if TYPE_CHECKING:
    from outcrop.client.conversation import Conversation
    from outcrop.model.runtime import ContentBlock

PROMPT = "› "
LINES = 1000  # remembered between chats
HELP = """\
/attach FILE   a picture or document, sent with the next line
/undo          forget the last turn
/clear         forget everything said
/save FILE     write the conversation; --conversation FILE goes on from it
/cost          what the conversation has used
/quit          leave, as Ctrl-D does; Ctrl-C stops an answer
End a line with \\ to go on in the next."""


class Chat:
    """A conversation, what waits to be sent with the next line, and where it is kept."""

    def __init__(
        self, made: "Conversation", waiting: "list[ContentBlock]", asked: Asked, file: Path | None, *, raw: bool
    ) -> None:
        self.made, self.waiting, self.asked, self.file, self.raw = made, waiting, asked, file, raw
        self.commands: dict[str, Callable[[str], None]] = {
            "/help": lambda _: typer.echo(HELP),
            "/attach": self.attach,
            "/undo": lambda _: self.undo(),
            "/clear": lambda _: self.made.messages.clear(),
            "/save": lambda name: self.save(Path(name)) if name else typer.echo("name a file: /save FILE", err=True),
            "/cost": lambda _: typer.echo(self.cost()),
        }

    def line(self, text: str) -> bool:
        """Take one line; whether the chat goes on."""
        word, _, rest = text.strip().partition(" ")
        if word in ("/quit", "/exit"):
            return False
        if word in self.commands:
            self.commands[word](rest.strip())
        elif word.startswith("/"):
            typer.echo(f"there is no {word}; /help lists what there is", err=True)
        elif text.strip():
            self.say(text)
        return True

    def say(self, text: str) -> None:
        """One turn."""
        from outcrop.cli.connecting import explain
        from outcrop.cli.converse import stream
        from outcrop.client.errors import ApiError

        try:
            stream(self.made, [*self.waiting, text], raw=self.raw)
        except ApiError as error:
            explain(error, self.asked, self.made.model)
            return
        except KeyboardInterrupt:
            typer.echo("\nstopped; the turn is forgotten", err=True)
            return
        self.waiting = []
        if self.file:
            self.made.save(self.file)

    def attach(self, name: str) -> None:
        from outcrop.cli.converse import attached

        with suppress(typer.Exit):  # which has said why
            self.waiting.append(attached(Path(name).expanduser()))

    def undo(self) -> None:
        """Forget the last turn: what was said, what was answered, and the tools between."""
        messages = self.made.messages
        while messages and not (messages[-1].role == "user" and not any(b.tool_result for b in messages[-1].content)):
            messages.pop()
        if messages:
            messages.pop()

    def save(self, file: Path) -> None:
        try:
            self.made.save(file.expanduser())
        except OSError as error:
            typer.echo(f"cannot write {file}: {error.strerror}", err=True)

    def cost(self) -> str:
        usage, price = self.made.usage, self.made.cost
        known = "" if price is None else f", ${price:.4f} at AWS's list price"
        return f"{usage.input_tokens} tokens in, {usage.output_tokens} out{known}"


def talk(
    made: "Conversation", waiting: "list[ContentBlock]", asked: Asked, *, said: str | None, file: Path | None, raw: bool
) -> None:
    """Take lines until there are no more."""
    chat = Chat(made, waiting, asked, file, raw=raw)
    terminal = sys.stdin.isatty()
    remember = _history() if terminal else None
    if terminal:
        typer.echo(f"{made.model}; /help lists what can be said, Ctrl-D ends\n", err=True)
    going = chat.line(said) if said else True
    while going:
        text = _read(PROMPT if terminal else "")
        if text is None:
            break
        going = chat.line(text)
    if remember:
        remember()


def _read(prompt: str) -> str | None:
    """One line, or several that end with a backslash; None at the end of input."""
    lines: list[str] = []
    while True:
        try:
            line = input(prompt if not lines else " " * len(prompt))
        except (EOFError, KeyboardInterrupt):
            return None
        if not line.endswith("\\"):
            return "\n".join([*lines, line])
        lines.append(line[:-1])


def _history() -> Callable[[], None] | None:
    """Editing and the lines of earlier chats, kept in the data directory; how to keep this one's, too."""
    try:
        import readline
    except ImportError:  # Python built without it: lines are then plain
        return None
    from outcrop.storage.files import data_directory

    file = data_directory() / "chat_history"
    with suppress(OSError):
        readline.read_history_file(file)
    readline.set_history_length(LINES)

    def keep() -> None:
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(file)
            file.chmod(0o600)

    return keep
