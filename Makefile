# make deck   build the Anki deck of this repository into build/
# make test   run the tests; TESTFLAGS are flags for pytest
# Both install what they need into .venv first, and again when pyproject.toml has changed.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: deck test

deck: .venv/installed
	$(BIN)/deckwright build

test: .venv/installed-test
	$(BIN)/pytest $(TESTFLAGS)

.venv/installed: pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/installed-test: pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch .venv/installed $@

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Deckwright needs Python 3.11 or later, and $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo not there)." >&2; \
	  echo "Name another one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { \
	  rm -rf .venv; echo "No virtual environment could be made. On Debian: apt install python3-venv" >&2; exit 1; }
