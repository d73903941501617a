# Everything here needs Python 3.11 or newer and make; the rest comes from requirements.lock.

PYTHON ?= python3
PARK ?= langang
PORT ?= 8866
WORKERS ?= 2
UV ?= uv

BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help run test lint app lab bench notebooks widgets lock clean

help:
	@echo "make run     report on a sample park; says where it is      PARK=$(PARK)"
	@echo "make test    lint, types, doctests, tests, notebooks, pages WORKERS=$(WORKERS)"
	@echo "make lint    ruff and mypy alone"
	@echo "make app     the notebooks as a site                        PORT=$(PORT)"
	@echo "make lab     the notebooks in JupyterLab"
	@echo "make bench   the benchmarks, a line each"
	@echo "make notebooks run them and keep their outputs"
	@echo "make widgets bundle the JavaScript of others again (needs Node)"
	@echo "make lock    pin every version again (needs uv)             UV=$(UV)"
	@echo "make clean   remove .venv and what tools left behind"
	@echo "The Python that .venv is made with: PYTHON=$(PYTHON)"

# The stamp is newer than the lock only when everything in it was installed.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'parkkit needs Python 3.11 or newer; name one with make PYTHON=...')"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: $(STAMP)
	$(BIN)/parkkit report $(PARK)

lint: $(STAMP)
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy --no-error-summary

# A file stays on one worker: a notebook's cells share a kernel, the pages of a file a server.
# The browser tests come first, being the longest.
test: lint
	$(BIN)/pytest --quiet --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder \
		--doctest-modules --nbval --nbval-sanitize-with tests/nbval_sanitize.cfg \
		tests/browser tests parkkit widgets notebooks

app: $(STAMP)
	$(BIN)/parkkit app --port $(PORT)

lab: $(STAMP)
	$(BIN)/parkkit lab

bench: $(STAMP)
	@found=0; for script in tests/benchmarks/[a-z]*.py; do \
		[ -e "$$script" ] || continue; found=1; \
		$(BIN)/python -m "tests.benchmarks.$$(basename "$$script" .py)" || exit 1; \
	done; [ $$found = 1 ] || echo "no benchmarks yet"

notebooks: $(STAMP)
	$(BIN)/python tests/notebooks/refresh.py

# Only who changes widgets/package.json needs it: what it builds is kept in the repository.
widgets:
	cd widgets && npm ci --no-fund --no-audit && npm run --silent build

lock:
	$(UV) pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --upgrade \
		--extra test --no-emit-index-url --no-header --no-annotate \
		--output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache build widgets/node_modules *.egg-info
