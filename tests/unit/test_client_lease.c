/* SPDX-License-Identifier: MPL-2.0 */
/* What is done with a lease: kernel, script and file at its begin, T1, T2 and its end. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "scene.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static void good_reply(void)
{
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
}

/* C-RPL-8, C-DAD-1, C-KRN-2, C-DAD-3, DESIGN.md 5.1 to 5.3 */
Test(client_lease, an_address_is_told_and_saved_when_it_is_unique)
{
	static const uint8_t dns[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x53 };
	const struct script_call *call;
	const struct scene_action *add;
	struct cursor data;

	scene_begin(1);
	scene_start();
	scene_request();
	scene_clear();
	good_reply();
	options_add(&scene.answer.options, OPTION_DNS_SERVERS, dns, sizeof(dns));
	cr_expect_eq(deliver(), REFUSED_NOT);
	add = action_on(ACTION_ADDRESS_ADD, "2001:db8::1");
	cr_assert_not_null(add);
	cr_expect_eq(add->address.prefix_len, 128, "C-ADR-1");
	cr_expect_eq(add->address.preferred, 3600, "C-ADR-2");
	cr_expect_eq(add->address.valid, 5400);
	cr_expect_not_null(call_for(REASON_TENTATIVE6, "2001:db8::1"));
	scene_run(1500);
	cr_expect_eq(count(ACTION_SAVE), 0);
	cr_expect_eq(count_calls(REASON_BOUND6), 0);
	cr_expect_eq(count(ACTION_READY), 0);
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	cr_expect_eq(note(NOTE_UNIQUE)->note.number, 1500);
	cr_expect_eq(count(ACTION_SAVE), 1);
	cr_expect(holds(&scene.saved, "2001:db8::1"));
	cr_expect_not(scene.saved.released);
	cr_expect_eq(count(ACTION_READY), 1);
	cr_expect_lt(place_of(ACTION_SAVE), place_of_call(REASON_BOUND6));
	cr_expect_lt(place_of_call(REASON_BOUND6), place_of(ACTION_READY));
	call = call_for(REASON_BOUND6, "2001:db8::1");
	cr_assert_not_null(call);
	cr_expect(call->has_new && !call->has_old && !call->has_current);
	cr_expect(call->new_.has_ia && call->new_.has_binding && call->new_.has_options);
	cr_expect_eq(call->new_.iaid, 100);
	cr_expect_eq(call->new_.ia.t1, 1800);
	cr_expect_eq(call->new_.ia.t2, 2880);
	cr_expect_eq(call->new_.times.valid, 5400);
	cr_expect_eq(call->new_.times.starts.epoch, stamp(scene.now - 1500).epoch, "C-IA-2");
	cr_expect(options_find(&call->new_.options, OPTION_DNS_SERVERS, &data));
	cr_expect(options_find(&call->new_.options, OPTION_SERVERID, &data));
	scene_run(10 * SECOND);
	cr_expect_eq(count_calls(REASON_BOUND6), 1);
}

/* The lifetimes that are left, not those that were granted, whatever time has passed. */
Test(client_lease, address_prefix_len_goes_to_kernel_and_script)
{
	scene_configure(1);
	scene.config.address_prefix_len = 64;
	scene_begin_as_configured();
	scene_start();
	scene_request();
	good_reply();
	deliver();
	cr_expect_eq(action_on(ACTION_ADDRESS_ADD, "2001:db8::1")->address.prefix_len, 64);
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	cr_expect_eq(call_for(REASON_BOUND6, "2001:db8::1")->new_.prefix_len, 64);
}

