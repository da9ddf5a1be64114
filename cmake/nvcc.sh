#!/bin/sh
# Compiles with nvcc, and keeps what ptxas tells of each kernel (-Xptxas -v) in LOG; what else is said, and all of it where the
# compiler fails, is shown. Usage: nvcc.sh LOG NVCC ARGUMENTS..
log=$1
shift
"$@" 2>"$log.tmp" || { cat "$log.tmp" >&2; rm -f "$log.tmp"; exit 1; }
grep -v -e '^ptxas info' -e 'bytes stack frame' "$log.tmp" >&2
mv "$log.tmp" "$log"
