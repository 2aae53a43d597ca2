/* SPDX-License-Identifier: MPL-2.0 */
/* Odd sequences: links that go at the wrong moment, new identities, two servers, passers-by. */
#include <criterion/criterion.h>

#include "scene.h"

#define ONE "2001:db8::1"
#define TWO "2001:db8::2"

static void link_flaps(void)
{
	scene_link(false);
	scene_link(true);
}

static void request(unsigned int n_ias)
{
	scene_begin(n_ias);
	scene_start();
	scene_request();
}

/* What has come in one IA, before any verdict. */
static void grant(const char *text, uint32_t preferred, uint32_t valid)
{
	scene_start();
	scene_request();
	cr_assert_eq(reply_with(1, text, preferred, valid), REFUSED_NOT);
}

/* IAs 100 and 101 of server 1, ONE in the first and TWO, for `valid` s, in the second. */
static void bind_two_ias(uint32_t t1, uint32_t t2, uint32_t valid)
{
	request(2);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, t1, t2);
	answer_address(ONE, 3600, 5400);
	answer_ia(101, t1, t2);
	answer_address(TWO, valid / 2, valid);
	cr_assert_eq(deliver(), REFUSED_NOT);
	verdict(ONE, ADDRESS_UNIQUE);
	verdict(TWO, ADDRESS_UNIQUE);
	scene_clear();
}

/* ONE is kept, and the Decline of TWO is on its way. */
static void decline_one_of_two(void)
{
	scene_begin(1);
	scene_grant_two(ONE, TWO);
	verdict(ONE, ADDRESS_UNIQUE);
	verdict(TWO, ADDRESS_DUPLICATE);
	if (scene.sent.type != MESSAGE_DECLINE)
		scene_expect(MESSAGE_DECLINE);
}

static void run_to_rebind(void)
{
	while (scene.sent.type != MESSAGE_REBIND)
		cr_assert(scene_run_to_message(HOUR));
}

/* Server 2 extends ONE alone. */
static void rebind_one_at_another_server(void)
{
	run_to_rebind();
	cr_assert_eq(reply_with(2, ONE, 3600, 5400), REFUSED_NOT);
}

static void bind_anonymously(void)
{
	scene_configure(1);
	scene.config.anonymous = true;
	scene_begin_as_configured();
	scene_bind(ONE);
}

/* C-ANON-8 */
Test(sequence, an_anonymous_client_names_no_lease_of_the_link_before)
{
	bind_anonymously();
	scene_expect(MESSAGE_RENEW);
	scene_link(false);
	scene_run(2 * HOUR);
	scene_link(true);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_eq(scene.sent.n_bindings, 0);
}

/* C-ANON-8 */
Test(sequence, a_new_identity_names_no_lease_of_the_one_before)
{
	struct client_config other;

	bind_anonymously();
	scene_link(false);
	scene_run(2 * HOUR);
	other = scene.config;
	other.duid.bytes[13] ^= 1;
	client_identify(&scene.client, &other, scene.now);
	scene_link(true);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_eq(scene.sent.n_bindings, 0);
}

/* C-ANON-7 */
Test(sequence, an_anonymous_client_names_no_former_prefix)
{
	scene_configure(1);
	scene.config.anonymous = true;
	scene.config.ia[0].type = OPTION_IA_PD;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 1);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix("2001:db8:5600::", 56, 3600, 5400);
	deliver();
	scene_expect(MESSAGE_REQUEST);
	answer(MESSAGE_REPLY, 1);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix("2001:db8:5600::", 56, 3600, 5400);
	deliver();
	scene_run(5400 * SECOND + HOUR);
	cr_assert_eq(scene.sent.type, MESSAGE_SOLICIT);
	cr_expect_eq(scene.sent.n_bindings, 0);
}

#define MANY 6

