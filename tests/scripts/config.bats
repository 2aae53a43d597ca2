#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# Configuration files: those that are there, those that dhclient takes, and --check-config.

load helper

setup() {
	[ -x "$DHCP6_CLIENT" ] || skip "DHCP6_CLIENT does not say which client"
	cd "$BATS_TEST_TMPDIR" || return 1
	conf=$BATS_TEST_DIRNAME/conf
}

# check STATUS ARGUMENT...: -t, and its status. Sets output.
check() {
	local expected=$1
	shift
	run "$DHCP6_CLIENT" -6 -t "$@" </dev/null
	[ "$status" = "$expected" ] || {
		echo "status $status, not $expected: $*"
		echo "$output"
		return 1
	}
}

has() {
	grep -qF -- "$1" <<<"$output" || {
		echo "not there: $1"
		echo "$output"
		return 1
	}
}

# Does dhclient read a file without a complaint? It gets no further than to its interfaces.
dhclient_takes() {
	# shellcheck disable=SC2046 # -nm or more
	run unshare $(namespaces) timeout 20 dhclient -6 -v -n -d --no-pid -sf /bin/true \
		-lf "$PWD/dhclient.leases" -cf "$1" </dev/null
	! grep -q ' line [0-9]*: ' <<<"$output"
}

@test "the usual files of dhclient are taken" {
	for file in "$conf"/*.conf; do
		check 0 -cf "$file"
		[ -z "$output" ] || {
			echo "$file: $output"
			return 1
		}
	done
}

@test "with -v what is ignored is noted" {
	check 0 -v -cf "$conf/debian.conf"
	has "$conf/debian.conf:3:8: for DHCPv4 only, ignoring"
	has "$conf/debian.conf:5:6: for DHCPv4 only, ignoring"
	has "$conf/debian.conf:6:9: options for DHCPv4 only, ignoring them"
	[ "${#lines[@]}" = 3 ]
}

@test "what dhclient takes is taken" {
	while read -r text; do
		echo "$text" >text.conf
		check 0 -cf text.conf || {
			echo "$text"
			return 1
		}
	done <"$conf/statements"
}

@test "dhclient itself takes these files and texts" {
	command -v dhclient >/dev/null || skip "no dhclient here"
	need_namespaces
	for file in "$conf"/*.conf; do
		dhclient_takes "$file" || {
			echo "$file: $output"
			return 1
		}
	done
	while read -r text; do
		echo "$text" >text.conf
		dhclient_takes "$PWD/text.conf" || {
			echo "$text: $output"
			return 1
		}
	done <"$conf/statements"
	echo "frobnicate 5;" >text.conf
	if dhclient_takes "$PWD/text.conf"; then false; fi
}

@test "an error has its place, its line and what was expected" {
	printf 'timeout 5;\n\tsend dhcp6.name-servers 192.0.2.1;\nfrobnicate;\n' >wrong.conf
	check 1 -cf wrong.conf
	has "wrong.conf:2:26: error: expected a value of this option's type"
	has 'send dhcp6.name-servers 192.0.2.1;'
	has "wrong.conf:3:1: error: expected a statement"
	check 1 --check-config -cf wrong.conf
}

@test "every error is shown" {
	for ((i = 0; i < 150; i++)); do echo "frobnicate;"; done >wrong.conf
	check 1 -cf wrong.conf
	[ "$(grep -c "error: expected a statement" <<<"$output")" = 150 ]
}

@test "a statement that is not supported is a warning" {
	printf 'timeout 5;\non release { execute("/bin/x"); }\n' >on.conf
	check 0 -cf on.conf
	has "on.conf:2:1: warning: this statement is not supported, ignoring"
}

@test "a file that is not there is an error" {
	check 1 -cf ./nowhere.conf
	has "./nowhere.conf: No such file or directory"
}

@test "files are included, and errors are those of the file they are in" {
	printf 'include "%s/part.conf";\ninclude "/nowhere/x.conf";\n' "$PWD" >whole.conf
	printf '# one\nsend dhcp6.nope 1;\n' >part.conf
	check 1 -cf whole.conf
	has "$PWD/part.conf:2:6: error: no option of DHCPv6 has this name"
	has 'whole.conf:2:9: error: No such file or directory'
	echo 'include "self.conf";' >self.conf
	check 1 -cf self.conf
	has "more files that include one another than may be"
	[ "$(grep -c error <<<"$output")" = 1 ]
	echo 'include "/";' >folder.conf
	check 1 -cf folder.conf
	has "folder.conf:1:9: error: Is a directory"
}

@test "where there is no file of its own, dhclient's is read" {
	need_namespaces
	cat >inside <<-'END'
		mount -t tmpfs none /etc
		[ ! -d /usr/local/etc/dhcp ] || mount -t tmpfs none /usr/local/etc/dhcp
		"$DHCP6_CLIENT" -6 -t && echo "nothing: fine"
		echo "frob1;" >/etc/dhclient.conf
		"$DHCP6_CLIENT" -6 -t || true
		mkdir /etc/dhcp
		echo "frob2;" >/etc/dhcp/dhclient.conf
		"$DHCP6_CLIENT" -6 -t || true
	END
	# shellcheck disable=SC2046 # -nm or more
	run unshare $(namespaces) bash -e inside </dev/null
	has "nothing: fine"
	has "dhcp6-client.conf: /etc/dhclient.conf is read"
	has "/etc/dhclient.conf:1:1: error"
	has "dhcp6-client.conf: /etc/dhcp/dhclient.conf is read"
	has "/etc/dhcp/dhclient.conf:1:1: error"
	[ "$(grep -c error <<<"$output")" = 2 ]
}
