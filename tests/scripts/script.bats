#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# shellcheck disable=SC2154 # $script is helper.bash's
# dhcp6-client-script: its reasons and the addresses.

load helper

setup() {
	need_namespaces
}

@test "all three shells are here" {
	[ "$(shells | wc -l)" = 3 ] || skip "only here: $(shells | tr '\n' ' ')"
}

@test "shellcheck has nothing to say" {
	command -v shellcheck >/dev/null || skip "no shellcheck here"
	shellcheck "$script" "${script%/*}"/hooks/* "$BATS_TEST_DIRNAME"/*.bash "$BATS_TEST_DIRNAME"/*.bats
}

@test "PREINIT6 sets the link up and flushes nothing" {
	scene <<'END'
	address 2001:db8:5::1/64
	address 2001:db8:5::2/128
	before=$(addresses)
	call PREINIT6
	quiet
	contains "$(ip link show dev v0)" ",UP"
	same "$(addresses)" "$before"
END
}

@test "PREINIT6 on an interface that is not there: said, status 1" {
	scene <<'END'
	call PREINIT6 interface=v9
	same "$status" 1
	contains "$errors" "PREINIT6 v9: cannot set the interface up"
END
}

@test "BOUND6, RENEW6 and REBIND6 leave an address that is there alone" {
	scene <<'END'
	ip link set v0 up
	for reason in BOUND6 RENEW6 REBIND6; do
		addr=$(value $reason new_ip6_address)
		address "$addr/64" # with another length, for ever: what an administrator would do
		before=$(shown "$addr")
		call $reason
		quiet
		same "$(shown "$addr")" "$before"
	done
END
}

@test "BOUND6, RENEW6 and REBIND6 add an address that is missing" {
	scene <<'END'
	ip link set v0 up
	for reason in BOUND6 RENEW6 REBIND6; do
		addr=$(value $reason new_ip6_address)
		call $reason
		quiet
		contains "$(shown "$addr")" "$addr/128 scope global"
		contains "$(shown "$addr")" "noprefixroute"
		lasts "$(shown "$addr")" valid_lft "$(value $reason new_max_life)"
		lasts "$(shown "$addr")" preferred_lft "$(value $reason new_preferred_life)"
	done
END
}

@test "an address is added with the prefix length that is said" {
	scene <<'END'
	ip link set v0 up
	call BOUND6-length-64
	quiet
	contains "$(addresses)" "$(value BOUND6-length-64 new_ip6_address)/64"
	same "$(ip -6 route show dev v0 proto kernel | grep -v ^fe80)" ""
	call BOUND6-temporary
	quiet
	contains "$(addresses)" "$(value BOUND6-temporary new_ip6_address)/64"
END
}

@test "an address is added for the time that is left of it" {
	scene <<'END'
	ip link set v0 up
	now=$(date +%s)
	call BOUND6 new_life_starts=$((now - 450))
	contains "$(shown "$(value BOUND6 new_ip6_address)")" "valid_lft 1"
	contains "$(shown "$(value BOUND6 new_ip6_address)")" "preferred_lft 0sec"
	# Long over, given back by the server, or from before the clock was right.
	call REBIND6 new_life_starts=$((now - 3600))
	quiet
	call REBIND6 new_max_life=0 new_preferred_life=0
	quiet
	same "$(shown "$(value REBIND6 new_ip6_address)")" ""
	call REBIND6 new_life_starts=$((now + 3600))
	lasts "$(shown "$(value REBIND6 new_ip6_address)")" valid_lft 60
	call RENEW6 new_max_life=4294967295 new_preferred_life=4294967295 new_life_starts=1
	contains "$(shown "$(value RENEW6 new_ip6_address)")" "valid_lft forever preferred_lft forever"
END
}

@test "a status is given when an address cannot be added" {
	scene <<'END'
	ip link set v0 up
	call BOUND6 new_ip6_address=ff02::1
	same "$status" 1
	contains "$errors" "cannot add ff02::1"
END
}

@test "EXPIRE6, RELEASE6, STOP6 and DECLINE6 remove the one address" {
	scene <<'END'
	ip link set v0 up
	address 2001:db8:1::7/128 valid_lft 600 preferred_lft 600
	for reason in EXPIRE6 RELEASE6 STOP6 DECLINE6; do
		address "$(value $reason old_ip6_address)/128" valid_lft 50 preferred_lft 0
		call $reason
		quiet
		same "$(addresses)" "2001:db8:1::7/128"
	done
END
}

@test "an address that is gone already is no error" {
	scene <<'END'
	for reason in EXPIRE6 RELEASE6 STOP6 DECLINE6 DEPREF6; do
		call $reason
		quiet
		call $reason interface=v9
		quiet
	done
END
}

@test "what somebody else has put there is not removed" {
	scene <<'END'
	ip link set v0 up
	for reason in EXPIRE6 RELEASE6 STOP6 DECLINE6; do
		addr=$(value $reason old_ip6_address)
		for is in "/64 valid_lft 100 preferred_lft 50" "/128" \
			" peer 2001:db8:6::1/128 valid_lft 100 preferred_lft 50"; do
			# shellcheck disable=SC2086 # words
			address ${addr}$is
			before=$(addresses)
			call $reason
			quiet
			same "$(addresses)" "$before"
			ip -6 addr flush dev v0 scope global
		done
	done
END
}

@test "an infinite lease's address is removed though it stays for ever" {
	scene <<'END'
	ip link set v0 up
	address "$(value RELEASE6 old_ip6_address)/128"
	call RELEASE6 old_max_life=4294967295
	quiet
	same "$(addresses)" ""
END
}

@test "DEPREF6 takes the preferred lifetime only" {
	scene <<'END'
	ip link set v0 up
	addr=$(value DEPREF6 cur_ip6_address)
	address "$addr/128" valid_lft 3000 preferred_lft 2000 noprefixroute
	address 2001:db8:1::7/128 valid_lft 600 preferred_lft 600
	call DEPREF6
	quiet
	contains "$(shown "$addr")" "deprecated"
	contains "$(shown "$addr")" "noprefixroute"
	contains "$(shown "$addr")" "preferred_lft 0sec"
	case $(shown "$addr") in
	*"valid_lft 3000sec"* | *"valid_lft 299"?sec*) ;;
	*) die "the valid lifetime as before" ;;
	esac
	lasts "$(shown 2001:db8:1::7)" preferred_lft 600
END
}

@test "DEPREF6 neither adds an address nor touches one for ever" {
	scene <<'END'
	ip link set v0 up
	addr=$(value DEPREF6 cur_ip6_address)
	call DEPREF6
	quiet
	same "$(addresses)" ""
	address "$addr/128"
	before=$(shown "$addr")
	call DEPREF6
	quiet
	same "$(shown "$addr")" "$before"
END
}

@test "for prefixes and for options alone no address is touched" {
	scene <<'END'
	ip link set v0 up
	address 2001:db8:5::1/64
	address 2001:db8:1::7/128 valid_lft 600 preferred_lft 600
	before=$(addresses)
	for case in BOUND6-prefix REBIND6-prefix RELEASE6-prefix STOP6-prefix RENEW6-stateless; do
		call $case
		quiet
	done
	call RELEASE6-prefix reason=EXPIRE6
	quiet
	call BOUND6-prefix reason=DEPREF6 cur_ip6_prefix=2001:db8:b000::/56
	quiet
	same "$(addresses)" "$before"
END
}

@test "a static address lives through a whole lease" {
	scene <<'END'
	address 2001:db8:5::1/64
	address 2001:db8:5::2/128
	before=$(addresses)
	addr=$(value BOUND6 new_ip6_address)
	call PREINIT6
	call TENTATIVE6
	for reason in BOUND6 RENEW6 REBIND6 DEPREF6 EXPIRE6 BOUND6-after-decline DECLINE6 RELEASE6 STOP6; do
		call $reason new_ip6_address="$addr" old_ip6_address="$addr" cur_ip6_address="$addr"
		quiet
	done
	same "$(addresses)" "$before"
END
}

@test "TENTATIVE6 changes nothing" {
	scene <<'END'
	call TENTATIVE6
	quiet
	same "$(addresses)" ""
	contains "$(ip link show dev v0)" "state DOWN"
	same "$(cat /etc/resolv.conf)" "nameserver 192.0.2.53"
END
}

@test "NBI does nothing, not even hooks" {
	scene <<'END'
	hook dhcp6-client-enter-hooks <<<'echo enter'
	hook dhcp6-client-exit-hooks <<<'echo exit'
	call NBI
	quiet
END
}

@test "an unknown reason is said, status 0, and hooks hear of it" {
	scene <<'END'
	hook dhcp6-client-exit-hooks <<<'echo "$reason"'
	call BOUND6 reason=REBOOT6
	same "$status" 0
	contains "$errors" "REBOOT6 v0: unknown reason"
	same "$out" REBOOT6
	same "$(addresses)" ""
END
}

@test "without a reason or an interface nothing is done" {
	scene <<'END'
	call BOUND6 reason=
	same "$status" 0
	contains "$errors" "without a reason"
	call BOUND6 interface=
	same "$status" 1
	contains "$errors" "without an interface"
END
}

@test "a hostile environment does no harm" {
	scene <<'END'
	ip link set v0 up
	mkdir "$scene_dir/evil"
	for name in ip readlink resolvconf sh; do
		printf '#!/bin/sh\ntouch %s/fell\n' "$scene_dir" >"$scene_dir/evil/$name"
		chmod 755 "$scene_dir/evil/$name"
	done
	hook dhcp6-client-exit-hooks <<<'env | grep -E "^(ENV|CDPATH|GLOBIGNORE)=" || :'
	call BOUND6 PATH="$scene_dir/evil:$PATH" IFS=0 CDPATH=/tmp ENV=/dev/null GLOBIGNORE='*' \
		exit_status=7 hook=/x search=x servers=x lines=x status=x set=x \
		new_dhcp6_domain_search='$(touch /etc/fell) `touch /etc/fell` * a;b good.example.' \
		new_dhcp6_name_servers='$(touch /etc/fell) * 2001:db8::53 ::1;x' \
		new_max_life='a[$(touch /etc/fell)]' new_life_starts='a[$(touch /etc/fell)]'
	quiet
	[ ! -e "$scene_dir/fell" ] || die "its own PATH"
	[ ! -e /etc/fell ] || die "no value is run"
	same "$(grep -v '^#' /etc/resolv.conf)" "search good.example
nameserver 2001:db8::53"
END
}
