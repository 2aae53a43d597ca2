/* SPDX-License-Identifier: MPL-2.0 */
/* Restart, link changes, Confirm, Release and the end (RFC 9915 sections 18.2.3, 18.2.7, 18.2.12).
 */
#include <criterion/criterion.h>
#include <string.h>

#include "scene.h"

static struct lease stored;

static void store(uint16_t type, const char *text, uint8_t prefix_len, msec started, uint32_t valid)
{
	struct binding *binding = &stored.binding[stored.n_bindings++];

	stored.server = server(1);
	lease_want(&stored, type, 100);
	binding->addr = ip6(text);
	binding->prefix_len = prefix_len;
	binding->ia = (uint8_t)(lease_find_ia(&stored, type, 100) - stored.ia);
	binding->times = (struct lifetimes){ .starts = stamp(started),
					     .preferred = valid / 2,
					     .valid = valid };
	lease_find_ia(&stored, type, 100)->times =
		(struct ia_times){ .starts = stamp(started), .t1 = 1800, .t2 = 2880 };
	lease_find_ia(&stored, type, 100)->granted = true;
}

static void restore(void)
{
	client_restore(&scene.client, &stored, scene.now);
}

/* A lease of 2001:db8::1, 100 s old, is in the file; Confirm sent. */
static void confirm(void)
{
	scene_begin(1);
	store(OPTION_IA_NA, "2001:db8::1", 128, scene.now - 100 * SECOND, 5400);
	options_add(&stored.options, OPTION_DOMAIN_LIST, "\1a", 3);
	restore();
	scene_start();
	scene_expect(MESSAGE_CONFIRM);
}

static void confirm_reply(uint8_t number, uint16_t status)
{
	answer(MESSAGE_REPLY, number);
	answer_status(status);
	cr_expect_eq(deliver(), REFUSED_NOT);
}

/* C-CNF-1, C-CNF-4, C-IA-1, row 3 */
Test(client_link, a_stored_lease_is_confirmed)
{
	confirm();
	cr_expect_leq(scene.sent_at, 1001 * SECOND);
	cr_expect_eq(scene.sent.server_id.size, 0);
	cr_expect_not(scene.sent.has_oro);
	cr_expect(scene.sent.has_elapsed && scene.sent.elapsed == 0);
	cr_expect_eq(scene.sent.n_ias, 1);
	cr_expect_eq(scene.sent.ia[0].t1, 0);
	cr_expect(carries(&scene.sent, 100, "2001:db8::1"));
	cr_expect_eq(scene.sent.binding[0].valid, 0);
	scene_state(BOUND, CONFIRMING);
	cr_expect_eq(action_on(ACTION_ADDRESS_ADD, "2001:db8::1")->address.valid, 5300,
		     "added with what is left (C-ADR-2)");
	cr_expect_eq(action_on(ACTION_ADDRESS_ADD, "2001:db8::1")->address.preferred, 2600);
}

/* C-CNF-1: all IAs with all their addresses. */
Test(client_link, confirm_carries_every_address)
{
	scene_begin(2);
	store(OPTION_IA_NA, "2001:db8::1", 128, scene.now, 5400);
	store(OPTION_IA_NA, "2001:db8::2", 128, scene.now, 5400);
	lease_want(&stored, OPTION_IA_NA, 101);
	store(OPTION_IA_NA, "2001:db8::3", 128, scene.now, 5400);
	stored.binding[2].ia = 1;
	restore();
	scene_start();
	scene_expect(MESSAGE_CONFIRM);
	cr_expect_eq(scene.sent.n_bindings, 3);
	cr_expect(carries(&scene.sent, 101, "2001:db8::3"));
}

