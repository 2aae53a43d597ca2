#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# requirements.sh SOURCE BUILD
#
# Ties the requirements of tests/requirements.in to the tests that name their ids, and to
# what the last run of these had for a result: BUILD/tests/requirements is the table of it.
# Output: TAP. An untested MUST or MUST NOT fails, unless tests/requirements.exempt says why.
#
# `make check-requirements` runs it, after `make check`; `./bootstrap check` runs both.

set -eu
export LC_ALL=C
source=$1
build=$2
cd "$source"
source=$PWD
cd "$OLDPWD"
cd "$build"

list() { # PATTERN...: those that are there
	for file; do
		[ ! -e "$file" ] || echo "$file"
	done
}

# A log without its .trs is of a run that was cut short.
logs() {
	find tests -name '*.trs' ! -path tests/requirements.trs | sort | while read -r file; do
		list "${file%.trs}.log"
	done
}

{
	(
		cd "$source"
		list tests/requirements.in tests/requirements.exempt tests/unit/test_*.c tests/sim/*.c \
			tests/fuzz/fuzz_*.c tests/lab/*.test tests/scripts/*.bats
	) | sed "s|^|$source/|"
	logs
} | "${AWK:-awk}" -v table=tests/requirements -f "$source/tests/requirements.awk"
