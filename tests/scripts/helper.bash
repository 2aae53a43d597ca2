# SPDX-License-Identifier: MPL-2.0
# shellcheck shell=bash
#
# scene: runs the rest of a test (standard input) in a network and mount namespace of
# its own, once under each shell that the script has to work with.

script=$(realpath "$BATS_TEST_DIRNAME/../../scripts/dhcp6-client-script")
scene_lib=$BATS_TEST_DIRNAME/scene.bash

# The shells that are here, one a line.
shells() {
	if command -v dash >/dev/null; then echo "dash"; fi
	if command -v busybox >/dev/null; then echo "busybox sh"; fi
	if command -v bash >/dev/null; then echo "bash"; fi
}

namespaces() {
	if [ "$(id -u)" = 0 ]; then
		echo "-nm"
	else
		echo "-Urnm"
	fi
}

need_namespaces() {
	unshare "$(namespaces)" sh -c 'mount -t tmpfs scene /etc && ip link add v0 type veth peer name v1' \
		2>/dev/null || skip "no network and mount namespaces here"
}

scene() {
	local shell body
	body=$BATS_TEST_TMPDIR/body
	cat >"$body"
	while read -r shell; do
		rm -rf "$BATS_TEST_TMPDIR/scene"
		mkdir "$BATS_TEST_TMPDIR/scene"
		# shellcheck disable=SC2016 # the inner shell's
		unshare "$(namespaces)" env \
			scene_shell="$shell" scene_script="$script" \
			scene_dir="$BATS_TEST_TMPDIR/scene" \
			scene_env="$BATS_TEST_DIRNAME/env" \
			bash -e -c '. "$1"; . "$2"' scene "$scene_lib" "$body" </dev/null || {
			echo "under $shell: failed"
			return 1
		}
	done < <(shells)
}