/* C-CNF-5, row 81, DESIGN.md 5: told as BOUND6 when both DAD and Confirm have said yes. */
Test(client_link, success_confirms_and_changes_no_times)
{
	const struct script_call *call;
	struct cursor data;
	msec renew_at;

	confirm();
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	scene_run(100);
	cr_expect_eq(count_calls(REASON_BOUND6), 0, "not confirmed yet");
	cr_expect_eq(count(ACTION_READY), 0);
	renew_at = lease_renew_at(&scene.client.lease);
	confirm_reply(7, STATUS_SUCCESS);
	scene_state(BOUND, IDLE);
	call = call_for(REASON_BOUND6, "2001:db8::1");
	cr_assert_not_null(call);
	cr_expect_not(call->has_old);
	cr_expect_eq(call->new_.times.valid, 5400);
	cr_expect(options_find(&call->new_.options, OPTION_DOMAIN_LIST, &data));
	cr_expect_eq(count(ACTION_READY), 1);
	cr_expect_eq(lease_renew_at(&scene.client.lease), renew_at);
	scene_expect(MESSAGE_RENEW);
	cr_expect_eq(scene.sent_at, 1000 * SECOND + 1700 * SECOND);
	cr_expect_eq(scene.sent.server_id.bytes[9], 1, "the server that gave it");
}

Test(client_link, the_verdict_may_come_after_the_confirmation)
{
	confirm();
	confirm_reply(1, STATUS_SUCCESS);
	cr_expect_eq(count_calls(REASON_BOUND6), 0);
	scene_run(800);
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	cr_expect_eq(count_calls(REASON_BOUND6), 1);
	cr_expect(holds(&scene.saved, "2001:db8::1"));
}

/* C-CNF-5: somebody says Success. */
Test(client_link, success_beats_an_earlier_not_on_link)
{
	confirm();
	confirm_reply(2, STATUS_NOT_ON_LINK);
	scene_state(BOUND, CONFIRMING);
	scene_run(200);
	confirm_reply(1, STATUS_SUCCESS);
	scene_state(BOUND, IDLE);
	cr_expect_eq(count(ACTION_ADDRESS_REMOVE), 0);
}

/* C-CNF-6, rows 82 and 83, C-GEN-6, C-GEN-9 */
Test(client_link, not_on_link_alone_drops_the_lease_at_the_end_of_the_rt)
{
	msec end;

	confirm();
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	end = scene.client.exchange.deadline;
	confirm_reply(2, STATUS_NOT_ON_LINK);
	confirm_reply(3, STATUS_NOT_ON_LINK);
	scene_run(end - scene.now - 1);
	scene_state(BOUND, CONFIRMING);
	scene_clear();
	scene_run(1);
	scene_state(INIT, SOLICITING);
	cr_expect_not_null(action_on(ACTION_ADDRESS_REMOVE, "2001:db8::1"));
	cr_expect_not_null(call_for(REASON_EXPIRE6, "2001:db8::1"));
	cr_expect_eq(count_notes(NOTE_NOT_ON_LINK), 1);
	cr_expect_eq(scene.saved.n_bindings, 0);
	cr_expect_eq(scene.client.lease.options.size, 0, "section 18.2.13");
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_eq(scene.sent.n_bindings, 0, "an address of another link is no hint");
}

/* Section 5.4 */
Test(client_link, a_failed_reply_to_confirm_is_ignored)
{
	confirm();
	confirm_reply(1, STATUS_UNSPEC_FAIL);
	confirm_reply(1, 999);
	scene_state(BOUND, CONFIRMING);
	scene_expect(MESSAGE_CONFIRM);
}

/* C-CNF-7, row 85, C-RTX-6 */
Test(client_link, a_confirm_that_nobody_answers_keeps_the_lease)
{
	msec first;
	unsigned int n = 1;

	confirm();
	first = scene.sent_at;
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	while (scene.sent_at < first + 9999 && scene_run_to_message(9999 - (scene.now - first)))
		n++;
	cr_expect(n == 4 || n == 5, "%u Confirms", n);
	cr_expect_eq(count_calls(REASON_BOUND6), 0);
	scene_run(first + 10000 - scene.now);
	scene_state(BOUND, IDLE);
	cr_expect_eq(count_calls(REASON_BOUND6), 1);
	cr_expect_eq(count_notes(NOTE_KEPT), 1);
	cr_expect_eq(count(ACTION_READY), 1);
}

