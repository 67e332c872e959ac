# `make help` lists what there is. Everything runs from the checkout, inside .venv.

PYTHON ?= python3
SEED ?= 1
CONFIG ?= configs/demo.toml
ORGANISM_HOME ?= var
export ORGANISM_HOME

VENV := .venv
PY := $(VENV)/bin/python
ORGANISM := $(PY) -m organism.cli.main
PIP := $(PY) -m pip --disable-pip-version-check --no-input
LOCK := requirements-dev.lock
# Stamps are named by contents, so that a checkout that only touches files installs nothing again.
LOCKED := $(VENV)/.locked-$(firstword $(shell cksum < $(LOCK)))
READY := $(VENV)/.ready-$(firstword $(shell cat $(LOCK) pyproject.toml | cksum))

.DEFAULT_GOAL := help
.PHONY: help setup demo evolve validate dashboard notebooks test slow coverage check bench torture lock clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{ printf "  %-10s %s\n", $$1, $$2 }'

setup: $(READY) ## Make .venv with the pinned packages; done once

# A folder without its stamp is what an interrupted installation left: it is made anew.
$(LOCKED):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11")'
	@echo "installing the pinned packages into $(VENV); this is done once"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --quiet --require-hashes -r $(LOCK)
	@touch $@

$(READY): $(LOCKED)
	@rm -f $(VENV)/.ready-*
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## Evolve and judge on two synthetic markets, one with a cause in it (SEED=1)
	$(ORGANISM) demo --seed $(SEED)

evolve: $(READY) ## Run one search (CONFIG=configs/demo.toml)
	$(ORGANISM) evolve start $(CONFIG)

# A search that was interrupted is not begun again: the verb says how it goes on.
validate: $(READY) ## Judge what was handed over; searches first in an empty home (VALIDATE="--permutations 99")
	@ls -d $(ORGANISM_HOME)/registry.sqlite $(ORGANISM_HOME)/runs/*/manifest.json 2> /dev/null | grep -q . \
		|| $(MAKE) --no-print-directory evolve
	$(ORGANISM) validate $(VALIDATE)

dashboard: $(READY) ## Watch the run that is worked on, else the newest; lineages, registry (RUN=name)
	$(ORGANISM) dashboard $(RUN)

notebooks: $(READY) ## Run the notebooks and write them anew, with what they show
	$(PY) -m tests.notebooks

test: $(READY) ## Run the tests on two cores, all but the slow ones
	@$(PY) -m evolution.warm
	$(PY) -m pytest -n 2 -m "not slow"

slow: $(READY) ## Run the slow tests: whole searches killed, interrupted, on other processors
	@$(PY) -m evolution.warm
	$(PY) -m pytest -n 2 -m slow

# Compiled code is invisible to coverage: a second run, without compiling, shows it.
PLAIN_TESTS := tests/data/test_rolling.py tests/backtest/test_kernel_levels.py tests/backtest/test_kernel_equity.py \
	$(wildcard tests/backtest/test_clauses_*.py) $(wildcard tests/evolution/test_opcode_*.py) tests/conformance/test_opcodes_library.py \
	tests/evolution/test_programs.py tests/evolution/test_fronts.py tests/evolution/test_seen.py tests/evolution/test_search_variation.py \
	$(wildcard tests/evolution/test_rows*.py)
# An interruption that strikes while coverage holds its own lock would wait for it for ever.
UNCOVERED := tests/evolution/test_evaluator_interrupted.py
coverage: $(READY) ## Measure which branches the tests take, compiled code included
	$(PY) -m coverage erase
	$(PY) -m pytest -n 2 --cov --cov-report= --timeout=900 --ignore $(UNCOVERED)
	NUMBA_DISABLE_JIT=1 $(PY) -m pytest -n 2 --cov --cov-append --cov-report= -W ignore::RuntimeWarning $(PLAIN_TESTS)
	$(PY) -m coverage report --fail-under=90

check: $(READY) ## Lint, formatting, types, direction of imports
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports

bench: $(READY) ## Measure speed beside other programs, write docs/benchmarks.md (BENCH="--quick A growth")
	$(PY) tests/bench/run.py $(BENCH)

TORTURE ?= simulators determinism kill_sweep sigkill disk_full history recording_day fuzz
SIMULATORS ?= --cases 100000 --workers 2
INTERRUPTIONS ?= 20
KILLS ?= 200
FUZZ_MINUTES ?= 10
torture: $(READY) ## Kill, interrupt, fill the disk, fuzz: hours (TORTURE="sigkill fuzz" KILLS=200 INTERRUPTIONS=20)
	$(PY) tests/torture/run.py $(TORTURE) --simulators="$(SIMULATORS)" --disk_full="$(DISK_FULL)" \
		--determinism="--interruptions $(INTERRUPTIONS)" --sigkill="--kills $(KILLS)" --fuzz="--minutes $(FUZZ_MINUTES)"

UV ?= uv
COMPILE = $(UV) pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header
lock: ## Pin the packages anew from pyproject.toml (needs uv)
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --extra dev --extra bench --constraint requirements.lock --output-file requirements-dev.lock

clean: ## Remove caches and compiled code; keep .venv and var
	rm -rf .jit_cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
