/* SPDX-License-Identifier: MPL-2.0 */
/* Duplicates: verdicts, Decline, what comes after it, and the rate of all that is sent. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "scene.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

#define A "2001:db8::a"
#define B "2001:db8::b"
#define C "2001:db8::c"

static void decline_reply(uint16_t status)
{
	answer(MESSAGE_REPLY, 1);
	answer_status(status);
	cr_expect_eq(deliver(), REFUSED_NOT);
}

/* Bound to A, which turns out to be a duplicate: Decline sent. */
static void decline_one(void)
{
	scene_begin(1);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	deliver();
	scene_clear();
	scene_run(400);
	verdict(A, ADDRESS_DUPLICATE);
}

/* C-DEC-1, C-DEC-2, C-DEC-3, row 55 with nothing left */
Test(client_dad, decline_contents)
{
	struct duid first = server(1);

	decline_one();
	cr_assert_eq(scene.sent.type, MESSAGE_DECLINE);
	cr_expect_eq(scene.sent_at, scene.now, "at once: every verdict is in");
	cr_expect(duid_equal(&scene.sent.server_id, &first));
	cr_expect(duid_equal(&scene.sent.client_id, &scene.config.duid));
	cr_expect(scene.sent.has_elapsed && scene.sent.elapsed == 0);
	cr_expect_not(scene.sent.has_oro);
	cr_expect_eq(scene.sent.n_ias, 1);
	cr_expect_eq(scene.sent.ia[0].t1, 0);
	cr_expect_eq(scene.sent.n_bindings, 1);
	cr_expect(carries(&scene.sent, 100, A));
	cr_expect_eq(scene.sent.binding[0].preferred, 0);
	cr_expect_eq(scene.sent.binding[0].valid, 0);
	scene_state(INIT, DECLINING);
}

/* C-DEC-3, C-KRN-7, DESIGN.md 5.4 */
Test(client_dad, a_duplicate_leaves_the_interface_and_the_script_hears_of_it_first)
{
	const struct script_call *call;

	decline_one();
	cr_expect_not_null(action_on(ACTION_ADDRESS_REMOVE, A));
	cr_expect_lt(place_of(ACTION_ADDRESS_REMOVE), place_of(ACTION_SEND));
	call = call_for(REASON_DECLINE6, A);
	cr_assert_not_null(call);
	cr_expect(call->has_old && !call->has_new);
	cr_expect_eq(call->found_by, FOUND_BY_KERNEL);
	cr_expect_eq(call->old.iaid, 100);
	cr_expect_eq(call->old.times.valid, 5400);
	cr_expect_eq(count_calls(REASON_BOUND6) + count_calls(REASON_EXPIRE6), 0);
	cr_expect_eq(count_notes(NOTE_DUPLICATE), 1);
	cr_expect_eq(count(ACTION_SAVE), 1, "the lease file may name it from before a restart");
	cr_expect_not(holds(&scene.saved, A));
	cr_expect_eq(count(ACTION_READY), 0);
}

/* C-DEC-4, section 1.4: no status of a Reply is an error here. */
Test(client_dad, any_reply_ends_the_decline)
{
	static const uint16_t codes[] = { STATUS_SUCCESS, STATUS_NO_BINDING, STATUS_UNSPEC_FAIL,
					  999 };

	for (size_t i = 0; i < ROWS(codes); i++)
		for (unsigned int top = 0; top < 2; top++) {
			decline_one();
			answer(MESSAGE_REPLY, 1);
			if (top)
				answer_status(codes[i]);
			else
				answer_ia_status(100, codes[i]);
			cr_expect_eq(deliver(), REFUSED_NOT);
			scene_state(INIT, IDLE);
			cr_expect_eq(deliver(), REFUSED_UNEXPECTED, "the same Reply again");
			scene_expect(MESSAGE_SOLICIT);
		}
}

/* C-DEC-4, C-RTX-4 */
Test(client_dad, decline_is_sent_four_times)
{
	uint32_t xid;
	msec first;

	decline_one();
	xid = scene.sent.xid;
	first = scene.sent_at;
	for (unsigned int i = 1; i < 4; i++) {
		scene_expect(MESSAGE_DECLINE);
		cr_expect_eq(scene.sent.xid, xid);
		cr_expect_eq(scene.sent.n_bindings, 1);
	}
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_geq(scene.sent_at - first, 12000);
	cr_expect_leq(scene.sent_at - first, 18460 + 1000);
}

