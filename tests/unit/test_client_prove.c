/* SPDX-License-Identifier: MPL-2.0 */
/* Questions of our own about addresses, claims of others, vetoes of hooks (dad.md 5 and 7). */
#include <criterion/criterion.h>
#include <string.h>

#include "scene.h"

#define A "2001:db8::a"
#define B "2001:db8::b"

static void begin(enum dad_method method)
{
	scene_configure(1);
	scene.config.dad = method;
	scene.config.dad_probes = 1;
	scene_begin_as_configured();
	scene_start();
}

/* Server 1 grants A: nothing is known of it yet. */
static void grant(void)
{
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	cr_assert_eq(deliver(), REFUSED_NOT);
}

static void be_bound(enum dad_method method)
{
	begin(method);
	scene_bind(A);
	scene_clear();
}

static void claim(const char *text, bool probe)
{
	struct claim claim = {
		.addr = ip6(text),
		.probe = probe,
		.mac = { .size = 6, .octets = { 2, 0, 0, 0, 0, 9 } },
	};

	client_claim(&scene.client, &claim, scene.now);
}

static unsigned int probes(bool in_place)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < scene.n; i++)
		n += scene.action[i].type == ACTION_PROBE &&
		     scene.action[i].probe.in_place == in_place;
	return n;
}

static void hook_ends(int status)
{
	script_status(REASON_TENTATIVE6, A, status);
}

/* Before an address is put on. */

Test(prove, the_link_is_asked_before_an_address_is_added)
{
	begin(DAD_BY_PROBE);
	grant();
	cr_expect_eq(probes(false), 1);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 0);
	cr_expect_eq(count_calls(REASON_TENTATIVE6), 1);
	scene_run(999);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 0);
	scene_run(1);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 1);
	cr_expect_eq(count_calls(REASON_BOUND6), 0, "the kernel has not said yet that it is there");
	verdict(A, ADDRESS_UNIQUE);
	scene_run(DAD_COALESCE);
	cr_expect_eq(count_calls(REASON_BOUND6), 1);
}

Test(prove, as_many_probes_as_the_kernel_would_send)
{
	scene_configure(1);
	scene.config.dad = DAD_BY_PROBE;
	scene.config.dad_probes = 3;
	scene_begin_as_configured();
	scene_start();
	grant();
	scene_run(2999);
	cr_expect_eq(probes(false), 3);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 0);
	scene_run(1);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 1);
}

/* C-DEC-1: an answer, and a probe of somebody who wants it too (RFC 4862 section 5.4.3). */
Test(prove, a_claim_while_probing_is_a_conflict)
{
	for (unsigned int probe = 0; probe < 2; probe++) {
		const struct script_call *call;

		begin(DAD_BY_PROBE);
		grant();
		scene_run(100);
		claim(A, probe);
		cr_expect_eq(scene.sent.type, MESSAGE_DECLINE);
		cr_expect(carries(&scene.sent, 100, A));
		call = call_for(REASON_DECLINE6, A);
		cr_assert_not_null(call);
		cr_expect_eq(call->found_by, FOUND_BY_PROBE);
		cr_expect_eq(call->mac.size, 6);
		cr_expect_eq(call->mac.octets[5], 9);
		cr_expect_eq(count(ACTION_ADDRESS_ADD), 0, "it never was on the interface");
	}
}

/* C-KRN-3: without a link nobody answers. */
Test(prove, probing_begins_anew_when_the_link_was_lost)
{
	begin(DAD_BY_PROBE);
	grant();
	scene_run(500);
	scene_link(false);
	scene_run(10 * SECOND);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 0);
	scene_clear();
	scene_link(true);
	cr_expect_eq(probes(false), 1);
}

/* Without CAP_NET_RAW nobody is asked: that is said, and the kernel's own test counts. */
Test(prove, silence_counts_only_where_somebody_was_asked)
{
	begin(DAD_BY_PROBE);
	grant();
	verdict(A, ADDRESS_UNASKED);
	scene_run(1000);
	cr_expect_eq(count_notes(NOTE_UNASKED), 1);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 1);

	be_bound(DAD_BY_KERNEL);
	scene_link(false);
	scene_link(true);
	verdict(A, ADDRESS_UNASKED);
	scene_run(10 * SECOND);
	cr_expect_eq(count_notes(NOTE_PROVED), 0);
	cr_expect_eq(count_notes(NOTE_UNASKED), 1);
}

