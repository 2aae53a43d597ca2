# SPDX-License-Identifier: MPL-2.0
# shellcheck shell=bash disable=SC2034,SC2119,SC2120 # what the tests use
#
# A network in namespaces, for tests with the real kernel and real servers.
#
# A test file names its cases and calls lab_main:
#
#	. "$(dirname "$0")/lab.bash"
#	got_a_lease() {
#		lab_network
#		start_server "$1"
#		start_client
#		expect client.log 10 'eth0: BOUND/Idle'
#	}
#	lab_case "a lease from Kea" got_a_lease kea
#	lab_main "$@"
#
# lab_main prints TAP. Each case runs in a world of its own: own process, mount and
# network namespaces made with unshare. Whatever a case starts or mounts is gone with
# its first process, so that nothing has to be cleared up and nothing can be forgotten.
# Cases of one file run side by side.
#
# Environment: DHCP6_CLIENT is the daemon to test. LAB=no skips all, LAB=must fails where
# there can be no lab; LAB_SLOW=no leaves the slow cases out, LAB_ONLY=REGEX all others;
# LAB_JOBS=N runs so many at once; LAB_KEEP=DIRECTORY keeps the logs there.

set -u
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"

lab_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
lab_file=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
lab_names=()
lab_calls=()
lab_limit=${LAB_LIMIT:-90}

# lab_case NAME FUNCTION [ARGUMENT...]
lab_case() {
	lab_names+=("$1")
	shift
	lab_calls+=("${*@Q}")
}

# The same for what takes a minute or two.
lab_slow_case() {
	[[ ${LAB_SLOW-yes} == no ]] || lab_case "$@"
}

### Outside: start each case in its world, print TAP

# Sets lab_unshare to what makes a world, or lab_why to the reason that there can be none.
lab_possible() {
	lab_unshare=(unshare --mount --net --pid --fork --kill-child --mount-proc)
	((EUID == 0)) || lab_unshare+=(--user --map-root-user)
	if [[ ${LAB-} == no ]]; then
		lab_why="LAB=no"
	elif [[ ! -x ${DHCP6_CLIENT-} ]]; then
		lab_why="DHCP6_CLIENT names no program"
	elif ! lab_why=$("${lab_unshare[@]}" ip link show lo 2>&1); then
		lab_why="no namespaces here: ${lab_why%%$'\n'*}"
	else
		return 0
	fi
	return 1
}

lab_one() { # INDEX
	local dir=$lab_tmp/$1 child status
	mkdir "$dir"
	LAB_DIR=$dir timeout -k 10 "$lab_limit" "${lab_unshare[@]}" \
		bash "$lab_file" --inside "$1" </dev/null >"$dir/out" 2>&1 &
	child=$!
	trap 'kill $child' INT TERM HUP
	wait $child
	status=$?
	wait $child 2>/dev/null
	echo $status >"$dir/status"
}

lab_print() { # INDEX
	local dir=$lab_tmp/$1 number=$(($1 + 1)) status
	status=$(<"$dir/status")
	if ((status == 0)); then
		echo "ok $number - ${lab_names[$1]}"
	elif ((status == 77)); then
		echo "ok $number - ${lab_names[$1]} # SKIP $(tail -n 1 "$dir/out")"
	else
		echo "not ok $number - ${lab_names[$1]}"
		((status != 124)) || echo "# not done after $lab_limit s"
		sed 's/^/# /' "$dir/out"
		lab_failures=1
		return
	fi
	grep '^# ' "$dir/out" # what it measured
}

