/* SPDX-License-Identifier: MPL-2.0 */
/* Odd Replies: of servers that have forgotten, answer in part, or say what nobody asked. */
#include <criterion/criterion.h>

#include "scene.h"

#define ONE    "2001:db8::1"
#define TWO    "2001:db8::2"
#define PREFIX "2001:db8:5600::"

static void request(unsigned int n_ias)
{
	scene_begin(n_ias);
	scene_start();
	scene_request();
}

/* ONE in IA 100 and TWO in IA 101, with lifetimes of their own. */
static void bind_two_ias(uint32_t t1, uint32_t t2, uint32_t valid, uint32_t other_valid)
{
	request(2);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, t1, t2);
	answer_address(ONE, valid, valid);
	answer_ia(101, t1, t2);
	answer_address(TWO, other_valid, other_valid);
	cr_assert_eq(deliver(), REFUSED_NOT);
	verdict(ONE, ADDRESS_UNIQUE);
	verdict(TWO, ADDRESS_UNIQUE);
	scene_clear();
}

/* From now on IA 101 is lost: the server does not know it, and has nothing more for it. */
static void answer_without_the_other(uint32_t t1, uint32_t t2, uint32_t valid)
{
	bool request = scene.sent.type == MESSAGE_REQUEST;

	answer(MESSAGE_REPLY, 1);
	answer_ia(100, t1, t2);
	answer_address(ONE, valid, valid);
	answer_ia_status(101, request ? STATUS_NO_ADDRS_AVAIL : STATUS_NO_BINDING);
	deliver();
}

static void request_both(void)
{
	scene_configure(2);
	scene.config.ia[1].type = OPTION_IA_PD;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 1);
	answer_ia(100, 1800, 2880);
	answer_address(ONE, 3600, 5400);
	answer_ia_pd(101, 1800, 2880);
	answer_prefix(PREFIX, 56, 3600, 5400);
	deliver();
	scene_expect(MESSAGE_REQUEST);
}

static void bind_both(void)
{
	request_both();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(ONE, 3600, 5400);
	answer_ia_pd(101, 1800, 2880);
	answer_prefix(PREFIX, 56, 3600, 5400);
	cr_assert_eq(deliver(), REFUSED_NOT);
	verdict(ONE, ADDRESS_UNIQUE);
	scene_clear();
}

/* Another link, perhaps: Rebind with the timing of Confirm. */
static void be_rebound(void)
{
	scene_link(false);
	scene_run(10 * SECOND);
	scene_link(true);
	scene_expect(MESSAGE_REBIND);
}

static void run_to(unsigned int type)
{
	while (scene.sent.type != type)
		cr_assert(scene_run_to_message(HOUR));
}

/* C-RATE-3, C-RPL-10 */
Test(reply, a_binding_that_is_lost_for_good_leads_to_no_loop)
{
	unsigned int before;
	msec end;

	bind_two_ias(1800, 2880, 5400, 5400);
	end = scene.now + 5400 * SECOND;
	before = scene.sends;
	while (scene.now < end && scene_run_to_message(end - scene.now))
		answer_without_the_other(1800, 2880, 5400);
	cr_expect_leq(scene.sends - before, 60, "%u", scene.sends - before);
}

/* C-T12-2: what is lost for good has a wait of its own. */
Test(reply, the_wait_for_a_lost_binding_does_not_delay_the_t2_of_a_good_one)
{
	msec end;
	msec last;

	bind_two_ias(60, 100, 200, 20000);
	last = scene.now;
	end = scene.now + 4000 * SECOND;
	while (scene.now < end && scene_run_to_message(end - scene.now)) {
		answer_without_the_other(60, 100, 200);
		last = scene.now;
	}
	scene.sent.type = 0;
	run_to(MESSAGE_REBIND);
	cr_expect_leq(scene.now - last, 110 * SECOND, "the server is mute by now");
	cr_expect(carries(&scene.sent, 100, ONE));
}