/* DESIGN.md 5.3: verdicts within 50 ms of each other together, others on their own. */
Test(client_lease, verdicts_that_come_close_together_are_told_together)
{
	scene_begin(1);
	scene_grant_two("2001:db8::1", "2001:db8::2");
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	cr_expect_eq(count_calls(REASON_BOUND6), 0);
	scene_run(40);
	verdict("2001:db8::2", ADDRESS_UNIQUE);
	cr_expect_eq(count_calls(REASON_BOUND6), 2);
	cr_expect_eq(count(ACTION_SAVE), 1);
	scene_begin(1);
	scene_grant_two("2001:db8::1", "2001:db8::2");
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	scene_run(49);
	cr_expect_eq(count_calls(REASON_BOUND6), 0);
	scene_run(1);
	cr_expect_eq(count_calls(REASON_BOUND6), 1);
	cr_expect_not(holds(&scene.saved, "2001:db8::2"), "not before it has passed");
	cr_expect_eq(count(ACTION_READY), 0);
	scene_run(500);
	verdict("2001:db8::2", ADDRESS_UNIQUE);
	cr_expect_eq(count_calls(REASON_BOUND6), 2);
	cr_expect(holds(&scene.saved, "2001:db8::1") && holds(&scene.saved, "2001:db8::2"));
	cr_expect_eq(count(ACTION_READY), 1);
}

static const char *numbered(unsigned int i)
{
	static char text[32];

	snprintf(text, sizeof(text), "2001:db8::1:%x", i + 1);
	return text;
}

/* C-IA-14: the documented limits. */
Test(client_lease, sixty_four_addresses_in_one_reply)
{
	scene_begin(1);
	scene_start();
	scene_request();
	scene_clear();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	for (unsigned int i = 0; i < 70; i++)
		answer_address(numbered(i), 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 64);
	cr_expect_eq(note(NOTE_NO_ROOM)->note.number, 6);
	for (unsigned int i = 0; i < 64; i++)
		verdict(numbered(i), ADDRESS_UNIQUE);
	cr_expect_eq(count_calls(REASON_BOUND6), 64);
	cr_expect_eq(scene.saved.n_bindings, 64);
	scene_expect(MESSAGE_RENEW);
	cr_expect_eq(scene.sent.n_bindings, 64);
	client_release(&scene.client, scene.now);
	scene_expect(MESSAGE_RELEASE);
	cr_expect_eq(scene.sent.n_bindings, 64);
}

Test(client_lease, sixty_four_duplicates_in_one_decline)
{
	scene_begin(1);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	for (unsigned int i = 0; i < 64; i++)
		answer_address(numbered(i), 3600, 5400);
	deliver();
	for (unsigned int i = 0; i < 64; i++)
		verdict(numbered(i), ADDRESS_DUPLICATE);
	cr_assert_eq(scene.sent.type, MESSAGE_DECLINE);
	cr_expect_eq(scene.sent.n_bindings, 64);
}

Test(client_lease, eight_ias_with_eight_addresses_each)
{
	scene_begin(8);
	scene_start();
	scene_request();
	cr_expect_eq(scene.sent.n_ias, 8);
	answer(MESSAGE_REPLY, 1);
	for (unsigned int i = 0; i < 8; i++) {
		answer_ia(100 + i, 1800 - i, 2880);
		for (unsigned int j = 0; j < 8; j++)
			answer_address(numbered(8 * i + j), 3600, 5400);
	}
	cr_expect_eq(deliver(), REFUSED_NOT);
	for (unsigned int i = 0; i < 64; i++)
		verdict(numbered(i), ADDRESS_UNIQUE);
	cr_expect_eq(call_for(REASON_BOUND6, numbered(63))->new_.iaid, 107);
	scene_expect(MESSAGE_RENEW);
	cr_expect_eq(scene.sent.n_ias, 8);
	cr_expect_eq(scene.sent.n_bindings, 64);
	for (unsigned int i = 0; i < 64; i++)
		cr_expect(carries(&scene.sent, 100 + i / 8, numbered(i)), "%u", i);
}

/* C-REN-1, C-REN-2, C-REN-4, C-T12-1 */
Test(client_lease, renew_at_t1)
{
	struct duid first = server(1);
	msec granted;

	scene_begin(1);
	scene_bind("2001:db8::1");
	granted = scene.now;
	scene_expect(MESSAGE_RENEW);
	cr_expect_eq(scene.sent_at - granted, 1800 * SECOND);
	cr_expect(duid_equal(&scene.sent.server_id, &first));
	cr_expect(lists(&scene.sent, OPTION_SOL_MAX_RT));
	cr_expect_eq(scene.sent.elapsed, 0);
	cr_expect(carries(&scene.sent, 100, "2001:db8::1"));
	cr_expect_eq(scene.sent.binding[0].valid, 0, "C-IA-1");
	scene_state(BOUND, RENEWING);
}