/* An address for each of MANY IAs, other ones in each round. */
static void answer_many(unsigned int type, unsigned int round)
{
	const struct client_config *config = &scene.client.config;

	answer(type, 1);
	scene.answer.client_id = config->duid;
	scene.answer.has_preference = type == MESSAGE_ADVERTISE;
	scene.answer.preference = UINT8_MAX;
	for (unsigned int i = 0; i < MANY; i++) {
		answer_ia(config->ia[i].iaid, 1800, 2880);
		answer_address("2001:db8::", 3600, 5400)->addr.s6_addr[15] =
			(uint8_t)(round * 16 + i + 1);
	}
	cr_assert_eq(deliver(), REFUSED_NOT);
}

static void identify_as_another(void)
{
	struct client_config other = scene.client.config;

	other.duid.bytes[13]++;
	for (unsigned int i = 0; i < MANY; i++)
		other.ia[i].iaid += 1000;
	client_identify(&scene.client, &other, scene.now);
}

/* C-ANON-7, C-DEC-1: and a Decline never has more IAs than there is room for. */
Test(sequence, a_new_identity_declines_nothing_of_the_one_before)
{
	scene_configure(MANY);
	scene.config.anonymous = true;
	scene_begin_as_configured();
	client_start(&scene.client, scene.now);
	for (unsigned int round = 0; round < 4; round++) {
		scene_link(true);
		scene_expect(MESSAGE_SOLICIT);
		answer_many(MESSAGE_ADVERTISE, round);
		if (scene.sent.type != MESSAGE_REQUEST)
			scene_expect(MESSAGE_REQUEST);
		answer_many(MESSAGE_REPLY, round);
		for (unsigned int i = 0; i < MANY; i++)
			client_address(&scene.client, &scene.answer.binding[i].addr,
				       ADDRESS_DUPLICATE, scene.now);
		cr_expect_eq(scene.sent.type, MESSAGE_DECLINE);
		cr_expect_eq(scene.sent.n_bindings, MANY);
		scene_link(false);
		scene_run(10 * SECOND);
		identify_as_another();
	}
	cr_expect_eq(scene.client.conflicts.n_declined, 0);
}

/* C-DEC-1 */
Test(sequence, duplicates_of_another_link_are_not_declined_on_this_one)
{
	decline_one_of_two();
	scene_link(false);
	scene_run(10 * SECOND);
	scene_link(true);
	scene_expect(MESSAGE_CONFIRM);
	answer(MESSAGE_REPLY, 2);
	answer_status(STATUS_NOT_ON_LINK);
	deliver();
	scene_request();
	reply_with(1, "2001:db8:b::1", 3600, 5400);
	scene_clear();
	verdict("2001:db8:b::1", ADDRESS_UNIQUE);
	scene_run(30 * SECOND);
	cr_expect_eq(count(ACTION_SEND), 0, "a %s", message_type_name(scene.sent.type));
}

/* C-DEC-6 */
Test(sequence, what_a_decline_left_empty_is_asked_for_after_confirm_too)
{
	decline_one_of_two();
	answer(MESSAGE_REPLY, 1);
	deliver();
	link_flaps();
	scene_expect(MESSAGE_CONFIRM);
	answer(MESSAGE_REPLY, 1);
	answer_status(STATUS_SUCCESS);
	deliver();
	cr_expect(scene_run_to_message(60 * SECOND), "long before T1");
}

/* C-DEC-7, C-T12-10 */
Test(sequence, a_lease_that_ends_while_the_other_is_declined_leads_to_solicit)
{
	request(2);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(ONE, 30, 30);
	answer_ia(101, 1800, 2880);
	answer_address(TWO, 3600, 5400);
	deliver();
	verdict(ONE, ADDRESS_UNIQUE);
	scene_run(25 * SECOND);
	verdict(TWO, ADDRESS_DUPLICATE);
	scene_run(40 * SECOND);
	scene_state(INIT, SOLICITING);
}

