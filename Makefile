# The front door. Every target does its own set-up: on Debian and Ubuntu missing packages are installed, elsewhere you are
# told the one command that works. SETUP=true trusts what is installed.
SETUP ?= scripts/setup
SECOND_COMPILER = command -v clang++-19 >/dev/null
FUZZ_SECONDS ?= 60

.NOTPARALLEL:

help:
	@echo 'make verify       build, and judge every kernel'
	@echo 'make build        build/release/boresight'
	@echo 'make install      the command, the library and its headers, into PREFIX (/usr/local)'
	@echo 'make examples     kernels in libraries, right and wrong, to check: examples/README.md'
	@echo 'make test-quick   units and arrows: a minute'
	@echo 'make test         and laws, a sample of mutants, sanitizers: 15 minutes cold'
	@echo 'make test-full    and all mutants, the second compiler, every layout up to 4, ThreadSanitizer, the bound on 10,000 cases, what the fuzzers must find, what a fleet builds, the HTML report in a browser, other processors'
	@echo 'make test-cuda    the kernels for GPUs: compiled where nvcc is, judged where a GPU is'
	@echo 'make fuzz         FUZZ_SECONDS (60) of fuzzing for each target, from the committed corpus'
	@echo 'make fuzz-plain, fuzz-replay, fuzz-merge   without libFuzzer; the corpus once; what was found, into the corpus'
	@echo 'make coverage     what the fuzzers'"'"' committed corpus covers of impl, problem and the parsers; build/coverage/html'
	@echo 'make check-instruction-sets  the kernels on other processors, under qemu'
	@echo 'make check-fresh  the committed tree, from clone to green, in a bare Debian 12'
	@echo 'make power        each reading as a kernel: cases until caught, and its name; docs/power.md'
	@echo 'make identify     the semantic card of each reading as a kernel, and of planted bugs: told by their names? docs/identify.md'
	@echo 'make proofs       the index arithmetic proved by two solvers, and its planted bugs refuted; docs/proofs.md'
	@echo 'make field        the flash algorithm over a finite field, exactly, and its mutants: field against floats; docs/field.md'
	@echo 'make bench        attention beside the limits of the machine, measured too: a few minutes; bench/README.md'
	@echo 'make bench-full   the same for every shape, mode, type and size, on 1 and 2 threads: half an hour'
	@echo 'make bench-check  is a kernel slower than it was? by its share of the limit; under a minute. make bench-store stores it'
	@echo 'make bench-peers  our kernels beside PyTorch, onnxruntime and NumPy: docs/speed.md, half an hour'
	@echo 'make bench-gpu    our kernels on a GPU, judged, then beside PyTorch'"'"'s: docs/gpu.md; bench/README.md'
	@echo 'make python       the Python package, in build/venv, and its tests; python/README.md'
	@echo 'make survey       what PyTorch, onnxruntime and x-transformers really compute: docs/survey.md'
	@echo 'make kill-matrix  which mistakes known suites would let through: docs/kill_matrix.md, some minutes'
	@echo 'make setup, format, clean'

setup:
	@$(SETUP)

build: setup build/release/build.ninja
	cmake --build build/release --target boresight
# Everything that was installed is listed in build/release/install_manifest.txt.
PREFIX ?= /usr/local
install: setup build/release/build.ninja
	cmake --build build/release --target installable
	cmake --install build/release --prefix $(PREFIX)
.PHONY: install
verify: build
	build/release/boresight verify
examples: build
	cmake --build build/release --target examples

test-quick: release
	@tests/run.py quick
test: release planted asan gpu-code
	@tests/run.py test
test-full: release planted mutants asan cuda clang tsan fuzzers
	@$(SETUP) browser
	@$(SETUP) python && scripts/python || [ $$? = 77 ]
	@tests/run.py full
	@scripts/check_instruction_sets 440

# Ninja configures again by itself whenever it must; only the first time is ours.
build/%/build.ninja: | setup
	cmake --preset $*
release asan tsan debug: %: setup build/%/build.ninja
	cmake --build --preset $@
# The sample of planted bugs that `make test` runs, and the programs that its other tests run.
planted: release
	cmake --build build/release --target mutants_sample boresight_field misreadings confusion bound_audit attention_bench attention_bench_of_a_mutant attention_allocations boresight_limits boresight_judge bf16_emulated bf16_emulated_mutant bf16_emulator_tests examples strangers_libraries
