#!/usr/bin/env bash
# arrow.sh may|may_not INCLUDE COMPILER FLAGS..: does a source with that one include get past the preprocessor as it should?
# Only "no such file" counts as forbidden: any other error is a broken test.
set -u
allowed=$1 include=$2
shift 2
case $include in
  *.h) line="#include \"$include\"" ;;
  *) line="#include <$include>" ;;
esac
said=$(printf '%s\n' "$line" | LC_ALL=C "$@" -x c++ -E -o /dev/null - 2>&1)
status=$?
if [ "$allowed" = may ] && [ $status -eq 0 ]; then exit 0; fi
if [ "$allowed" = may_not ] && [ $status -ne 0 ] && grep -qE "${include}.*(No such file|not found)" <<<"$said"; then exit 0; fi
printf '%s: %s, but the compiler ended with %s\n%s\n' "$line" "$allowed" "$status" "$said"
exit 1
