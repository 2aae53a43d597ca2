#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# dhcp6-client-script: name servers are taken back, and systemd-resolved.

load helper

setup() {
	need_namespaces
}

# C-OPT-18: what was given is withdrawn, and the default comes back.
@test "resolv.conf is again what it was, on RELEASE6, STOP6, the last EXPIRE6 and without lines" {
	scene <<'END'
	ip link set v0 up
	printf 'search old.example\nnameserver 192.0.2.53\n\noptions edns0\n' >/etc/resolv.conf
	before=$(cat /etc/resolv.conf)
	for reason in RELEASE6 STOP6 EXPIRE6; do
		call BOUND6
		quiet
		contains "$(cat /etc/resolv.conf)" "nameserver 2001:db8:1::53"
		call RENEW6 new_dhcp6_name_servers=2001:db8::7
		quiet
		contains "$(cat /etc/resolv.conf)" "nameserver 2001:db8::7"
		ip -6 addr flush dev v0 scope global # for EXPIRE6 it is the last one
		call $reason
		quiet
		same "$(cat /etc/resolv.conf)" "$before"
	done
	call BOUND6
	call RENEW6 new_dhcp6_name_servers= new_dhcp6_domain_search=
	quiet
	same "$(cat /etc/resolv.conf)" "$before"
	same "$(ls /var/lib/dhcp)" ""
END
}

@test "what somebody else has written since stays" {
	scene <<'END'
	ip link set v0 up
	call BOUND6
	echo "nameserver 192.0.2.99" >/etc/resolv.conf
	call RELEASE6
	quiet
	same "$(cat /etc/resolv.conf)" "nameserver 192.0.2.99"
	same "$(ls /var/lib/dhcp)" ""
	# The next lease begins from there.
	call BOUND6
	call RELEASE6
	same "$(cat /etc/resolv.conf)" "nameserver 192.0.2.99"
END
}

@test "an interface that ends leaves the lines of another one, in whatever order" {
	scene <<'END'
	ip link set v0 up
	before=$(cat /etc/resolv.conf)
	call BOUND6
	call BOUND6 interface=v1 new_dhcp6_name_servers=2001:db8:2::53
	later=$(cat /etc/resolv.conf)
	call RELEASE6
	quiet
	same "$(cat /etc/resolv.conf)" "$later"
	call RELEASE6 interface=v1
	quiet
	same "$(cat /etc/resolv.conf)" "$before"

	call BOUND6
	first=$(cat /etc/resolv.conf)
	call BOUND6 interface=v1 new_dhcp6_name_servers=2001:db8:2::53
	call RELEASE6 interface=v1
	same "$(cat /etc/resolv.conf)" "$first"
	# The one below writes again, so it is the upper one now.
	call BOUND6 interface=v1 new_dhcp6_name_servers=2001:db8:2::53
	upper=$(cat /etc/resolv.conf)
	call RENEW6 new_dhcp6_name_servers=2001:db8:3::53
	call RELEASE6
	same "$(cat /etc/resolv.conf)" "$upper"
	call RELEASE6 interface=v1
	same "$(cat /etc/resolv.conf)" "$before"
	same "$(ls /var/lib/dhcp)" ""
END
}

@test "a lease that goes on with a prefix gets its lines back" {
	scene <<'END'
	ip link set v0 up
	call BOUND6
	lines=$(cat /etc/resolv.conf)
	ip -6 addr flush dev v0 scope global
	call EXPIRE6
	same "$(cat /etc/resolv.conf)" "nameserver 192.0.2.53"
	call REBIND6 old_dhcp6_name_servers="$(value REBIND6 new_dhcp6_name_servers)" \
		old_dhcp6_domain_search="$(value REBIND6 new_dhcp6_domain_search)"
	quiet
	same "$(cat /etc/resolv.conf)" "$lines"
	call RELEASE6
	same "$(cat /etc/resolv.conf)" "nameserver 192.0.2.53"
	same "$(ls /var/lib/dhcp)" ""
END
}

@test "a file that was not there is empty afterwards; where nothing can be kept, our lines stay" {
	scene <<'END'
	ip link set v0 up
	rm /etc/resolv.conf
	call BOUND6
	call RELEASE6
	quiet
	same "$(cat /etc/resolv.conf)" ""
	mount -t tmpfs -o ro scene /var/lib/dhcp
	echo "nameserver 192.0.2.53" >/etc/resolv.conf
	call BOUND6
	quiet
	lines=$(cat /etc/resolv.conf)
	call RELEASE6
	quiet
	same "$(cat /etc/resolv.conf)" "$lines"
END
}

# shellcheck disable=SC2016 # the scene's
resolved='
	ip link set v0 up
	mkdir -p /run/systemd/resolve
	echo "nameserver 127.0.0.53" >/run/systemd/resolve/stub-resolv.conf
	ln -sf /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
	tool resolvectl <<-HERE
		#!/bin/sh
		{ printf "%s" "\${0##*/}"; printf " <%s>" "\$@"; echo; } >>"$scene_dir/resolvconf"
	HERE
	ln -s resolvectl /usr/sbin/resolvconf
'

@test "systemd-resolved is told by resolvectl, not by its resolvconf" {
	{
		echo "$resolved"
		cat <<'END'
	for reason in BOUND6 RENEW6 REBIND6; do
		call $reason
		quiet
		same "$(told)" "resolvectl <dns> <v0> <2001:db8:1::53> <fe80::53>
resolvectl <domain> <v0> <example.com> <corp.example.org>"
	done
	ip -6 addr flush dev v0 scope global
	for reason in RELEASE6 STOP6 EXPIRE6; do
		call $reason
		quiet
		same "$(told)" "resolvectl <dns> <v0> <>
resolvectl <domain> <v0> <>"
	done
	same "$(cat /etc/resolv.conf)" "nameserver 127.0.0.53"
END
	} >"$BATS_TEST_TMPDIR/text"
	scene <"$BATS_TEST_TMPDIR/text"
}

@test "systemd-resolved: what the server never gave stays somebody else's" {
	{
		echo "$resolved"
		cat <<'END'
	call BOUND6 new_dhcp6_domain_search=
	same "$(told)" "resolvectl <dns> <v0> <2001:db8:1::53> <fe80::53>"
	call BOUND6 new_dhcp6_domain_search= new_dhcp6_name_servers=
	quiet
	same "$(told)" ""
	printf '#!/bin/sh\nexit 1\n' >/usr/sbin/resolvectl
	call BOUND6
	same "$status" 1
	contains "$errors" "resolvectl failed"
	call RELEASE6
	same "$status" 0
END
	} >"$BATS_TEST_TMPDIR/text"
	scene <"$BATS_TEST_TMPDIR/text"
}

@test "a resolv.conf that does not lead to systemd-resolved is written, resolvectl or not" {
	{
		echo "$resolved"
		cat <<'END'
	rm /etc/resolv.conf
	call BOUND6
	quiet
	same "$(told)" ""
	contains "$(cat /etc/resolv.conf)" "nameserver 2001:db8:1::53"
END
	} >"$BATS_TEST_TMPDIR/text"
	scene <"$BATS_TEST_TMPDIR/text"
}
