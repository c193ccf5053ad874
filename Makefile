# Everything begins with `make install`, which needs Python 3.11 or later with venv, and leaves .venv/bin/outcrop.

PYTHON ?= python3
PORT ?= 4020
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
PIN := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade --no-emit-index-url \
  --no-emit-find-links --no-header

PAGE := src/outcrop/page/index.html

# What is started a hundred times, by tests above all, is compiled once.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install install-dev serve page test test-clients check bench parity pins model clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: $(VENV)/installed ## Install Outcrop into .venv

serve: install ## Start the server, ask it a question, and say what to paste (PORT=4020)
	@if command -v npm >/dev/null; then \
	  $(MAKE) --no-print-directory page || echo "The page could not be built; the API is served without it." >&2; \
	else echo "npm is not on this machine, so there is no page; the API is served without it." >&2; fi
	@OUTCROP_MADE=1 $(BIN)/outcrop serve --port $(PORT)

page: $(PAGE) ## Build the page (needs Node.js with npm)

$(PAGE): $(shell find web -type f -not -path 'web/node_modules/*' 2>/dev/null)
	@echo "Building the page"
	@cd web && npm ci --silent && npm run --silent build >/dev/null

test: install-dev ## Run the tests that need only Python
	@$(BIN)/python -m pytest -m "not clients" -n auto --dist loadfile

test-clients: install-dev ## Run the tests with SDKs of other languages, and a browser
	@bash tests/clients/install.sh
	@bash tests/browser/install.sh
	@$(BIN)/python -m pytest tests/clients tests/browser -m clients

check: install-dev ## Format, lint, types, import contracts, generated files unchanged
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python tools/refresh_model.py --check
	@$(BIN)/python tools/listings.py --check

bench: install-dev ## Print the figures the README quotes
	@$(BIN)/python benchmarks/run.py

parity: install-dev ## Judge a server against recorded AWS exchanges (RECORDINGS=file JUDGE=script)
	@$(BIN)/python tools/parity.py --judge "$(JUDGE)" --recordings "$(RECORDINGS)"

model: install-dev ## Make the generated files anew
	@$(BIN)/python tools/refresh_model.py
	@$(BIN)/python tools/listings.py

pins: ## Pin the requirements anew (needs uv)
	@$(PIN) pyproject.toml -o requirements/base.txt
	@for set in build dev; do $(PIN) -c requirements/base.txt requirements/$$set.in -o requirements/$$set.txt; done
	@$(PIN) -c requirements/base.txt -c requirements/dev.txt requirements/clients.in -o requirements/clients.txt
	@echo awscli | $(PIN) - -o requirements/awscli.txt

clean: ## Remove what was installed and built
	rm -rf $(VENV) dist .tools src/outcrop/page web/node_modules tests/clients/javascript/node_modules tests/clients/javascript/.tools tests/clients/java/target

install-dev: $(VENV)/installed-dev

$(VENV)/created:
	@$(PYTHON) -c '' 2>/dev/null || \
	  { echo "$(PYTHON) cannot be run. Outcrop needs Python 3.11 or later. Try: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Outcrop needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "$(PYTHON) has no venv. On Debian or Ubuntu install it with: apt install python3-venv" >&2; exit 1; }
	@echo "Creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: $(VENV)/created requirements/base.txt requirements/build.txt pyproject.toml
	@echo "Installing Outcrop"
	@$(PIP) -r requirements/build.txt -r requirements/base.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements/dev.txt
	@echo "Installing what the tests need"
	@$(PIP) -r requirements/dev.txt
	@touch $@
