#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# dhcp6-client-script: name servers.

load helper

setup() {
	need_namespaces
}

@test "resolvconf is fed on BOUND6, RENEW6 and REBIND6" {
	scene <<'END'
	ip link set v0 up
	resolvconf_here
	for reason in BOUND6 RENEW6 REBIND6 RENEW6-stateless; do
		call $reason
		quiet
		same "$(told)" "resolvconf -a v0.ip6.dhcp6-client
search example.com corp.example.org
nameserver 2001:db8:1::53
nameserver fe80::53%v0"
	done
	same "$(cat /etc/resolv.conf)" "nameserver 192.0.2.53"
END
}

@test "resolvconf takes the lines back on RELEASE6, STOP6 and the last EXPIRE6" {
	scene <<'END'
	ip link set v0 up
	resolvconf_here
	for reason in RELEASE6 RELEASE6-prefix STOP6 EXPIRE6; do
		call $reason
		quiet
		same "$(told)" "resolvconf -d v0.ip6.dhcp6-client"
	done
	# Another address of the lease is still in use: so are its name servers.
	address 2001:db8:1::7/128 valid_lft 600 preferred_lft 600
	call EXPIRE6
	quiet
	same "$(told)" ""
END
}

# C-OPT-18
@test "resolvconf takes the lines back when the server gives none any more" {
	scene <<'END'
	ip link set v0 up
	resolvconf_here
	call RENEW6 new_dhcp6_name_servers= new_dhcp6_domain_search=
	quiet
	same "$(told)" "resolvconf -d v0.ip6.dhcp6-client"
END
}

@test "resolvconf hears nothing of the other reasons" {
	scene <<'END'
	resolvconf_here
	for reason in PREINIT6 TENTATIVE6 DEPREF6 DECLINE6; do
		call $reason
		quiet
		same "$(told)" ""
	done
END
}

@test "a resolvconf that fails is said, status 1" {
	scene <<'END'
	ip link set v0 up
	resolvconf_here
	printf '#!/bin/sh\nexit 4\n' >/usr/sbin/resolvconf
	call BOUND6
	same "$status" 1
	contains "$errors" "resolvconf -a failed"
	call RELEASE6
	same "$status" 0
END
}

@test "without resolvconf, resolv.conf gets our lines and keeps its others" {
	scene <<'END'
	ip link set v0 up
	cat >/etc/resolv.conf <<-HERE
		# by hand
		domain old.example
		search old.example
		nameserver 192.0.2.53
		options timeout:1  attempts:2
	HERE
	call BOUND6
	quiet
	same "$(cat /etc/resolv.conf)" "# written by dhcp6-client-script
search example.com corp.example.org
nameserver 2001:db8:1::53
nameserver fe80::53%v0
# by hand
options timeout:1  attempts:2"
	same "$(ls /etc)" "alternatives
dhcp
resolv.conf"
	# A second time nothing changes.
	before=$(cat /etc/resolv.conf)
	touch -d 2001-01-01 /etc/resolv.conf
	call BOUND6
	quiet
	same "$(cat /etc/resolv.conf)" "$before"
	same "$(date -r /etc/resolv.conf +%Y)" 2001
END
}

@test "a file that was not there is made, for all to read" {
	scene <<'END'
	ip link set v0 up
	rm /etc/resolv.conf
	umask 077
	call BOUND6
	quiet
	same "$(sed -n 2p /etc/resolv.conf)" "search example.com corp.example.org"
	same "$(stat -c %a /etc/resolv.conf)" 644
END
}

@test "only a search list: the name servers stay; only name servers: the search list" {
	scene <<'END'
	ip link set v0 up
	echo "search old.example" >>/etc/resolv.conf
	call BOUND6 new_dhcp6_name_servers=
	quiet
	same "$(cat /etc/resolv.conf)" "# written by dhcp6-client-script
search example.com corp.example.org
nameserver 192.0.2.53"
	call BOUND6 new_dhcp6_domain_search= new_dhcp6_name_servers=2001:db8::5
	quiet
	same "$(cat /etc/resolv.conf)" "# written by dhcp6-client-script
nameserver 2001:db8::5
search example.com corp.example.org"
	before=$(cat /etc/resolv.conf)
	call BOUND6 new_dhcp6_domain_search= new_dhcp6_name_servers=
	quiet
	same "$(cat /etc/resolv.conf)" "$before"
END
}