/* C-DEC-7, row 100, dad.md 7: within a second, and no hint. */
Test(client_dad, after_the_decline_discovery_without_the_declined_address)
{
	msec then;

	decline_one();
	decline_reply(STATUS_SUCCESS);
	then = scene.now;
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_lt(scene.sent_at - then, 1000);
	cr_expect_eq(scene.sent.n_bindings, 0);
	cr_expect_eq(count_notes(NOTE_CONFLICT_HOLD), 1);
}

/* C-DEC-5, DESIGN.md 5.4: in either position the good one stays and is told at once. */
Test(client_dad, one_of_two_is_a_duplicate)
{
	static const char *const texts[] = { A, B };

	for (unsigned int bad = 0; bad < 2; bad++)
		for (unsigned int first = 0; first < 2; first++) {
			const char *good = texts[1 - bad];

			scene_begin(1);
			scene_grant_two(A, B);
			verdict(texts[first], first == bad ? ADDRESS_DUPLICATE : ADDRESS_UNIQUE);
			scene_run(20);
			cr_expect_eq(count(ACTION_SEND), 0, "a verdict is awaited (C-DAD-4)");
			verdict(texts[1 - first],
				first == bad ? ADDRESS_UNIQUE : ADDRESS_DUPLICATE);
			cr_assert_eq(scene.sent.type, MESSAGE_DECLINE);
			cr_expect_eq(scene.sent_at, scene.now, "all verdicts are in");
			cr_expect_eq(scene.sent.n_bindings, 1);
			cr_expect(carries(&scene.sent, 100, texts[bad]));
			scene_run(50);
			scene_state(BOUND, DECLINING);
			cr_expect_not_null(call_for(REASON_BOUND6, good));
			cr_expect_null(call_for(REASON_BOUND6, texts[bad]));
			cr_expect_null(action_on(ACTION_ADDRESS_REMOVE, good));
			cr_expect(holds(&scene.saved, good));
			cr_expect_not(holds(&scene.saved, texts[bad]));
			cr_expect_eq(count(ACTION_READY), 1);
		}
}

/* DESIGN.md 5.4: 250 ms after the first duplicate at the latest. */
Test(client_dad, the_decline_does_not_wait_longer_than_250_ms)
{
	msec then;

	scene_begin(1);
	scene_grant_two(A, B);
	verdict(A, ADDRESS_DUPLICATE);
	then = scene.now;
	scene_expect(MESSAGE_DECLINE);
	cr_expect_eq(scene.sent_at, then + 250);
	cr_expect_eq(scene.sent.n_bindings, 1);
	cr_expect(carries(&scene.sent, 100, A));
}

/* C-DAD-4: one Decline with all of them. */
Test(client_dad, duplicates_of_one_reply_share_a_decline)
{
	scene_begin(1);
	scene_grant_two(A, B);
	verdict(A, ADDRESS_DUPLICATE);
	scene_run(100);
	verdict(B, ADDRESS_DUPLICATE);
	cr_assert_eq(scene.sent.type, MESSAGE_DECLINE);
	cr_expect_eq(scene.sent_at, scene.now);
	cr_expect(carries(&scene.sent, 100, A) && carries(&scene.sent, 100, B));
	scene_state(INIT, DECLINING);
}

/* dad.md, section 7: later duplicates get their own Decline. */
Test(client_dad, a_duplicate_found_while_declining_gets_its_own_decline)
{
	uint32_t xid;

	scene_begin(1);
	scene_grant_two(A, B);
	verdict(A, ADDRESS_DUPLICATE);
	scene_expect(MESSAGE_DECLINE);
	xid = scene.sent.xid;
	scene_run(100);
	verdict(B, ADDRESS_DUPLICATE);
	scene_run(2 * SECOND);
	cr_assert_eq(scene.sent.type, MESSAGE_DECLINE);
	cr_expect_eq(scene.sent.xid, xid);
	cr_expect_not(carries(&scene.sent, 100, B), "a retransmission is the same message "
						    "(C-RTX-9)");
	decline_reply(STATUS_SUCCESS);
	cr_assert(scene_run_to_message(20 * SECOND));
	cr_assert_eq(scene.sent.type, MESSAGE_DECLINE, "%s instead",
		     message_type_name(scene.sent.type));
	cr_expect_neq(scene.sent.xid, xid);
	cr_expect(carries(&scene.sent, 100, B));
	cr_expect_not(carries(&scene.sent, 100, A));
}

/* The same with a Reply that comes before any retransmission. */
Test(client_dad, a_duplicate_found_just_before_the_reply_is_not_forgotten)
{
	scene_begin(1);
	scene_grant_two(A, B);
	verdict(A, ADDRESS_DUPLICATE);
	scene_expect(MESSAGE_DECLINE);
	verdict(B, ADDRESS_DUPLICATE);
	decline_reply(STATUS_SUCCESS);
	cr_assert(scene_run_to_message(20 * SECOND));
	cr_assert_eq(scene.sent.type, MESSAGE_DECLINE, "%s instead",
		     message_type_name(scene.sent.type));
	cr_expect(carries(&scene.sent, 100, B));
}