/* C-RPL-10, C-RPL-11, C-T12-11 */
Test(reply, a_binding_that_is_left_out_until_it_ends_leads_to_no_loop)
{
	unsigned int before;
	msec end;

	bind_two_ias(100, 160, 5400, 200);
	before = scene.sends;
	end = scene.now + 1000 * SECOND;
	while (scene.now < end && scene_run_to_message(end - scene.now)) {
		answer(MESSAGE_REPLY, 1);
		answer_ia(100, 3000, 4000);
		answer_address(ONE, 3600, 5400);
		deliver();
	}
	cr_expect_leq(scene.sends - before, 10, "%u", scene.sends - before);
}

/* C-RPL-9, C-RATE-3: old servers say so of an IA that was never filled. */
Test(reply, no_binding_for_an_empty_ia_makes_two_messages_at_each_t1)
{
	unsigned int n[MESSAGE_ADDR_REG_REPLY + 1] = { 0 };
	msec end;

	request(2);
	answer_without_the_other(100, 160, 500);
	verdict(ONE, ADDRESS_UNIQUE);
	end = scene.now + 1000 * SECOND;
	while (scene.now < end && scene_run_to_message(end - scene.now)) {
		n[scene.sent.type]++;
		if (scene.sent.type == MESSAGE_REQUEST)
			answer_without_the_other(100, 160, 500);
		else {
			answer(MESSAGE_REPLY, 1);
			answer_ia(100, 100, 160);
			answer_address(ONE, 300, 500);
			answer_ia_status(101, STATUS_NO_BINDING);
			deliver();
		}
	}
	cr_expect_leq(n[MESSAGE_RENEW], 10, "%u", n[MESSAGE_RENEW]);
	cr_expect_leq(n[MESSAGE_REQUEST], 20, "%u", n[MESSAGE_REQUEST]);
	cr_expect_eq(n[MESSAGE_REBIND], 0);
}

/* C-RTX-4, C-CNF-10: the lease stays meanwhile, and T2 comes as it would have. */
Test(reply, after_no_binding_a_server_that_is_mute_gets_ten_requests)
{
	unsigned int n = 0;

	bind_both();
	be_rebound();
	answer(MESSAGE_REPLY, 2);
	answer_ia_status(100, STATUS_NO_BINDING);
	answer_ia_status(101, STATUS_NO_BINDING)->type = OPTION_IA_PD;
	cr_assert_eq(deliver(), REFUSED_NOT);
	while (scene.now < 2000 * SECOND && scene_run_to_message(1000 * SECOND))
		n += scene.sent.type == MESSAGE_REQUEST;
	cr_expect_leq(n, 10, "%u", n);
	cr_expect_geq(n, 9, "%u", n);
	cr_expect_eq(scene.client.lease.n_bindings, 2);
}

/* C-RPL-5, C-RPL-13 */
Test(reply, not_on_link_in_the_request_after_no_binding_ends_what_it_is_said_of)
{
	bind_both();
	be_rebound();
	answer(MESSAGE_REPLY, 2);
	answer_ia_status(100, STATUS_NO_BINDING);
	answer_ia_status(101, STATUS_NO_BINDING)->type = OPTION_IA_PD;
	cr_assert_eq(deliver(), REFUSED_NOT);
	run_to(MESSAGE_REQUEST);
	answer(MESSAGE_REPLY, 2);
	answer_ia_status(100, STATUS_NOT_ON_LINK);
	answer_ia_status(101, STATUS_NO_PREFIX_AVAIL)->type = OPTION_IA_PD;
	cr_assert_eq(deliver(), REFUSED_NOT);
	cr_expect_not(holds(&scene.client.lease, ONE));
}

