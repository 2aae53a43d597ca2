/* SPDX-License-Identifier: MPL-2.0 */
/* What comes and goes: carriers, flags and prefixes of routers, the link-local address. */
#include <criterion/criterion.h>

#include "scene.h"

#define ONE    "2001:db8::1"
#define PREFIX "2001:db8:5600::"

#define FLAPS 120 /* in a minute */

/* What a router says of an on-link prefix. */
static void advertise(const char *text, enum router_flag flag, bool set, uint32_t preferred)
{
	struct in6_addr addr = ip6(text);

	client_prefix(&scene.client, &addr, 64, flag, set, preferred, scene.now);
}

static void router(bool managed, bool other)
{
	client_router(&scene.client, ROUTER_NEWS, managed, other, scene.now);
}

/* Mode auto, with an IA_NA (100) and, where wanted, an IA_PD (101). */
static void begin(bool prefix)
{
	scene_configure(prefix ? 2 : 1);
	scene.config.mode = MODE_AUTO;
	scene.config.router_wait = 30 * SECOND;
	if (prefix)
		scene.config.ia[1].type = OPTION_IA_PD;
	scene_begin_as_configured();
	scene_start();
}

static void bind_where_a_router_says_m(void)
{
	begin(false);
	router(true, false);
	scene_request();
	reply_with(1, ONE, 3600, 5400);
	verdict(ONE, ADDRESS_UNIQUE);
}

static void link_flaps(void)
{
	scene_link(false);
	scene_link(true);
}

/* C-RA-4 */
Test(flap, after_a_decline_a_new_link_waits_for_its_router)
{
	unsigned int before;

	begin(false);
	router(true, false);
	scene_request();
	reply_with(1, ONE, 3600, 5400);
	verdict(ONE, ADDRESS_DUPLICATE);
	if (scene.sent.type != MESSAGE_DECLINE)
		scene_expect(MESSAGE_DECLINE);
	answer(MESSAGE_REPLY, 1);
	deliver();
	link_flaps();
	before = scene.sends;
	scene_run(5 * SECOND);
	cr_expect_eq(scene.sends, before, "a %s", message_type_name(scene.sent.type));
}

/* C-RA-1, C-RA-4 */
Test(flap, after_not_on_link_a_new_link_waits_for_its_router)
{
	bind_where_a_router_says_m();
	link_flaps();
	scene_expect(MESSAGE_CONFIRM);
	answer(MESSAGE_REPLY, 2);
	answer_status(STATUS_NOT_ON_LINK);
	deliver();
	scene_run(3 * SECOND);
	cr_expect_neq(scene.sent.type, MESSAGE_SOLICIT);
	router(true, false);
	cr_expect(scene_run_to_message(5 * SECOND));
	cr_expect_eq(scene.sent.type, MESSAGE_SOLICIT);
}

/* C-RA-3, C-RA-5, C-RA-6: renewed to its end, and not asked for after that. */
Test(flap, a_lease_that_ends_where_routers_say_neither_is_not_solicited)
{
	unsigned int solicits = 0;
	msec end;

	bind_where_a_router_says_m();
	link_flaps();
	router(false, false);
	scene_expect(MESSAGE_CONFIRM);
	answer(MESSAGE_REPLY, 2);
	answer_status(STATUS_SUCCESS);
	deliver();
	end = scene.now + 6 * HOUR;
	while (scene.now < end && scene_run_to_message(end - scene.now))
		solicits += scene.sent.type == MESSAGE_SOLICIT;
	cr_expect_eq(solicits, 0);
	scene_state(INIT, IDLE);
	router(true, false);
	cr_expect(scene_run_to_message(5 * SECOND));
	cr_expect_eq(scene.sent.type, MESSAGE_SOLICIT);
}

