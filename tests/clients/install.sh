#!/usr/bin/env bash
# Installs what the client tests run: npm packages and the Next.js build, the Go program, an S3-compatible server written
# in Go, the Java program, Ray, AWS CLI version 1, and Debian's AWS CLI version 2 where this runs as root. Safe to repeat: what is current is left alone.
# Everything goes to untracked folders. A toolchain that is not on this machine is named and passed over; its tests are
# then skipped, or fail where CI=true.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
tools="$root/.tools/clients"
python="${PYTHON:-$root/.venv/bin/python}"
[[ -x "$python" ]] || python=python3
mkdir -p "$tools"

missing() {
  echo "clients: $1 is not installed, so $2 is not prepared" >&2
}

# True when the stamp of a step is younger than every file and folder the step is made from.
current() {
  local stamp="$1"
  shift
  [[ -e "$stamp" && -z "$(find "$@" -newer "$stamp" -not -path '*/node_modules*' -not -path '*/.tools*' -not -path '*/target*' -type f -print -quit)" ]]
}

javascript() {
  command -v npm >/dev/null || { missing npm "the JavaScript client"; return; }
  cd "$here/javascript"
  current node_modules/.installed package.json package-lock.json || {
    npm ci --no-audit --no-fund
    touch node_modules/.installed
  }
  current .tools/next/.built package-lock.json next.config.mjs app || {
    NEXT_TELEMETRY_DISABLED=1 npx --no-install next build
    touch .tools/next/.built
  }
}

go_program() {
  command -v go >/dev/null || { missing go "the Go client"; return; }
  cd "$here/go"
  go build -o "$tools/go-tutorial" .
}

s3_server() {
  command -v go >/dev/null || { missing go "the S3-compatible server"; return; }
  [[ -x "$tools/versitygw" ]] || GOBIN="$tools" go install github.com/versity/versitygw/cmd/versitygw@v1.8.0
}

java_program() {
  command -v mvn >/dev/null || { missing mvn "the Java client"; return; }
  cd "$here/java"
  current target/.packaged pom.xml src || {
    mvn --quiet --batch-mode --no-transfer-progress package
    touch target/.packaged
  }
}

aws_version_1() {
  local venv="$tools/awscli" requirements="$root/requirements/awscli.txt"
  current "$venv/.installed" "$requirements" && return
  "$python" -m venv --clear "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$requirements"
  touch "$venv/.installed"
}

is_version_2() {
  [[ -x "$1" && "$("$1" --version)" == aws-cli/2.* ]]
}

# Debian's package is /usr/bin/aws and leaves every other `aws` of the machine alone; the tests call it by that path.
aws_version_2() {
  is_version_2 /usr/bin/aws || is_version_2 /usr/local/bin/aws && return
  if [[ "$(id -u)" == 0 ]] && command -v apt-get >/dev/null; then
    apt-get update --quiet
    DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends awscli
  else
    missing "apt-get, or root," "AWS CLI version 2"
  fi
}

# Ray and a browser's driver go into the project's own environment, where the tests run.
python_programs() {
  local requirements="$root/requirements/clients.txt" stamp="$tools/.python"
  current "$stamp" "$requirements" && return
  "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$requirements"
  touch "$stamp"
}

(javascript)
(go_program)
(s3_server)
(java_program)
aws_version_1
aws_version_2
python_programs