/* C-CNF-10: what the Rebind of a new link was not answered about stays, and waits for T1. */
Test(reply, a_rebind_of_a_new_link_that_is_answered_in_part_keeps_all)
{
	unsigned int before;

	bind_both();
	be_rebound();
	answer(MESSAGE_REPLY, 2);
	answer_ia(100, 1800, 2880);
	answer_address(ONE, 3600, 5400);
	answer_ia_status(101, STATUS_NO_PREFIX_AVAIL)->type = OPTION_IA_PD;
	deliver();
	scene_run(15 * SECOND);
	scene_state(BOUND, IDLE);
	cr_expect_eq(scene.client.lease.n_bindings, 2);
	before = scene.sends;
	scene_run(1700 * SECOND);
	cr_expect_eq(scene.sends, before);
}

/* C-CNF-7: neither is the answer that a Confirm asks for. */
Test(reply, a_confirm_is_refuted_by_not_on_link_at_the_top_alone)
{
	static const struct {
		const char *name;
		bool in_ia;
		uint16_t code;
	} rows[] = {
		{ "NoBinding at the top", false, STATUS_NO_BINDING },
		{ "NotOnLink in the IA", true, STATUS_NOT_ON_LINK },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scene_begin(1);
		scene_bind(ONE);
		scene_link(false);
		scene_link(true);
		scene_expect(MESSAGE_CONFIRM);
		answer(MESSAGE_REPLY, 2);
		if (rows[i].in_ia)
			answer_ia_status(100, rows[i].code);
		else
			answer_status(rows[i].code);
		deliver();
		scene_run(15 * SECOND);
		cr_expect(holds(&scene.client.lease, ONE), "%s", rows[i].name);
		cr_expect_eq(client_message_state(&scene.client), IDLE, "%s", rows[i].name);
	}
}

/* C-RPL-13: of no IA it says anything. */
Test(reply, not_on_link_at_the_top_of_a_rebinds_reply_ends_nothing)
{
	scene_begin(1);
	scene_bind(ONE);
	run_to(MESSAGE_REBIND);
	answer(MESSAGE_REPLY, 2);
	answer_status(STATUS_NOT_ON_LINK);
	deliver();
	scene_state(BOUND, REBINDING);
}

/* C-REB-5 */
Test(reply, the_last_renew_is_answered_too_late_when_rebind_has_begun)
{
	uint32_t xid;

	scene_begin(1);
	scene_bind(ONE);
	scene_expect(MESSAGE_RENEW);
	xid = scene.sent.xid;
	run_to(MESSAGE_REBIND);
	answer(MESSAGE_REPLY, 1);
	scene.answer.xid = xid;
	answer_ia(100, 1800, 2880);
	answer_address(ONE, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_XID);
}

/* C-RPL-2: as many messages as without an answer. */
Test(reply, unspec_fail_in_the_ia_does_not_hurry_the_renew)
{
	unsigned int n = 0;
	msec end;

	scene_begin(1);
	scene_bind(ONE);
	end = scene.now + 5300 * SECOND;
	while (scene.now < end && scene_run_to_message(end - scene.now)) {
		n++;
		answer(MESSAGE_REPLY, 1);
		answer_ia_status(100, STATUS_UNSPEC_FAIL);
		deliver();
	}
	cr_expect_lt(n, 30, "%u", n);
}

/* C-IA-10 */
Test(reply, an_address_in_an_ia_that_nobody_asked_for_renews_nothing)
{
	scene_begin(1);
	scene_bind(ONE);
	scene_expect(MESSAGE_RENEW);
	answer(MESSAGE_REPLY, 1);
	answer_ia(999, 1800, 2880);
	answer_address(ONE, 3600, 5400);
	deliver();
	scene_state(BOUND, RENEWING);
}

