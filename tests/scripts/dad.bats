#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# dhcp6-client-script: what is done with duplicate addresses, and the hooks that are
# shipped for it.

load helper

setup() {
	need_namespaces
}

@test "any hook can refuse an address on TENTATIVE6 with 3, whatever the others do" {
	scene <<'END'
	for kind in enter exit; do
		for veto in exit_status=3 "exit 3"; do
			rm -rf /etc/dhcp/*
			hook dhcp6-client-$kind-hooks.d/20 <<<"$veto"
			for other in enter exit; do
				hook dhcp6-client-$other-hooks <<<"false"
				hook dhcp6-client-$other-hooks.d/10 <<<"! true"
				hook dhcp6-client-$other-hooks.d/30 <<<"(exit 1)"
				hook dhcp6-client-$other-hooks.d/40 <<<"if fi"
			done
			call TENTATIVE6
			same "$kind $veto $status" "$kind $veto 3"
		done
	done
	rm /etc/dhcp/*.d/20
	call TENTATIVE6
	same "$status" 0
END
}

@test "DECLINE6 and CONFLICT6 say to hooks who found what, and whose it is" {
	scene <<'END'
	hook dhcp6-client-exit-hooks <<-'HOOK'
		echo "$reason ${old_ip6_address-}${cur_ip6_address-} ${dad_found_by-} ${dad_mac-} ${dad_storm-}"
	HOOK
	call DECLINE6 dad_found_by=probe dad_mac=02:aa:bb:cc:dd:99
	same "$out" "DECLINE6 2001:db8:1::1c1a probe 02:aa:bb:cc:dd:99 "
	call CONFLICT6
	same "$out" "CONFLICT6 2001:db8:1::1c1a probe 02:aa:bb:cc:dd:99 "
	call CONFLICT6-storm
	same "$out" "CONFLICT6   02:aa:bb:cc:dd:99 yes"
	same "$errors" ""
	same "$status" 0
END
}

@test "CONFLICT6 changes nothing" {
	scene <<'END'
	ip link set v0 up
	address "$(value CONFLICT6 cur_ip6_address)/128" valid_lft 600 preferred_lft 400
	address 2001:db8:1::7/128 valid_lft 600 preferred_lft 400
	before=$(addresses)
	cp /etc/resolv.conf "$scene_dir/before"
	for name in CONFLICT6 CONFLICT6-storm; do
		call $name
		quiet
	done
	same "$(addresses)" "$before"
	cmp /etc/resolv.conf "$scene_dir/before"
END
}

# What ndisc6 prints and its statuses are those of version 1.0.5.
@test "ask-neighbors: an address that somebody answers for is refused" {
	scene <<'END'
	ours ask-neighbors enter
	tool ndisc6 <<-'TOOL'
		#!/bin/sh
		for last in "$@"; do :; done
		case "$*" in
		*" 2001:db8:1::15f4 v0") echo 02:AA:BB:CC:DD:99 ;;
		*" 2001:db8:1::e v0") echo "Sending ICMPv6 packet: Network is unreachable" >&2; exit 1 ;;
		*) exit 2 ;;
		esac
	TOOL
	call TENTATIVE6 new_ip6_address=2001:db8:1::15f4
	same "$status" 3
	contains "$errors" "2001:db8:1::15f4 is used by 02:aa:bb:cc:dd:99"
	call TENTATIVE6 new_ip6_address=2001:db8:1::1
	quiet
	# It could not ask: that is no proof.
	call TENTATIVE6 new_ip6_address=2001:db8:1::e
	same "$status" 0
	same "$errors" "Sending ICMPv6 packet: Network is unreachable"
	# Only what is not in use yet is asked for.
	for reason in PREINIT6 BOUND6 RENEW6 REBIND6 DEPREF6 DECLINE6 CONFLICT6; do
		call $reason new_ip6_address=2001:db8:1::15f4
		same "$reason $status" "$reason 0"
	done
END
}

@test "ask-neighbors: is done before the kernel is, and can be told otherwise" {
	scene <<'END'
	ours ask-neighbors enter
	tool ndisc6 <<-TOOL
		#!/bin/sh
		echo "\$*" >$scene_dir/asked
		exit 2
	TOOL
	call TENTATIVE6 new_ip6_address=2001:db8:1::1
	read -r _ _ _ _ attempts _ wait what <"$scene_dir/asked"
	((attempts * wait <= 1000)) || die "at most a second, which the kernel always takes"
	same "$what" "2001:db8:1::1 v0"
	call TENTATIVE6 new_ip6_address=2001:db8:1::1 ask_attempts=1 ask_wait=50
	same "$(cat "$scene_dir/asked")" "-1 -n -q -r 1 -w 50 2001:db8:1::1 v0"
END
}

@test "ask-neighbors: an answer from this host itself refuses nothing" {
	scene <<'END'
	ours ask-neighbors enter
	mac=$(ip -o link show v1 | sed 's/.*link.ether \([^ ]*\) .*/\1/')
	tool ndisc6 <<-TOOL
		#!/bin/sh
		echo "$mac" | tr a-f A-F
	TOOL
	call TENTATIVE6
	same "$status" 0
	contains "$errors" "this host ($mac)"
END
}