/* A Decline that a lost link has cut short comes before the next Solicit. */
Test(prove, a_decline_that_was_cut_short_is_sent_on_the_next_link)
{
	begin(DAD_BY_KERNEL);
	grant();
	verdict(A, ADDRESS_DUPLICATE);
	cr_assert_eq(scene.sent.type, MESSAGE_DECLINE);
	scene_link(false);
	scene_link(true);
	scene_expect(MESSAGE_DECLINE);
	cr_expect(carries(&scene.sent, 100, A));
	answer(MESSAGE_REPLY, 1);
	cr_assert_eq(deliver(), REFUSED_NOT);
	scene_expect(MESSAGE_SOLICIT);
}

/* What was in use while the link was away (K12, K24). */

Test(prove, held_addresses_are_asked_about_when_the_link_returns)
{
	be_bound(DAD_BY_KERNEL);
	scene_link(false);
	scene_link(true);
	cr_expect_eq(probes(true), 1);
	scene_run(500);
	cr_expect_eq(probes(true), 2);
	scene_run(10 * SECOND);
	cr_expect_eq(probes(true), 2);
	cr_expect_eq(count_notes(NOTE_PROVED), 1);
	cr_expect_eq(count(ACTION_ADDRESS_REMOVE), 0);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 0, "it stays where it is");
}

Test(prove, a_duplicate_that_came_while_the_link_was_away_is_declined)
{
	be_bound(DAD_BY_KERNEL);
	scene_link(false);
	scene_link(true);
	scene_run(20);
	claim(A, false);
	cr_expect_eq(count(ACTION_ADDRESS_REMOVE), 1);
	cr_expect_eq(count_calls(REASON_DECLINE6), 1);
	if (scene.sent.type != MESSAGE_DECLINE)
		scene_expect(MESSAGE_DECLINE);
	cr_expect(carries(&scene.sent, 100, A));
}

/* K6: the kernel does not test again what an earlier run has left on the interface. */
Test(prove, what_an_earlier_run_has_left_is_asked_about)
{
	begin(DAD_BY_KERNEL);
	grant();
	scene_clear();
	hook_ends(0);
	verdict(A, ADDRESS_KEPT);
	cr_expect_eq(probes(true), 1);
	scene_run(DAD_COALESCE);
	cr_expect_eq(count_calls(REASON_BOUND6), 1, "it is in use meanwhile");
}

/* Late conflicts (K16). */

Test(prove, one_advertisement_is_no_conflict_before_it_is_confirmed)
{
	be_bound(DAD_BY_KERNEL);
	claim(A, false);
	cr_expect_eq(probes(true), 1);
	cr_expect_eq(count_calls(REASON_CONFLICT6), 0);
	scene_run(60 * SECOND);
	cr_expect_eq(count_calls(REASON_CONFLICT6), 0, "nobody answered");
}

Test(prove, a_late_conflict_is_told_and_the_address_stays)
{
	const struct script_call *call;

	be_bound(DAD_BY_KERNEL);
	claim(A, false);
	scene_run(5);
	claim(A, false);
	cr_expect_eq(count_notes(NOTE_LATE_CONFLICT), 1);
	call = call_for(REASON_CONFLICT6, A);
	cr_assert_not_null(call);
	cr_expect(call->has_current && call->mac.octets[5] == 9 && !call->storm);
	cr_expect_eq(count(ACTION_ADDRESS_REMOVE), 0);
	cr_expect_eq(count(ACTION_SEND), 0);
	for (unsigned int i = 0; i < 100; i++) {
		scene_run(SECOND);
		claim(A, false);
	}
	cr_expect_eq(count_calls(REASON_CONFLICT6), 1, "once in an hour");
}

Test(prove, two_advertisements_in_ten_seconds_are_a_late_conflict)
{
	be_bound(DAD_BY_KERNEL);
	claim(A, false);
	scene_run(9 * SECOND);
	claim(A, false);
	cr_expect_eq(count_calls(REASON_CONFLICT6), 1);

	be_bound(DAD_BY_KERNEL);
	claim(A, false);
	scene_run(11 * SECOND);
	claim(A, false);
	cr_expect_eq(count_calls(REASON_CONFLICT6), 0);
}

Test(prove, late_conflicts_follow_the_policy)
{
	be_bound(DAD_BY_KERNEL);
	scene.client.config.late_conflict = LATE_LOG;
	claim(A, false);
	claim(A, false);
	cr_expect_eq(count_notes(NOTE_LATE_CONFLICT), 1);
	cr_expect_eq(count_calls(REASON_CONFLICT6), 0);

	be_bound(DAD_BY_KERNEL);
	scene.client.config.late_conflict = LATE_DECLINE;
	claim(A, false);
	claim(A, false);
	cr_expect_eq(scene.sent.type, MESSAGE_DECLINE);
	cr_expect_eq(count(ACTION_ADDRESS_REMOVE), 1);
}

