"""The child process: one model, served by llama.cpp on a unix socket until the parent closes its input.

The first line of standard input says what to load (`Load`, as JSON); when the model answers, `READY` is printed.
"""

import os
import sys
from typing import Any

import msgspec

READY = b"ready\n"


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What to load and where to listen: paths; tokens of context that `parallel` conversations share; processors.

    With `embeddings` it makes vectors and does not chat.
    """

    model: str = ""
    projector: str | None = None
    socket: str = ""
    context: int = 8192
    parallel: int = 4
    threads: int | None = None
    gpu_layers: int | None = None
    embeddings: bool = False


def parameters(load: Load) -> Any:
    """The parameters of llama.cpp; the page, the slots and the properties that its server also offers are off."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = load.model
    if load.projector:
        params.mmproj.path = load.projector
    params.hostnames = [load.socket]
    params.n_ctx, params.n_parallel, params.kv_unified = load.context, load.parallel, True
    params.use_jinja, params.warmup, params.verbosity = True, False, 1
    params.ui, params.endpoint_slots, params.endpoint_props, params.endpoint_metrics = False, False, False, False
    params.embedding = load.embeddings
    if load.threads is not None:
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = load.threads
    if load.gpu_layers is not None:
        params.n_gpu_layers = load.gpu_layers
    return params


def main() -> None:
    """Serve until the input ends."""
    load = msgspec.json.decode(sys.stdin.buffer.readline(), type=Load)
    import xllamacpp

    _server = xllamacpp.Server(parameters(load))
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    sys.stdin.buffer.read()
    os._exit(0)  # whatever runs; nobody listens any more


if __name__ == "__main__":
    main()