lab_main() {
	local number next=0 jobs=0
	if [[ ${1-} == --inside ]]; then
		lab_inside "$2"
	fi
	if ! lab_possible; then
		if [[ ${LAB-} == must ]]; then
			printf '1..1\nnot ok 1 - %s\n' "$lab_why"
			exit 1
		fi
		echo "1..0 # SKIP $lab_why"
		exit 0
	fi
	lab_failures=0
	lab_tmp=$(mktemp -d "${TMPDIR:-/tmp}/lab.XXXXXX")
	trap lab_end EXIT
	trap 'exit 130' INT TERM HUP
	echo "1..${#lab_names[@]}"
	for number in "${!lab_names[@]}"; do
		if [[ ! ${lab_names[number]} =~ ${LAB_ONLY-} ]]; then
			mkdir "$lab_tmp/$number"
			echo "not asked for" >"$lab_tmp/$number/out"
			echo 77 >"$lab_tmp/$number/status"
			continue
		fi
		if ((jobs == ${LAB_JOBS:-4})); then
			wait -n
			jobs=$((jobs - 1))
		fi
		lab_one "$number" &
		jobs=$((jobs + 1))
		while [[ -e $lab_tmp/$next/status ]]; do
			lab_print $next
			next=$((next + 1))
		done
	done
	wait
	for (( ; next < ${#lab_names[@]}; next++)); do
		lab_print $next
	done
	exit $lab_failures
}

lab_end() {
	trap - INT TERM HUP
	local pids
	mapfile -t pids < <(jobs -p)
	((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null
	wait
	if [[ -n ${LAB_KEEP-} ]]; then
		mkdir -p "$LAB_KEEP/$(basename "$lab_file")"
		cp -r "$lab_tmp"/. "$LAB_KEEP/$(basename "$lab_file")"
	fi
	rm -rf "$lab_tmp"
}

### Inside: one case

lab_inside() { # INDEX
	lab_world
	trap 'show_logs; exit 124' TERM
	(
		eval "${lab_calls[$1]}"
		! grep -s -E 'Sanitizer|runtime error:' ./*.log || fail "a sanitizer has found something"
		exit 0
	) &
	wait $!
	exit # the first process ends, and the kernel ends all others
}

# An /etc that can be written. Where the folder is itself on an overlay, as in a container,
# or /etc belongs to a root that is not us, it's a copy of what can be read.
own_etc() {
	if [[ -O /etc ]]; then
		mkdir upper work
		mount -t overlay -o "lowerdir=/etc,upperdir=$PWD/upper,workdir=$PWD/work" \
			overlay /etc 2>/dev/null && return
	fi
	mkdir etc
	mount -t tmpfs tmpfs etc
	cp -r --preserve=mode,links /etc/. etc 2>/dev/null
	mount --bind etc /etc
}

# Files of its own for all that the daemon, the script and the servers read or write. The
# servers' files are where the AppArmor profiles of distributions let them be.
lab_world() {
	cd "$LAB_DIR" || exit 1
	own_etc || fail "no /etc of its own"
	mount -t tmpfs tmpfs /run
	mount -t tmpfs tmpfs /var/lib
	mkdir -p /var/lib/dhcp /var/lib/kea /etc/dhcp /etc/kea /run/kea /run/lock/kea /run/netns \
		/var/lib/dibbler /etc/dibbler
	rm -rf /etc/resolv.conf /etc/dhcp/*
	: >/etc/resolv.conf
	mkdir /etc/dhcp/dhcp6-client-exit-hooks.d
	# Called in order by every script run: what it was told goes to hooks/NUMBER.REASON,
	# and one line to hooks.log.
	mkdir hooks
	: >hooks.log
	: >client.conf
	cat >/etc/dhcp/dhcp6-client-exit-hooks.d/zz-record <<-END
		number=\$(wc -l <$LAB_DIR/hooks.log)
		env | sort >$LAB_DIR/hooks/\$(printf %02d \$number).\$reason
		of=\${new_ip6_address:-\${cur_ip6_address:-\${old_ip6_address-}}}
		echo "\$reason \${of:-\${new_ip6_prefix:-\${cur_ip6_prefix:-\${old_ip6_prefix:--}}}}" \\
			"\$interface status \$exit_status" >>$LAB_DIR/hooks.log
	END
}

fail() {
	echo "failed: $*"
	local i
	for ((i = 1; i < ${#FUNCNAME[@]}; i++)); do
		[[ ${FUNCNAME[i]} != lab_* ]] || break
		echo "  in ${FUNCNAME[i]}, line ${BASH_LINENO[i - 1]}"
	done
	show_logs
	exit 1
}

skip() {
	echo "$*"
	exit 77
}

show_logs() {
	local file
	for file in *.log; do
		if [[ -s $file ]]; then
			echo "--- $file"
			grep -v ' DEBUG ' "$file" | tail -n 150
		fi
	done
}

need() { # COMMAND...
	local command
	for command; do
		command -v "$command" >/dev/null || skip "$command is not installed"
	done
}

# check WHAT COMMAND...: the command must succeed
check() {
	local what=$1
	shift
	"$@" || fail "$what (${*})"
}

check_not() {
	local what=$1
	shift
	! "$@" || fail "$what (! ${*})"
}

equal() { # WHAT WANTED GOT
	[[ $2 == "$3" ]] || fail "$1: '$3' instead of '$2'"
}

### Waiting for lines of a log

declare -A lab_seen # lines of each file that earlier calls have passed

# await FILE SECONDS PATTERN: waits until a line that matches comes after those that were
# passed before, and passes it. It is in $LINE then. False if none came in time.
await() {
	local file=$1 found from=$((${lab_seen[$1]-0} + 1))
	[[ -e $file ]] || : >>"$file"
	found=$(timeout "$2" tail -n "+$from" -f -- "$file" | grep -n -m 1 -E -e "$3")
	[[ -n $found ]] || return 1
	LINE=${found#*:}
	lab_seen[$file]=$((from - 1 + ${found%%:*}))
}

# expect FILE SECONDS PATTERN: the same, and it must come.
expect() {
	await "$@" || fail "$1: no line '$3' within $2 s after line ${lab_seen[$1]-0}"
}

# From here on only new lines of FILE count.
pass() {
	lab_seen[$1]=$(wc -l <"$1")
}

# From the start again.
rewind() {
	lab_seen[$1]=0
}

seen() { # FILE PATTERN: is it anywhere in the file, now?
	grep -q -E -e "$2" "$1"
}

count() { # FILE PATTERN
	grep -c -E -e "$2" "$1"
}

# quiet FILE SECONDS PATTERN: no such line may come for so long
quiet() {
	! await "$@" || fail "$1: '$LINE', which must not be"
}

# ended PID SECONDS: a child must end within so long; its exit status is in $STATUS
ended() {
	local timer who=
	sleep "$2" &
	timer=$!
	wait -n -p who "$1" "$timer"
	STATUS=$?
	[[ $who == "$1" ]] || fail "process $1 goes on after $2 s"
	kill "$timer"
	wait "$timer" 2>/dev/null
}

### The network

on() { # HOST COMMAND...
	ip netns exec "$@"
}

sysctl_on() { # HOST NAME VALUE
	# shellcheck disable=SC2016 # expanded there
	on "$1" sh -c 'echo "$2" >"/proc/sys/net/$1"' sh "$2" "$3"
}

# A switch, a server, a neighbour that takes addresses, a client. Their interfaces are all
# called eth0. slow-dad: the kernel's own times for the client, else about 0.3 s.
lab_network() {
	ip netns add switch
	ip -n switch link add bridge type bridge stp_state 0 forward_delay 0 mcast_snooping 0
	ip -n switch link set bridge up
	lab_host server 02:00:00:00:00:01
	lab_host neighbour 02:00:00:00:00:02
	lab_client client 02:00:00:00:00:10 "$@"
}

# lab_host NAME MAC: a host whose addresses are usable at once
lab_host() {
	ip netns add "$1"
	ip -n "$1" link set lo up
	sysctl_on "$1" ipv6/conf/all/accept_dad 0
	sysctl_on "$1" ipv6/conf/default/accept_dad 0
	lab_cable "$1" eth0 "$2"
	ip -n "$1" link set eth0 up
}

# lab_client NAME MAC [slow-dad] [down]
lab_client() {
	ip netns add "$1"
	ip -n "$1" link set lo up
	sysctl_on "$1" ipv6/conf/default/accept_ra 0
	lab_cable "$1" eth0 "$2"
	[[ " $* " == *" slow-dad "* ]] || quick_dad "$1" eth0
	[[ " $* " == *" down "* ]] || ip -n "$1" link set eth0 up
}

# The kernel waits a random part of router_solicitation_delay before a probe, and
# retrans_time_ms after it.
quick_dad() { # HOST INTERFACE
	sysctl_on "$1" "ipv6/conf/$2/router_solicitation_delay" 0
	sysctl_on "$1" "ipv6/neigh/$2/retrans_time_ms" 300
}

# Plugs HOST's INTERFACE, which gets the MAC, into the switch.
lab_cable() {
	ip -n switch link add "$1-$2" type veth peer name "$2" netns "$1"
	ip -n "$1" link set "$2" address "$3"
	ip -n switch link set "$1-$2" master bridge up
}

unplug() { # HOST [INTERFACE]
	ip -n switch link set "$1-${2-eth0}" down
}

plug() { # HOST [INTERFACE]
	ip -n switch link set "$1-${2-eth0}" up
}

take() { # ADDRESS: the neighbour has it and says so when asked
	ip -n neighbour addr add "$1/64" dev eth0 nodad
}

give_back() { # ADDRESS
	ip -n neighbour addr del "$1/64" dev eth0
}

# The line of ip(8) about an address of the client, if it is there.
address() { # ADDRESS [HOST]
	ip -n "${2-client}" -6 -o addr show dev eth0 to "$1/128"
}

has_address() {
	[[ -n $(address "$@") ]]
}

leased_addresses() { # [HOST]
	ip -n "${1-client}" -6 -o addr show dev eth0 scope global |
		sed -n 's|.* inet6 \([^/]*\)/.*|\1|p'
}

### Servers
#
# start_server KIND [NAME=VALUE...]
#
#	KIND	kea, dnsmasq, dhcpd or dibbler
#	first, last	the pool, 2001:db8:1::10 to ::1f
#	pd="N..."	delegates prefixes of N bits too, of 2001:db8:N00::/40; not dnsmasq
#	na=no	and no addresses
#	rapid=yes	Rapid Commit; dnsmasq always does
#	ta=yes	temporary addresses too, of 2001:db8:1:0:1::/80; dhcpd and dibbler only
#	reconfigure=yes	gives keys to clients, and sends Reconfigure to those that have
#		something which is in no pool any more; dibbler only
#	t1 t2 preferred valid	seconds; dnsmasq knows the valid lifetime only, at least 120
#	more=TEXT	in the configuration too; for dnsmasq a list of arguments
#	at=HOST	where it runs, the host called server
#	id=N	another N is another server: other DUID, own log server-N.log
#	fresh=no	keeps what it knows of leases from an earlier run
#
# Its log is server.log, or server-N.log.

start_server() {
	local kind=$1 first=2001:db8:1::10 last=2001:db8:1::1f id='' fresh=yes pd='' na=yes
	local ta=no rapid=no reconfigure=no more='' at=server own=2001:db8:1::1
	local t1=1000 t2=1600 preferred=2000 valid=3000
	shift
	(($# == 0)) || local "$@"
	server_kind=$kind
	server_log=server${id:+-$id}.log
	: >>"$server_log"
	pass "$server_log"
	[[ $at == server ]] || own=2001:db8:1::2
	has_address $own "$at" || ip -n "$at" addr add $own/64 dev eth0
	[[ $fresh == no ]] || rm -f /var/lib/kea/* /var/lib/dhcp/dhcpd6.leases* dnsmasq.leases \
		/var/lib/dibbler/*
	"start_$kind"
}

# Ends the server started last. What it knew stays on disk.
stop_server() {
	kill "$server_pid"
	wait "$server_pid" 2>/dev/null
}

# A profile of AppArmor may forbid to write to our log, but not to a pipe.
run_server() {
	ip netns exec "$at" "$@" > >(exec cat >>"$server_log") 2>&1 </dev/null &
	server_pid=$!
}

start_dnsmasq() {
	need dnsmasq
	touch dnsmasq.leases
	sed -i /^duid/d dnsmasq.leases
	# shellcheck disable=SC2086 # $more is a list
	run_server dnsmasq --no-daemon --conf-file=/dev/null --port=0 --user=root \
		--interface=eth0 --no-hosts --no-resolv --log-dhcp --log-facility=- \
		--pid-file= --dhcp-leasefile="$LAB_DIR/dnsmasq.leases" --dhcp-authoritative \
		--dhcp-duid="40000,00:00:00:0${id:-1}" \
		--dhcp-range="$first,$last,64,$((valid < 120 ? 120 : valid))" \
		'--dhcp-option=option6:dns-server,[2001:db8:1::53]' \
		--dhcp-option=option6:domain-search,lab.example $more
	expect "$server_log" 10 'DHCPv6, IP range'
}

start_kea() {
	local length pools=''
	need kea-dhcp6
	for length in $pd; do
		pools+="${pools:+, }{ \"prefix\": \"2001:db8:${length}00::\", \"prefix-len\": 40, "
		pools+="\"delegated-len\": $length }"
	done
	cat >/etc/kea/lab.conf <<-END
		{ "Dhcp6": {
			"interfaces-config": { "interfaces": [ "eth0" ] },
			"server-id": { "type": "EN", "enterprise-id": 40000,
				"identifier": "0${id:-1}", "persist": false },
			"lease-database": { "type": "memfile", "persist": true,
				"lfc-interval": 0, "name": "/var/lib/kea/kea-leases6.csv" },
			"renew-timer": $t1, "rebind-timer": $t2,
			"preferred-lifetime": $preferred, "valid-lifetime": $valid,
			"option-data": [
				{ "name": "dns-servers", "data": "2001:db8:1::53" },
				{ "name": "domain-search", "data": "lab.example" } ],
			"subnet6": [ { "subnet": "2001:db8:1::/64", "interface": "eth0",
				"rapid-commit": $([[ $rapid == no ]] && echo false || echo true),
				"pools": [ $([[ $na == no ]] || echo "{ \"pool\": \"$first - $last\" }") ],
				"pd-pools": [ $pools ] } ],
			$more
			"loggers": [ { "name": "kea-dhcp6", "severity": "DEBUG", "debuglevel": 50,
				"output_options": [ { "output": "stdout", "flush": true } ] } ]
		} }
	END
	run_server env KEA_LOCKFILE_DIR=none KEA_PIDFILE_DIR=/run/kea kea-dhcp6 -c /etc/kea/lab.conf
	expect "$server_log" 15 'DHCP6_STARTED'
}

start_dhcpd() {
	local length
	need dhcpd
	cat >/etc/dhcp/dhcpd6-lab.conf <<-END
		authoritative;
		server-duid EN 40000 "${id:-1}";
		default-lease-time $valid;
		preferred-lifetime $preferred;
		dhcp-cache-threshold 0;
		$([[ $rapid == no ]] || echo "option dhcp6.rapid-commit;")
		$more
		option dhcp-renewal-time $t1;
		option dhcp-rebinding-time $t2;
		subnet6 2001:db8:1::/64 {
			$([[ $na == no ]] || echo "range6 $first $last;")
			$([[ $ta == no ]] || echo "range6 2001:db8:1:0:1::/80 temporary;")
			$(for length in $pd; do
				echo "prefix6 2001:db8:${length}00:: 2001:db8:${length}ff:: /$length;"
			done)
			option dhcp6.name-servers 2001:db8:1::53;
			option dhcp6.domain-search "lab.example";
		}
	END
	touch /var/lib/dhcp/dhcpd6.leases
	sed -i /^server-duid/d /var/lib/dhcp/dhcpd6.leases
	run_server dhcpd -6 -f -d -cf /etc/dhcp/dhcpd6-lab.conf \
		-lf /var/lib/dhcp/dhcpd6.leases -pf /run/dhcpd6.pid eth0
	expect "$server_log" 15 'Server starting service'
}

# Its paths are fixed. It gives random addresses of the pool, but remembers whom it gave what.
start_dibbler() {
	local length
	need dibbler-server
	mountpoint -q /var/log || mount -t tmpfs tmpfs /var/log
	mkdir -p /var/log/dibbler
	echo "00:02:00:00:9c:40:0${id:-1}" >/var/lib/dibbler/server-duid
	cat >/etc/dibbler/server.conf <<-END
		log-level 8
		log-mode short
		$([[ $reconfigure == no ]] || printf '%s\n' "auth-protocol reconfigure-key" \
			"reconfigure-enabled 1")
		$([[ $na$pd$ta != nono ]] || echo stateless)
		iface eth0 {
			t1 $t1
			t2 $t2
			prefered-lifetime $preferred
			valid-lifetime $valid
			$([[ $rapid == no ]] || echo "rapid-commit yes")
			$([[ $na == no ]] || echo "class { pool $first-$last }")
			$([[ $ta == no ]] || echo "ta-class { pool 2001:db8:1:0:1::/80 }")
			$(for length in $pd; do
				echo "pd-class { pd-pool 2001:db8:${length}00::/40"
				echo "pd-length $length }"
			done)
			option dns-server 2001:db8:1::53
			option domain lab.example
			$more
		}
	END
	run_server dibbler-server run
	expect "$server_log" 15 'Accepting connections'
}

# What the servers write when they have got a message about an address.
declare -A server_words=(
	[dnsmasq:reply]='DHCPREPLY\(eth0\) ADDRESS '
	[dnsmasq:renew]='DHCPRENEW\(eth0\)'
	[dnsmasq:rebind]='DHCPREBIND\(eth0\)'
	[dnsmasq:release]='DHCPRELEASE\(eth0\)'
	[dnsmasq:decline]='DHCPDECLINE\(eth0\)'
	[kea:reply]='DHCP6_LEASE_ALLOC .*ADDRESS '
	[kea:renew]='DHCP6_LEASE_RENEW .*ADDRESS '
	[kea:rebind]='REBIND \(type 6\)'
	[kea:release]='DHCP6_RELEASE_NA .*ADDRESS '
	[kea:reply-pd]='DHCP6_PD_LEASE_ALLOC .*prefix ADDRESS '
	[kea:renew-pd]='DHCP6_PD_LEASE_RENEW .*prefix ADDRESS '
	[kea:release-pd]='DHCP6_RELEASE_PD .*prefix ADDRESS .*released properly'
	[kea:decline]='DHCP6_DECLINE_LEASE .*ADDRESS '
	[dhcpd:reply]='Reply NA: address ADDRESS '
	[dhcpd:reply-ta]='Reply TA: address ADDRESS '
	[dhcpd:renew]='Renew message from'
	[dhcpd:rebind]='Rebind message from'
	[dhcpd:release]='[Cc]lient .* releases address ADDRESS'
	[dhcpd:reply-pd]='Reply PD: address ADDRESS '
	[dhcpd:renew-pd]='Renew message from'
	[dhcpd:release-pd]='[Cc]lient .* releases prefix ADDRESS'
	[dhcpd:decline]='[Cc]lient .* reports address ADDRESS is already in use'
	[dibbler:reply]='Client .* got ADDRESS '
	[dibbler:reply-ta]='Temporary address ADDRESS granted'
	[dibbler:renew]='Received RENEW'
	[dibbler:rebind]='Received REBIND'
	[dibbler:release]='Deleted address ADDRESS from addrDB'
	[dibbler:reply-pd]='PD: assigned prefix.*:ADDRESS'
	[dibbler:renew-pd]='Received RENEW'
	[dibbler:release-ta]='Deleted temp. address ADDRESS from addrDB'
	[dibbler:release-pd]='PD: Deleted prefix ADDRESS from addrDB'
	[dibbler:inform]='Received INF-REQUEST'
	[dibbler:confirm]='Received CONFIRM'
	[dibbler:decline]='Adding ADDRESS to IA \(IAID=0\)' # where it keeps them
)

# server_pattern WORD [ADDRESS]
server_pattern() {
	local pattern=${server_words[$server_kind:$1]} address=${2-.*}
	[[ $server_kind != dibbler ]] || address=${address%/*}
	echo "${pattern//ADDRESS/$address}"
}

# server_says SECONDS WORD [ADDRESS]: it must, within so long
server_says() {
	expect "$server_log" "$1" "$(server_pattern "${@:2}")"
}

### The client

# client [OPTION...]: runs it on the client's host with the lab's files, unless options that
# come later name others
client() {
	lab_command "$@"
	"${lab_argv[@]}"
}

lab_command() {
	lab_argv=(ip netns exec client "$DHCP6_CLIENT" -6 -cf "$LAB_DIR/client.conf"
		-lf "$LAB_DIR/client.leases" -pf "$LAB_DIR/client.pid"
		-sf "$lab_top/scripts/dhcp6-client-script" "$@")
}

# start_client [OPTION...]: stays in the foreground of a process of its own; without
# options, on eth0
start_client() {
	(($# > 0)) || set -- eth0
	: >>client.log
	pass client.log
	lab_command -d -v "$@"
	"${lab_argv[@]}" >>client.log 2>&1 </dev/null &
	client_pid=$!
}

# stop_client [SIGNAL]: nothing is released
stop_client() {
	kill "-${1-TERM}" "$client_pid"
	wait "$client_pid" 2>/dev/null
	client_status=$?
}

# Waits until the client is bound and all is said; the address is in $ADDRESS.
expect_bound() { # [SECONDS]
	expect client.log "${1-15}" ': script BOUND6 .* exited with status 0'
	ADDRESS=$(sed -E 's/.*script BOUND6 ([0-9a-f:]+) exited.*/\1/' <<<"$LINE")
}

# The file of what the last script call for REASON was told.
hook() { # REASON
	local files=(hooks/*."$1")
	[[ -e ${files[-1]} ]] || fail "no script call $1"
	echo "${files[-1]}"
}

hook_has() { # REASON LINE
	grep -q -x -E -e "$2" "$(hook "$1")" || fail "$1 without $2: $(<"$(hook "$1")")"
}

# Takes what the daemon has put there off the interface, and all but the DUID out of the
# lease file: the client is the same, and a server that forgot too gives it the same again.
forget_lease() {
	ip -n client -6 addr flush dev eth0 scope global
	sed -i '/^default-duid/!d' client.leases
}

# learn_addresses KIND [OPTION...]: what a server that knows nothing gives this client, in
# the array LEARNED, in the order of the IAs. Everything is as it was then, but for the DUID.
learn_addresses() {
	local i
	start_server "$1"
	shift
	start_client "$@" eth0
	for ((i = 0; i < ($# == 0 ? 1 : $#); i++)); do
		expect_bound
	done
	mapfile -t LEARNED < <(leased_by_file)
	stop_client
	stop_server
	forget_lease
	forget_hooks
	pass client.log
}

# The addresses of the last record of the lease file.
leased_by_file() {
	awk '$1 == "lease6" { n = 0 } $1 == "iaaddr" { a[n++] = $2 }
		END { for (i = 0; i < n; i++) print a[i] }' client.leases
}

forget_hooks() {
	: >hooks.log
	rm -f hooks/*
	rewind hooks.log
}

# Milliseconds from one line of a log to a later one.
milliseconds() { # LINE LATER-LINE
	local pattern='([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{3})' line at=()
	for line in "$1" "$2"; do
		[[ $line =~ $pattern ]] || fail "no time in '$line'"
		at+=($((((10#${BASH_REMATCH[1]} * 60 + 10#${BASH_REMATCH[2]}) * 60 +
			10#${BASH_REMATCH[3]}) * 1000 + 10#${BASH_REMATCH[4]})))
	done
	echo $(((at[1] - at[0] + 86400000) % 86400000))
}