# C-OPT-19
@test "RENEW6 and REBIND6 write only what has changed" {
	scene <<'END'
	ip link set v0 up
	for reason in RENEW6 REBIND6; do
		call $reason
		quiet
		same "$(cat /etc/resolv.conf)" "nameserver 192.0.2.53"
	done
	call RENEW6 old_dhcp6_name_servers=2001:db8::9
	quiet
	contains "$(cat /etc/resolv.conf)" "nameserver 2001:db8:1::53"
	call REBIND6 new_dhcp6_domain_search=new.example.
	quiet
	contains "$(cat /etc/resolv.conf)" "search new.example"
END
}

@test "other reasons leave resolv.conf alone" {
	scene <<'END'
	for reason in PREINIT6 TENTATIVE6 DEPREF6 DECLINE6 EXPIRE6 RELEASE6 STOP6; do
		call $reason
		quiet
		same "$(cat /etc/resolv.conf)" "nameserver 192.0.2.53"
	done
END
}

# C-OPT-1
@test "only link-local name servers get the interface" {
	scene <<'END'
	ip link set v0 up
	call BOUND6 new_dhcp6_name_servers="fe80::1 febf::2 fec0::3 fe8::4 fd00::5 ::1"
	quiet
	same "$(grep nameserver /etc/resolv.conf)" "nameserver fe80::1%v0
nameserver febf::2%v0
nameserver fec0::3
nameserver fe8::4
nameserver fd00::5
nameserver ::1"
END
}

@test "a symbolic link is followed and stays" {
	scene <<'END'
	ip link set v0 up
	mkdir /etc/net
	mv /etc/resolv.conf /etc/net/real.conf
	ln -s net/real.conf /etc/resolv.conf
	call BOUND6
	quiet
	same "$(readlink /etc/resolv.conf)" net/real.conf
	contains "$(cat /etc/net/real.conf)" "nameserver 2001:db8:1::53"
	same "$(ls /etc/net)" real.conf
END
}

@test "a bind mount is written through" {
	scene <<'END'
	ip link set v0 up
	echo "nameserver 192.0.2.1" >"$scene_dir/mounted"
	mount --bind "$scene_dir/mounted" /etc/resolv.conf
	call BOUND6
	quiet
	contains "$(cat "$scene_dir/mounted")" "nameserver 2001:db8:1::53"
END
}

@test "what belongs to systemd or resolvconf is left alone, and said at BOUND6" {
	scene <<'END'
	ip link set v0 up
	mount -t tmpfs scene /run
	for there in /run/systemd/resolve/stub-resolv.conf /run/resolvconf/resolv.conf; do
		mkdir -p "$(dirname $there)"
		echo "nameserver 127.0.0.53" >$there
		ln -sf $there /etc/resolv.conf
		call BOUND6
		same "$status" 0
		contains "$errors" "/etc/resolv.conf belongs to another program ($there), left alone"
		call RENEW6 old_dhcp6_name_servers=
		quiet
		same "$(cat $there)" "nameserver 127.0.0.53"
	done
END
}

@test "a resolv.conf that cannot be written is said, status 1" {
	scene <<'END'
	ip link set v0 up
	ln -sf /nowhere/at/all /etc/resolv.conf
	call BOUND6
	same "$status" 1
	contains "$errors" "/etc/resolv.conf leads nowhere"
	contains "$(addresses)" "$(value BOUND6 new_ip6_address)"
	mkdir /etc/full
	mount -t tmpfs -o ro scene /etc/full
	ln -sf /etc/full/resolv.conf /etc/resolv.conf
	call BOUND6
	same "$status" 1
	contains "$errors" "cannot write /etc/full/resolv.conf"
END
}

# C-OPT-18: what the server does not give any more is withdrawn.
@test "servers that are given no more leave resolv.conf, other lines stay" {
	scene <<'END'
	echo "options edns0" >>/etc/resolv.conf
	call BOUND6
	grep -q '^nameserver 2001:db8' /etc/resolv.conf || die "nameserver 2001:db8..."
	call RENEW6 new_dhcp6_name_servers= new_dhcp6_domain_search=
	! grep -q '^nameserver 2001:db8' /etc/resolv.conf || die "no nameserver 2001:db8..."
	grep -q '^options edns0' /etc/resolv.conf || die "options edns0"
	status=0
END
}
