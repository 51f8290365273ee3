# make report    everything from nothing: tools, notebooks run on the embedded captures, pages in reports/
# make test      build, vet, format and tests of every module, lint of the notebooks
# make jupyter   JupyterLab on this machine, first notebook open
# More: check-notebooks check-report check-cells check-answers editions notebooks scripts figure
#       record pdf plugin gpu aot tools test-browser test-golden test-long fuzz test-interop
#       bench-meter bench-peers bench-train clean
#
# All that is installed or built lies inside the checkout: .venv .tools .pjrt .build .work reports.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

PY        ?= python3
OUT       ?= reports
NOTEBOOKS ?= $(sort $(wildcard notebooks/[0-9]*.ipynb))
# more options for the runner (--times, --check, --jobs N) and for JupyterLab
REPORT    ?=
LAB       ?=
IP        ?= 127.0.0.1

# of each fuzz target
export FUZZTIME ?= 10m
export GOFLAGS := -buildvcs=false
export GOWORK := off
export GOBIN := $(CURDIR)/.tools/bin
export JUPYTER_PATH := $(CURDIR)/tools/jupyter
export JUPYTER_CONFIG_PATH := $(CURDIR)/tools/jupyter
export JUPYTER_CONFIG_DIR := $(CURDIR)/.build/jupyter/config
export JUPYTER_DATA_DIR := $(CURDIR)/.build/jupyter/data
export JUPYTER_RUNTIME_DIR := $(CURDIR)/.build/jupyter/runtime
export IPYTHONDIR := $(CURDIR)/.build/jupyter/ipython
export npm_config_cache := $(CURDIR)/.build/jupyter/npm

MODULES := . data/lab tools tools/gopls
SOURCES := cmd data flowlib internal modellib notebooks plots
PIP     := .venv/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes
RUNNER  := .venv/bin/python tools/jupyter/report.py

.PHONY: report test test-go test-golden test-long bench-train bench-meter bench-peers test-python notebooks check-notebooks check-report scripts figure jupyter test-browser test-interop tools plugin gpu aot clean

report: tools compile
	$(RUNNER) --out $(OUT) $(REPORT) $(NOTEBOOKS)

# Fresh outputs equal the committed ones, numbers within a tolerance.
check-notebooks: tools compile
	$(RUNNER) --check --out '' $(REPORT) $(NOTEBOOKS)

# Refreshes the outputs in the notebooks; what agrees within the tolerance stays as it is.
notebooks: tools compile
	$(RUNNER) --refresh --out '' $(REPORT) $(NOTEBOOKS)

# Two runs on one machine give the same pages, measured values aside.
check-report: report
	$(RUNNER) --out .build/again $(REPORT) $(NOTEBOOKS)
	.venv/bin/python tools/jupyter/same.py $(OUT) .build/again

.PHONY: check-cells editions check-answers
# Every cell alone after the set-up and the declarations, and every cell twice.
check-cells: tools compile
	$(RUNNER) --twice --out '' $(REPORT) $(NOTEBOOKS)

.PHONY: pdf
# The pages printed, A4; PAPER=Letter for the other.
PAPER ?= A4
pdf: report .venv/browser.ok
	.venv/bin/python tools/jupyter/pdf.py --paper $(PAPER) $(OUT)/[0-9]*.html

# Copies for a class, in .build/editions/{student,teacher}.
editions: compile
	go build -o .build/flowbook ./cmd/flowbook
	rm -rf .build/editions
	for e in student teacher answers; do .build/flowbook edition $$e -o .build/editions/$$e $(NOTEBOOKS); done