/* C-CNF-9, row 86 */
Test(client_link, t1_and_t2_wait_for_the_end_of_confirm)
{
	for (unsigned int i = 0; i < 2; i++) {
		stored = (struct lease){ 0 };
		scene_begin(1);
		store(OPTION_IA_NA, "2001:db8::1", 128, scene.now - (i == 0 ? 2000 : 3000) * SECOND,
		      5400);
		restore();
		scene_start();
		scene_expect(MESSAGE_CONFIRM);
		scene_expect(MESSAGE_CONFIRM);
		confirm_reply(1, STATUS_SUCCESS);
		cr_expect_eq(scene.sent.type, i == 0 ? MESSAGE_RENEW : MESSAGE_REBIND);
		cr_expect_eq(scene.sent_at, scene.now);
	}
}

/* C-CNF-8 */
Test(client_link, expired_and_released_leases_are_hints)
{
	for (unsigned int i = 0; i < 2; i++) {
		stored = (struct lease){ 0 };
		scene_begin(1);
		store(OPTION_IA_NA, "2001:db8::1", 128, scene.now - 6000 * SECOND,
		      i == 0 ? 5400 : 86400);
		stored.released = i == 1;
		restore();
		scene_start();
		scene_expect(MESSAGE_SOLICIT);
		cr_expect(carries(&scene.sent, 100, "2001:db8::1"));
		cr_expect_eq(scene.sent.n_bindings, 1);
		cr_expect_eq(count(ACTION_ADDRESS_ADD), 0);
		scene_state(INIT, SOLICITING);
	}
}

Test(client_link, what_is_not_wanted_any_more_is_not_restored)
{
	scene_begin(1);
	store(OPTION_IA_PD, "2001:db8:1::", 56, scene.now, 5400);
	restore();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_eq(scene.sent.n_ias, 1);
}

/* C-CNF-2, rows 4, 87 and 90 */
Test(client_link, a_delegated_prefix_is_rebound_with_the_timing_of_confirm)
{
	msec first;

	for (unsigned int i = 0; i < 2; i++) {
		stored = (struct lease){ 0 };
		scene_configure(1);
		scene.config.ia[1].type = OPTION_IA_PD;
		scene.config.ia[1].iaid = 100;
		scene.config.n_ias = 2;
		scene_begin_as_configured();
		store(OPTION_IA_NA, "2001:db8::1", 128, scene.now, 5400);
		store(OPTION_IA_PD, "2001:db8:1::", 56, scene.now, 5400);
		restore();
		scene_start();
		scene_expect(MESSAGE_REBIND);
		first = scene.sent_at;
		cr_expect_leq(first, 1001 * SECOND);
		cr_expect_eq(scene.sent.server_id.size, 0);
		cr_expect_eq(scene.sent.n_bindings, 2);
		cr_expect(lists(&scene.sent, OPTION_SOL_MAX_RT));
		scene_state(BOUND, LINK_REBINDING);
		verdict("2001:db8::1", ADDRESS_UNIQUE);
		cr_expect_eq(count_calls(REASON_REBIND6) + count_calls(REASON_BOUND6), 0);
		if (i == 0) {
			scene_run(first + 10000 - scene.now);
			cr_expect_eq(count_calls(REASON_BOUND6), 2, "C-CNF-10");
		} else {
			answer(MESSAGE_REPLY, 2);
			answer_ia(100, 1800, 2880);
			answer_address("2001:db8::1", 3600, 5400);
			answer_ia(100, 1800, 2880)->type = OPTION_IA_PD;
			answer_address("2001:db8:1::", 3600, 5400)->prefix_len = 56;
			cr_expect_eq(deliver(), REFUSED_NOT);
			cr_expect_eq(count_calls(REASON_REBIND6), 2);
		}
		scene_state(BOUND, IDLE);
	}
}

/* C-GEN-8, C-KRN-4, rows 9 to 11 */
Test(client_link, nothing_is_sent_without_a_link_and_confirm_follows)
{
	unsigned int sends;

	scene_begin(1);
	scene_bind("2001:db8::1");
	scene_link(false);
	sends = scene.sends;
	scene_run(4000 * SECOND);
	cr_expect_eq(scene.sends, sends, "T1 and T2 are past");
	cr_expect_eq(count_calls(REASON_DEPREF6), 1, "but leases age");
	scene_state(BOUND, IDLE);
	scene_link(true);
	scene_expect(MESSAGE_CONFIRM);
	cr_expect(carries(&scene.sent, 100, "2001:db8::1"));
	confirm_reply(1, STATUS_SUCCESS);
	cr_expect_eq(scene.sent.type, MESSAGE_REBIND);
	cr_expect_eq(count_calls(REASON_BOUND6), 0, "it was told already");
	scene_link(false);
	scene_run(2000 * SECOND);
	scene_state(INIT, IDLE);
	cr_expect_not_null(call_for(REASON_EXPIRE6, "2001:db8::1"));
	scene_link(true);
	scene_expect(MESSAGE_SOLICIT);
}

