#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# dhcp6-client-script: its hooks.

load helper

setup() {
	need_namespaces
}

@test "enter hooks, the work, exit hooks: in the order of run-parts" {
	scene <<'END'
	enter=dhcp6-client-enter-hooks
	exit=dhcp6-client-exit-hooks
	for name in 10-b 9-a Zoo _x a_b zz; do
		hook $enter.d/$name <<<"echo enter/$name"
		hook $exit.d/$name <<<"echo exit/$name"
	done
	hook $enter <<<'echo enter $(ip -o link show dev v0 up | wc -l)'
	hook $exit <<<'echo exit $(ip -o link show dev v0 up | wc -l)'
	call PREINIT6
	same "$out" "enter 0
enter/10-b
enter/9-a
enter/Zoo
enter/_x
enter/a_b
enter/zz
exit 1
exit/10-b
exit/9-a
exit/Zoo
exit/_x
exit/a_b
exit/zz"
	same "$status" 0
	same "$errors" ""
END
}

@test "names that run-parts would not take are passed over" {
	scene <<'END'
	for name in a.sh b~ c.dpkg-old .hidden "d e" "f+g"; do
		hook "dhcp6-client-enter-hooks.d/$name" <<<"echo wrong"
	done
	mkdir /etc/dhcp/dhcp6-client-enter-hooks.d/folder
	ln -s /nowhere /etc/dhcp/dhcp6-client-enter-hooks.d/dangling
	hook dhcp6-client-enter-hooks.d/good <<<"echo good"
	ln -s good /etc/dhcp/dhcp6-client-enter-hooks.d/link
	call PREINIT6
	same "$out" "good
good"
	same "$errors" ""
	same "$status" 0
END
}

@test "hooks need not be executable, and see ISC's variables" {
	scene <<'END'
	hook dhcp6-client-exit-hooks.d/see <<-'HOOK'
		echo "$reason $interface $new_ip6_address/$new_ip6_prefixlen $exit_status"
		printf '%s\n' "$new_dhcp6_weird"
	HOOK
	chmod 600 /etc/dhcp/dhcp6-client-exit-hooks.d/see
	ip link set v0 up
	call BOUND6
	same "$out" "BOUND6 v0 2001:db8:1::15f4/128 0
$(value BOUND6 new_dhcp6_weird)"
END
}

isc_hooks='
	hook dhclient-enter-hooks <<<"echo isc enter"
	hook dhclient-exit-hooks <<<"echo isc exit"
	hook dhclient-enter-hooks.d/x <<<"echo isc enter/x"
	hook dhclient-exit-hooks.d/x <<<"echo isc exit/x"'

@test "ISC's files and folders are run where ours are not there" {
	scene <<END
	$isc_hooks
	call PREINIT6
	same "\$out" "isc enter
isc enter/x
isc exit
isc exit/x"
	hook dhcp6-client-exit-hooks <<<"echo our exit"
	call PREINIT6
	same "\$out" "isc enter
isc enter/x
our exit
isc exit/x"
	# A folder without a hook is as none.
	mkdir /etc/dhcp/dhcp6-client-enter-hooks.d
	hook dhcp6-client-exit-hooks.d/y <<<"echo our exit/y"
	call PREINIT6
	same "\$out" "isc enter
isc enter/x
our exit
our exit/y"
	same "\$errors" ""
END
}

@test "ISC's hooks are run besides ours, or never, if one says so" {
	scene <<END
	$isc_hooks
	hook dhcp6-client-enter-hooks.d/y <<<"echo our enter/y"
	call PREINIT6 dhcp6_client_compat_hooks=no
	same "\$out" "our enter/y"
	call PREINIT6 dhcp6_client_compat_hooks=yes
	same "\$out" "isc enter
our enter/y
isc enter/x
isc exit
isc exit/x"
	hook dhcp6-client-enter-hooks <<<"dhcp6_client_compat_hooks=yes; hook=; set -- a b"
	call PREINIT6
	same "\$out" "isc enter
our enter/y
isc enter/x
isc exit
isc exit/x"
	same "\$errors" ""
END
}

@test "a hook of ISC's that sets what the script uses does not upset the rest" {
	scene <<'END'
	hook dhclient-enter-hooks.d/a <<<'file=/x; ours=/x; theirs=/x; hook=/x; other=/x; set -fu; return 1'
	hook dhclient-enter-hooks.d/b <<<'echo b'
	hook dhclient-exit-hooks.d/c <<<'echo c'
	call PREINIT6
	same "$out" "b
c"
	same "$status" 0
END
}

@test "hooks can be somewhere else" {
	scene <<'END'
	hook dhcp6-client-exit-hooks.d/x <<<"echo wrong"
	mkdir -p "$scene_dir/here/dhcp6-client-exit-hooks.d"
	echo "echo right" >"$scene_dir/here/dhcp6-client-exit-hooks.d/x"
	call PREINIT6 dhcp6_client_etc="$scene_dir/here"
	same "$out" right
END
}

@test "the status of a hook's last command counts for nothing" {
	scene <<'END'
	hook dhcp6-client-enter-hooks.d/a <<<"false"
	hook dhcp6-client-enter-hooks.d/b <<<"return 3"
	hook dhcp6-client-exit-hooks.d/a <<<"false"
	hook dhcp6-client-exit-hooks.d/b <<<'echo "still here"; (exit 3)'
	call PREINIT6
	same "$status" 0
	same "$out" "still here"
	same "$errors" ""
END
}