# Every solution passes the check of its exercise.
check-answers: tools editions
	$(RUNNER) --out '' --work .work/answers $(REPORT) .build/editions/answers/*.ipynb

# Cells link against packages that are compiled already; programs are not needed here.
.PHONY: compile
compile:
	go build $$(go list -f '{{if ne .Name "main"}}{{.ImportPath}}{{end}}' ./...)
	go build -tags notebookdeps -o /dev/null ./notebooks

test: test-go test-python

test-go: .pjrt/cpu.ok
	for m in $(MODULES); do (cd $$m; echo "== $$m"; \
	  if [ $$m = tools/gopls ]; then go mod verify; \
	  elif [ $$m = tools ]; then go mod verify; go build -o /dev/null github.com/janpfeifer/gonb; \
	  else go build ./...; go vet ./...; go test ./...; fi); done
	bad=$$(gofmt -l $(SOURCES)); [ -z "$$bad" ] || { echo "not gofmt-ed:"; echo "$$bad"; exit 1; }

# Every golden case of the networks on XLA and on the Go backend: about 3 minutes.
# make test has each of them on the Go backend, one of each network on XLA.
test-golden: .pjrt/cpu.ok
	FLOWBOOK_GOLDEN=all FLOWBOOK_NEED_XLA=1 go test -count=1 -run Golden ./modellib/models ./modellib/fit

# What takes minutes: trainings killed a hundred times, extractions two
# hundred times, whatever else has the tag; then every fuzz target for FUZZTIME
# (hours in all; make fuzz FUZZTIME=20s is short).
test-long: .pjrt/cpu.ok
	FLOWBOOK_KILLS=200 FLOWBOOK_TSHARK=all go test -count=1 -tags long -timeout 60m ./...
	tools/fuzz.sh

# More of the same: make fuzz ONLY=capture takes the targets whose package and name match.
.PHONY: fuzz
fuzz:
	tools/fuzz.sh "$(ONLY)"

# flowbook extract beside other flow meters, on traces made here: about ten
# minutes. Peers are taken from the PATH and from .build/peers (make bench-peers);
# those that are not there are named.
BENCH ?= .build/bench
ORACLE ?= ../shared/data/oracle
bench-meter: $(BENCH)/t0.pcap $(BENCH)/t1.pcap $(BENCH)/t2.pcap $(BENCH)/t3.pcap
	go build -o .build/flowbook ./cmd/flowbook
	go build -o .build/readfloor ./internal/readfloor
	cd tools && go build -o ../.build/bench-meter ./bench/meter
	.build/bench-meter -dir $(BENCH) $(BENCHFLAGS)

$(BENCH)/trace: $(wildcard tools/bench/trace/*.go)
	mkdir -p $(BENCH)
	cd tools && go build -o $(abspath $@) ./bench/trace
$(BENCH)/t0.pcap: $(BENCH)/trace
	$< merge $@ 10 $(ORACLE)/*/in.pcap
