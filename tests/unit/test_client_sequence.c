/* SPDX-License-Identifier: MPL-2.0 */
/* Odd sequences: links that go at the wrong moment, servers that forget, two servers. */
#include <criterion/criterion.h>
#include <string.h>

#include "scene.h"

static void bind_two_ias(void)
{
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	answer_ia(101, 1800, 2880);
	answer_address("2001:db8::2", 3600, 5400);
	cr_assert_eq(deliver(), REFUSED_NOT);
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	verdict("2001:db8::2", ADDRESS_UNIQUE);
	scene_clear();
}

/* C-RATE-3, C-RPL-10 */
Test(sequence, a_binding_that_is_lost_for_good_leads_to_no_loop)
{
	unsigned int before;
	msec end;

	scene_begin(2);
	bind_two_ias();
	end = scene.now + 5400 * SECOND;
	before = scene.sends;
	while (scene.now < end && scene_run_to_message(end - scene.now)) {
		unsigned type = scene.sent.type;
		answer(MESSAGE_REPLY, 1);
		answer_ia(100, 1800, 2880);
		answer_address("2001:db8::1", 3600, 5400);
		answer_ia_status(101, type == MESSAGE_REQUEST ? STATUS_NO_ADDRS_AVAIL
							      : STATUS_NO_BINDING);
		deliver();
		if (!lease_find(&scene.client.lease, &(struct in6_addr){ 0 }, 128) &&
		    scene.client.lease.n_bindings < 2)
			break;
	}
	cr_expect_leq(scene.sends - before, 60, "%u", scene.sends - before);
}

/* C-RPL-5, C-RPL-13 */
Test(sequence, not_on_link_in_the_request_after_no_binding_drops_what_it_is_said_of)
{
	scene_configure(1);
	scene.config.ia[1].type = OPTION_IA_PD;
	scene.config.ia[1].iaid = 200;
	scene.config.n_ias = 2;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 1);
	scene.answer.has_preference = true;
	scene.answer.preference = 255;
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	answer_ia_pd(200, 1800, 2880);
	answer_prefix("2001:db8:5600::", 56, 3600, 5400);
	deliver();
	scene_run_to_message(1000);
	cr_assert_eq(scene.sent.type, MESSAGE_REQUEST);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	answer_ia_pd(200, 1800, 2880);
	answer_prefix("2001:db8:5600::", 56, 3600, 5400);
	cr_assert_eq(deliver(), REFUSED_NOT);
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	scene_link(false);
	scene_run(10 * SECOND);
	scene_link(true);
	scene_expect(MESSAGE_REBIND);
	answer(MESSAGE_REPLY, 2);
	answer_ia_status(100, STATUS_NO_BINDING);
	answer_ia_status(200, STATUS_NO_BINDING)->type = OPTION_IA_PD;
	cr_assert_eq(deliver(), REFUSED_NOT);
	if (scene.sent.type != MESSAGE_REQUEST)
		scene_expect(MESSAGE_REQUEST);
	answer(MESSAGE_REPLY, 2);
	answer_ia_status(100, STATUS_NOT_ON_LINK);
	answer_ia_status(200, STATUS_NO_PREFIX_AVAIL)->type = OPTION_IA_PD;
	cr_assert_eq(deliver(), REFUSED_NOT);
	cr_expect_not(holds(&scene.client.lease, "2001:db8::1") &&
			      client_message_state(&scene.client) == IDLE,
		      "the address that is not on this link stays in use and nothing is said");
}

/* C-ANON-8 */
Test(sequence, an_anonymous_client_names_no_lease_of_the_link_before)
{
	scene_configure(1);
	scene.config.anonymous = true;
	scene_begin_as_configured();
	scene_bind("2001:db8::1");
	scene_run_to_message(1801 * SECOND); /* Renew unanswered */
	scene_link(false);
	scene_run(2 * HOUR);
	scene_link(true);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_not(carries(&scene.sent, 100, "2001:db8::1"),
		      "an address of the earlier network is told to the new one");
}

/* C-ANON-8 */
Test(sequence, a_new_identity_names_no_lease_of_the_one_before)
{
	struct client_config other;
	scene_configure(1);
	scene.config.anonymous = true;
	scene_begin_as_configured();
	scene_bind("2001:db8::1");
	scene_link(false);
	scene_run(2 * HOUR);
	other = scene.config;
	other.duid.bytes[13] ^= 1;
	client_identify(&scene.client, &other, scene.now);
	scene_link(true);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_not(carries(&scene.sent, 100, "2001:db8::1"),
		      "an address of the earlier identity is told");
}

/* C-ANON-7 */
Test(sequence, an_anonymous_client_names_no_former_prefix)
{
	scene_configure(0);
	scene.config.anonymous = true;
	scene.config.ia[0].type = OPTION_IA_PD;
	scene.config.ia[0].iaid = 0;
	scene.config.n_ias = 1;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 1);
	answer_ia_pd(0, 1800, 2880);
	answer_prefix("2001:db8:5600::", 56, 3600, 5400);
	deliver();
	scene_expect(MESSAGE_REQUEST);
	answer(MESSAGE_REPLY, 1);
	answer_ia_pd(0, 1800, 2880);
	answer_prefix("2001:db8:5600::", 56, 3600, 5400);
	deliver();
	scene_run(5400 * SECOND - 1);
	scene_run(HOUR);
	cr_assert_eq(scene.sent.type, MESSAGE_SOLICIT);
	cr_expect_eq(scene.sent.n_bindings, 0,
		     "an anonymous client's Solicit names its former prefix");
}

