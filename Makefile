# modbot's chores. `make` alone lists them. Nothing to prepare: each target makes the environment it needs in .venv/.

# The first Python on this machine that is new enough; or say which: make demo PYTHON=/opt/python3.12/bin/python3
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
BUILT_FROM := pyproject.toml hatch_build.py src/modbot/scoring/kernel.c
# Byte code is kept whatever the environment says: without it each process compiles every library anew.
unexport PYTHONDONTWRITEBYTECODE
# The quick tests make thousands of small databases: in memory, if there is a gigabyte, none of them waits for a disk.
IN_MEMORY = $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 1048576 { print "PYTEST_DEBUG_TEMPROOT=/dev/shm" }')
# Arguments for one run: make demo ARGS="--port 9000", make unit ARGS="tests/test_text.py"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test unit soak check format reference catalogue clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

demo: $(READY) ## a sample news site with a comment box, moderated, and the review page: everything in a temporary folder
	@$(BIN)/modbot demo $(ARGS)

test: $(READY_DEV) ## every test that this machine can run, with branch coverage; lists what was skipped and why
	@$(BIN)/python -m pytest -n 3 --dist worksteal --cov $(ARGS)

unit: $(READY_DEV) ## the quick tests only, in about a minute
	@$(IN_MEMORY) $(BIN)/python -m pytest -q -n auto --dist worksteal -o tmp_path_retention_policy=failed \
	  -m "not slow and not browser and not postgres" $(ARGS)

soak: $(READY_DEV) ## 100,000 odd calls at each door, 1,000 kills, and one before each write: two hours
	@SOAK=10 $(BIN)/python -m pytest -q -n 2 tests/intake/test_openapi.py tests/intake/akismet/test_fuzz.py tests/intake/perspective/test_fuzz.py \
	  tests/intake/test_odd_calls.py tests/journeys/test_crash.py tests/journeys/test_write_boundaries.py $(ARGS)

check: $(READY_DEV) ## format, lint, types, known holes in libraries, house rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python tests/audit.py
	@$(BIN)/python -m pytest -q tests/house

format: $(READY_DEV) ## put the sources into the house format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix --exit-zero .

reference: $(READY_DEV) ## write anew what the docs quote from the program: the commands' help, the model's figures
	@$(BIN)/python -m modbot.cli.reference README.md docs/operations.md

catalogue: $(READY_DEV) ## collect every word that people read into src/modbot/locale/en.po, the file that translators copy
	@$(BIN)/python -m modbot.translations

clean: ## remove the environment and everything that was built or measured
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.* htmlcov
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): $(BUILT_FROM)
	@$(usable_python)
	@$(environment)
	@echo "Installing modbot and the libraries it needs into $(VENV)/ (about 250 MB, once) ..."
	@what="-e ."; $(install)
	@touch $@

$(READY_DEV): $(BUILT_FROM)
	@$(usable_python)
	@$(environment)
	@echo "Installing modbot, its libraries and the tools of its tests into $(VENV)/ (about 700 MB, once) ..."
	@what="-e .[oidc] --group dev"; $(install)
	@touch $(READY) $@

define usable_python
if [ -z "$(PYTHON)" ]; then \
  echo "modbot needs Python 3.11 or newer; found: $$(python3 --version 2>&1 || true)." >&2; \
  echo "Install one, or name it: make demo PYTHON=/path/to/python3.12" >&2; exit 1; \
fi; \
if ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
  echo "modbot needs Python 3.11 or newer; $(PYTHON) is: $$("$(PYTHON)" --version 2>&1 || true)." >&2; exit 1; \
fi; \
if ! "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null; then \
  echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; \
fi
endef

# An environment that was interrupted half-way has no pip and is made anew.
define environment
if ! $(PIP) --version >/dev/null 2>&1; then \
  echo "Making a virtual environment in $(VENV)/ ..."; \
  "$(PYTHON)" -m venv --clear $(VENV); \
fi
endef

# uv resolves and unpacks several times faster than pip, but does not read pip's settings: it is told pip's index and the
# system's certificates, and where that is not enough (an offline mirror, wheels in a folder) pip does the work itself.
define install
index="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(PIP) config get global.index-url 2>/dev/null || true)}}"; \
if [ -n "$$index" ]; then UV_DEFAULT_INDEX="$$index"; export UV_DEFAULT_INDEX; fi; \
UV_SYSTEM_CERTS="$${UV_SYSTEM_CERTS:-1}"; export UV_SYSTEM_CERTS; \
if $(PIP) install --quiet uv && $(BIN)/uv pip install --compile-bytecode --python $(BIN)/python $$what; then :; else \
  echo "uv could not do it with this machine's settings; pip installs instead (this takes a minute) ..."; \
  $(PIP) install --upgrade "pip>=25.1" && $(PIP) install $$what; \
fi
endef
