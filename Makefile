# The commands of the project; `make help` lists them. Each line of help stands behind its target.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
DEMO ?= 1
ROLE ?= committee_secretary
export DEMO

RUNTIME := .venv/.installed
TOOLS := .venv/.tools-installed
MODULES := pwa/node_modules/.installed
APP := pwa/dist/.built
APP_SOURCES := $(shell find pwa/src pwa/public pwa/scripts -type f 2>/dev/null) pwa/index.html pwa/vite.config.ts pwa/tsconfig.json

.PHONY: help run dev test check storm bench invite phone backup restore

help: ## Show this list.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | while IFS=$$'\t' read -r name text; do printf '  make %-9s %s\n' "$$name" "$$text"; done

run: $(RUNTIME) $(APP) ## Start the whole system (web, worker, timetable, Redis) and print its address; Ctrl-C stops it.
	@exec $(PY) -m workers.supervisor

dev: $(RUNTIME) $(APP) ## The same, reloading the server and rebuilding the app whenever a file is saved.
	@exec $(PY) -m workers.supervisor --dev

phone: $(RUNTIME) $(APP) ## The same over HTTPS for phones on this network, with a QR code to start from.
	@exec $(PY) -m workers.supervisor --phone

invite: $(RUNTIME) ## Make an invitation: ROLE=committee_secretary|branch_secretary|pbo|admin … [VILLAGE=code or name].
	@$(PY) -m server.cli invite --role "$(ROLE)" $(if $(VILLAGE),--village "$(VILLAGE)")

backup: $(RUNTIME) ## Write a verified backup and print its path (the system may run).
	@$(PY) -m server.cli backup

restore: $(RUNTIME) ## Bring back a backup: BACKUP=path (the system must be stopped).
	@$(PY) -m server.cli restore "$(BACKUP)"

test: $(TOOLS) $(APP) ## Install what tests need, run every check and every test.
	@tests/system/install_missing
	@$(MAKE) check
	@cd pwa && npm test
	@$(PY) -m pytest --numprocesses 2 --dist loadfile

check: $(TOOLS) $(MODULES) ## Lint, types, import contracts and generated pages, without the tests.
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo
	@$(PY) -m server.cli docs --check
	@cd pwa && npm run --silent check

storm: $(TOOLS) $(APP) ## Search and break: the model check, the simulator, then the real client and server (RUNS=n seeds from SEED=n).
	@$(PY) -m tests.model check $(if $(and $(RUNS),$(if $(SEED),,1)),,--slice)
	@$(PY) -m tests.model simulate --runs "$(or $(RUNS),200)" --seed "$(or $(SEED),1)"
	@$(PY) -m tests.faults.rig $(if $(RUNS),--runs "$(RUNS)",--seconds 60) $(if $(SEED),--first "$(SEED)")
	@$(PY) -m tests.faults.kills --kills "$(or $(KILLS),60)" --changes "$(or $(CHANGES),20000)" --seed "$(or $(SEED),1)"
	@$(PY) -m tests.faults.ballot_kills --kills "$(or $(KILLS),60)" --seed "$(or $(SEED),1)"
	@$(PY) -m tests.browser.demo_meeting

bench: $(TOOLS) $(APP) ## Measure start, memory, sizes and speed, and print them beside their limits.
	@$(PY) -m tests.bench

$(RUNTIME): requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "zoufang needs Python 3.11 or newer: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "zoufang needs Python 3.11 or newer; $(PYTHON) is older" >&2; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv .venv || { echo "Python cannot make a virtual environment: apt-get install python3-venv" >&2; rm -rf .venv; exit 1; }
	@echo "Installing Python packages (once)"
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps -r requirements.txt
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --editable .
	@$(PY) -m compileall -q server workers migrations
	@touch $@

$(TOOLS): requirements-dev.txt $(RUNTIME)
	@echo "Installing the tools for tests and checks (once)"
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps -r requirements-dev.txt
	@touch $@

$(MODULES): pwa/package-lock.json pwa/package.json
	@command -v node >/dev/null && node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' || { echo "zoufang needs node 20.19 or newer to build the app" >&2; exit 1; }
	@echo "Installing the app's packages (once)"
	@cd pwa && npm ci --silent --no-audit --no-fund
	@touch $@

$(APP): $(MODULES) $(APP_SOURCES)
	@echo "Building the app"
	@cd pwa && npm run --silent build -- --logLevel warn
	@touch $@