/* C-CNF-13 */
Test(client_link, a_flap_shorter_than_the_delay_makes_one_confirm)
{
	unsigned int sends;

	scene_begin(1);
	scene_bind("2001:db8::1");
	sends = scene.sends;
	for (unsigned int i = 0; i < 10; i++) {
		scene_link(false);
		scene_link(true);
	}
	scene_expect(MESSAGE_CONFIRM);
	cr_expect_eq(scene.sends, sends + 1);
	confirm_reply(1, STATUS_SUCCESS);
	scene_state(BOUND, IDLE);
}

/* Row 10: a link that is lost in discovery starts it anew. */
Test(client_link, discovery_starts_anew_with_the_link)
{
	uint32_t xid;

	scene_begin(1);
	scene_start();
	scene_request();
	xid = scene.sent.xid;
	scene_link(false);
	scene_state(INIT, IDLE);
	cr_expect_eq(client_deadline(&scene.client), NEVER);
	scene_link(true);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_neq(scene.sent.xid, xid);
	cr_expect_eq(scene.sent.elapsed, 0);
}

/* C-KRN-3: without a carrier nothing is added, and what was being tested is tested again. */
Test(client_link, addresses_are_added_only_with_a_link)
{
	scene_begin(1);
	store(OPTION_IA_NA, "2001:db8::1", 128, scene.now, 5400);
	restore();
	client_start(&scene.client, scene.now);
	scene_run(60 * SECOND);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 0);
	scene_link(true);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 1);
	scene_clear();
	scene_link(false);
	cr_expect_not_null(action_on(ACTION_ADDRESS_REMOVE, "2001:db8::1"));
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	cr_expect_eq(count_notes(NOTE_UNIQUE), 0, "K7: nobody heard the probe");
	scene_clear();
	scene_link(true);
	cr_expect_not_null(action_on(ACTION_ADDRESS_ADD, "2001:db8::1"));
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	cr_expect_eq(count_notes(NOTE_UNIQUE), 1);
}

/* C-KRN-5, K13: down and up takes the addresses off; they come back, and that is no conflict. */
Test(client_link, what_the_kernel_removed_with_the_link_is_put_back)
{
	scene_begin(1);
	scene_bind("2001:db8::1");
	scene_link(false);
	verdict("2001:db8::1", ADDRESS_GONE);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 0);
	scene_link(true);
	cr_expect_not_null(action_on(ACTION_ADDRESS_ADD, "2001:db8::1"));
	scene_expect(MESSAGE_CONFIRM);
	cr_expect_eq(count_calls(REASON_DECLINE6), 0);
}

/* Nothing that was leased is forgotten: a crash before the link is back must not lose it. */
Test(client_link, an_address_that_waits_for_the_link_stays_in_the_lease_file)
{
	scene_begin(1);
	store(OPTION_IA_NA, "2001:db8::1", 128, scene.now, 5400);
	store(OPTION_IA_NA, "2001:db8::2", 128, scene.now, 100);
	restore();
	client_start(&scene.client, scene.now);
	scene_run(200 * SECOND);
	cr_expect_eq(count(ACTION_SAVE), 1, "one of two has ended");
	cr_expect(holds(&scene.saved, "2001:db8::1"), "restored, and not tested yet");
	cr_expect_not(holds(&scene.saved, "2001:db8::2"));
	scene_begin(1);
	scene_grant_two("2001:db8::1", "2001:db8::2");
	scene.client.lease.binding[1].times.valid = 100;
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	verdict("2001:db8::2", ADDRESS_UNIQUE);
	scene_link(false);
	verdict("2001:db8::1", ADDRESS_GONE);
	verdict("2001:db8::2", ADDRESS_GONE);
	scene_run(200 * SECOND);
	cr_expect(holds(&scene.saved, "2001:db8::1"), "passed DAD before the link went");
}

