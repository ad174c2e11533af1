# Two commands do everything on a fresh machine: `make run` and `make test`.
# Needs Python 3.11+ and the package index pip is configured for; nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: install run test check format lint types contracts bench lock clean

install: $(STAMP)

# pip, not uv, installs: it honours a configured mirror, and the list is locked by hashes.
$(STAMP): .ci/requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

run: install
	$(BIN)/hub serve --dev $(ARGS)

test: check
	$(BIN)/python -m pytest -q -n 2 --dist loadfile $(ARGS)

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install
	$(BIN)/python -m tests.benchmarks

# Rewrite uv.lock and, from it, the hashed list pip installs from.
lock: install
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv lock
	$(BIN)/uv export -q --locked --all-extras --no-extra mysql --no-emit-project --no-header --format requirements-txt -o .ci/requirements.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
