# Two commands for a newcomer, on Debian with Rust installed:
#   make demo   build Touchmark and run it with example data, until Ctrl-C
#   make test   install what the tests need, and run every test
# Also: make check (format and lints), make openapi (write openapi.yaml),
# make differential (other JSON-LD processors beside ours, on 100,000 documents;
# COUNT and FIRST name others), make differential-results (check their answers in),
# make fuzz (libFuzzer on what meets strangers' bytes; SECONDS for each of TARGETS),
# make peers (measure ourselves and others side by side; writes README's table),
# make pages (photograph every page into docs/pages),
# make load (what the service does under load; ARGS='--seconds 8 --rounds 5 --lines 1000000').
# ARGS goes to the demo: make demo ARGS='--listen 127.0.0.1:9000'

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := test

INTEROP := tests/interop
DIFFERENTIAL := tests/differential
FUZZ_TARGETS := $(basename $(notdir $(wildcard fuzz/fuzz_targets/*.rs)))
TARGETS := $(FUZZ_TARGETS)
SECONDS := 60
HOST := $(shell rustc -vV 2> /dev/null | sed -n 's/^host: //p')
COUNT := 100000
FIRST := 1000000
comma := ,
AS_ROOT := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

# $(call provide,TEST,PACKAGES): installs PACKAGES from Debian unless TEST succeeds.
# Tested by what is there, not by package name: Node or Python may come from elsewhere.
define provide
if ! { $(1); } > /dev/null 2>&1; then \
    echo "== installing $(2)"; \
    $(AS_ROOT) apt-get update -q; \
    $(AS_ROOT) env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends $(2) < /dev/null; \
fi
endef

.PHONY: demo test check openapi differential differential-results fuzz load pages peers build-tools test-tools

demo: build-tools
	cargo run --release --locked -- demo $(ARGS)

test: test-tools $(INTEROP)/node_modules/.ready $(INTEROP)/.venv/.ready
	TOUCHMARK_TEST_POSTGRES=required TOUCHMARK_TEST_INTEROP=required \
	    TOUCHMARK_TEST_BROWSER=required cargo test --locked

check: build-tools
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings

openapi: build-tools
	cargo run --locked --quiet -- openapi > openapi.yaml.new
	mv openapi.yaml.new openapi.yaml

# What cargo-fuzz asks of the compiler, without the sanitizer that only a nightly one has: there is
# no unsafe code of ours for it to watch. The corpus grows in fuzz/corpus, which git ignores.
fuzz: build-tools
	@$(call provide,c++ --version,g++)
	cd fuzz && RUSTFLAGS="--cfg fuzzing -Cdebug-assertions -Copt-level=1 -Cpasses=sancov-module \
	    -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
	    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares" \
	    cargo build --locked --target $(HOST) $(TARGETS:%=--bin %)
	@for target in $(TARGETS); do \
	    echo "== $$target, $(SECONDS) seconds"; \
	    mkdir -p fuzz/corpus/$$target fuzz/artifacts/$$target; \
	    fuzz/target/$(HOST)/debug/$$target -max_total_time=$(SECONDS) -max_len=16384 -timeout=10 \
	        -verbosity=0 -print_final_stats=1 -artifact_prefix=fuzz/artifacts/$$target/ \
	        fuzz/corpus/$$target fuzz/seeds/$$target; \
	done

pages: test-tools
	TOUCHMARK_TEST_BROWSER=required cargo test --locked --test it -- --ignored pages_are_photographed

load: build-tools
	@$(call provide,command -v wrk && command -v curl && command -v taskset,wrk curl util-linux)
	cargo bench --locked --bench load -- $(ARGS)

# On the last core: make peers ARGS=0 takes the first.
peers: test-tools
	benches/peers/run $(ARGS)

differential: $(DIFFERENTIAL)/node_modules/.ready $(DIFFERENTIAL)/.venv/.ready
	TOUCHMARK_DIFFERENTIAL_COUNT=$(COUNT) TOUCHMARK_DIFFERENTIAL_FIRST=$(FIRST) \
	    cargo test --locked --test it more_mutants -- --ignored --nocapture

differential-results: $(DIFFERENTIAL)/node_modules/.ready $(DIFFERENTIAL)/.venv/.ready
	cargo test --locked --test it results_of_the_references -- --ignored --nocapture

# OpenSSL for josekit, a C compiler for the bundled SQLite.
build-tools:
	@$(call provide,cc --version && pkg-config --exists openssl,gcc libc6-dev pkg-config libssl-dev)

# What outside tools the tests start.
test-tools: build-tools
	@$(call provide,curl --version,curl)
	@$(call provide,ls /usr/lib/postgresql/*/bin/initdb,postgresql)
	@$(call provide,node --version && npm --version,nodejs npm)
	@$(call provide,chromium --version && chromedriver --version,chromium chromium-driver)
	@$(call provide,python3 -c 'import ensurepip$(comma) venv',python3 python3-venv)

# Installed anew when what is pinned changes; both folders are ignored by git.
%/node_modules/.ready: %/package-lock.json | test-tools
	cd $* && npm ci --no-audit --no-fund < /dev/null
	touch $@

%/.venv/.ready: %/requirements.txt | test-tools
	rm -rf $*/.venv
	python3 -m venv $*/.venv
	$*/.venv/bin/pip install -q --disable-pip-version-check --no-input -r $*/requirements.txt
	touch $@