/* dad.md, section 5: a declined address is never confirmed. */
Test(client_link, a_duplicate_among_the_restored_leaves_the_lease_file)
{
	confirm();
	scene_clear();
	scene.saved = stored;
	verdict("2001:db8::1", ADDRESS_DUPLICATE);
	cr_expect_eq(count(ACTION_SAVE), 1);
	cr_expect_not(holds(&scene.saved, "2001:db8::1"));
	cr_expect_not_null(call_for(REASON_DECLINE6, "2001:db8::1"));
	cr_assert_eq(scene.sent.type, MESSAGE_DECLINE);
	cr_expect_eq(scene.sent.server_id.bytes[9], 1);
}

/* C-REL-1 to C-REL-3, row 7 */
Test(client_link, release)
{
	struct duid first = server(1);
	msec then;

	scene_begin(1);
	scene_grant_two("2001:db8::1", "2001:db8::2");
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	verdict("2001:db8::2", ADDRESS_UNIQUE);
	scene_clear();
	then = scene.now;
	client_release(&scene.client, scene.now);
	scene_state(INIT, RELEASING);
	cr_expect_not_null(action_on(ACTION_ADDRESS_REMOVE, "2001:db8::1"));
	cr_expect_not_null(action_on(ACTION_ADDRESS_REMOVE, "2001:db8::2"));
	cr_expect_eq(count_calls(REASON_RELEASE6), 2);
	cr_expect(call_for(REASON_RELEASE6, "2001:db8::1")->has_old);
	cr_expect(scene.saved.released);
	cr_expect(holds(&scene.saved, "2001:db8::2"));
	cr_expect_eq(count(ACTION_SEND), 0, "the scripts first");
	scene_run(300);
	client_scripts_done(&scene.client, scene.now);
	cr_assert_eq(scene.sent.type, MESSAGE_RELEASE);
	cr_expect_eq(scene.sent_at, then + 300);
	cr_expect(duid_equal(&scene.sent.server_id, &first));
	cr_expect_not(scene.sent.has_oro);
	cr_expect_eq(scene.sent.n_bindings, 2);
	cr_expect(carries(&scene.sent, 100, "2001:db8::1"));
	cr_expect_eq(scene.sent.binding[0].valid, 0);
	cr_expect_eq(count(ACTION_DONE), 0);
}

/* Scripts that hang do not stop it. */
Test(client_link, release_does_not_wait_for_scripts_for_ever)
{
	msec then;

	scene_begin(1);
	scene_bind("2001:db8::1");
	then = scene.now;
	client_release(&scene.client, scene.now);
	scene_expect(MESSAGE_RELEASE);
	cr_expect_eq(scene.sent_at, then + CLIENT_RELEASE_WAIT);
}

/* C-REL-4: whatever the Reply says. */
Test(client_link, any_reply_ends_the_release)
{
	static const uint16_t codes[] = { STATUS_SUCCESS, STATUS_NO_BINDING, STATUS_UNSPEC_FAIL,
					  999 };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		scene_begin(1);
		scene_bind("2001:db8::1");
		client_release(&scene.client, scene.now);
		scene_expect(MESSAGE_RELEASE);
		answer(MESSAGE_REPLY, 2);
		cr_expect_eq(deliver(), REFUSED_OTHER_SERVER, "C-VAL-RPL-6");
		answer(MESSAGE_REPLY, 1);
		answer_ia_status(100, codes[i]);
		cr_expect_eq(deliver(), REFUSED_NOT);
		cr_expect_eq(count(ACTION_DONE), 1, "status %u", codes[i]);
		cr_expect_eq(client_deadline(&scene.client), NEVER);
	}
}

