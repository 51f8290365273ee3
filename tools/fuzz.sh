#!/bin/bash
# fuzz.sh [PATTERN]: every fuzz target of the checkout's modules, FUZZTIME each
# (default 10m), those whose package and name match PATTERN if it is given. A
# finding is left in testdata/fuzz of its package, to be mended and committed.
set -eu -o pipefail
cd "$(dirname "$0")/.."
found=0
while IFS=: read -r file line; do
  name=${line#func }; name=${name%%(*}; dir=$(dirname "$file")
  [[ "$dir $name" =~ ${1:-} ]] || continue
  module=$dir; while [ ! -f "$module/go.mod" ]; do module=$(dirname "$module"); done
  echo "== $dir $name ${FUZZTIME:-10m}"
  (cd "$module"; go test -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-10m}" "./$(realpath --relative-to=. "$OLDPWD/$dir")") || found=1
done < <(git ls-files '*_test.go' | xargs grep -H '^func Fuzz' | sort)
exit $found
