# The two commands: `make demo` and `make test`. Both set up whatever is missing on a fresh Debian/Ubuntu machine.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COMPILED := .venv-compiled
STATIC := src/rexian/web/static
UI_SOURCES := $(shell find ui -path ui/node_modules -prune -o -type f -print 2>/dev/null)

# Through a real Asterisk, where there is one.
TELEPHONE := $(if $(wildcard $(or $(REXIAN_TEST_ASTERISK),/var/cache/rexian/asterisk-chroot)/usr/sbin/asterisk),asterisk telephone)

export REXIAN_PORT ?= 8420

# What is slow (kill tests at full size, every operation with many inputs, pages in the other language) is left to CI.
PYTEST_ARGS ?= -m "not slow"

.PHONY: help setup ui demo test check bench compiled docs clean

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# -- set-up ----------------------------------------------------------------------------------------------------------
$(VENV)/.ready: requirements.lock pyproject.toml
	@PYTHON=$(PYTHON) tools/setup-python
	@touch $@

ui/node_modules/.ready: ui/package-lock.json ui/package.json
	@tools/setup-node
	@touch $@

$(STATIC)/.built: ui/node_modules/.ready $(UI_SOURCES)
	@tools/with-node npm --prefix ui run --silent build
	@touch $@

setup: $(VENV)/.ready ## Make .venv with the rexian command in it

ui: $(STATIC)/.built ## Build the console and the widget

# -- the two commands ------------------------------------------------------------------------------------------------
demo: $(VENV)/.ready $(STATIC)/.built ## Run the demo city (REXIAN_PORT, REXIAN_HOME)
	@exec $(BIN)/rexian demo

test: $(VENV)/.ready $(STATIC)/.built ## Run the tests (installs Chromium and fonts when root); PYTEST_ARGS= for the slow ones too
	@tools/setup-test-machine
	@$(MAKE) --no-print-directory check
	@tools/with-node npm --prefix ui run --silent test
	@tools/run-tests $(PYTEST_ARGS)

# -- for those who work on it ----------------------------------------------------------------------------------------
check: $(VENV)/.ready ui/node_modules/.ready ## Format, lint, types, fences, docs true (under a minute)
	@PATH="$(CURDIR)/$(BIN):$$PATH" tools/check

bench: $(VENV)/.ready ## Measure, as ratios against a peer in the same run
	@for name in engine journal shell takeover feed festival voice $(TELEPHONE); do $(BIN)/python -m bench.$$name --json; done

compiled: $(VENV)/.ready $(STATIC)/.built ## A wheel with the compiled engine in dist/, installed in .venv-compiled (needs a C compiler)
	@rm -rf $(COMPILED) dist/rexian-*-cp*.whl
	@HATCH_BUILD_HOOK_ENABLE_CUSTOM=1 $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	@$(BIN)/python -m venv $(COMPILED)
	@$(COMPILED)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(COMPILED)/bin/pip install --quiet --disable-pip-version-check --no-deps dist/rexian-*-cp*.whl

docs: $(VENV)/.ready ## Build the documentation without warnings into docs/_build
	@$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html

clean: ## Remove what was built, never data
	@rm -rf $(VENV) $(COMPILED) ui/node_modules $(STATIC)/console $(STATIC)/widget $(STATIC)/.built docs/_build build dist
