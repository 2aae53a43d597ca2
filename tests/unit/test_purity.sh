#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# The core is pure: it does no I/O, takes no memory, and asks no clock and no random
# source. So its archive may need nothing but what it defines itself and a few
# functions over memory that somebody else owns. LIBCORE is its path. Output: TAP.

LIBCORE=${LIBCORE:-./libcore.a}
NM=${NM:-nm}
export LC_ALL=C

# bcmp is what clang makes of a memcmp that is asked for equality only; the last row
# is what --enable-sanitizers and --enable-fuzzing bring.
allowed()
{
	case $1 in
	memcpy | memmove | memcmp | memset | bcmp | strlen | strcmp | strcasecmp | qsort) ;;
	__memcpy_chk | __memmove_chk | __memset_chk) ;;
	nettle_hmac_md5_* | nettle_memeql_sec) ;; # the one library the core may use
	__stack_chk_fail | __assert_fail | _GLOBAL_OFFSET_TABLE_) ;;
	__asan_* | __ubsan_* | __sanitizer* | __*sancov*) ;;
	*) return 1 ;;
	esac
}

if ! command -v "$NM" >/dev/null; then
	echo "1..0 # SKIP $NM is not installed"
	exit 0
fi
echo 1..2

# "name type …", a line a symbol; the rest are the members' headings.
symbols=$("$NM" -P "$LIBCORE") || symbols=
defined=$(printf '%s\n' "$symbols" | awk 'NF > 1 && $2 ~ /^[A-TV-Z]$/ { print $1 }')
missing=$(printf '%s\n' "$symbols" | awk '
	NF > 1 && $2 ~ /^[Uwv]$/ { needed[$1] }
	NF > 1 && $2 ~ /^[A-TV-Z]$/ { defined[$1] }
	END { for (name in needed) if (!(name in defined)) print name }' | sort)

status=0
if printf '%s\n' "$defined" | grep -qx message_parse; then
	echo "ok 1 - $LIBCORE is the core"
else
	echo "not ok 1 - $LIBCORE is the core"
	status=1
fi

impure=
for name in $missing; do
	allowed "$name" || impure="$impure $name"
done
if [ -z "$impure" ]; then
	echo "ok 2 - the core needs nothing of the world"
else
	echo "not ok 2 - the core needs nothing of the world"
	echo "# not allowed:$impure"
	status=1
fi
exit $status
