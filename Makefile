# Everything a newcomer types. Needs Python 3.11 or newer, make and git; the rest comes from the lock files.
.PHONY: up down install test unit faults lint bench features lock browser clean

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
UV := $(BIN)/uv
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
# A file's tests share what they deploy, so they stay together.
PYTEST := $(BIN)/python -m pytest --dist loadfile --no-loadscope-reorder
# Else every process compiles the project, and each of pytest's all tests, anew.
unexport PYTHONDONTWRITEBYTECODE
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

up: .venv/local
	@$(BIN)/python deploy.py up

down: .venv/local
	@$(BIN)/python deploy.py down

install: .venv/local

# Four at once, for these tests mostly wait; each has an emulator of its own.
test: lint browser
	@$(PYTEST) --numprocesses 4 $(ARGS)

# Without the tests that ask an emulator or moto, need a browser, or type commands. They wait for nothing.
unit: .venv/dev
	@$(PYTEST) --numprocesses auto --quiet -m "not emulator and not moto and not browser" --ignore tests/cli --ignore tests/docs $(ARGS)

# Runs are cut off at every single call, which takes most of an hour; 'make test' does it at a sample of them.
faults: .venv/dev
	@$(BIN)/python -m pytest tests/faults --every-call --numprocesses logical --maxprocesses 4 --dist worksteal $(ARGS)

lint: .venv/dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: .venv/dev
	@$(BIN)/python -m bench $(ARGS)

# What the emulator does as AWS does, from the marks of its tests.
features: .venv/dev
	@$(BIN)/python -m tests.features 2>/dev/null > docs/emulation.md

browser: .venv/dev
	@$(BIN)/python -m tests.browser

$(UV):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: none was found"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "hint: on Debian and Ubuntu, 'apt install python3-venv' brings what is missing"; rm -rf .venv; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt

.venv/local: requirements/local.txt pyproject.toml | $(UV)
	@echo "installing the deployer and the emulator into .venv"
	@$(INSTALL) --require-hashes -r requirements/local.txt
	@$(INSTALL) --no-deps --editable .
	@touch $@

.venv/dev: requirements/dev.txt .venv/local
	@echo "installing the development tools into .venv"
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

# dev.txt first: the smaller files then take the very same versions.
lock: | $(UV)
	$(COMPILE) --upgrade --extra dev -o requirements/dev.txt pyproject.toml
	$(COMPILE) --extra local -c requirements/dev.txt -o requirements/local.txt pyproject.toml
	$(COMPILE) -c requirements/dev.txt -o requirements/aws.txt pyproject.toml
	echo uv | $(COMPILE) -c requirements/dev.txt -o requirements/uv.txt -

clean:
	@test ! -x $(BIN)/python || $(BIN)/python -m localdev stop
	rm -rf .venv .localdev .cache
