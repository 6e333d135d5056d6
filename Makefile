# Two commands: `make demo` shows it, `make test` proves it. Both install what they need into .venv.

PYTHON ?= $(shell command -v python3.13 || command -v python3.12 || command -v python3.11 || command -v python3)
BIN := .venv/bin
PYTEST_ARGS ?= -n 2 --dist loadfile

.PHONY: demo test test-long lint bench clean

demo: .venv/demo
	$(BIN)/consentkit demo $(ARGS)

test: .venv/test
	$(BIN)/python scripts/browser.py
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# What only a machine with the package registries can check, and what takes long.
test-long: test
	CONSENTKIT_TEST_REGISTRY=1 $(BIN)/python -m pytest $(PYTEST_ARGS) tests/test_update_catalog.py

bench: .venv/test
	for file in benchmarks/bench_*.py; do $(BIN)/python $$file || exit 1; done

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "consentkit needs Python 3.11 or later: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip

.venv/demo: .venv/bin/python pyproject.toml
	$(BIN)/pip install --quiet --editable '.[demo]'
	@touch $@

.venv/test: .venv/bin/python pyproject.toml
	$(BIN)/pip install --quiet --editable '.[demo]' --group test
	@touch $@