$(BENCH)/t1.pcap: $(BENCH)/trace
	$< merge $@ 560 $(ORACLE)/*/in.pcap
$(BENCH)/t2.pcap: $(BENCH)/trace
	$< flows $@ 1000000 3 1000 10
$(BENCH)/t3.pcap: $(BENCH)/trace
	$< flows $@ 60000 50 300 5

# The peers that are Python programs; softflowd, nfdump, argus and tshark are
# packages of the system.
bench-peers:
	$(PY) -m venv .build/peers/py
	.build/peers/py/bin/pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r tools/python/peers.txt

test-python: .venv/report.ok
	.venv/bin/python -m unittest discover -q -s tools/jupyter/tests -t tools/jupyter

# The paper's tables on the course set, quick: predictions and report in results/,
# the trainings in .work/paper, where a stopped run goes on. A test fails when
# results/ is not what this version of the program would make.
.PHONY: results
results: .pjrt/cpu.ok
	go run ./cmd/flowbook paper --quick --out .work/paper
	rm -rf results; mkdir results
	cp .work/paper/manifest.json .work/paper/report.* .work/paper/*.parquet .work/paper/*.png results/

.PHONY: course-model
# The small network that flowbook predict has without --run, with its model card.
course-model: .pjrt/cpu.ok
	go run ./modellib/coursemodel/pack -out modellib/coursemodel

# Every notebook as a Go program; all are built.
scripts: compile
	rm -rf .build/scripts; mkdir -p .build/scripts .build/bin
	go build -o .build/flowbook ./cmd/flowbook
	for n in $(NOTEBOOKS); do b=$$(basename $$n .ipynb); f=.build/scripts/$$b.go; .build/flowbook script $$n -o $$f; \
	  [ -z "$$(gofmt -l $$f)" ]; go vet -composites=false $$f; go build -o .build/bin/$$b $$f; echo "built $$f"; done

# The course set anew: recorded, packed, subsets and frozen splits chosen. What
# an interrupted run has recorded stays.
JOBS ?= 2
.PHONY: record
record:
	@echo "624 recordings, 54 hours of traffic: two minutes on two idle cores, up to seven on busy ones"
	cd data/lab && go run ./cmd/record -course -out .build/course -jobs $(JOBS)
	go generate ./data/course

# The figure of the README, as the first notebook draws it.
figure: scripts
	rm -rf .build/figures
	FLOWBOOK_FIGURES=.build/figures FLOWBOOK_WORK=.build/script-work .build/bin/00_the_whole_way >/dev/null
	cp .build/figures/01-*.png docs/label_distribution.png

jupyter: tools .venv/lab.ok .tools/lab/gopls compile
	.venv/bin/jupyter lab --ServerApp.ip=$(IP) --ServerApp.root_dir=$(CURDIR) \
	  --LabApp.default_url=/lab/tree/$(firstword $(NOTEBOOKS)) $(LAB)

test-browser: tools .venv/lab.ok .venv/browser.ok .tools/lab/gopls compile
	.venv/bin/python tools/jupyter/browser.py --out .build/browser $(NOTEBOOKS)

tools: .venv/report.ok .tools/bin/gonb .pjrt/cpu.ok

.tools/bin/gonb: tools/go.mod tools/go.sum
	cd tools && go install tool
	touch $@

# What completion and hover in JupyterLab ask; in a folder of its own, since pages need none.
.tools/lab/gopls: tools/gopls/go.mod tools/gopls/go.sum
	cd tools/gopls && GOBIN=$(CURDIR)/.tools/lab go install tool
	touch $@

# Debian and Ubuntu keep ensurepip in python3-venv; without it a venv comes out half made.
.venv/bin/pip:
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "flowbook needs Python 3.11 or later; make PY=python3.12 takes another"; exit 1; }
	@$(PY) -m venv .venv || { rm -rf .venv; echo "Python's venv module is missing. Debian, Ubuntu: apt-get install python3-venv"; exit 1; }

.venv/%.ok: tools/python/%.txt | .venv/bin/pip
	$(PIP) -r $<
	touch $@
# one at a time in one venv; lab.txt holds all of report.txt
.venv/lab.ok: .venv/report.ok
.venv/browser.ok: .venv/report.ok

# XLA's plugin for the CPU. Where no wheel is to be had everything runs on the Go backend.
.pjrt/cpu.ok: tools/pjrt.py $(wildcard tools/python/pjrt-cpu*.txt) | .venv/bin/pip
	.venv/bin/python tools/pjrt.py cpu .pjrt
	touch $@

plugin: | .venv/bin/pip
	.venv/bin/python tools/pjrt.py cpu .pjrt
	touch .pjrt/cpu.ok

# XLA's plugin for NVIDIA GPUs with the CUDA libraries it needs: 2.5 GB to fetch, 4 GB on disk.
gpu: .pjrt/cuda.ok
.pjrt/cuda.ok: tools/python/pjrt-cuda.txt | .venv/bin/pip
	.venv/bin/python tools/pjrt.py cuda .pjrt
	touch $@

# What we write is read by the libraries themselves, and the other way round; a venv of its own.
# TOPICS="parquet npz" chooses some of tools/interop/test_*.py.
test-interop: .venv-interop/interop.ok .pjrt/cpu.ok
	go build -o .build/ ./cmd/flowbook ./internal/interop
	.venv-interop/bin/python tools/interop/run.py $(TOPICS)

.venv-interop/interop.ok: tools/python/interop.txt | .venv/bin/pip
	[ -x .venv-interop/bin/pip ] || $(PY) -m venv .venv-interop
	$(subst .venv/,.venv-interop/,$(PIP)) -r $<
	touch $@

# The networks' XLA programs, compiled for an H100 that need not be there; a venv of its own (1.4 GB).
aot: .venv-aot/aot.ok .pjrt/cpu.ok
	rm -rf .build/stablehlo
	go run ./modellib/internal/stablehlo .build/stablehlo
	.venv-aot/bin/python tools/aot.py .build/stablehlo/*.mlir

.venv-aot/aot.ok: tools/python/aot.txt | .venv/bin/pip
	[ -x .venv-aot/bin/pip ] || $(PY) -m venv .venv-aot
	$(subst .venv/,.venv-aot/,$(PIP)) -r $<
	touch $@

# Training and inference beside Keras and PyTorch from PyPI, in a venv of their
# own (7 GB, as PyTorch brings CUDA). BENCH=--quick takes minutes, BENCH="--rounds 5" longer.
BENCH ?=
bench-train: .build/bench/train.ok .pjrt/cpu.ok
	go build -o .build/benchtrain ./internal/benchtrain
	.build/bench/bin/python tools/bench/train/compare.py .build/benchtrain --out .build/bench/train.jsonl $(BENCH)

.build/bench/train.ok: tools/python/bench.txt | .venv/bin/pip
	[ -x .build/bench/bin/pip ] || $(PY) -m venv .build/bench
	$(subst .venv/,.build/bench/,$(PIP)) -r $<
	touch $@

clean:
	rm -rf .venv .venv-aot .venv-interop .tools .pjrt .build .work reports