@test "ask-neighbors: without ndisc6 nothing is refused" {
	scene <<'END'
	without ndisc6
	ours ask-neighbors enter
	call TENTATIVE6
	same "$status" 0
	contains "$errors" "no ndisc6 here"
END
}

@test "ask-neighbors: the real ndisc6 finds a real neighbor while the address is tentative" {
	command -v ndisc6 >/dev/null || skip "no ndisc6 here"
	scene <<'END'
	ours ask-neighbors enter
	coproc neighbor { exec unshare -n sh -c 'echo $$; exec cat'; }
	read -r pid <&"${neighbor[0]}"
	ip link set v1 netns "$pid"
	nsenter -t "$pid" -n sh -c 'ip link set v1 up && ip -6 addr add 2001:db8:1::99/64 dev v1 nodad'
	mac=$(nsenter -t "$pid" -n ip -o link show v1 | sed 's/.*link.ether \([^ ]*\) .*/\1/')
	ip link set v0 addrgenmode none
	ip link set v0 up
	ip -6 addr add fe80::1/64 dev v0 nodad
	for addr in 2001:db8:1::99 2001:db8:1::98; do
		ip -6 addr add $addr/128 dev v0 valid_lft 600 preferred_lft 600
	done
	call TENTATIVE6 new_ip6_address=2001:db8:1::99
	same "$status" 3
	contains "$errors" "2001:db8:1::99 is used by $mac"
	call TENTATIVE6 new_ip6_address=2001:db8:1::98
	quiet
END
}

@test "reserved-addresses: addresses, prefixes and ranges of the site's list are refused" {
	scene <<'END'
	ours reserved-addresses enter
	cat >/etc/dhcp/dhcp6-client-reserved <<-'LIST'
		# not for leases

		2001:db8:1::53                   name server
		2001:DB8:1:ff::/64               management
		  2001:db8:2::8000/113
		2001:db8:5::/47 wide
		2001:db8:1::f00-2001:db8:1::fff  printers $(exit) `x` \n
		1:2:3:4:5:6:7::
		2001:db8:9::1/128
	LIST
	while read -r addr expected about; do
		call TENTATIVE6 new_ip6_address="$addr"
		same "$addr $status" "$addr $expected"
		if [ "$expected" = 3 ]; then
			contains "$errors" "reserved-addresses: $addr is in: $about"
		else
			same "$errors" ""
		fi
	done <<-'CASES'
		2001:db8:1::52 0
		2001:db8:1::53 3 2001:db8:1::53                   name server
		2001:db8:1::54 0
		2001:db8:1:0:1::53 0
		2001:db8:1:fe:ffff:ffff:ffff:ffff 0
		2001:db8:1:ff:: 3 2001:DB8:1:ff::/64
		2001:db8:1:ff:ffff:ffff:ffff:ffff 3 2001:DB8:1:ff::/64
		2001:db8:1:100:: 0
		2001:db8:2::7fff 0
		2001:db8:2::8000 3 2001:db8:2::8000/113
		2001:db8:2::ffff 3 2001:db8:2::8000/113
		2001:db8:2::1:0 0
		2001:db8:3:ffff:: 0
		2001:db8:4:: 3 2001:db8:5::/47
		2001:db8:5:ffff:: 3 2001:db8:5::/47 wide
		2001:db8:6:: 0
		2001:db8:1::eff 0
		2001:db8:1::f00 3 2001:db8:1::f00
		2001:db8:1::f80 3 2001:db8:1::f00-2001:db8:1::fff  printers $(exit) `x` \n
		2001:db8:1::fff 3 2001:db8:1::f00
		2001:db8:1::1000 0
		1:2:3:4:5:6:7:0 3 1:2:3:4:5:6:7::
		1:2:3:4:5:6:7:1 0
		2001:db8:9::1 3 2001:db8:9::1/128
		2001:db8:9:: 0
	CASES
	# A lease that is in use already stays so.
	for reason in BOUND6 RENEW6 REBIND6 DEPREF6; do
		call $reason new_ip6_address=2001:db8:1::53
		same "$status" 0
	done
END
}