/* C-RTX-9 */
Test(flap, a_solicit_for_other_ias_is_another_transaction)
{
	uint32_t xid;

	begin(true);
	router(false, true);
	scene_expect(MESSAGE_SOLICIT);
	xid = scene.sent.xid;
	cr_assert_eq(scene.sent.n_ias, 1);
	router(true, true);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_eq(scene.sent.n_ias, 2);
	cr_expect_neq(scene.sent.xid, xid);
}

/* C-RATE-5, C-PFL-2 */
Test(flap, the_flag_p_while_nothing_is_held_does_not_solicit_each_time)
{
	unsigned int before;

	begin(true);
	router(false, false);
	advertise("2001:db8:1::", ROUTER_FLAG_L, true, 1000);
	scene_run(5 * SECOND);
	before = scene.sends;
	for (unsigned int i = 0; i < FLAPS; i++) {
		advertise("2001:db8:1::", ROUTER_FLAG_P, i % 2 == 0, 1000);
		scene_run(SECOND / 2);
	}
	cr_expect_leq(scene.sends - before, 10, "%u in 60 s", scene.sends - before);
}

static void answer_with_prefix(unsigned int type)
{
	answer(type, 1);
	answer_ia_pd(101, 1800, 2880);
	answer_prefix(PREFIX, 56, 3600, 5400);
	deliver();
}

/* C-RATE-5, C-PFL-5: and so addresses are to be had, and not. */
Test(flap, a_prefix_without_p_beside_one_that_has_it_does_not_renew_each_time)
{
	unsigned int before;
	unsigned int seen;

	begin(true);
	router(true, false);
	advertise("2001:db8:1::", ROUTER_FLAG_L, true, 100000);
	advertise("2001:db8:1::", ROUTER_FLAG_P, true, 100000);
	scene_expect(MESSAGE_SOLICIT);
	answer_with_prefix(MESSAGE_ADVERTISE);
	scene_expect(MESSAGE_REQUEST);
	answer_with_prefix(MESSAGE_REPLY);
	scene_run(5 * SECOND);
	before = seen = scene.sends;
	for (unsigned int i = 0; i < FLAPS; i++) {
		advertise("2001:db8:2::", ROUTER_FLAG_L, true, i % 2 == 0 ? 100000 : 0);
		if (scene.sends != seen)
			answer_with_prefix(MESSAGE_REPLY);
		seen = scene.sends;
		scene_run(SECOND / 2);
	}
	cr_expect_leq(scene.sends - before, 4, "%u in 60 s", scene.sends - before);
}

/* C-REN-5, C-RATE-5 */
Test(flap, the_link_local_address_does_not_renew_each_time)
{
	unsigned int before;
	unsigned int seen;
	struct in6_addr addr[] = { ip6("fe80::1"), ip6("fe80::2") };

	scene_configure(1);
	scene.config.reconfigure = true;
	scene_begin_as_configured();
	client_link_local(&scene.client, &addr[1], scene.now);
	scene_bind(ONE);
	scene.client.rkap.has_key = true;
	before = seen = scene.sends;
	for (unsigned int i = 0; i < FLAPS; i++) {
		client_link_local(&scene.client, &addr[i % 2], scene.now);
		if (scene.sends != seen) {
			reply_with(1, ONE, 3600, 5400);
		}
		seen = scene.sends;
		scene_run(SECOND / 2);
	}
	cr_expect_geq(scene.sends - before, 1);
	cr_expect_leq(scene.sends - before, 4, "%u in 60 s", scene.sends - before);
}

/* C-CNF-13, C-RATE-1 */
Test(flap, a_carrier_makes_one_confirm_each_time_at_most)
{
	unsigned int before;

	scene_begin(1);
	scene_bind(ONE);
	before = scene.sends;
	for (unsigned int i = 0; i < 60; i++) {
		scene_link(i % 2 == 1);
		scene_run(SECOND);
	}
	cr_expect_leq(scene.sends - before, 30, "%u", scene.sends - before);
}
