#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# The hooks for time servers, the time zone and the host's name.

load helper

setup() {
	need_namespaces
}

# shellcheck disable=SC2016 # the scene's
chrony='
	tool chronyc <<-HERE
		#!/bin/sh
		echo "\$*" >>"$scene_dir/chronyc"
	HERE
	sources() { cat /run/chrony-dhcp/v0.ip6.sources; }
	asked() { cat "$scene_dir/chronyc" 2>/dev/null; rm -f "$scene_dir/chronyc"; }
	ours time-servers exit
'

# C-OPT-5
@test "time-servers: chrony gets option 31 where there is no 56" {
	{
		echo "$chrony"
		cat <<'END'
	for reason in BOUND6 RENEW6 REBIND6 RENEW6-stateless; do
		call $reason new_dhcp6_ntp_server= new_dhcp6_sntp_servers="2001:db8:1::123 2001:db8:1::124"
		quiet
		same "$(sources)" "server 2001:db8:1::123 iburst
server 2001:db8:1::124 iburst"
	done
	same "$(asked)" "reload sources" # once: the others brought nothing new
END
	} >"$BATS_TEST_TMPDIR/text"
	scene <"$BATS_TEST_TMPDIR/text"
}

# C-OPT-4
@test "time-servers: chrony gets the addresses and names of option 56" {
	{
		echo "$chrony"
		cat <<'END'
	call BOUND6
	quiet
	same "$(sources)" "server 2001:db8:1:0:0:0:0:123 iburst"
	call RENEW6 new_dhcp6_ntp_server=0:2:0:10:ff:2:0:0:0:0:0:0:0:0:0:0:0:0:1:1:0:9:0:1:7:0:3:0:a:4:6e:74:70:31:3:6f:72:67:0
	quiet
	same "$(sources)" "server ntp1.org iburst"
END
	} >"$BATS_TEST_TMPDIR/text"
	scene <"$BATS_TEST_TMPDIR/text"
}

@test "time-servers: what is no server gives nothing" {
	{
		echo "$chrony"
		cat <<'END'
	# Cut, too long, a name with a line feed, a name with a blank, no name, no octets.
	for bad in 0:1:0:10:20:1 0:3:0:5:ff:61:62:63:0 0:3:0:5:3:61:a:62:0 0:3:0:5:3:61:20:62:0 \
		0:3:0:1:0 0 0:3 'x$(touch /run/x)' '0:$(touch /run/x)' 0:1:0:zz; do
		call BOUND6 new_dhcp6_ntp_server="$bad"
		quiet
		[ ! -e /run/chrony-dhcp/v0.ip6.sources ] || die "no file for $bad"
	done
	call BOUND6 new_dhcp6_ntp_server= new_dhcp6_sntp_servers='x; $(touch /run/x) 1.2.3.4'
	quiet
	[ ! -e /run/chrony-dhcp/v0.ip6.sources ] || die "no file"
	same "$(asked)" ""
END
	} >"$BATS_TEST_TMPDIR/text"
	scene <"$BATS_TEST_TMPDIR/text"
}

# C-OPT-18
@test "time-servers: chrony's are taken back at the end, and when none are given any more" {
	{
		echo "$chrony"
		cat <<'END'
	for end in RELEASE6 STOP6 EXPIRE6 "RENEW6 new_dhcp6_ntp_server= new_dhcp6_sntp_servers="; do
		call BOUND6
		same "$(asked)" "reload sources"
		ip -6 addr flush dev v0 scope global
		call $end
		[ ! -e /run/chrony-dhcp/v0.ip6.sources ] || die "no file after $end"
		same "$(asked)" "reload sources"
		same "$status" 0
	done
	call RELEASE6
	same "$(asked)" ""
END
	} >"$BATS_TEST_TMPDIR/text"
	scene <"$BATS_TEST_TMPDIR/text"
}

@test "time-servers: systemd-timesyncd and ntpsec get a file, and are restarted when it changes" {
	scene <<'END'
	mkdir -p /lib/systemd /run/systemd/system
	mount -t tmpfs scene /lib/systemd
	printf '#!/bin/sh\n' >/lib/systemd/systemd-timesyncd
	chmod 755 /lib/systemd/systemd-timesyncd
	tool systemctl <<-HERE
		#!/bin/sh
		echo "\$*" >>"$scene_dir/systemctl"
	HERE
	asked() { cat "$scene_dir/systemctl" 2>/dev/null; rm -f "$scene_dir/systemctl"; }
	mkdir /etc/ntpsec
	printf 'driftfile /x\nserver a iburst\npool b iburst\n# server\n' >/etc/ntpsec/ntp.conf
	without chronyc
	ours time-servers exit
	call BOUND6 new_dhcp6_ntp_server=
	quiet
	same "$(cat /run/systemd/timesyncd.conf.d/dhcp6-client-v0.conf)" "[Time]
NTP=2001:db8:1::123"
	same "$(cat /run/ntpsec/ntp.conf.dhcp)" "# /etc/ntpsec/ntp.conf with the servers of DHCPv6, by dhcp6-client
driftfile /x
# server
server 2001:db8:1::123 iburst"
	same "$(asked)" "try-restart systemd-timesyncd.service
try-restart ntpsec.service"
	call RENEW6 new_dhcp6_ntp_server=
	same "$(asked)" ""
	call RELEASE6
	same "$(ls /run/systemd/timesyncd.conf.d /run/ntpsec)" "/run/ntpsec:

/run/systemd/timesyncd.conf.d:"
	same "$(asked)" "try-restart systemd-timesyncd.service
try-restart ntpsec.service"
	printf '#!/bin/sh\nexit 1\n' >/usr/sbin/systemctl
	call BOUND6
	contains "$errors" "time-servers: ntpsec is not restarted"
	same "$status" 0
END
}

