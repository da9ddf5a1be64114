#!/bin/bash -eu
# Builds the fuzzers as OSS-Fuzz and ClusterFuzzLite ask for it: by $CXX, $CXXFLAGS and $LIB_FUZZING_ENGINE, from $SRC/boresight,
# in $WORK, into $OUT (fuzz/fleet/pack.py). All is C++, so $CC and $CFLAGS compile nothing. The flags say which sanitizer it is;
# the build adds none of its own. fuzz/check_build runs this script on a laptop.
tree=$(cd -P "$SRC/boresight" && pwd)  # of a link, what it points to: a compiler's cache then knows the paths again
build=$WORK/boresight
cmake -S "$tree" -B "$build" -G Ninja \
  -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_CXX_FLAGS="$CXXFLAGS" -DCMAKE_EXE_LINKER_FLAGS=-static-libstdc++ \
  -DCMAKE_BUILD_TYPE=None -DCMAKE_COMPILE_WARNING_AS_ERROR=OFF \
  -DBORESIGHT_FUZZERS_ALONE=ON -DBORESIGHT_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" \
  -DBORESIGHT_INSTRUCTION_SETS="${BORESIGHT_INSTRUCTION_SETS:-all}"
cmake --build "$build" --target fuzzers
"$tree/fuzz/fleet/pack.py" "$build" "$OUT"
