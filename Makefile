# What is done with a checkout. Python, pip and make are enough to begin with.

PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin

# pip has no new version to offer, and Python compiles what it imports: half the time.
export PIP_DISABLE_PIP_VERSION_CHECK = 1
PIP_INSTALL = $(BIN)/python -m pip install --quiet --no-compile
LOCKED      = --require-hashes --requirement requirements/

.DEFAULT_GOAL = help
.DELETE_ON_ERROR:
.PHONY: help demo test check types units tools bench dist lock clean

help: ## Say what can be made (this)
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.run ## Show a realistic site: report, then the terminal UI
	$(BIN)/acct demo $(ARGS)

test: tools check types units ## Run every check and every test

bench: $(VENV)/.test ## Measure against the budgets (ARGS="…")
	$(BIN)/python -m tests.bench $(ARGS)

dist: build/venv/.ready ## Build wheel, zipapp and program into dist/, and try each
	packaging/build.sh build/venv

docs: $(VENV)/.run ## Write what documentation follows from the declarations
	$(BIN)/python -m appliance.records.reference > docs/records.md
	$(BIN)/python -m appliance.apel.reference > docs/from-apel.md

lock: ## Choose versions anew: requirements/*.txt
	packaging/lock.sh "$(PYTHON)"

clean: ## Remove whatever was made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# --- the parts of `make test` ---

tools:
	@packaging/need.sh mosquitto openssl tmux

check: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.test
	$(BIN)/mypy

units: $(VENV)/.test
	$(BIN)/pytest --numprocesses 2 $(ARGS)

# --- the virtual environment: made anew whenever a locked version changes ---

$(VENV)/.packages: requirements/run.txt requirements/build.txt requirements/test.txt
	rm -rf $(VENV)
	$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit("acct wants Python 3.11 or later")'
	$(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) $(LOCKED)run.txt $(LOCKED)build.txt
	@touch $@

$(VENV)/.run: $(VENV)/.packages pyproject.toml
	$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	$(PIP_INSTALL) $(LOCKED)test.txt
	@touch $@

# --- what `make dist` builds with, apart from the tests' packages ---

build/venv/.ready: requirements/run.txt requirements/build.txt requirements/dist.txt
	rm -rf build/venv
	$(PYTHON) -m venv build/venv
	build/venv/bin/python -m pip install --quiet $(LOCKED)run.txt $(LOCKED)build.txt $(LOCKED)dist.txt
	@touch $@
