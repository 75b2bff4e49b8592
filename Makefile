# Two commands: `make demo` runs the whole workflow on a phantom, `make test` runs every test.

# The first that runs and makes virtual environments: pyenv has a python3.12 in the path for a version
# that it does not use, and Debian a Python without ensurepip.
PYTHONS := python3.11 python3.12 python3.13
RUNS = $(shell $(1) -c "import ensurepip" 2>/dev/null && echo $(1))
PYTHON ?= $(firstword $(foreach one,$(PYTHONS),$(call RUNS,$(one))))
NO_PYTHON = Python 3.11, 3.12 or 3.13 with venv is missing: install one (Debian, Ubuntu: apt install \
  python3-venv; macOS: brew install python@3.12) or name yours: make PYTHON=/path/to/python
BIN := .venv/bin
CORES ?= all
PHANTOM := resources/phantom
PHANTOM_ECHONET := resources/phantom-echonet
PHANTOM_MMODE := resources/phantom-mmode
PHANTOM_LEARN2REG := resources/phantom-learn2reg
CLIPS := resources/phantom-clips
DEMO := --cores $(CORES) --configfile config/phantom.yaml
DEMO_ECHONET := --cores $(CORES) --configfile config/echonet.yaml config/phantom-echonet.yaml
DEMO_LEARN2REG := --cores $(CORES) --configfile config/learn2reg.yaml config/phantom-learn2reg.yaml
DEMO_MMODE := --cores $(CORES) --configfile config/mmode.yaml config/phantom-mmode.yaml

.PHONY: setup demo demo-echonet demo-mmode demo-learn2reg test run-tests lint picture performance reruns resources config-docs rulegraph lock clean

setup: .venv/.ready

# torch comes first: left to itself, pip may replace a CPU build by several GB of CUDA packages.
# pip compiles on one core, hence --no-compile. Uncompiled, every job would compile for seconds where
# Python may not write beside what it imports. Templates in some packages are no Python and fail.
.venv/.ready: requirements.lock pyproject.toml
	$(or $(PYTHON),$(error $(NO_PYTHON))) -m venv .venv
	$(BIN)/pip install -q -U pip
	$(BIN)/pip install -q --no-compile -c requirements.lock torch
	$(BIN)/pip install -q --no-compile -c requirements.lock -e '.[workflow,test]'
	$(BIN)/python -m compileall -q -j 0 -x '/tests?/' .venv/lib src >/dev/null || true
	touch $@

$(PHANTOM)/.ready: .venv/.ready src/echoweave/phantom/*.py
	rm -rf $(PHANTOM)
	$(BIN)/echoweave phantom $(PHANTOM) --frames 8 12
	touch $@

# Clips of patients whom nobody has seen: one as DICOM, one as AVI.
$(CLIPS)/.ready: .venv/.ready src/echoweave/phantom/*.py
	rm -rf $(CLIPS)
	$(BIN)/echoweave phantom $(CLIPS) --layout clips --patients 3 --seed 7
	touch $@

demo: $(PHANTOM)/.ready $(CLIPS)/.ready
	$(BIN)/snakemake all results/bundles/dense3d $(DEMO)
	@cat results/summary.txt
	@$(BIN)/echoweave segment $(CLIPS)/clips/patient0003_2CH.dcm $(CLIPS)/clips/patient0003_4CH.avi \
	  --model results/bundles/dense3d --out results/clips

$(PHANTOM_ECHONET)/.ready: .venv/.ready src/echoweave/phantom/*.py
	rm -rf $(PHANTOM_ECHONET)
	$(BIN)/echoweave phantom $(PHANTOM_ECHONET) --layout echonet --patients 30 --test-patients 10 --frames 60 68
	touch $@

demo-echonet: $(PHANTOM_ECHONET)/.ready
	$(BIN)/snakemake all $(DEMO_ECHONET)
	@cat results-echonet/summary.txt

# M-mode strips of mice, and a few B-mode sequences out of which virtual ones are cut.
$(PHANTOM_MMODE)/.ready: .venv/.ready src/echoweave/phantom/*.py src/echoweave/phantom/mmode/*.py
	rm -rf $(PHANTOM_MMODE)
	$(BIN)/echoweave phantom $(PHANTOM_MMODE) --patients 6 --test-patients 3 --ted 6 --frames 8 12
	$(BIN)/echoweave phantom $(PHANTOM_MMODE)/strips --layout mmode --patients 7 --test-patients 3 --size 128 1024
	touch $@

demo-mmode: $(PHANTOM_MMODE)/.ready
	$(BIN)/snakemake mmode $(DEMO_MMODE)
	@cat results-mmode/mmode/tables/networks.md
	@$(BIN)/echoweave segment --mode m $(PHANTOM_MMODE)/strips/mmode/dicom \
	  --model results-mmode/mmode/bundles/nnunet --out results-mmode/strips

$(PHANTOM_LEARN2REG)/.ready: .venv/.ready src/echoweave/phantom/*.py src/echoweave/phantom/learn2reg/*.py
	rm -rf $(PHANTOM_LEARN2REG)
	$(BIN)/echoweave phantom $(PHANTOM_LEARN2REG) --layout learn2reg --seed 11
	touch $@

demo-learn2reg: $(PHANTOM_LEARN2REG)/.ready
	$(BIN)/snakemake learn2reg $(DEMO_LEARN2REG)
	@cat results-learn2reg/learn2reg/tables/ablation.md

# Both at once: what looks at the code keeps one core busy.
test: setup
	$(MAKE) --no-print-directory --jobs 2 lint run-tests

# By file, so that tests which share a run do so in one process; two, each of which runs two jobs.
run-tests: setup
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

# The tables of config/README.md, after those of docs/reruns.md.
config-docs: setup
	$(BIN)/python -m tests.workflow.config_readme

# The picture of all rules in docs/method.md.
rulegraph: setup
	@command -v dot >/dev/null || { echo "Graphviz is missing: apt install graphviz"; exit 1; }
	$(BIN)/python -m tests.workflow.rulegraph

lock: setup
	(echo "# Exact versions that we test, for Python 3.11 to 3.13: pip install -c requirements.lock ...; remake with: make lock"; \
	 $(BIN)/pip freeze --exclude-editable | sed 's/^\(torch==[0-9.]*\).*/\1/') > requirements.lock

clean:
	rm -rf results results-echonet results-mmode results-learn2reg $(PHANTOM) $(PHANTOM_ECHONET) $(PHANTOM_MMODE) $(PHANTOM_LEARN2REG) $(CLIPS) .snakemake