/* C-DEC-6, row 99: the hole is asked for in a Renew at once. */
Test(client_dad, after_the_decline_a_renew_with_the_hole)
{
	struct duid first = server(1);
	msec then;

	scene_begin(2);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	answer_ia(101, 1800, 2880);
	answer_address(B, 3600, 5400);
	deliver();
	verdict(A, ADDRESS_UNIQUE);
	verdict(B, ADDRESS_DUPLICATE);
	cr_assert_eq(scene.sent.type, MESSAGE_DECLINE);
	cr_expect_eq(scene.sent.n_ias, 1);
	cr_expect(carries(&scene.sent, 101, B));
	decline_reply(STATUS_SUCCESS);
	scene_state(BOUND, IDLE);
	then = scene.now;
	scene_expect(MESSAGE_RENEW);
	cr_expect_lt(scene.sent_at - then, 1000);
	cr_expect(duid_equal(&scene.sent.server_id, &first));
	cr_expect_eq(scene.sent.n_ias, 2);
	cr_expect_eq(scene.sent.n_bindings, 1);
	cr_expect(carries(&scene.sent, 100, A));
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	answer_ia(101, 1800, 2880);
	answer_address(C, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	verdict(C, ADDRESS_UNIQUE);
	cr_expect_not_null(call_for(REASON_RENEW6, C));
	cr_expect(holds(&scene.saved, A) && holds(&scene.saved, C));
}

/* C-DEC-7: neither an Advertise nor a Reply with it is taken. */
Test(client_dad, an_address_that_was_declined_is_refused_when_it_comes_again)
{
	decline_one();
	decline_reply(STATUS_SUCCESS);
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 1);
	scene.answer.has_preference = true;
	scene.answer.preference = 255;
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(INIT, SOLICITING);
	scene_request();
	scene_clear();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(INIT, SOLICITING);
	cr_expect_eq(count_notes(NOTE_REOFFERED), 1);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 0);
	scene_run(3700 * SECOND);
	scene_expect(MESSAGE_SOLICIT);
	scene_clear();
	answer(MESSAGE_ADVERTISE, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect_eq(scene.sent.type, MESSAGE_REQUEST, "after an hour it may be free again");
}

/* C-DEC-7 in a Renew: the other address is extended, the declined one is not added. */
Test(client_dad, a_renewal_that_brings_the_declined_address_again)
{
	scene_begin(1);
	scene_grant_two(A, B);
	verdict(A, ADDRESS_UNIQUE);
	verdict(B, ADDRESS_DUPLICATE);
	decline_reply(STATUS_SUCCESS);
	scene_expect(MESSAGE_RENEW);
	scene_clear();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	answer_address(B, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 0);
	cr_expect_eq(count_notes(NOTE_REOFFERED), 1);
	scene_run(600 * SECOND);
	cr_expect_eq(count(ACTION_SEND), 0, "no storm");
}

/* C-DEC-8: a conflict that is found later. */
Test(client_dad, a_conflict_after_bound)
{
	scene_begin(1);
	scene_grant_two(A, B);
	verdict(A, ADDRESS_UNIQUE);
	verdict(B, ADDRESS_UNIQUE);
	scene_run(600 * SECOND);
	scene_clear();
	verdict(A, ADDRESS_DUPLICATE);
	cr_assert_eq(scene.sent.type, MESSAGE_DECLINE);
	cr_expect_eq(count(ACTION_SAVE), 1);
	cr_expect_not(holds(&scene.saved, A));
	cr_expect(holds(&scene.saved, B));
	cr_expect_not_null(call_for(REASON_DECLINE6, A));
	scene_state(BOUND, DECLINING);
}