/* C-KRN-3 */
Test(sequence, nothing_is_announced_while_the_link_is_away)
{
	scene_begin(1);
	scene_grant_two(ONE, TWO);
	verdict(ONE, ADDRESS_UNIQUE);
	scene_link(false);
	scene_run(SECOND);
	cr_expect_eq(count_calls(REASON_BOUND6), 0);
}

/* C-RPL-5 */
Test(sequence, a_request_without_addresses_is_forgotten_with_its_exchange)
{
	uint32_t xid;

	scene_configure(1);
	scene.config.rapid_commit = true;
	scene_begin_as_configured();
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia_status(100, STATUS_NOT_ON_LINK);
	deliver();
	link_flaps();
	scene_expect(MESSAGE_SOLICIT);
	xid = scene.sent.xid;
	answer(MESSAGE_REPLY, 1);
	scene.answer.rapid_commit = true;
	answer_ia_status(100, STATUS_NOT_ON_LINK);
	cr_assert_eq(deliver(), REFUSED_NOT);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_neq(scene.sent.xid, xid, "discovery begins anew");
}

/* C-REL-8 */
Test(sequence, each_server_is_given_back_what_it_gave)
{
	struct duid other = server(2);

	bind_two_ias(1800, 2880, 5400);
	rebind_one_at_another_server();
	client_release(&scene.client, scene.now);
	for (unsigned int i = 0; i < 2; i++) {
		scene_expect(MESSAGE_RELEASE);
		if (duid_equal(&scene.sent.server_id, &other))
			cr_expect(carries(&scene.sent, 100, ONE));
		else
			cr_expect(carries(&scene.sent, 101, TWO));
		cr_expect_eq(scene.sent.n_bindings, 1);
		answer(MESSAGE_REPLY, duid_equal(&scene.sent.server_id, &other) ? 2 : 1);
		deliver();
	}
	cr_expect_eq(count(ACTION_DONE), 1);
}

/* C-REL-3, C-RTX-8 */
Test(sequence, what_has_ended_is_not_given_back)
{
	msec end;

	bind_two_ias(10, 16, 60);
	end = scene.now + 60 * SECOND;
	rebind_one_at_another_server();
	scene_run(end - scene.now - 6 * SECOND);
	client_release(&scene.client, scene.now);
	while (scene_run_to_message(60 * SECOND)) {
		cr_assert_eq(scene.sent.type, MESSAGE_RELEASE);
		cr_expect_gt(scene.sent.n_bindings, 0, "a Release that names nothing");
	}
}

/* C-REL-1 */
Test(sequence, a_release_waits_for_no_more_than_its_scripts)
{
	msec wish;

	scene_begin(1);
	grant(ONE, 3600, 5400);
	verdict(ONE, ADDRESS_UNIQUE);
	wish = scene.now;
	client_release(&scene.client, wish);
	scene_expect(MESSAGE_RELEASE);
	cr_expect_leq(scene.now - wish, CLIENT_RELEASE_WAIT);
}

/* C-RTX-7, C-RTX-12 */
Test(sequence, a_sleep_during_a_request_counts_as_elapsed_time_and_makes_one_message)
{
	unsigned int before;

	request(1);
	scene.now += 10 * HOUR;
	client_timeout(&scene.client, scene.now);
	cr_expect_eq(scene.sent.elapsed, UINT16_MAX);
	before = scene.sends;
	scene_run(SECOND);
	cr_expect_leq(scene.sends - before, 1);
}

/* C-RTX-12, C-T12-10 */
Test(sequence, a_sleep_over_the_end_of_a_lease_takes_it_off_and_solicits)
{
	scene_begin(1);
	scene_bind(ONE);
	scene.now += 10 * HOUR;
	client_timeout(&scene.client, scene.now);
	cr_expect_eq(count(ACTION_ADDRESS_REMOVE), 1);
	scene_expect(MESSAGE_SOLICIT);
}

