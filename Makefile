# Every command of the project. `make` alone lists them.

PYTHON := .venv/bin/python
# What a stamp stands for: the environment holds what these say.
SOURCES := pyproject.toml deploy/environment.sh
# Extras to install before the tests: make test EXTRAS=detoxify
EXTRAS :=
# Handed on: make test ARGS="-k judge", make run ARGS="--port 9000", make bench ARGS=intake
ARGS :=
# make test COVERAGE=1 says what the suite did not run. sys.monitoring costs least, where the Python has it.
COVERAGE :=
CORE = $(shell $(PYTHON) -c 'import sys; print("sysmon" if sys.version_info >= (3, 12) else "ctrace")')

.PHONY: help env run test test-compose test-wordpress check lock docs words bench format dev extras clients
.DEFAULT_GOAL := help
# Two pips at once would spoil the environment.
.NOTPARALLEL:

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F '|' '{ printf "%-14s %s\n", $$1, $$2 }'

env: .venv/.run extras ## Make the environment in .venv, from the lock file (EXTRAS=detoxify for more)

run: env ## Start everything on 127.0.0.1:8000, with a demo newspaper at /demo; Ctrl-C stops it
	@exec .venv/bin/gatehouse up $(ARGS)

test: dev extras clients ## Run the whole suite (EXTRAS=detoxify adds the tests of the real library)
	@# Tests of processes mostly wait. Whole files, in their order: the browser's come last.
	$(if $(COVERAGE),COVERAGE_CORE=$(CORE)) $(PYTHON) -m pytest $(if $(COVERAGE),--cov --cov-report=) \
		--numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder $(ARGS)
	$(if $(COVERAGE),$(PYTHON) deploy/coverage_report.py)

test-compose: dev ## Build the image and run docker-compose.yml for real (needs a Docker engine and Compose 2)
	$(PYTHON) -m pytest -m engine --timeout=3600 tests/deploy/test_compose_live.py $(ARGS)

test-wordpress: dev ## Post comments to a real WordPress with the Akismet plugin (WORDPRESS=folder:folder, MariaDB, php-mysql)
	$(PYTHON) -m pytest -m wordpress --timeout=1800 -s tests/journeys/test_wordpress_live.py $(ARGS)

check: dev ## Check format, lint, types, imports and lock files
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(PYTHON) deploy/locks.py check
	$(PYTHON) deploy/sync_client.py check

format: dev ## Format the code, fix what can be fixed, and write the sync client from the async one
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) deploy/sync_client.py write

lock: dev ## Resolve the dependencies anew (ARGS=--upgrade for newer versions)
	PATH="$(CURDIR)/.venv/bin:$$PATH" $(PYTHON) deploy/locks.py write $(ARGS)

docs: dev ## Write docs/settings.md, docs/routes.md and docs/commands.md from the code
	$(PYTHON) deploy/settings_table.py write
	$(PYTHON) deploy/routes_table.py write
	$(PYTHON) deploy/commands_table.py write

words: dev ## Take new words into the console's catalogues, and list what has no translation yet
	$(PYTHON) deploy/words.py write
	$(PYTHON) deploy/words.py missing

bench: dev ## Measure accepting, judging, scoring, compatible APIs and work on spam (docs/performance.md)
	$(PYTHON) -m bench $(ARGS)

.venv/.run: locks/run.lock $(SOURCES)
	@deploy/environment.sh run
	@touch $@

.venv/.dev: locks/dev.lock $(SOURCES)
	@deploy/environment.sh dev
	@touch .venv/.run $@

dev: .venv/.dev

# Real clients of other services, with the Node of a wheel; what cannot be had, its tests say so.
clients: .venv/.clients

.venv/.clients: tests/clients/package-lock.json tests/clients/python-akismet.txt .venv/.dev
	@$(PYTHON) -m pip install -qq --disable-pip-version-check --no-deps --require-hashes --upgrade \
		--target tests/clients/python -r tests/clients/python-akismet.txt || \
		echo "python-akismet could not be had; its test will say so." >&2
	@echo "Installing the clients of tests/clients ..." >&2
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm ci --silent --prefix tests/clients && touch $@ || \
		echo "They could not be had; their tests will say so." >&2

# The versions of the lock, without its hashes: which build of torch fits depends on the machine.
extras: .venv/.run
	@for extra in $(EXTRAS); do \
		echo "Installing the extra $$extra ..." >&2; \
		sed -e 's/ *\\$$//' -e '/^ *--hash/d' locks/$$extra.lock >.venv/$$extra.constraints || exit 1; \
		$(PYTHON) -m pip install -qq --disable-pip-version-check --no-build-isolation \
			--constraint .venv/$$extra.constraints --editable ".[$$extra]" || exit 1; \
	done