/* Row 56: the Decline waits for the exchange that runs. */
Test(client_dad, a_conflict_while_renewing)
{
	scene_begin(1);
	scene_grant_two(A, B);
	verdict(A, ADDRESS_UNIQUE);
	verdict(B, ADDRESS_UNIQUE);
	scene_expect(MESSAGE_RENEW);
	verdict(A, ADDRESS_DUPLICATE);
	scene_state(BOUND, RENEWING);
	scene_expect(MESSAGE_RENEW);
	cr_expect_not(carries(&scene.sent, 100, A));
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(B, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect_eq(scene.sent.type, MESSAGE_DECLINE);
	cr_expect(carries(&scene.sent, 100, A));
}

/* The last one goes while Renew or Confirm runs: (INIT, Renewing) is no state. */
Test(client_dad, the_last_address_is_lost_while_renewing)
{
	scene_begin(1);
	scene_bind(A);
	scene_expect(MESSAGE_RENEW);
	verdict(A, ADDRESS_DUPLICATE);
	scene_state(INIT, DECLINING);
	decline_reply(STATUS_SUCCESS);
	scene_expect(MESSAGE_SOLICIT);
}

/* Rows 101 and 102 */
Test(client_dad, t2_ends_a_decline_and_t1_does_not)
{
	scene_begin(1);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1, 5);
	answer_address(A, 3600, 5400);
	answer_address(B, 3600, 5400);
	deliver();
	verdict(A, ADDRESS_UNIQUE);
	verdict(B, ADDRESS_DUPLICATE);
	scene_state(BOUND, DECLINING);
	scene_run(2 * SECOND);
	scene_state(BOUND, DECLINING);
	scene_run(3 * SECOND);
	scene_state(BOUND, REBINDING);
	cr_expect_eq(scene.sent.type, MESSAGE_REBIND);
}

/* DESIGN.md 5.5: exit status 3, after any of the calls that tell of an address. */
Test(client_dad, script_status_3_is_a_conflict)
{
	static const enum script_reason reasons[] = { REASON_TENTATIVE6, REASON_BOUND6,
						      REASON_RENEW6, REASON_REBIND6 };

	for (size_t i = 0; i < ROWS(reasons); i++) {
		scene_begin(1);
		scene_bind(A);
		script_status(reasons[i], A, 3);
		cr_expect_eq(scene.sent.type, MESSAGE_DECLINE, "%s",
			     script_reason_name(reasons[i]));
		cr_expect_not_null(action_on(ACTION_ADDRESS_REMOVE, A));
		cr_expect_eq(call_for(REASON_DECLINE6, A)->found_by, FOUND_BY_SCRIPT);
	}
	scene_begin(1);
	scene_bind(A);
	for (unsigned int reason = 0; reason < SCRIPT_REASONS; reason++)
		for (int status = 0; status < 256; status++)
			if (status != 3)
				script_status((enum script_reason)reason, A, status);
	script_status(REASON_DEPREF6, A, 3);
	script_status(REASON_EXPIRE6, A, 3);
	script_status(REASON_DECLINE6, A, 3);
	script_status(REASON_STOP6, A, 3);
	script_status(REASON_BOUND6, B, 3);
	scene_state(BOUND, IDLE);
	cr_expect_eq(scene.n, 0);
}

/* C-DEC-9, K5: removed by somebody is no conflict; it is put back twice. */
Test(client_dad, an_address_that_somebody_removes_is_put_back_twice)
{
	static const enum address_event events[] = { ADDRESS_GONE, ADDRESS_MISSING };

	for (size_t i = 0; i < ROWS(events); i++) {
		scene_begin(1);
		scene_bind(A);
		for (unsigned int n = 0; n < 4; n++)
			verdict(A, events[i]);
		cr_expect_eq(count(ACTION_ADDRESS_ADD), 2);
		cr_expect_eq(count_notes(NOTE_PUT_BACK), 2);
		cr_expect_eq(count_notes(NOTE_LEFT_REMOVED), 1);
		cr_expect_eq(count(ACTION_SEND), 0);
		cr_expect_eq(count_calls(REASON_DECLINE6), 0);
		scene_state(BOUND, IDLE);
	}
}

Test(client_dad, an_address_that_passes_after_it_was_put_back)
{
	scene_begin(1);
	scene_bind(A);
	verdict(A, ADDRESS_GONE);
	cr_expect_eq(action_on(ACTION_ADDRESS_ADD, A)->address.valid, 5400);
	scene_run(1500);
	verdict(A, ADDRESS_UNIQUE);
	scene_run(SECOND);
	cr_expect_eq(count_calls(REASON_BOUND6), 0, "told already");
	verdict(A, ADDRESS_GONE);
	verdict(A, ADDRESS_DUPLICATE);
	cr_expect_eq(scene.sent.type, MESSAGE_DECLINE);
}

/* An address that the kernel itself ends at its time is not put back. */
Test(client_dad, an_address_at_its_end_is_not_put_back)
{
	scene_begin(1);
	scene_bind(A);
	scene_link(false);
	scene_link(true);
	scene_run(5399 * SECOND);
	scene_clear();
	verdict(A, ADDRESS_GONE);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 0);
	scene_run(SECOND);
	cr_expect_eq(client_lease_state(&scene.client), INIT);
	cr_expect_not_null(call_for(REASON_EXPIRE6, A));
}

