#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# The diagram of the states can't be wrong: each of its transitions was walked in the
# simulator just now, none was walked that is not drawn, and the files in doc/ are those that
# the table and the walk give. DIAGRAM is doc/diagram, WALKED what the simulator has written.
# Output: TAP.

DIAGRAM=${DIAGRAM:-doc/diagram}
WALKED=${WALKED:-tests/sim/walked}
doc=$(dirname "$0")/../../doc
status=0

result() { # STATUS NAME [REASON...]
	if [ "$1" = 0 ]; then
		echo "ok - $2"
		return
	fi
	echo "not ok - $2"
	status=1
	shift 2
	[ $# = 0 ] || echo "# $*"
}

fresh() { # FORM FILE
	"$DIAGRAM" "$1" "$WALKED" | diff "$doc/$2" - >&2
	result $? "doc/$2 is what the table and the walk give" "see the differences; make diagram"
}

# The drawing's name has a sum of all that is in it.
name() { # PATTERN FILE
	sed -n "s/$1/\\1/p" "$doc/$2" | head -n 1
}

echo 1..5
if ! [ -s "$WALKED" ]; then
	echo "Bail out! the simulator has left no $WALKED"
	exit 1
fi
"$DIAGRAM" check "$WALKED" || status=1
fresh text states.txt
fresh dot states.dot
drawn=$(name '^digraph "\(.*\)" {$' states.dot)
[ -n "$drawn" ] && [ "$(name '^<title>\(.*\)<\/title>$' states.svg)" = "$drawn" ]
result $? "doc/states.svg is drawn from doc/states.dot" "make diagram"
exit $status