@test "time-servers: nothing is done where nobody can use it" {
	scene <<'END'
	without chronyc
	ours time-servers exit
	call BOUND6
	quiet
	same "$(ls -I mount /run)" ""
END
}

@test "timezone: option 42 sets it, a name that leads elsewhere does not" {
	scene <<'END'
	mkdir -p /run/zones/Europe
	echo Zurich >/run/zones/Europe/Zurich
	echo UTC >/run/zones/UTC
	echo secret >/run/secret
	ln -s /run/zones/UTC /etc/localtime
	hook dhcp6-client-enter-hooks <<<"timezone_folder=/run/zones"
	ours timezone exit
	call BOUND6
	quiet
	same "$(readlink /etc/localtime)" /run/zones/Europe/Zurich
	[ ! -e /etc/timezone ] || die "no /etc/timezone"
	echo UTC >/etc/timezone
	call RENEW6 new_dhcp6_new_tzdb_timezone=UTC
	quiet
	same "$(cat /etc/localtime /etc/timezone)" "UTC
UTC"
	for bad in ../secret /run/secret 'UTC;x' Europe/Nowhere Europe; do
		call RENEW6 new_dhcp6_new_tzdb_timezone="$bad"
		contains "$errors" ", ignored"
		same "$status" 0
		same "$(cat /etc/localtime)" UTC
	done
	call RENEW6 new_dhcp6_new_tzdb_timezone=
	quiet
	call RELEASE6
	quiet
	same "$(cat /etc/localtime)" UTC
END
}

# The scene has the name of the host that it runs on: files stand for it.
# shellcheck disable=SC2016 # the scene's
named='
	touch "$scene_dir/kernel"
	mount --bind "$scene_dir/kernel" /proc/sys/kernel/hostname
	tool uname <<-HERE
		#!/bin/sh
		cat "$scene_dir/name"
	HERE
	ours hostname exit
	# called NAME [VARIABLE...]: what a host of this name is called after BOUND6
	called() {
		echo "$1" >"$scene_dir/name"
		echo "$1" >"$scene_dir/kernel"
		call BOUND6 "${@:2}" >/dev/null
		cat "$scene_dir/kernel"
	}
'

@test "hostname: a host without a name gets the first label of the server's" {
	{
		echo "$named"
		cat <<'END'
	for before in "" "(none)" localhost localhost.localdomain; do
		same "$(called "$before" new_fqdn_fqdn=host-7.example.com.)" host-7
	done
	same "$(called "" new_fqdn_fqdn=plain)" plain
	same "$(called localhost new_fqdn_fqdn=)" localhost
	same "$(called localhost)" localhost
	same "$(called byhand new_fqdn_fqdn=host-7.example.com.)" byhand
	same "$(called byhand new_fqdn_fqdn=host-7.example.com. hostname_always=yes)" host-7
END
	} >"$BATS_TEST_TMPDIR/text"
	scene <"$BATS_TEST_TMPDIR/text"
}

@test "hostname: what no host can be called is said and ignored" {
	{
		echo "$named"
		cat <<'END'
	long=$(printf %064d 1)
	for bad in -x.example. .example. a..b 'a b' 'a$(touch /run/x)' a/b "$long.example." a_b .; do
		same "$(called localhost new_fqdn_fqdn="$bad")" localhost
		contains "$(cat "$scene_dir/errors")" ", ignored"
	done
	[ ! -e /run/x ] || die "nothing run"
END
	} >"$BATS_TEST_TMPDIR/text"
	scene <"$BATS_TEST_TMPDIR/text"
}

@test "all hooks of ours together say nothing on any reason" {
	scene <<'END'
	without chronyc
	for name in time-servers timezone hostname; do ours $name exit; done
	for reason in PREINIT6 TENTATIVE6 DEPREF6 DECLINE6 CONFLICT6 EXPIRE6 RELEASE6-prefix STOP6; do
		call $reason
		same "$status" 0
		same "$errors" ""
	done
END
}