/* K15: what was there before us is used and left alone. */
Test(client_dad, a_foreign_address_is_used_and_left_alone)
{
	scene_begin(1);
	scene_grant_two(A, B);
	verdict(A, ADDRESS_FOREIGN);
	verdict(B, ADDRESS_UNIQUE);
	cr_expect_eq(count_notes(NOTE_FOREIGN), 1);
	cr_expect_not_null(call_for(REASON_BOUND6, A));
	cr_expect(holds(&scene.saved, A));
	scene_expect(MESSAGE_RENEW);
	scene_clear();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	answer_address(B, 3600, 5400);
	deliver();
	cr_expect_null(action_on(ACTION_ADDRESS_UPDATE, A));
	cr_expect_not_null(action_on(ACTION_ADDRESS_UPDATE, B));
	client_release(&scene.client, scene.now);
	cr_expect_null(action_on(ACTION_ADDRESS_REMOVE, A));
	cr_expect_not_null(action_on(ACTION_ADDRESS_REMOVE, B));
	scene_expect(MESSAGE_RELEASE);
	cr_expect_eq(scene.sent.n_bindings, 2);
}

/* Once we have added it ourselves, it is ours. */
Test(client_dad, a_foreign_address_that_went_is_ours_when_we_add_it)
{
	for (unsigned int down = 0; down < 2; down++) {
		scene_begin(1);
		scene_grant_two(A, B);
		verdict(A, ADDRESS_FOREIGN);
		verdict(B, ADDRESS_UNIQUE);
		if (down)
			scene_link(false);
		verdict(A, ADDRESS_GONE);
		scene_link(true);
		cr_expect_not_null(action_on(ACTION_ADDRESS_ADD, A));
		verdict(A, ADDRESS_UNIQUE);
		scene_clear();
		client_release(&scene.client, scene.now);
		cr_expect_not_null(action_on(ACTION_ADDRESS_REMOVE, A), "link went down: %u", down);
	}
}

Test(client_dad, an_address_that_the_kernel_refuses)
{
	scene_begin(1);
	scene_grant_two(A, B);
	verdict(A, ADDRESS_REFUSED);
	cr_expect_eq(count_notes(NOTE_REFUSED), 1);
	verdict(B, ADDRESS_UNIQUE);
	cr_expect_not_null(call_for(REASON_BOUND6, B));
	cr_expect_null(call_for(REASON_BOUND6, A));
	cr_expect_eq(count(ACTION_READY), 1);
	cr_expect_eq(count(ACTION_SEND), 0, "no Decline for that");
	scene_expect(MESSAGE_RENEW);
	cr_expect(carries(&scene.sent, 100, A), "it is leased all the same");
}

/* The Decline waits for no verdict that will not come. */
Test(client_dad, a_refused_address_settles_the_verdicts)
{
	scene_begin(1);
	scene_grant_two(A, B);
	verdict(A, ADDRESS_DUPLICATE);
	verdict(B, ADDRESS_REFUSED);
	scene_run(250);
	cr_expect_eq(scene.sent.type, MESSAGE_DECLINE);
}

/* K13: a permanent address is tested again when the link comes back. */
Test(client_dad, an_address_that_is_tentative_again)
{
	scene_begin(1);
	scene_bind(A);
	verdict(A, ADDRESS_TENTATIVE);
	scene_run(SECOND);
	verdict(A, ADDRESS_UNIQUE);
	scene_run(SECOND);
	cr_expect_eq(count_calls(REASON_BOUND6), 0);
	verdict(A, ADDRESS_TENTATIVE);
	verdict(A, ADDRESS_DUPLICATE);
	cr_expect_eq(scene.sent.type, MESSAGE_DECLINE);
}

Test(client_dad, addresses_of_others_are_no_matter)
{
	scene_begin(1);
	scene_bind(A);
	for (unsigned int event = ADDRESS_UNIQUE; event <= ADDRESS_REFUSED; event++)
		verdict(B, (enum address_event)event);
	cr_expect_eq(scene.n, 0);
	scene_state(BOUND, IDLE);
}

/* A Decline that a lost link cuts short is sent again. */
Test(client_dad, a_decline_goes_on_after_the_link_was_lost)
{
	scene_begin(1);
	scene_grant_two(A, B);
	verdict(A, ADDRESS_UNIQUE);
	verdict(B, ADDRESS_DUPLICATE);
	scene_state(BOUND, DECLINING);
	scene_link(false);
	scene_state(BOUND, IDLE);
	scene_link(true);
	scene_expect(MESSAGE_CONFIRM);
	answer(MESSAGE_REPLY, 1);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_assert_eq(scene.sent.type, MESSAGE_DECLINE);
	cr_expect(carries(&scene.sent, 100, B));
	cr_expect_eq(scene.sent.n_bindings, 1);
}

