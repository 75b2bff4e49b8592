# Two commands: `make demo` runs the whole workflow on a phantom, `make test` runs every test.

PYTHON ?= python3.11
BIN := .venv/bin
CORES ?= $(shell nproc)
PHANTOM := resources/phantom
DEMO := --cores $(CORES) --configfile config/phantom.yaml

.PHONY: setup demo test lint picture performance reruns resources lock clean

setup: .venv/.ready

# torch comes first: left to itself, pip may replace a CPU build by several GB of CUDA packages.
.venv/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -U pip
	$(BIN)/pip install -q --no-compile -c requirements.lock torch
	$(BIN)/pip install -q --no-compile -c requirements.lock -e '.[workflow,test]'
	touch $@

$(PHANTOM)/.ready: .venv/.ready src/echoweave/phantom/*.py
	rm -rf $(PHANTOM)
	$(BIN)/echoweave phantom $(PHANTOM) --frames 8 12
	touch $@

demo: $(PHANTOM)/.ready
	$(BIN)/snakemake all $(DEMO)
	@cat results/summary.txt

# By file, so that tests which share a run do so in one process.
test: setup lint
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile rules

# The README's picture, from the demo.
picture: demo
	cp results/figures/film_strip.png docs/overview.png

# The table of docs/reruns.md.
reruns: setup
	$(BIN)/python -m tests.workflow.reruns

# docs/performance.md; NAMES="cache workflow" measures these alone.
performance: setup
	$(BIN)/python benchmarks/performance.py $(NAMES)

# The table of docs/cluster.md.
resources: setup
	$(BIN)/python -m tests.workflow.resources

lock: setup
	(echo "# Exact versions that we test, for Python 3.11; remake with: make lock"; \
	 $(BIN)/pip freeze --exclude-editable | sed 's/^\(torch==[0-9.]*\).*/\1/') > requirements.lock

clean:
	rm -rf results $(PHANTOM) .snakemake
