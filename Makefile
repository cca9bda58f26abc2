# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

VENV := .venv
READY := $(VENV)/.ready
PINS := tests/requirements/lint.txt tests/requirements/test.txt
# expanded when used: the environment is not there yet when make starts
VERSION = $(shell $(VENV)/bin/python -c "import sys; print('%d.%d' % sys.version_info[:2])")
EXAMPLES ?= 600
SEED := $(shell od -An -N3 -tu4 /dev/urandom | tr -d ' ')
PYTEST := $(VENV)/bin/python -m pytest -p no:cacheprovider -q

COVERAGE := $(VENV)/coverage

# To compile everything anew in each process takes a third of the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test lint units resilience properties integration soak sanity bench probes check-all pins clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: $(READY) ## Watch it work: a remote.it simulator, an SSH server and a playbook, all on this machine
	$(VENV)/bin/python -m tests.demo

test: lint units resilience integration sanity ## Everything one Python can check, and which lines of it ran
	$(VENV)/bin/python -m tests.coverage report $(COVERAGE)

ifneq ($(filter test,$(MAKECMDGOALS)),)
# Every process of every test tells which lines of the plugins it reaches.
export TESTED_COLLECTION := $(CURDIR)/$(COVERAGE)/collection
units resilience integration: probes
endif

probes: $(READY)
	$(VENV)/bin/python -m tests.coverage probes $(COVERAGE)

lint: $(READY) ## Style, types, spelling, licences, documentation, changelog
	tests/tools/lint.sh

units: $(READY) ## Unit tests
	$(PYTEST) -n auto tests/unit

resilience: $(READY) ## Faults, races and random input, against the simulator
	$(PYTEST) -n 2 tests/resilience

properties: $(READY) ## Random histories of connections, EXAMPLES of them; SEED repeats the same ones
	@echo "EXAMPLES=$(EXAMPLES) SEED=$(SEED)"
	EXAMPLES=$(EXAMPLES) $(PYTEST) -s --hypothesis-seed=$(SEED) tests/resilience/test_histories.py

integration: $(READY) ## Real playbooks against the simulator and an SSH server
	$(PYTEST) -n 3 tests/functional

soak: $(READY) ## Ten thousand operations from many processes, with faults; ARGS=--help shows what can be set
	$(VENV)/bin/python -m tests.soak $(ARGS)

sanity: $(READY) ## ansible-test sanity, nothing ignored
	tests/tools/ansible_test.sh $(VENV) sanity --local --python $(VERSION)

bench: $(READY) ## What everything costs beside what else there is; PARTS chooses, ARGS=--write documents it
	$(VENV)/bin/python -m tests.bench $(ARGS) $(PARTS)

check-all: ## What the gate runs: every Python and ansible-core it finds, package, import
	.ci/run

pins: $(READY) ## Write the pinned requirements anew; ARGS=--upgrade takes newer versions
	tests/tools/pins.sh $(ARGS)

clean: ## Remove the virtual environment and what tools left behind
	rm -rf $(VENV) .ansible .mypy_cache .ruff_cache .hypothesis tests/output

$(READY): $(PINS) tests/tools/venv.sh tests/tools/others.sh
	PYTHON='$(PYTHON)' tests/tools/venv.sh $(VENV) '' $(PINS:%=-r %)
	tests/tools/others.sh $(VENV)
	touch $@
