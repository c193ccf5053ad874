"""Builds the page into the package: what hatchling runs before it packs a wheel or a source distribution.

An editable installation and `SKIP_WEB_BUILD=1` leave it alone. A source distribution holds the page already built, so
that installing from one needs no Node.js.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface):  # type: ignore[type-arg]
    """`npm ci` and `npm run build` in web/, which leaves the page in src/outcrop/page."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        unpacked = (root / "PKG-INFO").exists()
        if version == "editable" or os.environ.get("SKIP_WEB_BUILD") == "1" or unpacked:
            return
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError("the page needs Node.js with npm to be built; without the page: SKIP_WEB_BUILD=1")
        for words in (["ci"], ["run", "build"]):
            subprocess.run([npm, *words], cwd=root / "web", check=True)  # noqa: S603 - our own words
