#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# shellcheck disable=SC2154 # $script is helper.bash's
# What starts the client: unit, init scripts, ifupdown, initial file system; and completion.

load helper

setup() {
	services=${script%/*}/services
}

# filled NAME: the file with the paths that make would put in.
filled() {
	sed -e "s|@sbindir@|${2:-/usr/sbin}|g" -e 's|@sysconfdir@|/etc|g' \
		-e 's|@localstatedir@|/var|g' -e 's|@runstatedir@|/run|g' "$services/$1.in"
}

@test "systemd has nothing to say of the unit, nor with wait-for-lease.conf" {
	command -v systemd-analyze >/dev/null || skip "no systemd-analyze here"
	folder=$BATS_TEST_TMPDIR/units
	mkdir -p "$folder/dhcp6-client@eth1.service.d" "$folder/sbin"
	printf '#!/bin/sh\n' >"$folder/sbin/dhcp6-client"
	chmod 755 "$folder/sbin/dhcp6-client"
	filled dhcp6-client@.service "$folder/sbin" >"$folder/dhcp6-client@.service"
	filled wait-for-lease.conf "$folder/sbin" >"$folder/dhcp6-client@eth1.service.d/wait.conf"
	for instance in eth0 eth1 'br\x2dlan' eth0.5; do
		run systemd-analyze verify --man=no "$folder/dhcp6-client@$instance.service"
		echo "$output"
		[ "$status" = 0 ]
		[ -z "$output" ]
	done
}

# What the hooks of dhcp6-client-script(8) need: see the unit.
@test "the unit takes nothing away that hooks need" {
	run grep -E '^(ProtectSystem=(full|strict)|ProtectHostname|ProtectKernelTunables|NoNewPrivileges|User=|PrivateNetwork|ReadOnlyPaths|InaccessiblePaths|ProtectProc|SystemCallFilter)' \
		"$services/dhcp6-client@.service.in"
	[ "$status" = 1 ]
	run grep -E 'CAP_(NET_|DAC_|SYS_ADMIN|SYS_TIME|SETUID|SETGID|KILL|CHOWN|FOWNER)' \
		"$services/dhcp6-client@.service.in"
	[ "$status" = 1 ]
}

# with_init: a scene with the init script as /run/init, and the daemon as /run/sbin/dhcp6-client.
with_init() {
	need_namespaces
	[ -x "${DHCP6_CLIENT-}" ] || skip "DHCP6_CLIENT names no program"
	[ -r /lib/lsb/init-functions ] || skip "no LSB functions here"
	filled dhcp6-client.init /run/sbin >"$BATS_TEST_TMPDIR/init"
	{
		cat <<END
		mkdir -p /run/sbin /etc/default
		cp '$DHCP6_CLIENT' /run/sbin/dhcp6-client
		cp '$BATS_TEST_TMPDIR/init' /run/init
END
		cat <<'END'
		echo 'OPTIONS="-lf /run/leases -sf /bin/true"' >/etc/default/dhcp6-client
		echo 'INTERFACES="v0 v1"' >>/etc/default/dhcp6-client
		trap 'kill "$(cat /run/dhcp6-client.pid)" 2>/dev/null || :' EXIT
		init() {
			status=0
			out=$($scene_shell /run/init "$@" 2>&1) || status=$?
			echo "$out"
		}
END
		cat
	} >"$BATS_TEST_TMPDIR/text"
	scene <"$BATS_TEST_TMPDIR/text"
}

@test "the init script starts, stops and tells" {
	with_init <<'END'
	init status
	same "$status" 3
	init start
	same "$status" 0
	contains "$out" "dhcp6-client started: v0 v1"
	pid=$(cat /run/dhcp6-client.pid)
	contains "$(tr '\0' ' ' </proc/$pid/cmdline)" "-q -w -nw -pf /run/dhcp6-client.pid -lf /run/leases -sf /bin/true v0 v1"
	init status
	same "$status" 0
	init start
	same "$status" 0
	contains "$out" "runs already"
	same "$(cat /run/dhcp6-client.pid)" "$pid"
	init restart
	same "$status" 0
	[ ! -d "/proc/$pid" ] || die "the first is gone"
	pid=$(cat /run/dhcp6-client.pid)
	init stop
	same "$status" 0
	[ ! -d "/proc/$pid" ] || die "the second is gone"
	init stop
	same "$status" 0
	init try-restart
	same "$status" 0
	init status
	same "$status" 3
END
}

@test "the init script without interfaces, with a daemon that fails, with a wrong word" {
	with_init <<'END'
	init nonsense
	same "$status" 2
	contains "$out" "usage:"
	echo 'OPTIONS=--nonsense' >>/etc/default/dhcp6-client
	init start
	same "$status" 1
	contains "$out" "dhcp6-client has not started"
	echo 'INTERFACES=' >>/etc/default/dhcp6-client
	init start
	same "$status" 0
	contains "$out" "no INTERFACES in /etc/default/dhcp6-client"
	rm /run/sbin/dhcp6-client
	init start
	same "$status" 5
END
}

# openrc NAME [VARIABLE...]: what the service of this name would run.
openrc() {
	filled dhcp6-client.openrc >"$BATS_TEST_TMPDIR/openrc"
	# shellcheck disable=SC2016 # the inner shell's
	while read -r shell; do
		# shellcheck disable=SC2086 # "busybox sh" is two words
		env RC_SVCNAME="$1" "${@:2}" $shell -c '
			eerror() { echo "error: $*"; }
			checkpath() { echo "checkpath $*"; }
			need() { :; }
			use() { :; }
			after() { :; }
			. "$1"
			depend && start_pre && echo "$command $command_args"' x "$BATS_TEST_TMPDIR/openrc"
	done < <(shells) | sort -u
}

@test "the service of OpenRC has the interfaces of its name or its settings" {
	run openrc dhcp6-client INTERFACES="eth0 eth1" OPTIONS=-P
	[ "$output" = "/usr/sbin/dhcp6-client -q -w -nw -pf /run/dhcp6-client.pid -P eth0 eth1
checkpath --directory /var/lib/dhcp" ]
	run openrc dhcp6-client.eth0.5
	[ "$output" = "/usr/sbin/dhcp6-client -q -w -nw -pf /run/dhcp6-client.eth0.5.pid  eth0.5
checkpath --directory /var/lib/dhcp" ]
	run openrc dhcp6-client
	[ "$output" = "error: no INTERFACES in /etc/conf.d/dhcp6-client" ]
}

@test "ifupdown understands the stanza" {
	command -v ifup >/dev/null || skip "no ifupdown here"
	need_namespaces
	# shellcheck disable=SC2016 # the inner shell's
	run unshare "$(namespaces)" sh -c 'mount -t tmpfs x /run && mkdir /run/network && ifup -n -v -i "$1" eth0' \
		sh "$services/interfaces"
	[ "$status" = 0 ]
	# shellcheck disable=SC2016 # ifup's
	grep -q '^dhcp6-client -1 -pf /run/dhcp6-client\.\$IFACE\.pid \$IFACE' <<<"$output"
}

@test "the hook for an initial file system copies program, script and configuration" {
	need_namespaces
	# shellcheck disable=SC2016 # the inner shell's
	run unshare "$(namespaces)" sh -c '
		mount -t tmpfs x /usr/share && mount -t tmpfs x /etc &&
		mkdir -p /usr/share/initramfs-tools /etc/dhcp && touch /etc/dhcp/dhcp6-client.conf &&
		echo "copy_exec() { echo exec \$1; }; copy_file() { echo \$*; }" \
			>/usr/share/initramfs-tools/hook-functions &&
		sh "$1" prereqs && sh "$1"' sh "$services/initramfs"
	[ "$output" = "exec /usr/sbin/dhcp6-client
exec /usr/sbin/dhcp6-client-script
exec /sbin/ip
config /etc/dhcp/dhcp6-client.conf" ]
}

# completed WORD...: what bash offers for the last of them.
completed() {
	# shellcheck disable=SC2016 # the inner shell's
	bash -c '
		compopt() { :; }
		. "$1"
		shift
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_dhcp6_client
		printf "%s\n" "${COMPREPLY[@]}"' x "${script%/*}/completion/dhcp6-client" "$@"
}

@test "bash completes options, interfaces and files" {
	[ -x "${DHCP6_CLIENT-}" ] || skip "DHCP6_CLIENT names no program"
	[ "$(completed "$DHCP6_CLIENT" --no)" = --no-pid ]
	completed "$DHCP6_CLIENT" - | grep -qx -e -nw
	completed "$DHCP6_CLIENT" - | grep -qx -e --prefix-len-hint
	[ "$(completed "$DHCP6_CLIENT" -p 5)" = "" ]
	cd "$BATS_TEST_TMPDIR"
	touch "a file.conf"
	[ "$(completed "$DHCP6_CLIENT" -cf a)" = "a file.conf" ]
	need_namespaces
	# shellcheck disable=SC2016 # the inner shell's
	run unshare "$(namespaces)" bash -c '
		mount -t sysfs x /sys && ip link add veth7 type veth peer name veth8 &&
		. "$1" && COMP_WORDS=(dhcp6-client veth7 v) && COMP_CWORD=2 && _dhcp6_client &&
		echo "${COMPREPLY[*]}"' x "${script%/*}/completion/dhcp6-client"
	[ "$output" = "veth7 veth8" ]
}

@test "shellcheck has nothing to say of them" {
	command -v shellcheck >/dev/null || skip "no shellcheck here"
	shellcheck "$services/dhcp6-client.init.in" "$services/dhcp6-client.openrc.in" \
		"$services/initramfs" "${script%/*}/completion/dhcp6-client"
}