/* C-REN-7, C-RPL-16, DESIGN.md 5 */
Test(client_lease, a_renewed_address_gets_new_lifetimes_and_no_new_dad)
{
	const struct script_call *call;

	scene_begin(1);
	scene_bind("2001:db8::1");
	scene_expect(MESSAGE_RENEW);
	scene_run(200);
	scene_clear();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1000, 1600);
	answer_address("2001:db8::1", 2000, 2500);
	answer_address("2001:db8::2", 2000, 2500);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	cr_expect_eq(action_on(ACTION_ADDRESS_UPDATE, "2001:db8::1")->address.valid, 2500);
	cr_expect_null(action_on(ACTION_ADDRESS_ADD, "2001:db8::1"));
	cr_expect_not_null(action_on(ACTION_ADDRESS_ADD, "2001:db8::2"));
	call = call_for(REASON_RENEW6, "2001:db8::1");
	cr_assert_not_null(call, "at once");
	cr_expect(call->has_new && call->has_old);
	cr_expect_eq(call->new_.times.valid, 2500);
	cr_expect_eq(call->old.times.valid, 5400);
	cr_expect_eq(call->old.ia.t1, 1800);
	cr_expect_eq(call->new_.ia.t1, 1000);
	cr_expect(holds(&scene.saved, "2001:db8::1"));
	cr_expect_not(holds(&scene.saved, "2001:db8::2"));
	verdict("2001:db8::2", ADDRESS_UNIQUE);
	call = call_for(REASON_RENEW6, "2001:db8::2");
	cr_assert_not_null(call);
	cr_expect_not(call->old.has_binding, "it was never told before");
	cr_expect_eq(count(ACTION_READY), 0, "only the first time");
}

/* C-RATE-4, C-T12-3 */
Test(client_lease, t1_and_t2_of_0_never_mean_at_once)
{
	static const struct {
		uint32_t preferred, valid;
		msec want; /* s */
	} rows[] = { { 3600, 5400, 1800 }, { 0, 5400, 2700 } };
	msec then;

	for (size_t i = 0; i < ROWS(rows); i++) {
		scene_begin(1);
		scene_start();
		scene_request();
		answer(MESSAGE_REPLY, 1);
		answer_ia(100, 0, 0);
		answer_address("2001:db8::1", rows[i].preferred, rows[i].valid);
		deliver();
		then = scene.now;
		verdict("2001:db8::1", ADDRESS_UNIQUE);
		scene_expect(MESSAGE_RENEW);
		cr_expect_eq(scene.sent_at - then, rows[i].want * SECOND, "row %zu", i);
	}
}

/* C-T12-6, C-RATE-4 */
Test(client_lease, infinite_leases_are_never_renewed)
{
	scene_begin(1);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 0, 0);
	answer_address("2001:db8::1", INFINITE_TIME, INFINITE_TIME);
	deliver();
	cr_expect_eq(action_on(ACTION_ADDRESS_ADD, "2001:db8::1")->address.valid, INFINITE_TIME);
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	cr_expect_eq(client_deadline(&scene.client), NEVER);
}

/* C-T12-7 */
Test(client_lease, t1_t2_and_valid_the_same_no_traffic_before_expiry)
{
	msec then;

	scene_begin(1);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 500, 500);
	answer_address("2001:db8::1", 500, 500);
	deliver();
	then = scene.now;
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_geq(scene.sent_at - then, 500 * SECOND);
}

/* C-T12-8 */
Test(client_lease, t1_equal_to_t2_goes_to_rebind)
{
	scene_begin(1);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 500, 500);
	answer_address("2001:db8::1", 3600, 5400);
	deliver();
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	scene_expect(MESSAGE_REBIND);
}