/* Everything that server 1 gives is taken, round after round; false when no Solicit comes. */
static bool lose(unsigned int round, msec wait)
{
	char text[32];

	if (scene.sent.type != MESSAGE_SOLICIT || scene.sent_at != scene.now)
		if (!scene_run_to_message(wait) || scene.sent.type != MESSAGE_SOLICIT)
			return false;
	snprintf(text, sizeof(text), "2001:db8::f:%x", round);
	for (unsigned int type = MESSAGE_ADVERTISE; type != 0;
	     type = type == MESSAGE_ADVERTISE ? MESSAGE_REPLY : 0) {
		answer(type, 1);
		scene.answer.has_preference = type == MESSAGE_ADVERTISE;
		scene.answer.preference = 255;
		answer_ia(100, 1800, 2880);
		answer_address(text, 3600, 5400);
		deliver();
	}
	verdict(text, ADDRESS_DUPLICATE);
	return true;
}

/* dad.md 7: two rounds at once, the third within a minute is a storm. */
Test(client_dad, where_every_address_is_taken_declining_ends)
{
	unsigned int declines = 0;
	msec began;

	scene_begin(1);
	scene_start();
	began = scene.now;
	for (unsigned int i = 0; i < 3; i++) {
		cr_assert(lose(i, 10 * SECOND), "round %u", i + 1);
		if (scene.sent.type != MESSAGE_DECLINE)
			continue;
		declines++;
		decline_reply(STATUS_SUCCESS);
	}
	cr_expect_eq(declines, 2);
	cr_expect_leq(scene.now - began, 40 * SECOND);
	cr_expect_eq(count_notes(NOTE_STORM), 1);
	cr_expect_eq(count_calls(REASON_CONFLICT6), 1);
	scene_state(INIT, IDLE);

	scene_clear();
	scene_run(HOUR - SECOND);
	cr_expect_eq(count(ACTION_SEND), 0, "an hour of silence");
	cr_assert(lose(3, 3 * SECOND));
	cr_expect_neq(scene.sent.type, MESSAGE_DECLINE);
	cr_expect_eq(count_notes(NOTE_STORM), 0, "it was said");

	scene_link(false);
	scene_link(true);
	scene_clear();
	cr_assert(lose(4, 10 * SECOND), "another link, another try");
	cr_expect_eq(scene.sent.type, MESSAGE_DECLINE);
}

/* C-DEC-7: what an Advertise has beside a declined address counts, and the operator hears of it. */
Test(client_dad, an_advertise_with_a_declined_address_is_used_without_it)
{
	scene_begin(1);
	scene_bind(A);
	verdict(A, ADDRESS_DUPLICATE);
	scene_expect(MESSAGE_DECLINE);
	decline_reply(STATUS_SUCCESS);
	scene_expect(MESSAGE_SOLICIT);
	scene_clear();
	for (unsigned int i = 0; i < 2; i++) {
		answer(MESSAGE_ADVERTISE, 1);
		scene.answer.has_preference = true;
		scene.answer.preference = 255;
		answer_ia(100, 1800, 2880);
		answer_address(A, 3600, 5400);
		if (i > 0)
			answer_address(B, 3600, 5400);
		cr_expect_eq(deliver(), REFUSED_NOT);
		cr_expect_eq(count_notes(NOTE_REOFFERED), i + 1);
		scene_state(INIT, i > 0 ? REQUESTING : SOLICITING);
	}
	cr_expect(carries(&scene.sent, 100, B));
	cr_expect_not(carries(&scene.sent, 100, A));
}

/* What a hostile server can make us send. */

enum loop {
	NO_ADDRESS,
	NOT_ON_LINK,
	FAILED,
	NO_BINDING,
	REBIND_NO_BINDING,
	TIMES_0,
	SHORT_LIFE,
	ALWAYS_TAKEN,
	SAME_TAKEN,
	WITHDRAWN,
	RENEW_AT_ONCE,
	LOOPS,
};