@test "reserved-addresses: what cannot be read is named and refuses nothing" {
	scene <<'END'
	ours reserved-addresses enter
	call TENTATIVE6
	same "$status" 0
	contains "$errors" "cannot read /etc/dhcp/dhcp6-client-reserved"
	list="$scene_dir/my list"
	bad=(2001:db8:1::/129 / /64 2001:db8:1::/ 2001:db8:1::/x ::/0/0 2001:db8::1::2 ::: : 1: :1
		1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 1:2:3:4:5:6:7:8:: 12345:: x:: printer ::ffff:192.0.2.1
		2001:db8:1::ffff-2001:db8:1::1 1::-2::-3:: - 1::- -1::)
	printf '%s\n' "${bad[@]}" 2001:db8:1::77 >"$list"
	call TENTATIVE6 new_ip6_address=2001:db8:1::78 reserved_file="$list"
	same "$status" 0
	same "$(wc -l <"$scene_dir/errors")" "${#bad[@]}"
	contains "$errors" "my list, line 1: no address: 2001:db8:1::/129"
	call TENTATIVE6 new_ip6_address=2001:db8:1::77 reserved_file="$list"
	same "$status" 3
	printf '::/0\n' >"$list"
	call TENTATIVE6 reserved_file="$list"
	same "$status" 3
	printf '2001:db8:1::77\r\n2001:db8:1::78' >"$list" # as editors leave them
	for last in 7 8; do
		call TENTATIVE6 new_ip6_address=2001:db8:1::7$last reserved_file="$list"
		same "$status" 3
	done
END
}

@test "alert: tells of DECLINE6, CONFLICT6 and a storm" {
	scene <<'END'
	ours alert exit
	tool logger <<-TOOL
		#!/bin/sh
		echo "\$*: \$(cat)"
	TOOL
	finished DECLINE6
	same "$out" "-t dhcp6-client -p daemon.alert: v0: 2001:db8:1::1c1a is used by somebody else (found by the kernel), declined"
	finished DECLINE6 old_ip6_address=2001:db8:1::2 dad_found_by=probe dad_mac=02:aa:bb:cc:dd:99
	contains "$out" ": v0: 2001:db8:1::2 is used by 02:aa:bb:cc:dd:99 (found by the probe), declined"
	finished DECLINE6 old_ip6_address=2001:db8:1::4 dad_found_by=script
	contains "$out" ": v0: 2001:db8:1::4 was refused by the script or a hook, declined"
	finished CONFLICT6 cur_ip6_address=2001:db8:1::3
	contains "$out" ": v0: 2001:db8:1::3, in use here, is used by 02:aa:bb:cc:dd:99 too"
	finished CONFLICT6-storm
	contains "$out" ": v0: address after address is a duplicate, defended by 02:aa:bb:cc:dd:99; no more"
	same "$errors" ""
	same "$status" 0
	for reason in PREINIT6 TENTATIVE6 BOUND6 RENEW6 REBIND6 DEPREF6 EXPIRE6 RELEASE6 STOP6; do
		finished $reason
		same "$out" ""
	done
END
}

