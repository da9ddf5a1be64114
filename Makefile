# The front door. Every target does its own set-up: on Debian and Ubuntu missing packages are installed, elsewhere you are
# told the one command that works. SETUP=true trusts what is installed.
SETUP ?= scripts/setup
SECOND_COMPILER = command -v clang++-19 >/dev/null

.NOTPARALLEL:

help:
	@echo 'make verify       build, and judge every kernel'
	@echo 'make build        build/release/boresight'
	@echo 'make test-quick   units and arrows: a minute'
	@echo 'make test         and laws, mutants, sanitizers, the second compiler: ten minutes cold'
	@echo 'make test-full    and ThreadSanitizer, the bound on 10,000 cases'
	@echo 'make check-instruction-sets  the kernels on other processors, under qemu'
	@echo 'make check-fresh  the committed tree, from clone to green, in a bare Debian 12'
	@echo 'make setup, format, bench, fuzz, clean'

setup:
	@$(SETUP)

build: setup build/release/build.ninja
	cmake --build build/release --target boresight
verify: build
	build/release/boresight verify

test-quick: release
	@tests/run.py quick
test: release mutants asan clang
	@tests/run.py test
test-full: release mutants asan clang tsan
	@tests/run.py full

# Ninja configures again by itself whenever it must; only the first time is ours.
build/%/build.ninja: | setup
	cmake --preset $*
release asan tsan debug: %: setup build/%/build.ninja
	cmake --build --preset $@
mutants: release
	cmake --build build/release --target mutants bound_audit
clang: setup
	@if $(SECOND_COMPILER); then $(MAKE) --no-print-directory build/clang/build.ninja SETUP=true && cmake --build --preset clang; \
	 else echo 'clang++-19 is not here: the second compiler is SKIPPED'; fi

bench:
	@$(SETUP) build bench
	cmake --preset release && cmake --build build/release --target judge_bench
	build/release/judge_bench
fuzz:
	@echo 'fuzz targets are not there yet' >&2; exit 2

format:
	@$(SETUP) format
	git ls-files -co --exclude-standard '*.h' '*.cc' | xargs clang-format-19 -i
check-instruction-sets: build
	@scripts/check_instruction_sets
check-fresh:
	@scripts/check_fresh
clean:
	rm -rf build

.PHONY: check-instruction-sets help setup build verify test test-quick test-full release asan tsan debug mutants clang bench fuzz format check-fresh clean
