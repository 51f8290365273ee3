#!/bin/bash
# First line of every notebook: makes the kernel's scratch module build against
# this checkout with its own locked versions, so that no cell asks the network.
# Works in any folder of the checkout, where editions of the notebooks lie.
set -eu
root=${FLOWBOOK_ROOT:-$(cd "$(dirname "$0")" && pwd)}
until [ "$(head -n 1 "$root/go.mod" 2>/dev/null)" = "module flowbook" ]; do
  [ "$root" != / ] || { echo "setup.sh: no checkout of flowbook here or above; set FLOWBOOK_ROOT" >&2; exit 1; }
  root=$(dirname "$root")
done
cd "${GONB_TMP_DIR:?setup.sh is called from a notebook cell: //gonb:!bash setup.sh}"
sed -e 's/^module .*/module cell/' "$root/go.mod" >go.mod
printf '\nrequire flowbook v0.0.0\n\nreplace flowbook => %s\n' "$root" >>go.mod
cp "$root/go.sum" go.sum