/* C-SOL-9: whatever was advertised meanwhile. */
Test(reply, one_with_rapid_commit_wins_over_offers)
{
	scene_configure(1);
	scene.config.rapid_commit = true;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	scene_run(500);
	answer(MESSAGE_ADVERTISE, 1);
	answer_ia(100, 1800, 2880);
	answer_address(ONE, 3600, 5400);
	deliver();
	answer(MESSAGE_REPLY, 2);
	scene.answer.rapid_commit = true;
	answer_ia(100, 1800, 2880);
	answer_address(TWO, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	cr_expect(holds(&scene.client.lease, TWO));
}

/* C-ADV-9: not on this link, says one server; another one has an offer. */
Test(reply, one_with_rapid_commit_and_not_on_link_costs_no_offer)
{
	scene_configure(1);
	scene.config.rapid_commit = true;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 2);
	answer_ia(100, 1800, 2880);
	answer_address(ONE, 3600, 5400);
	deliver();
	answer(MESSAGE_REPLY, 1);
	scene.answer.rapid_commit = true;
	answer_ia_status(100, STATUS_NOT_ON_LINK);
	deliver();
	cr_assert(scene_run_to_message(3 * SECOND));
	cr_expect_eq(scene.sent.type, MESSAGE_REQUEST);
}

/* C-IA-11, C-RPL-15: the script has never heard of it before. */
Test(reply, an_address_that_is_listed_twice_is_one_that_is_new)
{
	request(1);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(ONE, 3600, 5400);
	answer_address(ONE, 3600, 5400);
	deliver();
	cr_assert_eq(scene.client.lease.n_bindings, 1);
	cr_expect_not(scene.client.lease.binding[0].had);
}

/* C-REB-4, C-RPL-6 */
Test(reply, a_lifetime_of_0_beside_another_address_gives_that_one_alone)
{
	request(1);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(ONE, 0, 0);
	answer_address(TWO, 3600, 5400);
	deliver();
	scene_state(BOUND, IDLE);
	cr_expect_not(holds(&scene.client.lease, ONE));
	cr_expect(holds(&scene.client.lease, TWO));
}

/* C-RPL-4, C-RATE-3: of two addresses one is withdrawn, of the other nothing is said. */
Test(reply, a_withdrawn_address_takes_none_with_it_and_leads_to_no_loop)
{
	unsigned int n = 0;
	msec end;

	scene_begin(1);
	scene_grant_two(ONE, TWO);
	verdict(ONE, ADDRESS_UNIQUE);
	verdict(TWO, ADDRESS_UNIQUE);
	scene_expect(MESSAGE_RENEW);
	end = scene.now + 1000 * SECOND;
	do {
		n++;
		reply_with(1, ONE, 0, 0);
	} while (scene.now < end && scene_run_to_message(end - scene.now));
	cr_expect_not(holds(&scene.client.lease, ONE));
	cr_expect(holds(&scene.client.lease, TWO));
	cr_expect_leq(n, 10, "%u", n);
}

/* C-REN-7, C-REB-4: the script hears of what is there in the end. */
Test(reply, an_address_that_is_replaced_while_it_is_tested_is_told_to_nobody)
{
	request(1);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1, 100);
	answer_address(ONE, 3600, 5400);
	deliver();
	scene_expect(MESSAGE_RENEW);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1000, 1600);
	answer_address(ONE, 0, 0);
	answer_address(TWO, 3600, 5400);
	deliver();
	verdict(ONE, ADDRESS_UNIQUE);
	verdict(TWO, ADDRESS_UNIQUE);
	scene_run(6 * SECOND);
	cr_expect_eq(count_calls(REASON_EXPIRE6), 0);
	cr_expect_eq(count_calls(REASON_BOUND6), 1);
}

/* C-RPL-16: BOUND6 comes first. */
Test(reply, an_address_with_a_preferred_lifetime_of_0_is_bound_and_deprecated)
{
	request(1);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 0, 0);
	answer_address(ONE, 0, 5400);
	deliver();
	verdict(ONE, ADDRESS_UNIQUE);
	cr_assert_eq(count_calls(REASON_BOUND6), 1);
	cr_assert_eq(count_calls(REASON_DEPREF6), 1);
	cr_expect_lt(place_of_call(REASON_BOUND6), place_of_call(REASON_DEPREF6));
}

