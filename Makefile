# `make help` lists what there is; nothing needs to be set up by hand before any of it.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PROJECTS := $(wildcard libs/*/pyproject.toml services/*/pyproject.toml)
READY := $(VENV)/.ready
# What is compiled stays so, though this machine says otherwise: else each process of the tests compiles all again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help check unit test test-environments test-cluster demo up up-services chaos bench docs shots dist wheels lock servers

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-17s %s\n", $$1, $$2}'

$(READY): requirements.lock requirements.bootstrap.lock $(PROJECTS) tools/setup.sh
	@PYTHON=$(PYTHON) sh tools/setup.sh $(VENV)
	@touch $(READY)

check: $(READY) ## format, lint, types, layers, generated files: what to run before a commit, with `unit`
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/reference.py --check

servers: # PostgreSQL, RabbitMQ, nginx, an SSH server and a browser for the tests, where they may be installed
	@sh tools/servers.sh

# Which tests these are, conftest.py reads from the fixtures they ask for. Plugins that none of them needs would cost each
# of the processes a second; half as many processes again as cores, since some tests wait.
unit: $(READY) ## every test that runs nothing whole and needs nothing but the checkout, side by side: run it before a commit
	$(BIN)/python -m pytest -q -p no:schemathesis -p no:hypothesispytest -p no:anyio \
		-n $$(( $$(getconf _NPROCESSORS_ONLN) * 3 / 2 )) --dist loadfile --units

REPORTS := build/tests
# Side by side, but for what measures, or runs whole workbenches and real servers: that has the machine for itself.
test: check servers ## everything `check` does, then every test
	$(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile -m "not environment" --junitxml $(REPORTS)/1.xml \
		libs services --ignore services/profiler
	$(BIN)/python -m pytest -q -m "not environment" --junitxml $(REPORTS)/2.xml services/profiler tests
	$(BIN)/python tools/budgets.py $(REPORTS)/*.xml

test-environments: $(READY) ## real models in the environments apart, which are installed the first time: 280 MB
	$(BIN)/python -m workbench.converter.environments keras legacy
	$(BIN)/python -m pytest -q -m environment tests/formats tests/standalone

test-cluster: $(READY) ## the chart in a real Kubernetes of two nodes: built the first time, in 15 minutes
	@sh tools/servers.sh cluster
	PYTHONPATH=tests $(BIN)/python -m cluster.lab --build
	WORKBENCH_TEST_CLUSTER=1 $(BIN)/python -m pytest -q tests/chart tests/cluster

demo: $(READY) ## the main job on a model and images the project makes itself
	$(BIN)/python -m workbench.standalone.demo

up: $(READY) ## serve the embedded workbench until Ctrl-C
	$(BIN)/workbench up

up-services: $(READY) servers ## serve every service as its own processes over real servers until Ctrl-C
	PYTHONPATH=tests $(BIN)/python tools/up_services.py

JOBS ?= 3000
SEED ?= 1
chaos: $(READY) servers ## JOBS=… SEED=…: short jobs through real servers while everything is killed and paused
	PYTHONPATH=tests $(BIN)/python -m chaos --jobs $(JOBS) --seed $(SEED)

bench: $(READY) ## measure the workbench against the raw tools; see docs/benchmarks.md
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

docs: $(READY) ## write the generated reference pages
	$(BIN)/python tools/reference.py

shots: $(READY) servers ## pictures of every page of the console, of WORKBENCH_HOME's workbench, in build/shots/
	PYTHONPATH=tests $(BIN)/python tools/shots.py

dist: $(READY) ## wheels in dist/, from which `pip install dl-workbench` gives the `workbench` command
	@sh tools/dist.sh $(VENV)

wheels: $(READY) ## dist/ with all that a machine without internet is set up from (`targets connect --wheels dist`)
	@sh tools/wheels.sh $(VENV)

lock: $(READY) ## pin the newest versions that fit requirements.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-annotate --no-header requirements.in -o requirements.lock
	@for folder in services/converter/src/workbench/converter/environments/*/; do \
		$(BIN)/uv pip compile --quiet --no-deps --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--no-emit-find-links --no-annotate --no-header $$folder/requirements.in -o $$folder/requirements.lock || exit 1; done
	$(BIN)/python -m workbench.packager.pins < requirements.lock > services/packager/src/workbench/packager/hashes.txt
