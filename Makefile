# Dateline's few commands. `make run` and `make demo` need Python 3.11 or newer and nothing else of ours.

PYTHON ?= python3
VENV   := .venv
JOBS   ?= auto
BIN    := $(VENV)/bin
RUN    := $(VENV)/.installed
TEST   := $(VENV)/.installed-test
RUNS   ?= 200000

.PHONY: help run demo test check format bench fuzz screenshots schema lock install-system clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(RUN) ## serve on 127.0.0.1:8700 with SQLite in ./var
	$(BIN)/dateline serve

demo: $(RUN) ## the same with a demo account and sample feeds, without the internet
	$(BIN)/dateline demo

test: $(TEST) install-system ## everything: lint, types, layers, unit, both databases, journeys, browser
	scripts/check
	$(BIN)/pytest -n $(JOBS) --maxprocesses 4 --dist worksteal

check: $(TEST) ## the fast part: lint, types, layers, tests without browser, journeys and PostgreSQL
	scripts/check
	$(BIN)/pytest -m "not browser and not postgres" --ignore=tests/journeys

format: $(TEST) ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(TEST) ## measure speed and memory, against named baselines
	$(BIN)/python -m bench

fuzz: $(TEST) ## attack every way in with a coverage-guided fuzzer (Linux; RUNS=200000)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r fuzz/requirements.txt
	nice -n 19 $(BIN)/python -m fuzz --runs $(RUNS)

screenshots: $(TEST) ## take the pictures of docs/screenshots anew
	$(BIN)/python -m bench.screenshots

schema: $(TEST) ## write the schema that the migrations make
	$(BIN)/python scripts/schema

lock: $(TEST) ## pin all dependencies anew
	scripts/lock

install-system: ## what the whole test suite needs beside Python: PostgreSQL and Chromium (Debian, as root)
	@scripts/install-system

clean: ## remove what can be made again (never ./var)
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(RUN): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Dateline needs Python 3.11 or newer; try: make PYTHON=python3.12 run"; exit 1; }
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(TEST): requirements-test.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Dateline needs Python 3.11 or newer; try: make PYTHON=python3.12 test"; exit 1; }
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(RUN)
