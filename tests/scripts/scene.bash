# SPDX-License-Identifier: MPL-2.0
# shellcheck shell=bash disable=SC2154 # scene_... are helper.bash's
#
# What a scene finds: an interface v0 that is down, an empty /run, /var/lib/dhcp and /etc of
# its own with a resolv.conf, no resolvconf, no resolvectl, and these words.

# call ENVIRONMENT [NAME=VALUE...]: runs the script with the environment of the file
# env/ENVIRONMENT.env and nothing else, and sets status, out and errors (what it wrote).
# Lifetimes count from now, unless the scene says otherwise.
call() {
	local vars now
	now=$(date +%s)
	mapfile -t vars < <(grep -v "^#" "$scene_env/$1.env")
	shift
	status=0
	# shellcheck disable=SC2086 # "busybox sh" is two words
	env -i "${vars[@]}" new_life_starts="$now" "$@" $scene_shell "$scene_script" \
		>"$scene_dir/out" 2>"$scene_dir/errors" || status=$?
	errors=$(cat "$scene_dir/errors")
	out=$(cat "$scene_dir/out")
	cat "$scene_dir/errors"
}

# value ENVIRONMENT NAME: that variable's value.
value() {
	sed -n "s/^$2=//p" "$scene_env/$1.env"
}

# address A/LENGTH [ARGUMENT...]: puts it on v0, as the daemon does.
address() {
	ip -6 addr add "$1" dev v0 nodad "${@:2}"
}

# All global addresses on v0, without what counts down.
addresses() {
	ip -6 -o addr show dev v0 scope global | sed 's/.*inet6 \([^ ]*\) .*/\1/' | sort
}

shown() {
	ip -6 -o addr show dev v0 to "$1/128"
}

# lasts LINE valid_lft|preferred_lft SECONDS: so long, or a little less, for the test took time.
lasts() {
	if [[ ! $1 =~ $2\ ([0-9]+)sec ]] ||
		((BASH_REMATCH[1] > $3 || BASH_REMATCH[1] < $3 - 5)); then
		echo "is:       $1"
		die "$2 ${3}sec, or up to 5 s less"
	fi
}

# hook NAME: makes /etc/dhcp/NAME of standard input.
hook() {
	mkdir -p "$(dirname "/etc/dhcp/$1")"
	cat >"/etc/dhcp/$1"
}

# finished ENVIRONMENT [NAME=VALUE...]: like call, but waits until all that the script has left
# in the background is over too: each of them holds the other end of a pipe.
finished() {
	status=$(
		call "$@" 3>&1 >/dev/null
		echo "$status"
	)
	errors=$(cat "$scene_dir/errors")
	out=$(cat "$scene_dir/out")
}

# ours NAME enter|exit: puts a hook of ours in its folder.
ours() {
	hook "dhcp6-client-$2-hooks.d/$1" <"${scene_script%/*}/hooks/$1"
}

# own_folder FOLDER: makes a copy of it, of links, where files can be added and removed.
own_folder() {
	local old=$scene_dir/old$1 new=$scene_dir/new$1
	[ ! -d "$new" ] || return 0
	mkdir -p "$old" "$new"
	mount --bind "$1" "$old"
	find "$old" -mindepth 1 -maxdepth 1 -type l -exec cp -P -t "$new" {} +
	find "$old" -mindepth 1 -maxdepth 1 ! -type l -exec ln -s -t "$new" {} +
	mount --bind "$new" "$1"
}

# tool NAME: puts a program, made of standard input, first on the script's path.
tool() {
	own_folder /usr/sbin
	rm -f "/usr/sbin/$1"
	cat >"/usr/sbin/$1"
	chmod 755 "/usr/sbin/$1"
}

# without NAME: takes that program off the script's path.
without() {
	local folder
	for folder in /usr/sbin /sbin /usr/bin /bin; do
		folder=$(realpath "$folder")
		if [ -e "$folder/$1" ]; then
			own_folder "$folder"
			rm "$folder/$1"
		fi
	done
}

# resolvconf_here: puts one on the path that notes how it was called.
resolvconf_here() {
	tool resolvconf <<-END
		#!/bin/sh
		echo "resolvconf \$*" >>"$scene_dir/resolvconf"
		[ "\$1" != -a ] || cat >>"$scene_dir/resolvconf"
	END
}

# What resolvconf was told since the last time.
told() {
	[ ! -e "$scene_dir/resolvconf" ] || cat "$scene_dir/resolvconf"
	rm -f "$scene_dir/resolvconf"
}

die() {
	echo "expected: $*"
	exit 1
}

same() {
	[ "$1" = "$2" ] || {
		echo "is:       $1"
		die "$2"
	}
}

# contains TEXT PART
contains() {
	case $1 in
	*"$2"*) ;;
	*)
		echo "is:       $1"
		die "... $2 ..."
		;;
	esac
}

quiet() {
	same "$errors" ""
	same "$out" ""
	same "$status" 0
}

mount -t tmpfs scene /run
mount -t tmpfs scene /var/lib
mkdir /var/lib/dhcp
awk=$(realpath "$(command -v awk)") # where /etc leads to it
mount -t tmpfs scene /etc
mkdir /etc/dhcp /etc/alternatives
ln -s "$awk" /etc/alternatives/awk
echo "nameserver 192.0.2.53" >/etc/resolv.conf
without resolvconf
without resolvectl
ip link add v0 type veth peer name v1
ip link set v1 up