mutants: release
	cmake --build build/release --target mutants
# The kernels for GPUs, compiled, for what ptxas says of them; and with their tests, which run where a GPU is, and say so where none is.
WHERE_NVCC_IS = @if [ -n "$$(cmake -P cmake/find_nvcc.cmake)" ]; then $(MAKE) --no-print-directory build/cuda/build.ninja SETUP=true && $(1); \
	 else echo 'nvcc is not here: the kernels for GPUs are SKIPPED'; fi
gpu-code: setup
	$(call WHERE_NVCC_IS,cmake --build build/cuda --target boresight_gpu)
cuda: setup
	$(call WHERE_NVCC_IS,cmake --build --preset cuda)
test-cuda: cuda
	@[ ! -e build/cuda/build.ninja ] || { cmake --build build/cuda --target boresight && ctest --test-dir build/cuda --output-on-failure; }
clang: setup
	@if $(SECOND_COMPILER); then $(MAKE) --no-print-directory build/clang/build.ninja SETUP=true && cmake --build --preset clang; \
	 else echo 'clang++-19 is not here: the second compiler is SKIPPED'; fi

# Verified, then timed, each row beside the limits; the tables, kept in bench/results. Where a kernel was refused (status 1) the
# table says so, and fails. BENCH_FLAGS, such as --set avx2, go to attention_bench.
BENCH_FLAGS ?=
BENCH_THREADS ?= 1,2
BENCH_SHORT = /(prefill|decode)/[a-z0-9]+/(plain|causal|alibi)/(f32|bf16)/|/encodings/.*/(none|alibi|rope)/.*t1
bench: BENCH_ROWS = --benchmark_filter='$(BENCH_SHORT)' --seconds 0.2
bench-full: BENCH_ROWS = --seconds 0.5
bench bench-full: setup build/release/build.ninja
	cmake --build build/release --target judge_bench attention_bench
	build/release/judge_bench
	build/release/attention_bench --threads $(BENCH_THREADS) $(BENCH_ROWS) $(BENCH_FLAGS) --benchmark_format=json \
	  >build/release/attention.json || [ $$? = 1 ]
	bench/report.py build/release/attention.json bench/results
# Shares of the limits against those stored for this processor; where none are (77) that is said, and is no failure.
bench-check bench-store: setup build/release/build.ninja
	cmake --build build/release --target attention_bench
	bench/check.py build/release/attention_bench $(if $(filter bench-store,$@),--store) || [ $$? = 77 ]
# Our kernels beside PyTorch, onnxruntime and NumPy in one run, on 1 and 2 threads and limited to AVX2: docs/speed.md. PEERS_FLAGS,
# such as '--rows pre512 --threads 1 --seconds 0.1 --page build/speed.md', go to peers.py; `make bench-peers PEERS_FLAGS=--help` tells all.
PEERS_FLAGS ?= --isa best,avx2 --page docs/speed.md --results bench/results
bench-peers: setup build/release/build.ninja
	cmake --build build/release --target boresight_attention boresight_limits
	@$(SETUP) python
	@scripts/python peers
	build/venv/bin/python bench/peers.py $(PEERS_FLAGS)
# Our kernels on a GPU, judged and then beside PyTorch's, by a Python whose torch sees it: docs/gpu.md. What is missing is said, and
# bench/gpu.py ends with 77. GPU_FLAGS, such as '--rows "d128*" --modes "alibi*" --cases 0', go to it.
GPU_PYTHON ?= python3
GPU_FLAGS ?= --page docs/gpu.md --results bench/results
bench-gpu: cuda
	@[ ! -e build/cuda/build.ninja ] || cmake --build build/cuda --target bench_gpu
	$(GPU_PYTHON) bench/gpu.py $(GPU_FLAGS)
kill-matrix: build
	build/release/boresight lint --matrix docs/kill_matrix.md
# Each reading of the specification as a kernel: cases until it is caught, and what it is called; docs/power.md.
power: setup build/release/build.ninja
	cmake --build build/release --target misreadings confusion
	mutants/power.py build/release/misreadings --page docs/power.md --confusion build/release/confusion
# The card of each reading as a kernel: which are told from outside, and by their names; docs/identify.md.
identify: setup build/release/build.ninja
	cmake --build build/release --target misreadings mutants
	mutants/identified.py build/release/misreadings --planted build/release/mutants --page docs/identify.md