/* C-CNF-9, C-REB-1 */
Test(sequence, a_lease_restored_after_its_t2_is_rebound_when_confirm_was_not_answered)
{
	struct lease lease;
	msec later;

	scene_begin(1);
	scene_bind(ONE);
	lease = scene.client.lease;
	later = scene.now + 3000 * SECOND;
	scene_configure(1);
	scene.now = later;
	scene_begin_as_configured();
	client_restore(&scene.client, &lease, scene.now);
	scene_start();
	scene_expect(MESSAGE_CONFIRM);
	verdict(ONE, ADDRESS_UNIQUE);
	while (scene.sent.type == MESSAGE_CONFIRM)
		cr_assert(scene_run_to_message(HOUR));
	cr_expect_eq(scene.sent.type, MESSAGE_REBIND);
	cr_expect_eq(scene.sent.elapsed, 0);
}

/* C-RATE-3, C-DEC-7: an hour or the like apart, but it never gives up. */
Test(sequence, a_network_of_nothing_but_duplicates_is_asked_again_and_again)
{
	msec began;
	unsigned int n = 0;

	scene_begin(1);
	scene_start();
	began = scene.now;
	while (n < 40 && scene_run_to_message(4 * HOUR)) {
		struct in6_addr addr = ip6("2001:db8::");
		unsigned int type = scene.sent.type;

		addr.s6_addr[15] = (uint8_t)++n;
		answer(type == MESSAGE_SOLICIT ? MESSAGE_ADVERTISE : MESSAGE_REPLY, 1);
		if (type != MESSAGE_DECLINE) {
			answer_ia(100, 1800, 2880);
			answer_address("2001:db8::", 3600, 5400)->addr = addr;
		}
		deliver();
		if (type == MESSAGE_REQUEST)
			client_address(&scene.client, &addr, ADDRESS_DUPLICATE, scene.now);
	}
	cr_expect_eq(n, 40);
	cr_expect_gt(scene.now - began, 2 * HOUR);
}

/* C-AUTH-2, C-AUTH-7: a Reply with replay value `replay`. */
static void answer_with_replay(uint8_t high, uint8_t low)
{
	uint8_t auth[28] = { 3, 1, 0, [9] = high, [10] = low, [11] = 1 };

	answer(MESSAGE_REPLY, 1);
	options_add(&scene.answer.options, OPTION_AUTH, auth, sizeof(auth));
}

/* C-AUTH-7: nobody is locked out for ever. */
Test(sequence, a_replay_counter_that_a_server_has_lost_does_not_end_stateless_information)
{
	unsigned int refused = 0;

	scene_configure(0);
	scene.config.mode = MODE_STATELESS;
	scene.config.reconfigure = true;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	answer_with_replay(9, 0);
	cr_assert_eq(deliver(), REFUSED_NOT);
	for (uint8_t day = 1; day <= 30; day++) {
		if (!scene_run_to_message(30 * HOUR))
			continue;
		answer_with_replay(0, day);
		refused += deliver() == REFUSED_REPLAY;
		if (day == 10)
			link_flaps();
	}
	cr_expect_leq(refused, 15, "%u of 30", refused);
}

static void claim_another_address(void)
{
	struct claim claim = { .addr = ip6("2001:db8:99::1"), .mac = { .size = 6 } };

	client_claim(&scene.client, &claim, scene.now);
}

/* C-DEC-1: what a passer-by says of an address that is not ours means nothing. */
Test(sequence, a_neighbor_with_an_address_of_its_own_ends_no_request)
{
	request(1);
	claim_another_address();
	scene_state(INIT, REQUESTING);
	cr_expect(scene_run_to_message(HOUR));
}

/* C-DEC-1 */
Test(sequence, a_neighbor_with_an_address_of_its_own_ends_no_information_request)
{
	scene_configure(0);
	scene.config.mode = MODE_STATELESS;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	claim_another_address();
	scene_state(INIT, INFORMING);
	cr_expect(scene_run_to_message(HOUR));
}
