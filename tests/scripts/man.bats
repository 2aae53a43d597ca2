#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# The manual pages.

@test "mandoc has no warning for any page" {
	command -v mandoc >/dev/null || skip "no mandoc here"
	mandoc -T lint -W warning "$BATS_TEST_DIRNAME"/../../man/*.[1-9]
}