/* K17: the kernel defends it. */
Test(prove, somebody_else_s_probe_is_noted_once_a_minute)
{
	be_bound(DAD_BY_KERNEL);
	for (unsigned int i = 0; i < 30; i++) {
		claim(A, true);
		scene_run(SECOND);
	}
	cr_expect_eq(count_notes(NOTE_DEFENDED), 1);
	cr_expect_eq(count_calls(REASON_CONFLICT6), 0);
}

Test(prove, claims_of_other_addresses_mean_nothing)
{
	be_bound(DAD_BY_KERNEL);
	claim(B, false);
	claim(B, false);
	cr_expect_eq(scene.n, 0);
}

/* The kernel decides, and the claim says who it was. */
Test(prove, the_owner_of_a_duplicate_is_told_where_he_was_heard)
{
	const struct script_call *call;

	begin(DAD_BY_KERNEL);
	grant();
	claim(A, false);
	cr_expect_eq(count_calls(REASON_DECLINE6), 0);
	verdict(A, ADDRESS_DUPLICATE);
	call = call_for(REASON_DECLINE6, A);
	cr_assert_not_null(call);
	cr_expect_eq(call->found_by, FOUND_BY_KERNEL);
	cr_expect_eq(call->mac.octets[5], 9);
}

/* dad optimistic; and dad off; */

Test(prove, an_optimistic_address_is_used_at_once)
{
	begin(DAD_OPTIMISTIC);
	grant();
	hook_ends(0);
	scene_run(DAD_COALESCE);
	cr_expect_eq(count_calls(REASON_BOUND6), 1);
	cr_expect_eq(count(ACTION_READY), 1);
	cr_expect_eq(action_on(ACTION_ADDRESS_ADD, A) != NULL, true);
	verdict(A, ADDRESS_UNIQUE);
	scene_run(SECOND);
	cr_expect_eq(count_calls(REASON_BOUND6), 1);
	cr_expect_eq(count_notes(NOTE_UNIQUE), 1);
}

Test(prove, an_optimistic_address_that_is_a_duplicate_is_declined)
{
	begin(DAD_OPTIMISTIC);
	grant();
	hook_ends(0);
	scene_run(DAD_COALESCE);
	verdict(A, ADDRESS_DUPLICATE);
	cr_expect_eq(scene.sent.type, MESSAGE_DECLINE);
	cr_expect_eq(count_calls(REASON_DECLINE6), 1);
	cr_expect_not(holds(&scene.saved, A));
}

Test(prove, with_dad_off_nobody_is_asked)
{
	begin(DAD_OFF);
	grant();
	verdict(A, ADDRESS_UNIQUE);
	scene_run(DAD_COALESCE);
	cr_expect_eq(count_calls(REASON_BOUND6), 1);
	scene_link(false);
	scene_link(true);
	scene_run(10 * SECOND);
	cr_expect_eq(count(ACTION_PROBE), 0);
	claim(A, false);
	claim(A, false);
	cr_expect_eq(count_calls(REASON_CONFLICT6), 0);
}

/* Hooks that are asked by TENTATIVE6. */

Test(prove, a_hook_that_is_slow_is_waited_for)
{
	struct in6_addr addr = ip6(A);

	begin(DAD_BY_KERNEL);
	grant();
	client_address(&scene.client, &addr, ADDRESS_UNIQUE, scene.now);
	scene_run(SECOND);
	cr_expect_eq(count_calls(REASON_BOUND6), 0);
	cr_expect_eq(count(ACTION_READY), 0);
	hook_ends(0);
	scene_run(DAD_COALESCE);
	cr_expect_eq(count_calls(REASON_BOUND6), 1);
	cr_expect_eq(count(ACTION_READY), 1);
}

Test(prove, a_hook_vetoes_an_address_before_it_is_used)
{
	struct in6_addr addr = ip6(A);

	begin(DAD_BY_KERNEL);
	grant();
	client_address(&scene.client, &addr, ADDRESS_UNIQUE, scene.now);
	scene_run(SECOND);
	hook_ends(3);
	scene_run(SECOND);
	cr_expect_eq(count_calls(REASON_BOUND6), 0);
	cr_expect_eq(scene.sent.type, MESSAGE_DECLINE);
	cr_expect_eq(call_for(REASON_DECLINE6, A)->found_by, FOUND_BY_SCRIPT);
}

Test(prove, a_hook_that_hangs_has_no_objection)
{
	struct in6_addr addr = ip6(A);

	begin(DAD_BY_KERNEL);
	grant();
	client_address(&scene.client, &addr, ADDRESS_UNIQUE, scene.now);
	scene_run(DAD_VETO_WAIT - 1);
	cr_expect_eq(count_calls(REASON_BOUND6), 0);
	scene_run(DAD_COALESCE + 1);
	cr_expect_eq(count_calls(REASON_BOUND6), 1);
}