/* C-RA-4 */
Test(sequence, after_a_decline_a_new_link_waits_for_its_router)
{
	scene_configure(1);
	scene.config.mode = MODE_AUTO;
	scene.config.router_wait = 30 * SECOND;
	scene_begin_as_configured();
	scene_start();
	client_router(&scene.client, ROUTER_NEWS, true, false, scene.now);
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	deliver();
	verdict("2001:db8::1", ADDRESS_DUPLICATE);
	if (scene.sent.type != MESSAGE_DECLINE)
		scene_expect(MESSAGE_DECLINE);
	answer(MESSAGE_REPLY, 1);
	deliver();
	scene_link(false);
	scene_run(10);
	scene_link(true);
	unsigned int sends = scene.sends;
	scene_run(5 * SECOND);
	cr_expect_eq(scene.sends, sends, "%s before a router has spoken",
		     message_type_name(scene.sent.type));
}

/* C-DEC-1 */
Test(sequence, duplicates_of_another_link_are_not_declined_on_this_one)
{
	scene_begin(1);
	scene_grant_two("2001:db8::1", "2001:db8::2");
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	verdict("2001:db8::2", ADDRESS_DUPLICATE);
	if (client_message_state(&scene.client) != DECLINING)
		scene_expect(MESSAGE_DECLINE);
	scene_link(false);
	scene_run(10 * SECOND);
	scene_link(true);
	scene_expect(MESSAGE_CONFIRM);
	answer(MESSAGE_REPLY, 2);
	answer_status(STATUS_NOT_ON_LINK);
	deliver();
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 2);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8:b::1", 3600, 5400);
	deliver();
	scene_expect(MESSAGE_REQUEST);
	answer(MESSAGE_REPLY, 2);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8:b::1", 3600, 5400);
	deliver();
	verdict("2001:db8:b::1", ADDRESS_UNIQUE);
	cr_expect_neq(client_message_state(&scene.client), DECLINING,
		      "declines to a server of another link");
	scene_run(1000);
	cr_expect_neq(scene.sent.type, MESSAGE_DECLINE, "a Decline for the earlier link's server");
}

/* C-REL-3 */
Test(sequence, each_server_is_given_back_what_it_gave)
{
	scene_begin(2);
	bind_two_ias();
	while (scene.sent.type != MESSAGE_REBIND)
		scene_run_to_message(HOUR);
	answer(MESSAGE_REPLY, 2);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	cr_assert_eq(deliver(), REFUSED_NOT);
	client_release(&scene.client, scene.now);
	scene_expect(MESSAGE_RELEASE);
	cr_expect_not(duid_equal(&scene.sent.server_id, (struct duid[]){ server(2) }) &&
			      carries(&scene.sent, 101, "2001:db8::2"),
		      "server 2 is given back what server 1 gave");
}

/* C-RPL-5 */
Test(sequence, a_request_without_addresses_is_forgotten_with_its_exchange)
{
	scene_configure(1);
	scene.config.rapid_commit = true;
	scene_begin_as_configured();
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia_status(100, STATUS_NOT_ON_LINK);
	deliver();
	scene_link(false);
	scene_link(true);
	scene_expect(MESSAGE_SOLICIT);
	uint32_t xid = scene.sent.xid;
	answer(MESSAGE_REPLY, 1);
	scene.answer.rapid_commit = true;
	answer_ia_status(100, STATUS_NOT_ON_LINK);
	cr_assert_eq(deliver(), REFUSED_NOT);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_neq(scene.sent.xid, xid, "row 28 did not happen");
}

/* C-KRN-3 */
Test(sequence, nothing_is_announced_while_the_link_is_away)
{
	scene_begin(1);
	scene_grant_two("2001:db8::1", "2001:db8::2");
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	scene_link(false);
	scene_run(SECOND);
	cr_expect_eq(count_calls(REASON_BOUND6), 0, "BOUND6 while the link is away");
}

/* C-DEC-6 */
Test(sequence, what_a_decline_left_empty_is_asked_for_after_confirm_too)
{
	scene_begin(1);
	scene_grant_two("2001:db8::1", "2001:db8::2");
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	verdict("2001:db8::2", ADDRESS_DUPLICATE);
	if (client_message_state(&scene.client) != DECLINING)
		scene_expect(MESSAGE_DECLINE);
	answer(MESSAGE_REPLY, 1);
	deliver();
	scene_link(false);
	scene_link(true);
	scene_expect(MESSAGE_CONFIRM);
	answer(MESSAGE_REPLY, 1);
	answer_status(0);
	deliver();
	cr_expect(scene_run_to_message(60 * SECOND),
		  "what the Decline left empty is not asked for before T1");
}
