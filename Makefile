# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

VENV := .venv
READY := $(VENV)/.ready
PINS := tests/requirements/lint.txt tests/requirements/test.txt
# expanded when used: the environment is not there yet when make starts
PYTHON_VERSION = $(shell $(VENV)/bin/python -c "import sys; print('%d.%d' % sys.version_info[:2])")
EXAMPLES ?= 600
SEED := $(shell od -An -N3 -tu4 /dev/urandom | tr -d ' ')
PYTEST := $(VENV)/bin/python -m pytest -p no:cacheprovider -q

COVERAGE := $(VENV)/coverage

# To compile everything anew in each process takes a third of the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo quick test lint units resilience properties functional integration soak sanity docs bench clients pictures probes check-all hooks pins release clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: $(READY) ## Watch it work: a remote.it simulator, an SSH server and a playbook, all on this machine
	$(VENV)/bin/python -m tests.demo

# the longest first: three run at a time in the gate
test: functional resilience lint units sanity integration ## Everything one Python can check, and which lines of it ran
	$(VENV)/bin/python -m tests.coverage report $(COVERAGE)

ifneq ($(filter test,$(MAKECMDGOALS)),)
# Every process of every test tells which lines of the plugins it reaches.
export TESTED_COLLECTION := $(CURDIR)/$(COVERAGE)/collection
units resilience functional: probes
endif

probes: $(READY)
	$(VENV)/bin/python -m tests.coverage probes $(COVERAGE)

lint: $(READY) ## Style, types, spelling, licences, documentation, changelog
	tests/tools/lint.sh

quick: $(READY) ## The unit tests that take no time, while you write
	$(PYTEST) -n auto --dist worksteal -m "not slow" tests/unit

units: $(READY) ## Unit tests
	$(PYTEST) -n auto tests/unit

resilience: $(READY) ## Faults, races and random input, against the simulator
	$(PYTEST) -n 2 tests/resilience

properties: $(READY) ## Random histories of connections, EXAMPLES of them; SEED repeats the same ones
	@echo "EXAMPLES=$(EXAMPLES) SEED=$(SEED)"
	EXAMPLES=$(EXAMPLES) $(PYTEST) -s --hypothesis-seed=$(SEED) tests/resilience/test_histories.py

functional: $(READY) ## Real playbooks against the simulator and an SSH server
	$(PYTEST) -n 3 tests/functional

soak: $(READY) ## Ten thousand operations from many processes, with faults; ARGS=--help shows what can be set
	$(VENV)/bin/python -m tests.soak $(ARGS)

sanity: $(READY) ## ansible-test sanity, nothing ignored
	tests/tools/ansible_test.sh $(VENV) sanity --local --python $(PYTHON_VERSION)

integration: $(READY) ## ansible-test integration, with the simulator
	tests/tools/ansible_test.sh $(VENV) integration --local

docs: $(READY) ## The documentation as a site, in docs/build
	tests/tools/docs.sh $(VENV) docs/build

bench: $(READY) ## What everything costs beside what else there is; PARTS chooses, ARGS=--write documents it
	$(VENV)/bin/python -m tests.bench $(ARGS) $(PARTS)

clients: $(READY) ## Libraries of others verify our signatures; needs npm and the registries; ARGS=--write documents it
	$(VENV)/bin/python -m tests.clients $(ARGS)

pictures: $(READY) ## Draw the pictures of the documentation anew; needs PlantUML
	$(VENV)/bin/python -m tests.pictures

check-all: ## What the gate runs: every Python and ansible-core it finds, package, import
	.ci/run

hooks: $(READY) ## Have git check each commit
	$(VENV)/bin/pre-commit install

pins: $(READY) ## Write the pinned requirements anew; ARGS=--upgrade takes newer versions
	tests/tools/pins.sh $(ARGS)

release: $(READY) ## Write version VERSION and its changelog, tag it and build the artefact; publishes nothing
	tests/tools/release.sh "$(VERSION)"

clean: ## Remove the virtual environment and what tools left behind
	rm -rf $(VENV) .ansible .mypy_cache .ruff_cache .hypothesis tests/output docs/build

$(READY): $(PINS) tests/tools/venv.sh tests/tools/others.sh
	PYTHON='$(PYTHON)' tests/tools/venv.sh $(VENV) '' $(PINS:%=-r %)
	tests/tools/others.sh $(VENV)
	touch $@