# The claims by a second solver too, where it is here, and the smallest counterexample of each bug planted in them; docs/proofs.md.
proofs: setup build/release/build.ninja
	cmake --build build/release --target boresight mutants
	build/release/boresight prove
	@if command -v cvc5 >/dev/null; then echo 'by cvc5:' && build/release/boresight prove --solver cvc5; else echo 'cvc5 is not here: the second solver is SKIPPED'; fi
	mutants/proofs.py build/release/boresight build/release/mutants --page docs/proofs.md
# The flash algorithm over a finite field, and on every mutant of it: field against floats; docs/field.md.
field: setup build/release/build.ninja
	cmake --build build/release --target boresight_field mutants
	build/release/boresight-field --cases 10000
	mutants/field.py build/release/mutants --page docs/field.md
# Every target, FUZZ_SECONDS each, on all cores, from the committed corpus and what earlier runs found; fuzz/README.md.
FUZZ_TARGETS ?= $(notdir $(wildcard fuzz/corpus/*))
fuzz: setup
	@$(SECOND_COMPILER) || { echo 'clang++-19 is not here, and no other compiler has libFuzzer: make fuzz-plain fuzzes without it' >&2; exit 2; }
	@$(MAKE) --no-print-directory build/fuzz/build.ninja SETUP=true
	cmake --build build/fuzz --target $(FUZZ_TARGETS)
	fuzz/hunt.py build/fuzz --seconds $(FUZZ_SECONDS) $(FUZZ_TARGETS)
fuzz-plain: setup build/release/build.ninja
	cmake --build build/release --target $(FUZZ_TARGETS)
	@for target in $(FUZZ_TARGETS); do build/release/$$target --seconds $(FUZZ_SECONDS) fuzz/corpus/$$target || exit 1; done
# The committed corpus, once, by the plain engine.
fuzz-replay: setup build/release/build.ninja
	cmake --build build/release --target $(FUZZ_TARGETS)
	@for target in $(FUZZ_TARGETS); do build/release/$$target fuzz/corpus/$$target || exit 1; done
# What runs have found and the committed corpus does not cover, into the committed corpus.
fuzz-merge: setup
	@$(SECOND_COMPILER) || { echo 'clang++-19 is not here, and no other compiler has libFuzzer: nothing was merged' >&2; exit 2; }
	@$(MAKE) --no-print-directory build/fuzz/build.ninja SETUP=true
	cmake --build build/fuzz --target $(FUZZ_TARGETS)
	fuzz/merge.py build/fuzz $(FUZZ_TARGETS)
fuzzers: setup
	@if $(SECOND_COMPILER); then \
	   for preset in fuzz fuzz-thread fuzz-memory; do $(MAKE) --no-print-directory build/$$preset/build.ninja SETUP=true && cmake --build --preset $$preset || exit 1; done; \
	 else echo 'clang++-19 is not here: the fuzzers are SKIPPED'; fi

# What the committed corpus alone covers, and the page; fails below 95 % of all lines, or 85 % of a file without a reason.
coverage: setup
	@$(SETUP) coverage
	@$(MAKE) --no-print-directory build/coverage/build.ninja SETUP=true && cmake --build --preset coverage
	fuzz/coverage.py

# The Python package in build/venv, beside what the survey judges, and its tests; python/README.md.
python: setup
	@$(SETUP) python
	@scripts/python
	build/venv/bin/python -m pytest -q python/tests
# What the libraries of build/venv do: docs/survey.md.
survey: setup
	@$(SETUP) python
	@scripts/python
	build/venv/bin/python -m boresight.survey --page docs/survey.md
.PHONY: python survey

format:
	@$(SETUP) format
	git ls-files -co --exclude-standard '*.h' '*.cc' | xargs clang-format-19 -i
check-instruction-sets: build
	@scripts/check_instruction_sets
check-fresh:
	@scripts/check_fresh
clean:
	rm -rf build

.PHONY: check-instruction-sets help setup build verify examples test test-quick test-full release asan tsan debug planted mutants clang gpu-code cuda test-cuda bench bench-full bench-check bench-store bench-peers bench-gpu power identify proofs field kill-matrix fuzz fuzz-plain fuzz-replay fuzz-merge fuzzers coverage format check-fresh clean
