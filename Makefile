# make serve        run the server (HOST= and PORT= change where it listens)
# make test         check and test everything, as CI does
# make fuzz         make requests from the API's document for a while (FUZZ_SECONDS=600)
# make install      install what development needs into .venv
# make bench        measure everything: one table, one file (QUICK=1, OTHER_URL=, benchmarks/README.md)
# make format       format the code and repair what ruff can repair
# make lock         write requirements/*.txt anew (LOCK_FLAGS=--upgrade takes newer versions)
# make screenshots  take the pictures in docs/images anew
# make clean        remove what these targets made
#
# PYTHON=/path/to/python3 chooses the Python that .venv is made with.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help serve test fuzz screenshots bench install format lock clean

export PYTHON
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# What one process has compiled the next ones read, and the tests start hundreds of them.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
PIP := $(BIN)/python -m pip -qq --no-input
# What tests have from npm: a package.json, and beside it what it says.
NODE := $(patsubst %/package.json,%,$(wildcard tests/*/package.json))
# Many tests wait for something: four at a time keep two cores busy.
PYTEST_FLAGS ?= -n 4 --dist loadfile
UV := uv==0.13.9

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

# serve ------------------------------------------------------------------------------------------

ifneq ($(HOST),)
serve: export CRONBEATS_HOST := $(HOST)
endif
ifneq ($(PORT),)
serve: export CRONBEATS_PORT := $(PORT)
endif

# `exec` lets a signal reach the server itself, not a shell in front of it.
serve: .venv/runtime.stamp
	@exec $(BIN)/cronbeats serve

# test -------------------------------------------------------------------------------------------

# pytest comes last: CI reads its closing line.
test: install $(NODE:%=%/node_modules/.stamp)
	@scripts/install-browser
	@scripts/install-pgbouncer
	@echo "== ruff format"
	@$(BIN)/ruff format --check --quiet --diff .
	@echo "== ruff check"
	@$(BIN)/ruff check --quiet .
	@echo "== mypy"
	@$(BIN)/mypy --num-workers auto
	@echo "== lint-imports"
	@$(BIN)/lint-imports --no-logo
	@echo "== pytest"
	@exec $(BIN)/pytest $(PYTEST_FLAGS)

# OTHER_URL= measures the pings of another server as well, QUICK=1 less of everything.
bench: install
	@scripts/install-wrk
	@exec $(BIN)/python -W ignore -m benchmarks $(if $(QUICK),--quick)

# Other requests each time, for so long on each database; FUZZ_SEED= makes those of a seed again.
fuzz: export FUZZ_SECONDS ?= 600
fuzz: export FUZZ_SEED ?= $(shell date +%s)
fuzz: install
	@echo "FUZZ_SECONDS=$(FUZZ_SECONDS) FUZZ_SEED=$(FUZZ_SEED)"
	@exec $(BIN)/pytest tests/fuzz

screenshots: install
	@scripts/install-browser
	@$(BIN)/python -W ignore -m tests.browser.screenshots

format: install
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# install ----------------------------------------------------------------------------------------

install: .venv/dev.stamp
	@:

# Stamps go with the Python that they were made for, before make looks at them.
$(shell test -x $(BIN)/python || rm -f .venv/*.stamp)

# Each stamp is newer than the files that say what to install, or it is made again.
.venv/runtime.stamp .venv/dev.stamp: .venv/%.stamp: requirements/%.txt pyproject.toml | $(BIN)/python
	@echo "Installing $<"
	@$(PIP) install --require-hashes --requirement $<
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/python:
	@scripts/venv .venv

%/node_modules/.stamp: %/package.json %/package-lock.json
	@echo "Installing $*/package-lock.json"
	@scripts/install-node-packages $*
	@touch $@

# lock -------------------------------------------------------------------------------------------

# One lock for every Python from 3.11 on and for every machine, so that all run the same versions.
COMPILE = .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header $(LOCK_FLAGS) pyproject.toml
HEADER = \# Made from pyproject.toml by `make lock`: change that file, not this one.

lock: .venv-lock/$(UV).stamp
	@mkdir -p requirements
	@$(COMPILE) --group build --output-file requirements/runtime.txt >/dev/null
	@$(COMPILE) --all-extras --group dev --constraint requirements/runtime.txt \
		--output-file requirements/dev.txt >/dev/null
	@sed -i '1i $(HEADER)' requirements/runtime.txt requirements/dev.txt

.venv-lock/$(UV).stamp:
	@scripts/venv .venv-lock
	@.venv-lock/bin/python -m pip -qq --no-input install $(UV)
	@touch $@

clean:
	@rm -rf .venv .venv-lock build dist artifacts src/*.egg-info $(NODE:%=%/node_modules) \
		.mypy_cache .pytest_cache .ruff_cache .import_linter_cache .grimp_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
