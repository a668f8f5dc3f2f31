# Every target sets up what it lacks by itself; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
# Warnings are errors where the project itself is built, not where it is somebody's dependency.
export HOB_STRICT ?= 1

# How the two products are linked. The static libraries of the compiler are enough for hob, which looks up users and
# host names through the C library; hobd looks up nothing and carries the C library too.
HOB_LINK ?= --static-swift-stdlib
HOBD_LINK ?= -Xswiftc -static-executable
# Other flags in one scratch path compile the shared targets again at every change of product, so each has its own.
HOB_SCRATCH := .build-release
HOBD_SCRATCH := $(if $(filter $(HOB_LINK),$(HOBD_LINK)),.build-release,.build-hobd)
HOB_BINARY := $(HOB_SCRATCH)/release/hob
HOB_NEW_BINARY := $(HOB_SCRATCH)/release/hob-new
HOB_AMQP_BINARY := $(HOB_SCRATCH)/release/hob-amqp
HOBD_BINARY := $(HOBD_SCRATCH)/release/hobd

BINDIR = $(DESTDIR)$(PREFIX)/bin
SHAREDIR = $(DESTDIR)$(PREFIX)/share

.PHONY: help setup build build-tests release test demo lint format docs bench fuzz install uninstall clean

help: ## Lists the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target text; do \
	    printf '%-20s %s\n' "$$target" "$$text"; done

setup: ## Installs what building, checking and testing need
	@Scripts/setup build lint test rabbitmq

build: ## Builds everything for debugging
	@Scripts/setup build
	swift build

build-tests:
	@Scripts/setup build
	swift build --build-tests

release: ## Builds hob, hob-new, hob-amqp and hobd as they are installed
	@Scripts/setup build
	swift build -c release --product hob $(HOB_LINK) --scratch-path $(HOB_SCRATCH)
	swift build -c release --product hob-new $(HOB_LINK) --scratch-path $(HOB_SCRATCH)
	swift build -c release --product hob-amqp $(HOB_LINK) --scratch-path $(HOB_SCRATCH)
	swift build -c release --product hobd $(HOBD_LINK) --scratch-path $(HOBD_SCRATCH)

test: ## Runs all tests; ARGUMENTS="--filter Name" for some
	@Scripts/test $(ARGUMENTS)

demo: ## Starts real daemons, kills one, kills the supervisor, scales, stops: two minutes
	@Scripts/demo

lint: ## Checks format, imports, linkage and scripts
	@Scripts/lint

format: ## Formats the Swift sources in place
	swift format --in-place --recursive Sources Tests Fuzz Examples Benchmarks Package.swift

docs: ## Checks the links of the documentation and renders the public API into .build/docs
	@Scripts/docs

bench: ## Measures; figures go to Documentation/performance.md
	@Scripts/bench

fuzz: ## Feeds every parser for FUZZ_SECONDS=60 each, with libFuzzer
	@Scripts/fuzz $(ARGUMENTS)

install: release ## Installs hob, hob-new, hob-amqp and hobd: PREFIX=/usr/local, DESTDIR=
	@Scripts/setup install
	install -d $(BINDIR)
	install -m 755 -s $(HOB_BINARY) $(BINDIR)/hob
	install -m 755 -s $(HOB_NEW_BINARY) $(BINDIR)/hob-new
	install -m 755 -s $(HOB_AMQP_BINARY) $(BINDIR)/hob-amqp
	install -m 755 -s $(HOBD_BINARY) $(BINDIR)/hobd
	@Scripts/check-linkage $(BINDIR)/hobd
	@Scripts/install-completions $(BINDIR)/hob $(SHAREDIR)

uninstall: ## Removes what install has put there
	rm -f $(BINDIR)/hob $(BINDIR)/hob-new $(BINDIR)/hob-amqp $(BINDIR)/hobd
	@Scripts/install-completions --remove $(SHAREDIR)

clean: ## Removes what was built
	rm -rf .build .build-release .build-hobd .build-fuzz .build-generated