static const struct {
	const char *name;
	unsigned int most; /* messages in 60 s; the limit itself allows 80 */
} loops[LOOPS] = {
	[NO_ADDRESS] = { "Advertise, Request, NoAddrsAvail", 30 },
	[NOT_ON_LINK] = { "Advertise, Request, NotOnLink", 40 },
	[FAILED] = { "UnspecFail to everything", 20 },
	[NO_BINDING] = { "Renew, NoBinding, Request, NoBinding", 80 },
	[REBIND_NO_BINDING] = { "Rebind, NoBinding, Request, NoBinding", 40 },
	[TIMES_0] = { "T1 and T2 0", 10 },
	[SHORT_LIFE] = { "lifetimes of 1 s", 80 },
	[ALWAYS_TAKEN] = { "every address is taken", 30 },
	[SAME_TAKEN] = { "the same address is always offered and taken", 30 },
	[WITHDRAWN] = { "granted and withdrawn", 80 },
	[RENEW_AT_ONCE] = { "T1 1 s, T2 2 s, never extended", 80 },
};

static void grant_of(enum loop loop, unsigned int n)
{
	uint32_t t1 = 1800, t2 = 2880, life = 5400;
	char text[32];

	snprintf(text, sizeof(text), "2001:db8::d:%x", loop == ALWAYS_TAKEN ? n : 1);
	if (loop == TIMES_0)
		t1 = t2 = 0;
	if (loop == SHORT_LIFE)
		t1 = t2 = life = 1;
	if (loop == NO_BINDING || loop == WITHDRAWN || loop == RENEW_AT_ONCE) {
		t1 = 1;
		t2 = 2;
	}
	if (loop == REBIND_NO_BINDING)
		t1 = t2 = 1;
	if (loop == NO_BINDING)
		t2 = 1000;
	answer_ia(100, t1, t2);
	answer_address(text, life, life);
}

/* What the hostile server says to a Request, Renew or Rebind. */
static void hostile_reply(enum loop loop, unsigned int n)
{
	bool held = client_lease_state(&scene.client) == BOUND;

	answer(MESSAGE_REPLY, 1);
	if (loop == NO_ADDRESS)
		answer_ia_status(100, STATUS_NO_ADDRS_AVAIL);
	else if (loop == NOT_ON_LINK)
		answer_status(STATUS_NOT_ON_LINK);
	else if (loop == FAILED)
		answer_status(STATUS_UNSPEC_FAIL);
	else if (held && (loop == NO_BINDING || loop == REBIND_NO_BINDING))
		answer_ia_status(100, STATUS_NO_BINDING);
	else if (held && loop == WITHDRAWN)
		answer_ia_status(100, STATUS_NOT_ON_LINK);
	else if (held && loop == RENEW_AT_ONCE)
		answer_ia_status(100, STATUS_NO_ADDRS_AVAIL);
	else
		grant_of(loop, n);
}

static void hostile_answer(enum loop loop, unsigned int n)
{
	char text[32];

	if (scene.sent.type == MESSAGE_SOLICIT) {
		answer(MESSAGE_ADVERTISE, 1);
		scene.answer.has_preference = true;
		scene.answer.preference = 255;
		grant_of(loop, n);
	} else if (scene.sent.type == MESSAGE_DECLINE) {
		answer(MESSAGE_REPLY, 1);
	} else {
		hostile_reply(loop, n);
	}
	deliver();
	if (scene.client.lease.n_bindings == 0)
		return;
	snprintf(text, sizeof(text), "2001:db8::d:%x", loop == ALWAYS_TAKEN ? n : 1);
	verdict(text,
		loop == ALWAYS_TAKEN || loop == SAME_TAKEN ? ADDRESS_DUPLICATE : ADDRESS_UNIQUE);
}

static const char *run_loop(enum loop loop, unsigned int *sent)
{
	static msec at[4096];
	static char types[512];
	unsigned int n = 0, answered = 0;
	size_t used = 0;
	msec end;

	scene_begin(1);
	scene_start();
	end = scene.now + 60 * SECOND;
	while (scene.now <= end) {
		while (answered < scene.sends) {
			unsigned int before = scene.sends;

			answered++;
			at[n++] = scene.now;
			if (used < 100)
				used += (size_t)snprintf(types + used, sizeof(types) - used, "%u ",
							 scene.sent.type);
			hostile_answer(loop, n);
			cr_assert_leq(scene.sends, before + 2);
			scene_clear();
		}
		if (!scene_run_to_message(end + 1 - scene.now))
			break;
	}
	*sent = n;
	for (unsigned int i = 40; i < n; i++)
		cr_expect_gt(at[i] - at[i - 40], 19000, "%s: 41 messages within 20 s",
			     loops[loop].name);
	return types;
}

/* C-RATE-3 */
Test(client_dad, no_loop_with_a_hostile_server_exceeds_the_limit)
{
	for (unsigned int i = 0; i < LOOPS; i++) {
		unsigned int sent;
		const char *types = run_loop((enum loop)i, &sent);

		cr_expect_leq(sent, loops[i].most, "%s: %u messages in 60 s, types %s",
			      loops[i].name, sent, types);
		cr_expect_geq(sent, 2, "%s: %u", loops[i].name, sent);
		cr_log_info("%s: %u (%s)", loops[i].name, sent, types);
	}
}

