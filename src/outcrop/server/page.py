"""The page as files: what the build left in `outcrop/page`, read on first use, sent compressed, kept by browsers.

The names of assets hold a digest of their content, so they are kept for ever; the one document that names them never is.
Its policy lets it load from here and nowhere else, run no script that is not one of these files, and stand in no frame.
Nothing here knows who is asking: the page holds no secrets, its API does.
"""

import gzip
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from outcrop.errors import ResourceNotFoundException
from outcrop.wire import restjson
from outcrop.wire.http import Header, HttpRequest, HttpResponse, request_id

BUILT = Path(__file__).resolve().parent.parent / "page"
ASSETS = "/_outcrop/assets/"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_GUARDS: list[Header] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
]
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
}
_ASSET = re.compile(r"[A-Za-z0-9_.-]+")
_SMALL = 1024  # bytes: what is not worth compressing

UNBUILT = b"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Outcrop</title>
<h1>Outcrop answers here</h1>
<p>The API is up. The page has not been built in this copy of the source: run <code>make page</code>
(it needs Node.js with npm), then load this again. The packages come with the page in them.</p>
</html>
"""


class Page:
    """Answers GET and HEAD of `/` and of the assets, from the files in `folder`."""

    def __init__(self, folder: Path = BUILT) -> None:
        self._folder = folder

    async def handle(self, request: HttpRequest) -> HttpResponse:
        """The file; never raises."""
        asset = request.path.startswith(ASSETS)
        name = f"assets/{request.path.removeprefix(ASSETS)}" if asset else "index.html"
        path = self._folder / name
        plain = not asset or _ASSET.fullmatch(request.path.removeprefix(ASSETS))
        if request.method not in ("GET", "HEAD") or not plain or (asset and not path.is_file()):
            return restjson.encode_error(ResourceNotFoundException(f"There is no {request.path}."), request_id())
        file = _file(path, path.stat().st_mtime_ns) if path.is_file() else _File(UNBUILT, b"", _KINDS[".html"])
        packed = bool(file.packed) and "gzip" in request.headers.get("accept-encoding", "")
        kept = "public, max-age=31536000, immutable" if asset else "no-cache"
        headers = [("content-type", file.kind), ("cache-control", kept), ("vary", "accept-encoding"), *_GUARDS]
        if packed:
            headers.append(("content-encoding", "gzip"))
        return HttpResponse(200, headers, file.packed if packed else file.plain)


class _File(NamedTuple):
    """A file's bytes, the same compressed (empty when it does not pay), its content type."""

    plain: bytes
    packed: bytes
    kind: str


@cache
def _file(path: Path, _changed: int) -> _File:
    plain = path.read_bytes()
    packed = gzip.compress(plain, 9, mtime=0) if len(plain) > _SMALL else b""
    return _File(plain, packed, _KINDS.get(path.suffix, "application/octet-stream"))