/* C-REN-6, C-REB-1, C-REB-2, C-T12-10, section 2.3 example 4 */
Test(client_lease, unanswered_renew_then_rebind_then_expiry_then_discovery)
{
	unsigned int renews = 0;
	uint32_t xid;
	msec granted;

	scene_begin(1);
	scene_bind("2001:db8::1");
	granted = scene.now;
	while (scene_run_to_message(HOUR) && scene.sent.type == MESSAGE_RENEW) {
		renews++;
		xid = scene.sent.xid;
	}
	cr_expect(renews >= 6 && renews <= 8, "%u Renews", renews);
	cr_assert_eq(scene.sent.type, MESSAGE_REBIND);
	cr_expect_eq(scene.sent_at - granted, 2880 * SECOND);
	cr_expect_eq(scene.sent.server_id.size, 0);
	cr_expect_neq(scene.sent.xid, xid);
	cr_expect_eq(scene.sent.elapsed, 0);
	cr_expect(carries(&scene.sent, 100, "2001:db8::1"));
	cr_expect(lists(&scene.sent, OPTION_SOL_MAX_RT));
	cr_expect_eq(count_calls(REASON_DEPREF6), 0);
	scene_run(granted + 3600 * SECOND - scene.now);
	cr_expect_eq(count_calls(REASON_DEPREF6), 1);
	cr_expect(call_for(REASON_DEPREF6, "2001:db8::1")->has_current);
	scene_run(1799 * SECOND + 999);
	scene_state(BOUND, REBINDING);
	scene_clear();
	scene_run(1);
	scene_state(INIT, SOLICITING);
	cr_expect_not_null(action_on(ACTION_ADDRESS_REMOVE, "2001:db8::1"));
	cr_expect(call_for(REASON_EXPIRE6, "2001:db8::1")->has_old);
	cr_expect_eq(scene.saved.n_bindings, 0);
	if (scene.sent.type != MESSAGE_SOLICIT)
		scene_expect(MESSAGE_SOLICIT);
	cr_expect(carries(&scene.sent, 100, "2001:db8::1"), "C-SOL-3");
	cr_expect_lt(place_of(ACTION_ADDRESS_REMOVE), place_of(ACTION_SEND), "C-GEN-6");
}

/* C-RTX-8 */
Test(client_lease, a_retransmission_lacks_what_has_ended_meanwhile)
{
	scene_begin(1);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 5, 1000);
	answer_address("2001:db8::1", 15, 15);
	answer_address("2001:db8::2", 3600, 5400);
	deliver();
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	verdict("2001:db8::2", ADDRESS_UNIQUE);
	scene_expect(MESSAGE_RENEW);
	cr_expect_eq(scene.sent.n_bindings, 2);
	scene_clear();
	scene_expect(MESSAGE_RENEW);
	scene_expect(MESSAGE_RENEW);
	cr_expect_eq(scene.sent.n_bindings, 1);
	cr_expect(carries(&scene.sent, 100, "2001:db8::2"));
	cr_expect_not_null(call_for(REASON_EXPIRE6, "2001:db8::1"));
	cr_expect_not(holds(&scene.saved, "2001:db8::1"));
	scene_state(BOUND, RENEWING);
}

/* C-RPL-4, C-T12-11 */
Test(client_lease, an_address_that_a_renewal_does_not_mention_runs_out_alone)
{
	scene_begin(1);
	scene_grant_two("2001:db8::1", "2001:db8::2");
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	verdict("2001:db8::2", ADDRESS_UNIQUE);
	scene_expect(MESSAGE_RENEW);
	scene_clear();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 10000, 16000);
	answer_address("2001:db8::1", 20000, 20000);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	cr_expect_eq(count_calls(REASON_RENEW6), 1);
	cr_expect(holds(&scene.saved, "2001:db8::2"));
	scene_run(3590 * SECOND);
	cr_expect(holds(&scene.client.lease, "2001:db8::2"));
	scene_run(11 * SECOND);
	cr_expect_not(holds(&scene.client.lease, "2001:db8::2"));
	cr_expect_not_null(call_for(REASON_EXPIRE6, "2001:db8::2"));
	scene_state(BOUND, IDLE);
}