@test "exit_status=3 stays, whatever hooks after it do" {
	scene <<'END'
	ip link set v0 up
	hook dhcp6-client-enter-hooks.d/a <<<"exit_status=3"
	hook dhcp6-client-enter-hooks.d/b <<<"false"
	hook dhcp6-client-exit-hooks.d/c <<<'echo "$exit_status"; true'
	hook dhcp6-client-exit-hooks.d/d <<<'false'
	call BOUND6
	same "$status" 3
	same "$out" 3
	call BOUND6 new_ip6_address=ff02::1 # a failure does not hide it either
	same "$status" 3
END
}

@test "an exit hook can veto with exit_status=3, or take a veto back" {
	scene <<'END'
	hook dhcp6-client-exit-hooks.d/a <<<"exit_status=3"
	call TENTATIVE6
	same "$status" 3
	hook dhcp6-client-exit-hooks.d/b <<<"exit_status=0"
	call TENTATIVE6
	same "$status" 0
END
}

@test "exit 3 in a hook ends the script with 3, and that is said" {
	scene <<'END'
	hook dhcp6-client-exit-hooks.d/a <<<"exit 3"
	hook dhcp6-client-exit-hooks.d/b <<<"echo wrong"
	call TENTATIVE6
	same "$status" 3
	same "$out" ""
	contains "$errors" "dhcp6-client-exit-hooks.d/a ends the script with status 3"
	hook dhcp6-client-enter-hooks.d/a <<<"exit 3"
	call BOUND6
	same "$status" 3
	same "$(addresses)" ""
	contains "$errors" "dhcp6-client-enter-hooks.d/a ends the script with status 3"
END
}

@test "a hook with a syntax error is named, all else goes on" {
	scene <<'END'
	ip link set v0 up
	hook dhcp6-client-enter-hooks.d/a <<<"if true; then echo wrong"
	hook dhcp6-client-enter-hooks.d/b <<<"echo b"
	call BOUND6
	same "$status" 0
	same "$out" b
	contains "$errors" "dhcp6-client-enter-hooks.d/a has a syntax error"
	contains "$(addresses)" "$(value BOUND6 new_ip6_address)"
END
}

@test "a hook that the shell does not survive is named" {
	scene <<'END'
	hook dhcp6-client-exit-hooks.d/a <<<': "${no_such_thing?}"'
	call PREINIT6
	[ "$status" != 0 ] || die "a status"
	contains "$errors" "dhcp6-client-exit-hooks.d/a ends the script"
END
}

@test "what a hook sets for itself does not upset the rest" {
	scene <<'END'
	ip link set v0 up
	hook dhcp6-client-enter-hooks.d/a <<<'set -euf; IFS=0123; cd /'
	hook dhcp6-client-enter-hooks.d/b <<<'false; echo "${nothing_here}b"'
	call BOUND6
	same "$errors" ""
	same "$status" 0
	same "$out" b
	contains "$(addresses)" "$(value BOUND6 new_ip6_address)/128"
	same "$(grep -v '^#' /etc/resolv.conf)" "search example.com corp.example.org
nameserver 2001:db8:1::53
nameserver fe80::53%v0"
END
}

@test "an enter hook can change variables and define make_resolv_conf anew" {
	scene <<'END'
	ip link set v0 up
	hook dhcp6-client-enter-hooks.d/a <<-'HOOK'
		new_ip6_prefixlen=64
		make_resolv_conf() {
			echo "mine: $new_dhcp6_name_servers"
		}
	HOOK
	call BOUND6
	same "$out" "mine: 2001:db8:1::53 fe80::53"
	contains "$(addresses)" "$(value BOUND6 new_ip6_address)/64"
	same "$(cat /etc/resolv.conf)" "nameserver 192.0.2.53"
	# As with ISC it is called when there is something to set.
	for reason in EXPIRE6 RELEASE6 STOP6 DECLINE6 DEPREF6 TENTATIVE6; do
		call $reason
		same "$out" ""
	done
END
}

@test "each reason of ours and ISC's reaches the hooks" {
	scene <<'END'
	hook dhcp6-client-exit-hooks <<<'echo "$reason ${dad_found_by-}"'
	for reason in PREINIT6 TENTATIVE6 BOUND6 RENEW6 REBIND6 DEPREF6 EXPIRE6 RELEASE6 STOP6; do
		call $reason
		same "$out" "$reason "
	done
	call DECLINE6
	same "$out" "DECLINE6 kernel"
END
}

@test "the hooks of dhcp6-client-script(8) work" {
	scene <<'END'
	# example NAME FILE: makes the hook FILE of what begins with "# NAME:".
	example() {
		hook "$2" < <(sed -n "/^# $1:/,/^\.Ed/p" \
			"$(dirname "$scene_script")/../man/dhcp6-client-script.8" | sed '/^\.Ed/d')
		[ -s "/etc/dhcp/$2" ] || die "an example"
	}
	example table-100 dhcp6-client-exit-hooks.d/table-100
	example not-for-printers dhcp6-client-enter-hooks.d/not-for-printers

	ip link set v0 up
	if ! ip -6 rule add from 2001:db8::1 table 100; then
		echo "this kernel has no IPv6 routing tables"
		exit 0
	fi
	ip -6 rule del from 2001:db8::1 table 100
	addr=$(value BOUND6 new_ip6_address)
	for reason in TENTATIVE6 BOUND6 RENEW6; do
		call $reason new_ip6_address="$addr"
		quiet
	done
	same "$(ip -6 rule show table 100 | sed 's/.*from/from/')" "from $addr lookup 100"
	call EXPIRE6 old_ip6_address="$addr"
	quiet
	same "$(ip -6 rule show table 100)" ""
	call DECLINE6 # never announced
	quiet

	call TENTATIVE6 new_ip6_address=2001:db8:1::f12
	same "$status" 3
	call BOUND6 new_ip6_address=2001:db8:1::f12
	same "$status" 0
END
}
