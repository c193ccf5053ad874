"""llama.cpp beside the server: GGUF files, each in a child process of its own that a request may take down.

A child is asked over a unix socket in OpenAI's language, so that this is `outcrop.engines.openai` with a process to
look after (`supervisor`). Files are named by settings and by nobody else; one on a hub is fetched by ``outcrop models
--download`` and never because somebody asks. Grammars of callers are refused: they are a way to end llama.cpp.
"""

from importlib.util import find_spec
from typing import Annotated

from msgspec import Meta

from outcrop.engines.kinds import EngineError, Parts
from outcrop.engines.llama_cpp.backend import Embedded
from outcrop.engines.llama_cpp.child import Load
from outcrop.engines.llama_cpp.files import Files
from outcrop.engines.secrets import Keyed, key

GIGABYTE = 10**9


class Options(Keyed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`model` is a GGUF file or ``hf:owner/repo/file.gguf``, `projector` the vision tower that belongs to it.

    A route's `as` names further models in the same way. `context` is the tokens that all `parallel` conversations
    share. `memory_gb` is what the files of running models may weigh together: the one that was idle longest makes
    room. A model that nobody asked for `idle_seconds` is stopped; with `embeddings` they make vectors and do not chat.
    `hub` is where ``hf:`` files come from, the key is for it; `timeout` are the seconds without a token, and before a
    model is loaded, that are too many.
    """

    model: str | None = None
    projector: str | None = None
    context: Annotated[int, Meta(ge=64)] = 8192
    parallel: Annotated[int, Meta(ge=1, le=256)] = 4
    threads: Annotated[int, Meta(ge=1)] | None = None
    gpu_layers: Annotated[int, Meta(ge=0)] | None = None
    memory_gb: Annotated[float, Meta(gt=0)] | None = None
    idle_seconds: Annotated[float, Meta(gt=0)] = 900.0
    timeout: Annotated[float, Meta(gt=0)] = 300.0
    embeddings: bool = False
    hub: Annotated[str, Meta(pattern=r"^https?://[^\s/?#@]+[^\s?#]*$")] = "https://huggingface.co"


def build(name: str, options: Options, parts: Parts) -> Embedded:
    """The engine called `name`; raises EngineError without the extra that brings llama.cpp."""
    if find_spec("xllamacpp") is None:
        raise EngineError("llama.cpp is not installed; it comes with outcrop[llama]")
    load = Load(
        context=options.context,
        parallel=options.parallel,
        threads=options.threads,
        gpu_layers=options.gpu_layers,
        embeddings=options.embeddings,
    )
    files = Files(parts.data / "models", parts.folder, options.hub.rstrip("/"), key(options, parts.folder))
    budget = None if options.memory_gb is None else int(options.memory_gb * GIGABYTE)
    return Embedded(
        name,
        parts.documents,
        files=files,
        load=load,
        default=(options.model, options.projector),
        budget=budget,
        idle=options.idle_seconds,
        timeout=options.timeout,
    )