/* Two IAs bound, Renew sent. */
static void renew_of_two(void)
{
	scene_begin(2);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	answer_ia(101, 1800, 2880);
	answer_address("2001:db8::2", 3600, 5400);
	deliver();
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	verdict("2001:db8::2", ADDRESS_UNIQUE);
	scene_expect(MESSAGE_RENEW);
	scene_clear();
}

/* C-RPL-10, C-RPL-11, row 64 */
Test(client_lease, an_ia_missing_in_the_reply_to_renew_is_kept_and_asked_for_in_time)
{
	msec then;
	unsigned int sends;

	renew_of_two();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	then = scene.now;
	scene_state(BOUND, RENEWING);
	cr_expect(holds(&scene.client.lease, "2001:db8::2"));
	cr_expect_eq(count_calls(REASON_RENEW6), 1);
	sends = scene.sends;
	scene_run(8900);
	cr_expect_eq(scene.sends, sends);
	scene_expect(MESSAGE_RENEW);
	cr_expect(carries(&scene.sent, 101, "2001:db8::2"));
	while (scene.sent.type == MESSAGE_RENEW)
		cr_assert(scene_run_to_message(HOUR));
	cr_expect_eq(scene.sent.type, MESSAGE_REBIND);
	cr_expect_eq(scene.sent_at - then, 1080 * SECOND);
}

/* C-RPL-9, row 63, 36 */
Test(client_lease, no_binding_leads_to_a_request_to_the_same_server)
{
	struct duid first = server(1);

	renew_of_two();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	answer_ia_status(101, STATUS_NO_BINDING);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_assert_eq(scene.sent.type, MESSAGE_REQUEST);
	cr_expect_eq(scene.sent_at, scene.now);
	cr_expect(duid_equal(&scene.sent.server_id, &first));
	cr_expect_eq(scene.sent.n_ias, 2);
	cr_expect(carries(&scene.sent, 100, "2001:db8::1"));
	cr_expect_eq(count(ACTION_ADDRESS_REMOVE), 0, "what is held stays in use");
	cr_expect_not_null(call_for(REASON_RENEW6, "2001:db8::1"));
	scene_state(BOUND, REQUESTING);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	answer_ia(101, 1800, 2880);
	answer_address("2001:db8::3", 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	verdict("2001:db8::3", ADDRESS_UNIQUE);
	cr_expect_not_null(call_for(REASON_BOUND6, "2001:db8::3"));
}

/* Row 42, C-RPL-9: the repair fails, the rest goes on. */
Test(client_lease, a_repair_that_fails_leaves_the_rest)
{
	renew_of_two();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	answer_ia_status(101, STATUS_NO_BINDING);
	deliver();
	for (unsigned int i = 1; i < 10; i++)
		scene_expect(MESSAGE_REQUEST);
	scene_run(34 * SECOND);
	scene_state(BOUND, IDLE);
	cr_expect(holds(&scene.client.lease, "2001:db8::1"));
	cr_expect(holds(&scene.client.lease, "2001:db8::2"), "until it ends");
}

/* A Reply to the repairing Request that ends all that is held. */
Test(client_lease, a_repair_that_withdraws_everything_leads_to_discovery)
{
	renew_of_two();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	answer_ia_status(101, STATUS_NO_BINDING);
	deliver();
	scene_state(BOUND, REQUESTING);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 0, 0);
	answer_ia(101, 1800, 2880);
	answer_address("2001:db8::2", 0, 0);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect_eq(client_lease_state(&scene.client), INIT);
	cr_expect_neq(client_deadline(&scene.client), NEVER, "stuck in INIT/Idle");
	scene_expect(MESSAGE_SOLICIT);
}

/* C-RPL-9, row 72: with a Rebind T2 is past, and yet the Request goes out. */
Test(client_lease, no_binding_to_rebind_leads_to_a_request_to_who_replied)
{
	struct duid second = server(2);

	scene_begin(1);
	scene_bind("2001:db8::1");
	while (scene.sent.type != MESSAGE_REBIND)
		cr_assert(scene_run_to_message(HOUR));
	answer(MESSAGE_REPLY, 2);
	answer_ia_status(100, STATUS_NO_BINDING);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_assert_eq(scene.sent.type, MESSAGE_REQUEST, "%s was sent",
		     message_type_name(scene.sent.type));
	cr_expect(duid_equal(&scene.sent.server_id, &second));
	scene_state(BOUND, REQUESTING);
	answer(MESSAGE_REPLY, 2);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
}

