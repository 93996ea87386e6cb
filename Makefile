# make help lists the targets. Two commands matter to a newcomer: make demo, make test.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
RESIDENTS ?=
SEED ?=
DIRT ?=
DATA ?=
ONLY ?=
ROWS ?=
CITY = $(if $(RESIDENTS),--residents $(RESIDENTS)) $(if $(SEED),--seed $(SEED)) $(if $(DIRT),--dirt $(DIRT)) $(if $(DATA),--data $(DATA))

.PHONY: help devenv demo up serve check fix test test-unit test-integration test-registry test-all spark bench peers docs clean

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

# uv inside the venv installs in seconds; where it cannot be had, pip does the same from the same constraints.
$(BIN)/.runtime: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Installing into $(VENV) (about half a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv -c constraints.txt 2>/dev/null || true
	@if test -x $(BIN)/uv; then VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip install --quiet -c constraints.txt -e . ; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . ; fi
	@touch $@

$(BIN)/.dev: $(BIN)/.runtime
	@if test -x $(BIN)/uv; then VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip install --quiet -c constraints.txt -e '.[dev]' ; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]' ; fi
	@touch $@

# Half a gigabyte, and Java 17 besides: only who works on the Spark engine, or tests everything, waits for it.
$(BIN)/.spark: $(BIN)/.dev
	@if test -x $(BIN)/uv; then VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip install --quiet -c constraints.txt -e '.[dev,spark]' ; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,spark]' ; fi
	@touch $@

devenv: $(BIN)/.dev ## make .venv with everything a developer needs

demo: $(BIN)/.runtime ## build the demo city, run the whole way once, print a summary, exit
	@$(BIN)/python -m demo run $(CITY)

up: $(BIN)/.runtime ## bring the city to life and keep it until Ctrl-C: Airflow, API and portal
	@$(BIN)/python -m demo up --build $(CITY)

serve: $(BIN)/.runtime ## API and portal alone
	$(BIN)/shuniu serve

check: $(BIN)/.dev ## lint, format, types, import law, size budget
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.size_budget

fix: $(BIN)/.dev ## format and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: $(BIN)/.dev ## all tests that guard main: unit, spec, property, integration, DAGs, one functional run
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow" --ignore=tests/spark

test-unit: $(BIN)/.dev ## fast tests only
	$(BIN)/python -m pytest -n 2 tests/unit tests/spec tests/property

test-integration: $(BIN)/.dev ## tests against real services
	$(BIN)/python -m pytest tests/integration tests/dags

test-registry: $(BIN)/.dev ## the tests of registry, authorisation, tasks and API once more, with the registry in PostgreSQL
	SHUNIU_TEST_REQUIRE_SERVICES=1 SHUNIU_TEST_REGISTRY=postgresql $(BIN)/python -m pytest -n 2 --dist loadfile \
	-m "not slow and not embedded" tests/unit/catalog tests/unit/authorization tests/unit/dags tests/integration/exchange_api \
	tests/unit/lake/test_erasing.py

spark: $(BIN)/.spark ## the same SQL on Spark: installs pyspark, compares both engines on two workers (needs Java 17)
	SHUNIU_TEST_REQUIRE_SERVICES=1 $(BIN)/python -m pytest tests/spark

test-all: $(BIN)/.spark ## everything, the slow rest and the registry in PostgreSQL included, with coverage
	$(BIN)/coverage run --branch -m pytest
	$(BIN)/coverage report
	$(MAKE) test-registry

bench: $(BIN)/.dev ## benchmarks; ONLY=main RESIDENTS=20000,200000; ONLY=quality|ingest ROWS=1000000; ONLY=addresses|bases RESIDENTS=20000; ONLY=dirt|accuracy SEEDS=1,2,3
	$(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(RESIDENTS),--residents $(RESIDENTS)) $(if $(ROWS),--rows $(ROWS)) $(if $(SEEDS),--seeds $(SEEDS))

peers: $(BIN)/.dev ## what benchmarks compare the hub with (dlt, polars), in an environment of its own
	@test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	$(BIN)/python -m uv pip install --quiet --python .venv-peers/bin/python -r constraints-peers.txt

docs: $(BIN)/.dev ## regenerate the reference pages that are made from code
	$(BIN)/python -m tests.generate_docs

clean: ## remove what runs wrote (not .venv)
	rm -rf var