/* C-REL-5, C-RTX-4, section 2.3 example 5 */
Test(client_link, a_release_is_sent_four_times_then_done)
{
	msec first;

	scene_begin(1);
	scene_bind("2001:db8::1");
	client_release(&scene.client, scene.now);
	scene_expect(MESSAGE_RELEASE);
	first = scene.sent_at;
	for (unsigned int i = 1; i < 4; i++)
		scene_expect(MESSAGE_RELEASE);
	cr_expect_eq(count(ACTION_DONE), 0);
	scene_run(20 * SECOND);
	cr_expect_eq(count(ACTION_DONE), 1);
	for (unsigned int i = 0; i < scene.n; i++)
		if (scene.action[i].type == ACTION_DONE)
			cr_expect(scene.action[i].at >= first + 12000 &&
				  scene.action[i].at <= first + 18460);
	cr_expect_eq(client_deadline(&scene.client), NEVER);
}

/* Row 8 */
Test(client_link, release_with_nothing_held_is_done_at_once)
{
	scene_begin(1);
	scene_start();
	scene_request();
	client_release(&scene.client, scene.now);
	cr_expect_eq(count(ACTION_DONE), 1);
	scene_state(INIT, IDLE);
	scene_run(HOUR);
	cr_expect_eq(scene.sent.type, MESSAGE_REQUEST, "nothing is sent any more");
	scene_begin(1);
	client_release(&scene.client, scene.now);
	cr_expect_eq(count(ACTION_DONE), 1, "also before the start");
}

/* A Release out of any state: what is held goes back, also what has no verdict yet. */
Test(client_link, release_in_the_middle_of_dad_and_of_renew)
{
	scene_begin(1);
	scene_grant_two("2001:db8::1", "2001:db8::2");
	client_release(&scene.client, scene.now);
	scene_expect(MESSAGE_RELEASE);
	cr_expect_eq(scene.sent.n_bindings, 2);
	cr_expect_eq(count(ACTION_ADDRESS_REMOVE), 2);
	verdict("2001:db8::1", ADDRESS_GONE);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 0, "what we removed is not put back");
	scene_begin(1);
	scene_bind("2001:db8::1");
	scene_expect(MESSAGE_RENEW);
	client_release(&scene.client, scene.now);
	scene_expect(MESSAGE_RELEASE);
	cr_expect_eq(scene.sent.n_bindings, 1);
}

/* C-REL-7, row 6 */
Test(client_link, stop_sends_nothing_and_keeps_the_lease)
{
	scene_begin(1);
	scene_bind("2001:db8::1");
	client_stop(&scene.client, false, scene.now);
	cr_expect_eq(count(ACTION_DONE), 1);
	cr_expect_eq(count(ACTION_ADDRESS_REMOVE), 0);
	cr_expect_eq(count(ACTION_SAVE), 0);
	cr_expect_eq(count_calls(REASON_STOP6), 0);
	scene_begin(1);
	scene_bind("2001:db8::1");
	client_stop(&scene.client, true, scene.now);
	cr_expect_not_null(action_on(ACTION_ADDRESS_REMOVE, "2001:db8::1"));
	cr_expect(call_for(REASON_STOP6, "2001:db8::1")->has_old);
	cr_expect_eq(count(ACTION_SAVE), 0, "it stays in the lease file");
	cr_expect_eq(count(ACTION_SEND), 0);
	cr_expect_lt(place_of_call(REASON_STOP6), place_of(ACTION_DONE));
}

/* client.h: "nothing more will come". */
Test(client_link, nothing_comes_after_done)
{
	scene_begin(1);
	scene_bind("2001:db8::1");
	client_stop(&scene.client, false, scene.now);
	scene_clear();
	scene.now += 24 * HOUR;
	client_timeout(&scene.client, scene.now);
	scene_link(false);
	scene_link(true);
	client_scripts_done(&scene.client, scene.now);
	client_timeout(&scene.client, scene.now + 10 * SECOND);
	cr_expect_eq(scene.n, 0);
	cr_expect_eq(client_deadline(&scene.client), NEVER);
}

/* A lease that ends between the restore and the start starts nothing by itself. */
Test(client_link, nothing_is_sent_before_the_start)
{
	scene_begin(1);
	store(OPTION_IA_NA, "2001:db8::1", 128, scene.now, 100);
	restore();
	scene_link(true);
	scene_run(HOUR);
	cr_expect_eq(count(ACTION_SEND), 0);
	client_start(&scene.client, scene.now);
	scene_expect(MESSAGE_SOLICIT);
}

