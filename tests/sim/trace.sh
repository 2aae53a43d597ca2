#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# The same seed, the same trace, to the last octet: also in another process, at other addresses.
# SIM is the simulator. Output: TAP.

SIM=${SIM:-tests/sim/sim}
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
status=0

run() { # SEED FILE
	env -u WALKED "$SIM" --seeds "$1" --steps 1000 --trace >"$2"
}

seeds='7 8 77 778'
echo 1..4
for seed in $seeds; do
	# The second run has another environment, and so another stack.
	if run "$seed" "$here/first" && NOTHING=$here$here$here run "$seed" "$here/second" &&
		[ "$(wc -l <"$here/first")" -gt 1000 ] && cmp -s "$here/first" "$here/second"; then
		echo "ok - seed $seed twice: $(wc -l <"$here/first") lines, the same"
	else
		echo "not ok - seed $seed twice"
		diff "$here/first" "$here/second" | head -n 5 | sed 's/^/# /'
		status=1
	fi
done
exit $status
