# make demo  - the demonstration: no card, no reader, no network, no root
# make test  - the tests: what a machine lacks is skipped, and the reason is printed
# make check - what must be quiet before a commit: ruff, mypy --strict, import-linter
# make bench - the measurements of bench/

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
EXTRAS ?= dev
PYTEST_ARGS ?=

.PHONY: demo test check format bench messages clean help

help:  ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/runtime.stamp  ## start the demonstration in this terminal
	@$(BIN)/dmp-tui demo

test: $(VENV)/dev.stamp  ## run the tests
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

check: $(VENV)/dev.stamp  ## lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(VENV)/dev.stamp  ## put the code in its one form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev.stamp  ## measure, and print what was measured
	$(BIN)/python -m bench

messages: $(VENV)/dev.stamp  ## bring the catalogues up to date with the code
	$(BIN)/pybabel -q extract -k _:1 -k n_:1,2 --no-location --sort-output -o $(VENV)/dmp_tui.pot dmp_tui
	$(BIN)/pybabel -q update -D dmp_tui -i $(VENV)/dmp_tui.pot -d dmp_tui/locale -l en --ignore-pot-creation-date --no-fuzzy-matching --no-wrap --ignore-obsolete
	sed -i -E '/^"(Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By):/d' dmp_tui/locale/*/LC_MESSAGES/*.po
	$(BIN)/pybabel -q compile -D dmp_tui -d dmp_tui/locale

clean:  ## remove what was built
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache

# A Python without ensurepip (Debian's, say) cannot make an environment by itself: virtualenv can.
$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "dmp-tui: $(PYTHON) not found; install Python 3.11, or name another: make PYTHON=python3.12" >&2; exit 1; }
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then $(PYTHON) -m venv $(VENV); \
	elif $(PYTHON) -c 'import virtualenv' 2>/dev/null; then $(PYTHON) -m virtualenv -q $(VENV); \
	elif command -v virtualenv >/dev/null; then virtualenv -q -p $(PYTHON) $(VENV); \
	else echo "dmp-tui: this Python can make no environment; install the package python3.11-venv (or virtualenv)" >&2; exit 1; fi

$(VENV)/runtime.stamp: $(BIN)/python pyproject.toml constraints.txt hatch_build.py $(wildcard dmp_tui/locale/*/LC_MESSAGES/*.po)
	@echo "dmp-tui: installing into $(VENV)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	@$(BIN)/python -m compileall -q dmp_tui
	@touch $@

$(VENV)/dev.stamp: $(VENV)/runtime.stamp
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]'
	@touch $@