/* C-RATE-1, C-RATE-2: a message that has to wait is sent as soon as there is a token. */
Test(client_dad, a_message_over_the_limit_waits_and_is_not_lost)
{
	scene_configure(1);
	scene.config.rate_messages = 2;
	scene.config.rate_seconds = 60;
	scene_begin_as_configured();
	scene_start();
	scene_request();
	scene_clear();
	scene_expect(MESSAGE_REQUEST);
	cr_expect_eq(count_notes(NOTE_RATE_LIMIT), 1);
	cr_expect_gt(scene.sent_at - 1000 * SECOND, 29 * SECOND);
	cr_expect_gt(scene.sent.elapsed, 2800);
}

/* Two IAs, the address of the second declined; the Renew that is to fill the hole is sent. */
static void renew_with_hole(void)
{
	scene_begin(2);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	answer_ia(101, 1800, 2880);
	answer_address(B, 3600, 5400);
	deliver();
	verdict(A, ADDRESS_UNIQUE);
	verdict(B, ADDRESS_DUPLICATE);
	decline_reply(STATUS_SUCCESS);
	scene_expect(MESSAGE_RENEW);
	scene_clear();
}

/* C-DEC-6: a server that does not fill it in a Renew is asked once by Request. */
Test(client_dad, a_renewal_that_leaves_the_hole_leads_to_one_request)
{
	renew_with_hole();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_assert_eq(scene.sent.type, MESSAGE_REQUEST);
	cr_expect_eq(scene.sent.n_ias, 2);
	cr_expect(carries(&scene.sent, 100, A));
	cr_expect_eq(scene.sent.n_bindings, 1);
	cr_expect_eq(count_calls(REASON_RENEW6), 1);
	scene_clear();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	scene_run(1700 * SECOND);
	cr_expect_eq(count(ACTION_SEND), 0, "and then not before T1");
	scene_expect(MESSAGE_RENEW);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
}

/* A server that says why it gives none is not asked again. */
Test(client_dad, a_hole_with_a_status_is_left)
{
	renew_with_hole();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	answer_ia_status(101, STATUS_NO_ADDRS_AVAIL);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	cr_expect_eq(count(ACTION_SEND), 0);
}

/* The kernel may say the same more than once. */
Test(client_dad, a_verdict_counts_once)
{
	scene_begin(1);
	scene_grant_two(A, B);
	for (unsigned int i = 0; i < 3; i++)
		verdict(A, ADDRESS_UNIQUE);
	cr_expect_eq(count_notes(NOTE_UNIQUE), 1);
	verdict(B, ADDRESS_DUPLICATE);
	verdict(B, ADDRESS_DUPLICATE);
	verdict(B, ADDRESS_UNIQUE);
	cr_expect_eq(count_notes(NOTE_DUPLICATE), 1);
	scene_run(SECOND);
	verdict(A, ADDRESS_UNIQUE);
	scene_run(100);
	cr_expect_eq(count_calls(REASON_BOUND6), 1);
	cr_expect_null(call_for(REASON_BOUND6, B));
	verdict(A, ADDRESS_GONE);
	verdict(A, ADDRESS_GONE);
	verdict(A, ADDRESS_GONE);
	cr_expect_eq(count_notes(NOTE_LEFT_REMOVED), 1);
	verdict(A, ADDRESS_UNIQUE);
	cr_expect_eq(count_notes(NOTE_UNIQUE), 1, "what was given up is not ours to judge");
}

/*
 * dhclient's scripts write resolv.conf for BOUND6, and later only for what has changed:
 * whatever Reply it came from, the first that the script hears is BOUND6 without old_.
 */
Test(client_dad, the_first_that_the_script_hears_is_bound6)
{
	const struct script_call *call;

	scene_begin(2);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	answer_ia(101, 1800, 2880);
	answer_address(B, 3600, 5400);
	deliver();
	verdict(B, ADDRESS_DUPLICATE);
	scene_expect(MESSAGE_DECLINE);
	decline_reply(STATUS_SUCCESS);
	scene_expect(MESSAGE_RENEW);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	answer_ia(101, 1800, 2880);
	answer_address(C, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	verdict(A, ADDRESS_UNIQUE);
	scene_run(DAD_COALESCE);
	call = call_for(REASON_BOUND6, A);
	cr_assert_not_null(call);
	cr_expect_not(call->has_old);
	cr_expect_eq(count_calls(REASON_RENEW6), 0);
}
