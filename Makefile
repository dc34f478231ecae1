# The one command file: people and continuous integration call the same.
#
# A set-up that cannot go on says why in a sentence and ends with status 3. make reports that as "Error 3" and itself
# ends with 2, as it does for every failing recipe; `.venv/bin/gradstep` called directly keeps its own status.

PYTHON ?= python3
WINDOW ?= --window-if-display
VENV := .venv
VENV_PYTHON := $(VENV)/bin/python
PIP_INSTALL := $(VENV_PYTHON) -m pip install --quiet --disable-pip-version-check
HAS_VENV = $(PYTHON) -c 'import ensurepip, venv' 2> /dev/null
CHECKED := engine visualizer tests $(wildcard benchmarks docs)

.DEFAULT_GOAL := help
# Two of the set-ups below may not write to one environment at once.
.NOTPARALLEL:
.PHONY: help run test check format bench pictures clean machine

help: ## list these commands
	@echo "GradStep, a stepping debugger for backpropagation. Commands:"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "Pass arguments with ARGS: make run ARGS='neuron-by-hand'. Choose a Python with PYTHON: make run PYTHON=python3.12"

run: $(VENV)/.installed-run machine ## set up what is missing, then open GradStep
	@$(VENV_PYTHON) -m visualizer $(ARGS)

test: export QT_QPA_PLATFORM := offscreen
test: $(VENV)/.installed-test machine ## set up, then run the whole test suite
	@$(VENV_PYTHON) -m pytest -n auto $(ARGS)

check: export QT_QPA_PLATFORM := offscreen
check: $(VENV)/.installed-dev machine ## formatting, lint, types and the fast tests
	$(VENV_PYTHON) -m ruff format --check $(CHECKED)
	$(VENV_PYTHON) -m ruff check $(CHECKED)
	$(VENV_PYTHON) -m mypy
	$(VENV_PYTHON) -m pytest -q -n auto -m "not slow" $(ARGS)

format: $(VENV)/.installed-dev ## put every file into the house's format
	$(VENV_PYTHON) -m ruff check --fix --select I $(CHECKED)
	$(VENV_PYTHON) -m ruff format $(CHECKED)

bench: $(VENV)/.installed-bench machine ## ratios against peers, side by side in one run
	@$(VENV_PYTHON) -m benchmarks $(ARGS)

pictures: $(VENV)/.installed-run machine ## make the guide's pictures anew
	@$(VENV_PYTHON) docs/make_pictures.py $(ARGS)

clean: ## remove the environment and what was made, not your files
	rm -rf $(VENV) build dist gradstep-pictures .pytest_cache .mypy_cache .ruff_cache .hypothesis

machine: $(VENV)/.installed-run
	@$(VENV_PYTHON) -m visualizer.machine --install $(WINDOW)

# --- set-up, done again only when pyproject.toml is newer than the last time

$(VENV_PYTHON):
	@command -v $(PYTHON) > /dev/null || { \
	  echo "GradStep needs Python 3.11 or newer, and '$(PYTHON)' was not found. Install Python, or name one:"; \
	  echo "    make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; exit 3; } >&2
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "GradStep needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Name a newer one:"; \
	  echo "    make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; exit 3; } >&2
	@$(HAS_VENV) || { command -v apt-get > /dev/null && [ "$$(id -u)" = 0 ] && { \
	  echo "GradStep: this Python has no venv module; installing python3-venv with apt-get."; \
	  apt-get update -q; DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends python3-venv; }; \
	  $(HAS_VENV); } || { \
	  echo "This Python has no venv module. On Debian and Ubuntu it is a package of its own; please run:"; \
	  echo "    sudo apt-get update && sudo apt-get install -y python3-venv"; \
	  echo "(python3.12-venv and so on where '$(PYTHON)' is not the system's own)"; exit 3; } >&2
	@echo "GradStep: making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "The virtual environment could not be made: what Python said is above." >&2; exit 3; }

$(VENV)/.installed-run: EXTRA :=
$(VENV)/.installed-test: EXTRA := [test]
$(VENV)/.installed-dev: EXTRA := [dev]
$(VENV)/.installed-bench: EXTRA := [bench]

$(VENV)/.installed-run $(VENV)/.installed-test $(VENV)/.installed-dev $(VENV)/.installed-bench: pyproject.toml | $(VENV_PYTHON)
	@echo "GradStep: installing into $(VENV) (once; a few minutes on a slow line)"
	@$(PIP_INSTALL) --editable '.$(EXTRA)' || { \
	  echo "The installation failed: what pip said is above. Is the network reachable?" >&2; exit 3; }
	@touch $@ $(VENV)/.installed-run