/* C-RPL-3, section 5.4: what is held stays, the RT runs on. */
Test(client_lease, failed_replies_to_renew_change_nothing)
{
	static const uint16_t codes[] = { STATUS_UNSPEC_FAIL, STATUS_USE_MULTICAST,
					  STATUS_NO_ADDRS_AVAIL, 999 };

	for (size_t i = 0; i < ROWS(codes); i++)
		for (unsigned int top = 0; top < 2; top++) {
			unsigned int sends;

			scene_begin(1);
			scene_bind("2001:db8::1");
			scene_expect(MESSAGE_RENEW);
			answer(MESSAGE_REPLY, 1);
			if (top)
				answer_status(codes[i]);
			else
				answer_ia_status(100, codes[i]);
			cr_expect_eq(deliver(), REFUSED_NOT);
			scene_state(BOUND, RENEWING);
			sends = scene.sends;
			scene_run(8900);
			cr_expect_eq(scene.sends, sends, "status %u", codes[i]);
			scene_expect(MESSAGE_RENEW);
			cr_expect(carries(&scene.sent, 100, "2001:db8::1"));
			cr_expect_eq(count(ACTION_ADDRESS_REMOVE), 0);
		}
}

/* Rows 66 and 74, C-REB-4, C-RPL-13 */
Test(client_lease, a_reply_that_ends_everything_leads_to_discovery)
{
	for (unsigned int i = 0; i < 4; i++) {
		scene_begin(1);
		scene_bind("2001:db8::1");
		while (scene.sent.type != (i < 2 ? MESSAGE_RENEW : MESSAGE_REBIND))
			cr_assert(scene_run_to_message(HOUR));
		scene_clear();
		answer(MESSAGE_REPLY, 1);
		if (i % 2 == 0) {
			answer_ia(100, 1800, 2880);
			answer_address("2001:db8::1", 0, 0);
		} else {
			answer_ia_status(100, STATUS_NOT_ON_LINK);
		}
		cr_expect_eq(deliver(), REFUSED_NOT);
		scene_state(INIT, SOLICITING);
		cr_expect_not_null(action_on(ACTION_ADDRESS_REMOVE, "2001:db8::1"));
		cr_expect_not_null(call_for(REASON_EXPIRE6, "2001:db8::1"));
		cr_expect_eq(scene.saved.n_bindings, 0);
		cr_expect_eq(client_lease_state(&scene.client), INIT);
	}
}

/* Renumbering: the old one at 0 and a new one, row 88 and C-REB-4. */
Test(client_lease, an_old_address_at_0_and_a_new_one)
{
	scene_begin(1);
	scene_bind("2001:db8::1");
	scene_expect(MESSAGE_RENEW);
	scene_clear();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 0, 0);
	answer_address("2001:db8::2", 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	cr_expect_not_null(action_on(ACTION_ADDRESS_REMOVE, "2001:db8::1"));
	cr_expect_null(action_on(ACTION_ADDRESS_UPDATE, "2001:db8::1"));
	verdict("2001:db8::2", ADDRESS_UNIQUE);
	cr_expect_not_null(call_for(REASON_RENEW6, "2001:db8::2"));
	cr_expect_eq(scene.saved.n_bindings, 1);
}

/* C-RPL-12, C-REB-5, row 71 */
Test(client_lease, who_answers_the_rebind_is_the_server_from_then_on)
{
	struct duid second = server(2);

	scene_begin(1);
	scene_bind("2001:db8::1");
	while (scene.sent.type != MESSAGE_REBIND)
		cr_assert(scene_run_to_message(HOUR));
	scene_clear();
	answer(MESSAGE_REPLY, 2);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	cr_expect_eq(count_notes(NOTE_SERVER_CHANGED), 1);
	cr_expect_not_null(call_for(REASON_REBIND6, "2001:db8::1"));
	cr_expect(duid_equal(&scene.saved.server, &second));
	scene.answer.server_id = server(3);
	cr_expect_eq(deliver(), REFUSED_UNEXPECTED, "the second answer");
	scene_expect(MESSAGE_RENEW);
	cr_expect(duid_equal(&scene.sent.server_id, &second));
}

