#!/usr/bin/env bash
# Installs what the browser tests need: the page, axe, Playwright's driver, and Debian's Chromium where this runs as root.
# Safe to repeat. What is not on this machine is named and passed over; its tests are then skipped, or fail where CI=true.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
python="${PYTHON:-$root/.venv/bin/python}"

if command -v npm >/dev/null; then
  make --no-print-directory -C "$root" page
  [[ -d "$root/web/node_modules/axe-core" ]] || (cd "$root/web" && npm ci --silent)
else
  echo "browser: npm is not installed, so the page is not built" >&2
fi

"$python" -c 'import playwright' 2>/dev/null ||
  "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$root/requirements/clients.txt"

if ! command -v chromium >/dev/null; then
  if [[ "$(id -u)" == 0 ]] && command -v apt-get >/dev/null; then
    apt-get update --quiet
    DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends chromium
  else
    echo "browser: chromium is not installed" >&2
  fi
fi
