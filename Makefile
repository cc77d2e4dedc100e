# Drover. Each target first installs what is missing on this machine (.ci/bootstrap).

SITE ?= harbour
ROBOTS ?= 50
SANITIZED = TrafficTests|FleetCoreTests|FleetServerTests|FleetStoreTests|MAPFTests|FleetWireTests

.DEFAULT_GOAL := help
.PHONY: help demo test check build bench format bootstrap sanitize ci

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

demo: bootstrap ## robots at work in a harbour, until Ctrl-C (SITE=oldtown ROBOTS=200 for others)
	swift build -c release --product drover
	@exec .build/release/drover demo $(SITE) --robots $(ROBOTS)

test: bootstrap ## all tests, with a broker and robots of their own
	swift test --parallel

check: bootstrap ## the tests that need no broker: half a minute, for every edit
	swift test --parallel --skip IntegrationTests

build: bootstrap ## the release build, .build/release/drover
	swift build -c release --product drover

bench: build ## the benchmarks; on public instances with DROVER_BENCH_DATA=folder, all with FULL=1
	swift run -c release --package-path Tests/Benchmarks Benchmarks $(if $(FULL),--full)

format: ## formats every Swift file
	swift format --in-place --recursive --parallel Package.swift Sources Tests Simulator

bootstrap: ## finds and installs what is missing
	@.ci/bootstrap

# XCTest itself leaves 144 bytes behind: leaks are not looked for.
sanitize: bootstrap ## tests of core and server under the address and the thread sanitizer
	ASAN_OPTIONS=detect_leaks=0 swift test --sanitize=address --scratch-path .build/address --filter '$(SANITIZED)'
	swift test --sanitize=thread --scratch-path .build/thread --filter '$(SANITIZED)'

ci: ## everything that must hold before a change is taken
	@.ci/run
