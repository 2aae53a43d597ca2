# SPDX-License-Identifier: MPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # what the tests and lab.bash use
#
# Cases with a scripted server in place of a real one: source this after lab.bash. The
# scenarios are Perl, see peer.pl.
#
#	lab_network
#	start_peer 'good(t1 => 2); on renew => nothing;'
#	start_client
#	gets 5 'renew n=1'           # the next such line, in $LINE from now on
#	has 'na=*{2001:db8:1::77}' server=000200009c4000000001
#	lacks 'pd=*'
#	done_well
#
# Many cases do nothing but wait: more of them run at once than elsewhere.

peer_told=0
export LAB_JOBS=${LAB_JOBS:-8}

# start_peer [SCENARIO]
start_peer() {
	perl -MDigest::MD5 -MTime::HiRes -e 1 2>/dev/null || skip "no perl, or not all of it"
	mkfifo peer.in
	ip netns exec server perl "$lab_top/tests/lab/peer/peer.pl" <>peer.in >peer.log 2>&1 &
	peer_pid=$!
	exec {peer_in}<>peer.in
	expect peer.log 5 ready
	peer "${1-good();}"
}

# peer SCENARIO: from now on
peer() {
	peer_told=$((peer_told + 1))
	printf '%s\n.\n' "$1" >&"$peer_in"
	timeout 5 tail -n +1 -f peer.log | grep -q -x "told $peer_told" ||
		fail "the peer does not obey: $1"
}

# gets SECONDS PATTERN: the client must send that; PATTERN is a regular expression for what
# comes behind "< ".
gets() {
	expect peer.log "$1" " < $2( |\$)"
}

# gets_no SECONDS PATTERN: and that it must not.
gets_no() {
	quiet peer.log "$1" " < $2( |\$)"
}

# Is there a word like this one in $LINE? It may have * and ?.
is_there() { # WORD
	local word words
	read -ra words <<<"$LINE"
	for word in "${words[@]}"; do
		# shellcheck disable=SC2053 # a pattern
		[[ $word != $1 ]] || return 0
	done
	return 1
}

# has WORD...: $LINE has each of them
has() {
	local word
	for word; do
		is_there "$word" || fail "no '$word' in: $LINE"
	done
}

lacks() {
	local word
	for word; do
		! is_there "$word" || fail "'$word' in: $LINE"
	done
}

# The value of NAME=VALUE in $LINE
word() { # NAME
	grep -o " $1=[^ ]*" <<<"$LINE" | head -n 1 | cut -d = -f 2-
}

# How many messages of that kind have come until now
got() { # PATTERN
	count peer.log " < $1( |\$)"
}

# within WHAT LEAST MOST VALUE
within() {
	(($4 >= $2 && $4 <= $3)) || fail "$1: $4, not from $2 to $3"
}

# The address is usable now, or is not.
uses() { # ADDRESS
	has_address "$1" || fail "$1 is not on the interface: $(leased_addresses)"
}

uses_no() { # ADDRESS
	! has_address "$1" || fail "$1 is on the interface"
}

# Nothing that the referee saw was wrong. Every case ends with it.
done_well() {
	! grep -E '(^|[0-9] )wrong:| at [^ ]*\.p[lm] line ' peer.log ||
		fail "the referee has found something"
	check "the client runs" kill -0 "$client_pid"
}

# begin SCENARIO [CLIENT-OPTION...]: a network, the scripted server, the client on eth0
begin() {
	lab_network
	start_peer "$1"
	shift
	start_client "$@" eth0
}

# The script hears that the address or prefix is there for use, or has heard.
expect_use() { # ADDRESS [REASON]
	rewind hooks.log
	expect hooks.log 10 "^${2-BOUND6} $1 eth0 status 0"
}

# Ends the client and starts it again, with its lease file.
restart_client() { # [OPTION...]
	stop_client
	start_client "$@" eth0
}