/* C-RPL-16 */
Test(reply, an_address_is_deprecated_anew_when_it_was_preferred_again)
{
	scene_begin(1);
	scene_bind(ONE);
	scene_expect(MESSAGE_RENEW);
	reply_with(1, ONE, 0, 5400);
	cr_expect_eq(count_calls(REASON_DEPREF6), 1);
	scene_expect(MESSAGE_RENEW);
	reply_with(1, ONE, 100, 5400);
	scene_run(150 * SECOND);
	cr_expect_eq(count_calls(REASON_DEPREF6), 2);
}

/* C-IA-3, C-GEN-5 */
Test(reply, a_prefix_with_t1_above_t2_is_asked_for_again)
{
	request_both();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(ONE, 3600, 5400);
	answer_ia_pd(101, 2880, 1800);
	answer_prefix(PREFIX, 56, 3600, 5400);
	deliver();
	scene_state(BOUND, IDLE);
	verdict(ONE, ADDRESS_UNIQUE);
	scene_expect(MESSAGE_RENEW);
	cr_expect_eq(scene.sent.n_ias, 2);
}

/* C-GEN-5, C-T12-6 */
Test(reply, what_is_missing_beside_an_infinite_lease_is_asked_for_again)
{
	request(2);
	answer_without_the_other(UINT32_MAX, UINT32_MAX, UINT32_MAX);
	verdict(ONE, ADDRESS_UNIQUE);
	cr_expect(scene_run_to_message(40 * 24 * HOUR));
}

/* C-RATE-4, C-T12-1, C-T12-4, C-T12-5, C-T12-6: what comes first after odd times, and when. */
Test(reply, odd_times)
{
	static const struct {
		uint32_t t1, t2, preferred, valid;
		unsigned int type;
		msec seconds;
	} rows[] = {
		{ 0, 100, 3600, 5400, MESSAGE_RENEW, 62 },
		{ 100, 0, 50, 60, MESSAGE_SOLICIT, 60 },
		{ 0, 0, 0, 100, MESSAGE_RENEW, 60 },
		{ 0, 0, 1, 2, MESSAGE_REBIND, 1 },
		{ 0, 1, 3600, 5400, MESSAGE_REBIND, 1 },
		{ 1, 0, 3600, 5400, MESSAGE_RENEW, 1 },
		{ 0, 0, 10, UINT32_MAX, MESSAGE_RENEW, 5 },
		{ UINT32_MAX, 0, 100, 200, MESSAGE_SOLICIT, 200 },
		{ 0, UINT32_MAX, 100, 200, MESSAGE_RENEW, 60 },
		{ 1, 1, 3600, 5400, MESSAGE_REBIND, 1 },
		{ 0, 0, 30, 40, MESSAGE_RENEW, 15 },
		{ 0, 0, 119, 119, MESSAGE_RENEW, 60 },
		{ 0, 59, 3600, 5400, MESSAGE_RENEW, 36 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		msec began;

		scene_begin(1);
		scene_start();
		scene_request();
		answer(MESSAGE_REPLY, 1);
		answer_ia(100, rows[i].t1, rows[i].t2);
		answer_address(ONE, rows[i].preferred, rows[i].valid);
		deliver();
		verdict(ONE, ADDRESS_UNIQUE);
		began = scene.now;
		cr_assert(scene_run_to_message(HOUR), "%zu", i);
		cr_expect_eq(scene.sent.type, rows[i].type, "%zu: %s", i,
			     message_type_name(scene.sent.type));
		/* A Solicit has a delay of up to a second. */
		cr_expect(scene.now - began >= rows[i].seconds * SECOND &&
				  scene.now - began <= (rows[i].seconds + 1) * SECOND,
			  "%zu: %lld ms", i, (long long)(scene.now - began));
	}
}