@test "alert: once a minute for an address of an interface" {
	scene <<'END'
	ours alert exit
	tool logger <<<'#!/bin/sh
		cat'
	# The clock is the scene's.
	tool date <<-TOOL
		#!/bin/sh
		cat "$scene_dir/now"
	TOOL
	while read -r now name addr interface expected; do
		echo "$now" >"$scene_dir/now"
		finished $name {old,cur}_ip6_address="$addr" interface="$interface"
		case $out in
		"") told=no ;;
		*) told=yes ;;
		esac
		same "$now $name $addr $interface $told" "$now $name $addr $interface $expected"
		same "$status" 0
	done <<-'CASES'
		1000 DECLINE6 2001:db8::1 v0 yes
		1000 DECLINE6 2001:db8::1 v0 no
		1001 CONFLICT6 2001:db8::1 v0 no
		1002 DECLINE6 2001:db8::11 v0 yes
		1002 DECLINE6 2001:db8::1 v1 yes
		1003 CONFLICT6-storm 2001:db8::1 v0 yes
		1004 CONFLICT6-storm 2001:db8::2 v0 no
		1059 DECLINE6 2001:db8::1 v0 no
		1060 DECLINE6 2001:db8::1 v0 yes
		1061 DECLINE6 2001:db8::11 v0 no
		1062 DECLINE6 2001:db8::11 v0 yes
		1000 DECLINE6 2001:db8::1 v0 yes
		9000 DECLINE6 2001:db8::2 v0 yes
	CASES
	# What is old is forgotten.
	same "$(cat /run/dhcp6-client/alerts.v0)" "9000 2001:db8::2"
END
}

@test "alert: the command can be another one, be slow, and fail" {
	scene <<'END'
	ours alert exit
	tool mail <<-TOOL
		#!/usr/bin/env bash
		read -r -t 5 go <"$scene_dir/go" || exit # waits for the scene
		printf '%s|' "\$@"
		cat
	TOOL
	mkfifo "$scene_dir/go" "$scene_dir/sent"
	exec 4<>"$scene_dir/go" 5<>"$scene_dir/sent"
	call DECLINE6 alert_command="mail -s 'two words' root >$scene_dir/sent" # returns
	quiet
	echo go >&4
	read -r -t 10 sent <&5
	contains "$sent" "-s|two words|root|v0: 2001:db8:1::1c1a is used"
	exec 4<&- 5<&-
	finished DECLINE6 old_ip6_address=2001:db8:1::2 alert_command="exit 7"
	same "$status" 0
	same "$errors" "alert: 'exit 7' has failed"
	finished DECLINE6 old_ip6_address=2001:db8:1::3 alert_folder=/proc/none alert_command=cat
	contains "$out" "2001:db8:1::3 is used"
	same "$status" 0
END
}

@test "the examples of dhcp6-client-script(8) for these hooks work" {
	scene <<'END'
	# example NAME FILE: makes the file of what begins with "# NAME:".
	example() {
		sed -n "/^# $1:/,/^\.Ed/p" "$(dirname "$scene_script")/../man/dhcp6-client-script.8" |
			sed '/^\.Ed/d' >"$2"
		[ -s "$2" ] || die "an example"
	}
	ours ask-neighbors enter
	ours reserved-addresses enter
	ours alert exit
	tool ndisc6 <<-TOOL
		#!/bin/sh
		echo "\$*" >$scene_dir/asked
		exit 2
	TOOL
	tool mail <<-'TOOL'
		#!/bin/sh
		printf '%s|' "$@"
		cat
	TOOL
	example dhcp6-client-enter-hooks /etc/dhcp/dhcp6-client-enter-hooks
	example dhcp6-client-reserved /etc/dhcp/dhcp6-client-reserved
	call TENTATIVE6 new_ip6_address=2001:db8:1::1
	quiet
	same "$(cat "$scene_dir/asked")" "-1 -n -q -r 1 -w 900 2001:db8:1::1 v0"
	for addr in 2001:db8:1::53 2001:db8:1:ff::1 2001:db8:1::f12; do
		call TENTATIVE6 new_ip6_address="$addr"
		same "$status" 3
	done
	finished DECLINE6
	contains "$out" "-s|duplicate IPv6 address|root|v0: 2001:db8:1::1c1a is used"
END
}