/* C-REN-1, C-REL-3: whatever the lease file says, no message goes out without what it must carry.
 */
Test(client_link, a_stored_lease_without_a_server_leads_to_no_message_without_one)
{
	scene_begin(1);
	store(OPTION_IA_NA, "2001:db8::1", 128, scene.now, 5400);
	stored.server.size = 0;
	restore();
	scene_start();
	while (scene.now < 1000 * SECOND + 2 * HOUR) {
		const struct exchange_timing *timing;

		if (!scene_run_to_message(1000 * SECOND))
			continue;
		timing = exchange_timing(client_message_state(&scene.client));
		cr_assert_eq(scene.sent.server_id.size > 0, timing->server_id, "%s",
			     message_type_name(scene.sent.type));
		if (scene.sent.type == MESSAGE_CONFIRM)
			confirm_reply(1, STATUS_SUCCESS);
	}
	scene_begin(1);
	restore();
	scene_start();
	client_release(&scene.client, scene.now);
	if (scene_run_to_message(10 * SECOND))
		cr_expect_gt(scene.sent.server_id.size, 0, "%s",
			     message_type_name(scene.sent.type));
}

/* C-GEN-10 */
Test(client_link, a_clock_that_was_set_back_makes_no_lease_longer)
{
	scene_begin(1);
	store(OPTION_IA_NA, "2001:db8::1", 128, scene.now + 100 * HOUR, 5400);
	restore();
	scene_start();
	cr_expect_leq(action_on(ACTION_ADDRESS_ADD, "2001:db8::1")->address.valid, 5400);
	scene_expect(MESSAGE_CONFIRM);
	confirm_reply(1, STATUS_SUCCESS);
	scene_run(5400 * SECOND);
	cr_expect_eq(client_lease_state(&scene.client), INIT);
}

/* The script heard BOUND6; it hears of the end too, also when the link went meanwhile (K13). */
Test(client_link, the_end_is_told_also_of_an_address_that_waits_for_the_link)
{
	scene_begin(1);
	scene_bind("2001:db8::1");
	scene_link(false);
	verdict("2001:db8::1", ADDRESS_GONE);
	scene_run(5400 * SECOND);
	scene_state(INIT, IDLE);
	cr_expect_not_null(call_for(REASON_EXPIRE6, "2001:db8::1"));
}

/* C-RTX-8 */
Test(client_link, a_release_lacks_what_has_ended_meanwhile)
{
	scene_begin(1);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 10, 10);
	answer_address("2001:db8::2", 3600, 5400);
	deliver();
	scene_run(8 * SECOND);
	client_release(&scene.client, scene.now);
	client_scripts_done(&scene.client, scene.now);
	cr_expect_eq(scene.sent.n_bindings, 2);
	scene_expect(MESSAGE_RELEASE);
	scene_expect(MESSAGE_RELEASE);
	cr_expect_eq(scene.sent.n_bindings, 1);
	cr_expect(carries(&scene.sent, 100, "2001:db8::2"));
}

/* A host that stops must come to an end, link or not. */
Test(client_link, a_release_without_a_link_ends)
{
	scene_begin(1);
	scene_bind("2001:db8::1");
	scene_link(false);
	client_release(&scene.client, scene.now);
	scene_run(30 * SECOND);
	cr_expect_eq(count(ACTION_DONE), 1);
	cr_expect_eq(count_calls(REASON_RELEASE6), 1);
}

/* C-CNF-6, row 85 with NotOnLink: the last RT ends at MRD. */
Test(client_link, not_on_link_to_the_last_confirm_counts)
{
	msec first;

	confirm();
	first = scene.sent_at;
	while (scene.client.exchange.deadline < first + 10000)
		scene_expect(MESSAGE_CONFIRM);
	confirm_reply(2, STATUS_NOT_ON_LINK);
	scene_run(first + 9999 - scene.now);
	scene_state(BOUND, CONFIRMING);
	scene_run(1);
	scene_state(INIT, SOLICITING);
	cr_expect_eq(count_notes(NOTE_NOT_ON_LINK), 1);
}
