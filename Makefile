# make deck      build the Anki deck of this repository into build/
# make test      run the tests on all processors; TESTFLAGS are further flags for pytest
# make coverage  run all tests, those of CI too, and say which lines and branches none of them reaches
# make gallery   draw the cards of tests/gallery in Chromium, and check them; build/gallery/index.html shows them
# make page      check style and types of the JavaScript of the preview: it needs Node and npm
# Each installs what it needs into .venv first, and again when pyproject.toml has changed.

PYTHON ?= python3
BIN := .venv/bin
# The tests start Python hundreds of times: what it compiles is kept, whatever the environment says, and out of the way.
COMPILED := env -u PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX='$(CURDIR)/.venv/compiled'

INSTALL_AQT = $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --upgrade --target .venv/aqt \
  "aqt==$$($(BIN)/python -c 'from importlib.metadata import version; print(version("anki"))')"

.PHONY: deck test coverage gallery page

deck: .venv/installed
	$(BIN)/deckwright build

test: .venv/installed-test
	$(COMPILED) $(BIN)/pytest --numprocesses auto --dist worksteal $(TESTFLAGS)

coverage: .venv/installed-test
	$(COMPILED) $(BIN)/pytest --numprocesses auto --dist worksteal -m '' --cov --cov-report=term $(TESTFLAGS)

gallery: .venv/installed-gallery
	$(COMPILED) $(BIN)/pytest tests/gallery --numprocesses auto --dist loadfile $(TESTFLAGS)

page: .ci/page/node_modules/installed
	cd .ci/page && node_modules/.bin/biome check --error-on-warnings --config-path=. \
	  ../../src/deckwright/preview/static ../../src/deckwright/preview/frame
	cd .ci/page && node_modules/.bin/tsc

.venv/installed: pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/installed-test: pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch .venv/installed $@

# Of Anki's program, the gallery needs the scripts and stylesheets of its pages: not Qt, which is large.
.venv/installed-gallery: pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test,gallery]'
	$(INSTALL_AQT)
	touch .venv/installed .venv/installed-test $@

# All of it at once, for CI, with what reads pictures: it is large, and most authors do without it. The pip that Python 3.11
# brings along would take twice as long. Nothing is compiled here: the tests would not look for it here.
.venv/installed-ci: pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --editable '.[test,gallery,ocr]'
	$(INSTALL_AQT)
	touch .venv/installed .venv/installed-test .venv/installed-gallery $@

.ci/page/node_modules/installed: .ci/page/package-lock.json
	npm ci --prefix .ci/page --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Deckwright needs Python 3.11 or later, and $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo not there)." >&2; \
	  echo "Name another one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { \
	  rm -rf .venv; echo "No virtual environment could be made. On Debian: apt install python3-venv" >&2; exit 1; }
