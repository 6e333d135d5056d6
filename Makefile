# Two commands: `make demo` shows it, `make test` proves it. Both install what they need into .venv.

# The first Python here that runs and is new enough.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
# Half of a worker's time is waiting for a browser. In the order of tests/conftest.py: the files that take longest first,
# lest one worker waits for them at the end.
PYTEST_ARGS ?= -n 4 --dist loadfile --no-loadscope-reorder

# Tests start some hundred processes of ours: each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-long lint bench clean

demo: .venv/demo
	$(BIN)/consentkit demo $(ARGS)

test: .venv/test
	$(BIN)/python scripts/browser.py
	$(BIN)/python scripts/engines.py
	$(BIN)/python scripts/nginx.py
	$(BIN)/python scripts/golang.py
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# What only a machine with the package registries can check, and what takes long.
test-long: test
	CONSENTKIT_TEST_REGISTRY=1 $(BIN)/python -m pytest $(PYTEST_ARGS) tests/test_update_catalog.py
	CONSENTKIT_TEST_MATRIX=1 $(BIN)/python -m pytest tests/vectors tests/test_package.py
	CONSENTKIT_TEST_MATRIX=1 $(BIN)/python -m pytest $(PYTEST_ARGS) tests/a11y tests/page/test_looks.py
	CONSENTKIT_TEST_MATRIX=1 $(BIN)/python -m pytest tests/ledger/test_scale.py
	CONSENTKIT_TEST_MATRIX=1 $(BIN)/python -m pytest tests/signals/test_prebid.py
	$(BIN)/python scripts/office.py
	CONSENTKIT_TEST_MATRIX=1 $(BIN)/python -m pytest $(PYTEST_ARGS) tests/export tests/audit
	CONSENTKIT_TEST_ROUNDS=50 $(BIN)/python -m pytest $(PYTEST_ARGS) tests/ledger/test_kill.py

bench: .venv/test
	for file in benchmarks/bench_*.py; do $(BIN)/python $$file || exit 1; done

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "consentkit needs Python 3.11 or later; name one: make PYTHON=/path/to/python3 …"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip

.venv/demo: .venv/bin/python pyproject.toml
	$(BIN)/pip install --quiet --editable '.[demo]'
	@touch $@

.venv/test: .venv/bin/python pyproject.toml
	$(BIN)/pip install --quiet --editable '.[demo]' --group test
	@touch $@
