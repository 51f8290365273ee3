#!/bin/bash
# Starts the GoNB of this checkout (put into .tools/bin by `make tools`) for
# Jupyter. Everything a cell needs is set here, so that notebooks stay plain.
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
root=${here%/tools/jupyter/kernels/gonb}
export FLOWBOOK_ROOT=$root
export PATH="$root/.tools/bin:$PATH"
# gopls completes and explains what a person types; a headless run has no use for it.
if [ -z "${FLOWBOOK_HEADLESS:-}" ]; then export PATH="$root/.tools/lab:$PATH"; fi
if [ ! -x "$root/.tools/bin/gonb" ]; then
  echo "gonb is missing: run 'make tools' in $root" >&2
  exit 1
fi
# Every cell is a program that is linked anew: no symbol table and the
# internal linker, also with cgo, take half of that time.
export GOFLAGS="-buildvcs=false '-ldflags=-s -linkmode=internal'"
export GOWORK=off GOTOOLCHAIN=local
# GoMLX and XLA: the plugins of this checkout only, nothing fetched behind the back.
export GOMLX_NO_AUTO_INSTALL=1 FLOWBOOK_PJRT=${FLOWBOOK_PJRT:-$root/.pjrt}
export TF_CPP_MIN_LOG_LEVEL=${TF_CPP_MIN_LOG_LEVEL:-2}
exec gonb --kernel "$1" -logtostderr=false -log_file=/dev/null -stderrthreshold=3 -raw_error=true
