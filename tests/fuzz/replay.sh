#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Replays each target's corpus and says one TAP line a target. FUZZ_DIR is where the
# targets were built.

corpus=$(dirname "$0")/corpus
set -- message client leasefile conf monitor neighbor
echo "1..$#"
for target; do
	if "$FUZZ_DIR/fuzz_$target" "$corpus/$target" >"$FUZZ_DIR/fuzz_$target.replayed" 2>&1 &&
		! grep '^not ok' "$FUZZ_DIR/fuzz_$target.replayed"; then
		echo "ok - $target: $(grep -c '^ok' "$FUZZ_DIR/fuzz_$target.replayed") inputs"
	else
		sed 's/^/# /' "$FUZZ_DIR/fuzz_$target.replayed"
		echo "not ok - $target"
	fi
done