/* C-OPT-18, C-OPT-19 */
Test(client_lease, options_are_those_of_the_last_reply)
{
	const struct script_call *call;
	struct cursor data;

	scene_begin(1);
	scene_start();
	scene_request();
	good_reply();
	options_add(&scene.answer.options, OPTION_DOMAIN_LIST, "\1a", 3);
	deliver();
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	scene_expect(MESSAGE_RENEW);
	good_reply();
	cr_expect_eq(deliver(), REFUSED_NOT);
	call = call_for(REASON_RENEW6, "2001:db8::1");
	cr_assert_not_null(call);
	cr_expect_not(options_find(&call->new_.options, OPTION_DOMAIN_LIST, &data));
	cr_expect(options_find(&call->old.options, OPTION_DOMAIN_LIST, &data));
}

/* C-FQDN-1, C-OPT-16, section 1.8: an option to be sent goes only where it may stand. */
Test(client_lease, client_fqdn_is_not_in_confirm_release_and_decline)
{
	static const uint8_t name[] = { 1, 1, 'a' };
	struct cursor data;

	scene_configure(1);
	options_add(&scene.config.send, OPTION_CLIENT_FQDN, name, sizeof(name));
	options_add(&scene.config.send, OPTION_USER_CLASS, "\0\1u", 3);
	scene_begin_as_configured();
	scene_start();
	scene_request();
	cr_expect(options_find(&scene.sent.options, OPTION_CLIENT_FQDN, &data), "Request");
	good_reply();
	deliver();
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	scene_expect(MESSAGE_RENEW);
	cr_expect(options_find(&scene.sent.options, OPTION_CLIENT_FQDN, &data), "Renew");
	scene_link(false);
	scene_link(true);
	scene_expect(MESSAGE_CONFIRM);
	cr_expect_not(options_find(&scene.sent.options, OPTION_CLIENT_FQDN, &data), "Confirm");
	cr_expect(options_find(&scene.sent.options, OPTION_USER_CLASS, &data), "Confirm");
	client_release(&scene.client, scene.now);
	scene_expect(MESSAGE_RELEASE);
	cr_expect_not(options_find(&scene.sent.options, OPTION_CLIENT_FQDN, &data), "Release");
}

/* C-RPL-6, C-RPL-14: what was granted is used at once; the script hears which IA failed, and why.
 */
Test(client_lease, the_script_hears_which_ia_failed)
{
	scene_begin(2);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	answer_ia_status(101, STATUS_NO_ADDRS_AVAIL);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	cr_expect_eq(count_calls(REASON_BOUND6), 1);
	cr_expect_eq(scene.call[scene.n_calls - 2].reason + scene.call[scene.n_calls - 1].reason,
		     REASON_BOUND6 + REASON_TENTATIVE6);
	for (unsigned int i = 0; i < scene.n_calls; i++) {
		const struct script_call *call = &scene.call[i];

		if (call->reason != REASON_BOUND6)
			continue;
		cr_expect(call->has_new && call->new_.has_ia && !call->new_.has_binding);
		cr_expect_eq(call->new_.iaid, 101);
		cr_expect_eq(call->new_.ia_status, STATUS_NO_ADDRS_AVAIL);
	}
}

/* C-RPL-12: who granted nothing is no server of the lease. */
Test(lease, no_binding_of_another_server_changes_no_server)
{
	const struct duid first = server(1);

	scene_begin(1);
	scene_bind("2001:db8::1");
	while (scene.sent.type != MESSAGE_REBIND)
		cr_assert(scene_run_to_message(HOUR));
	answer(MESSAGE_REPLY, 2);
	answer_ia_status(100, STATUS_NO_BINDING);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_expect(MESSAGE_REQUEST);
	answer(MESSAGE_REPLY, 2);
	answer_ia_status(100, STATUS_NO_ADDRS_AVAIL);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect(duid_equal(&scene.client.lease.server, &first));
}
