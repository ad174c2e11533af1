# Two commands do everything on a fresh machine: `make run` and `make test`.
# Needs Python 3.11+ and the package index pip is configured for; nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: install run test check format lint types contracts bench bench-check bench-peers lock clean

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

# Ours, the plan written by hand and whatever peers are installed, each on one processor; other
# benchmarks: $(BIN)/python -m tests.benchmarks NAME. The picture is the one of the README.
bench: install
	mkdir -p .bench
	rm -f .bench/results.json
	$(BIN)/python -m tests.benchmarks --json .bench/results.json gateways $(ARGS); status=$$?; \
	$(BIN)/python -m tests.benchmarks chart .bench/results.json && exit $$status

# Counts instructions of known requests under valgrind; fails where they are 5 % above what is noted.
bench-check: install
	$(BIN)/python -m tests.benchmarks instructions $(ARGS)

bench-peers: install
	$(BIN)/python -m tests.benchmarks.gateways.peers.install

# Rewrite uv.lock and, from it, the hashed list pip installs from.
lock: install
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv lock
	$(BIN)/uv export -q --locked --all-extras --no-extra mysql --no-emit-project --no-header --format requirements-txt -o .ci/requirements.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
