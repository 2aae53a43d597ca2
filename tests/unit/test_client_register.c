/* SPDX-License-Identifier: MPL-2.0 */
/* Addresses of the host's own, registered by the client (RFC 9686); the rules are registrar.h's. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "scene.h"

#define LEASED "2001:db8::1"
#define OWN    "2001:db8::5054:ff"

static void begin(bool wanted)
{
	scene_configure(1);
	scene.config.register_addresses = wanted;
	scene_begin_as_configured();
	scene_start();
	client_router(&scene.client, ROUTER_NEWS, true, true, scene.now);
}

static void own(const char *text, bool usable, uint32_t preferred, uint32_t valid)
{
	struct in6_addr addr = ip6(text);

	client_own_address(&scene.client, &addr, usable, preferred, valid, scene.now);
}

/* A lease from a server that registers addresses, or does not. */
static void be_bound(bool offered)
{
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_eq(lists(&scene.sent, OPTION_ADDR_REG_ENABLE), scene.config.register_addresses);
	for (unsigned int i = 0; i < 2; i++) {
		answer(i == 0 ? MESSAGE_ADVERTISE : MESSAGE_REPLY, 1);
		answer_ia(100, 1800, 2880);
		answer_address(LEASED, 3600, 5400);
		if (offered && i == 1)
			options_add(&scene.answer.options, OPTION_ADDR_REG_ENABLE, NULL, 0);
		cr_assert_eq(deliver(), REFUSED_NOT);
		if (i == 0)
			scene_expect(MESSAGE_REQUEST);
	}
	verdict(LEASED, ADDRESS_UNIQUE);
	scene_run(SECOND);
	scene_clear();
}

static bool sent_from(const char *text)
{
	struct in6_addr addr = ip6(text);

	return memcmp(&scene.sent_from, &addr, sizeof(addr)) == 0;
}

static enum refusal answer_registration(const char *to)
{
	static uint8_t bytes[1000];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));
	struct message reply = scene.sent;
	struct in6_addr addr = ip6(to);

	reply.type = MESSAGE_ADDR_REG_REPLY;
	reply.server_id = server(1);
	message_build(&reply, &out);
	return client_receive(&scene.client, bytes, out.at, &addr, stamp(scene.now),
			      &scene.received);
}

/* C-REG-1, C-REG-2 */
Test(register, an_address_of_our_own_is_told_from_itself)
{
	begin(true);
	own(OWN, true, 3600, 7200);
	be_bound(true);
	own(OWN, true, 3600, 7200);
	scene_run(100 * SECOND);
	cr_assert_eq(scene.sent.type, MESSAGE_ADDR_REG_INFORM);
	cr_expect_eq(count_notes(NOTE_UNREGISTERED), 1, "nobody has answered");
	cr_expect_eq(count_notes(NOTE_REGISTER_AGAIN), 0);
	cr_expect(sent_from(OWN));
	cr_expect_eq(scene.sent.server_id.size, 0);
	cr_expect_not(scene.sent.has_oro);
	scene_state(BOUND, IDLE);
}

/* C-REG-1 */
Test(register, every_option_request_option_asks_whether_servers_want_it)
{
	begin(true);
	be_bound(true);
	scene_expect(MESSAGE_RENEW);
	cr_expect(lists(&scene.sent, OPTION_ADDR_REG_ENABLE));
	cr_expect(sent_from("::"), "all else leaves from a link-local address");
}

/* C-REG-1, C-REG-8 */
Test(register, nothing_is_told_without_offer_or_wish)
{
	begin(true);
	own(OWN, true, 3600, 7200);
	be_bound(false);
	scene_run(1000 * SECOND);
	cr_expect_eq(count(ACTION_SEND), 0);

	begin(false);
	own(OWN, true, 3600, 7200);
	be_bound(true);
	scene_run(1000 * SECOND);
	cr_expect_eq(count(ACTION_SEND), 0);
}

/* C-REG-3 */
Test(register, a_leased_address_is_never_told)
{
	begin(true);
	be_bound(true);
	own(LEASED, true, 3600, 5400);
	scene_run(1000 * SECOND);
	cr_expect_eq(count(ACTION_SEND), 0);
}

/* C-REG-3: the kernel may have had it first (by SLAAC). */
Test(register, an_address_that_becomes_a_lease_is_told_no_more)
{
	begin(true);
	own(LEASED, true, 3600, 5400);
	be_bound(true);
	scene_run(1000 * SECOND);
	cr_expect_eq(count(ACTION_SEND), 0);
}

/* C-REG-7, C-VAL-REG-1 */
Test(register, an_answer_ends_it_and_changes_nothing)
{
	begin(true);
	own(OWN, true, 3600, 7200);
	be_bound(true);
	own(OWN, true, 3600, 7200);
	scene_run_to_message(100 * SECOND);
	scene_clear();
	cr_expect_neq(answer_registration(LEASED), REFUSED_NOT);
	cr_expect_eq(answer_registration(OWN), REFUSED_NOT);
	cr_expect_eq(scene.n, 0, "nothing follows from it");
	scene_run(100 * SECOND);
	cr_expect_eq(count(ACTION_SEND), 0);
	cr_expect_eq(count_notes(NOTE_UNREGISTERED), 0);
	scene_state(BOUND, IDLE);
}

/* C-REG-5 */
Test(register, other_lifetimes_are_told_and_that_is_said)
{
	begin(true);
	own(OWN, true, 3600, 7200);
	be_bound(true);
	own(OWN, true, 3600, 7200);
	scene_run_to_message(100 * SECOND);
	answer_registration(OWN);
	scene_run(100 * SECOND);
	scene_clear();
	own(OWN, true, 100, 200);
	scene_run(180 * SECOND);
	cr_expect_gt(count(ACTION_SEND), 0);
	cr_expect_eq(count_notes(NOTE_REGISTER_AGAIN), 1);
}

/* C-REG-1: once, and whether a router has to allow it, too. */
Test(register, an_offer_is_said_once)
{
	for (unsigned int i = 0; i < 4; i++) {
		bool wanted = i < 2;
		bool allowed = i == 1;

		scene_configure(1);
		scene.config.register_addresses = wanted;
		scene_begin_as_configured();
		scene_start();
		scene_expect(MESSAGE_SOLICIT);
		if (allowed)
			client_router(&scene.client, ROUTER_NEWS, true, true, scene.now);
		scene_clear();
		for (unsigned int n = 0; n < 2; n++) {
			answer(MESSAGE_ADVERTISE, (uint8_t)n);
			options_add(&scene.answer.options, OPTION_ADDR_REG_ENABLE, NULL, 0);
			cr_assert_eq(deliver(), REFUSED_NOT);
		}
		cr_expect_eq(count_notes(NOTE_REGISTERING), wanted, "%u", i);
		if (wanted)
			cr_expect_eq(note(NOTE_REGISTERING)->note.number, allowed, "%u", i);
	}
}

/* C-RATE-1 */
Test(register, many_addresses_keep_to_the_limit)
{
	begin(true);
	be_bound(true);
	for (unsigned int i = 0; i < REGISTRAR_ADDRESSES; i++) {
		char text[32];

		snprintf(text, sizeof(text), "2001:db8::5:%x", i);
		own(text, true, 3600, 7200);
	}
	scene_run(19 * SECOND);
	cr_expect_leq(count(ACTION_SEND), 20);
	scene_run(100 * SECOND);
	cr_expect_eq(count(ACTION_SEND), 3 * REGISTRAR_ADDRESSES, "%u", count(ACTION_SEND));
}
