/* SPDX-License-Identifier: MPL-2.0 */
/* What follows from Router Advertisements (RFC 9915 section 18.2.12, RFC 8504 6.5, RFC 9762). */
#include <criterion/criterion.h>

#include "scene.h"

#define ADDRESS	  "2001:db8::1"
#define DELEGATED "2001:db8:1::"
#define ON_LINK	  "2001:db8:a::"
#define ANOTHER	  "2001:db8:b::"
#define WAIT	  (10 * SECOND)

/* `na` IA_NAs and `pd` IA_PDs with IAIDs 100, ...; the link is up, and nothing was sent. */
static void begin(enum client_mode mode, unsigned int na, unsigned int pd)
{
	scene_configure(na);
	for (unsigned int i = 0; i < pd; i++) {
		scene.config.ia[na + i].type = OPTION_IA_PD;
		scene.config.ia[na + i].iaid = 100 + i;
	}
	scene.config.n_ias = (uint8_t)(na + pd);
	scene.config.mode = mode;
	scene.config.router_wait = WAIT;
	scene_begin_as_configured();
	scene_start();
}

static void router(bool managed, bool other)
{
	client_router(&scene.client, ROUTER_NEWS, managed, other, scene.now);
}

static void record(bool managed, bool other)
{
	client_router(&scene.client, ROUTER_RECORD, managed, other, scene.now);
}

static void prefix(const char *text, uint32_t preferred)
{
	struct in6_addr addr = ip6(text);

	client_prefix(&scene.client, &addr, 64, ROUTER_FLAG_L, true, preferred, scene.now);
}

static void delegating(const char *text, bool set, uint32_t preferred)
{
	struct in6_addr addr = ip6(text);

	client_prefix(&scene.client, &addr, 64, ROUTER_FLAG_P, set, preferred, scene.now);
}

static bool asks_for(uint16_t type)
{
	for (unsigned int i = 0; i < scene.sent.n_ias; i++)
		if (scene.sent.ia[i].type == type)
			return true;
	return false;
}

/* One prefix on the link from the beginning; then an address, a prefix or both from server 1. */
static void be_bound(enum client_mode mode, unsigned int na, unsigned int pd)
{
	begin(mode, na, pd);
	router(true, false);
	prefix(ON_LINK, 86400);
	for (unsigned int type = MESSAGE_ADVERTISE; type;
	     type = type == MESSAGE_ADVERTISE ? MESSAGE_REPLY : 0) {
		scene_expect(type == MESSAGE_ADVERTISE ? MESSAGE_SOLICIT : MESSAGE_REQUEST);
		answer(type, 1);
		if (na > 0) {
			answer_ia(100, 18000, 28800);
			answer_address(ADDRESS, 36000, 54000);
		}
		if (pd > 0) {
			answer_ia_pd(100, 18000, 28800);
			answer_prefix(DELEGATED, 56, 36000, 54000);
		}
		cr_assert_eq(deliver(), REFUSED_NOT);
	}
	if (na > 0)
		verdict(ADDRESS, ADDRESS_UNIQUE);
	scene_run(31 * SECOND); /* what follows from now on is the first in 30 s */
	scene_state(BOUND, IDLE);
	scene_clear();
}

static void inform(void)
{
	answer(MESSAGE_REPLY, 1);
	cr_assert_eq(deliver(), REFUSED_NOT);
	scene_state(INIT, IDLE);
}

/* C-RA-1 */
Test(router, m_asks_for_leases)
{
	begin(MODE_AUTO, 1, 0);
	scene_run(5 * SECOND);
	cr_assert_eq(count(ACTION_SEND), 0, "nothing before a router speaks");
	router(true, true);
	scene_state(INIT, SOLICITING);
	scene_expect(MESSAGE_SOLICIT);
}

/* C-RA-2 */
Test(router, o_asks_for_information)
{
	begin(MODE_AUTO, 1, 0);
	router(false, true);
	scene_state(INIT, INFORMING);
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	inform();
	cr_expect_eq(count(ACTION_READY), 1);
}

/* C-RA-3 */
Test(router, neither_asks_for_nothing_and_is_ready)
{
	begin(MODE_AUTO, 1, 0);
	router(false, false);
	scene_run(HOUR);
	cr_expect_eq(count(ACTION_SEND), 0);
	cr_expect_eq(count(ACTION_READY), 1, "there is nothing to wait for");
}

/* C-RA-3 */
Test(router, without_mode_auto_routers_decide_nothing)
{
	begin(MODE_STATEFUL, 1, 0);
	router(false, true);
	scene_state(INIT, SOLICITING);
	scene_expect(MESSAGE_SOLICIT);
}

/* C-RA-4 */
Test(router, none_that_speaks_is_asked_of_the_kernel_and_then_leases_are_asked_for)
{
	begin(MODE_AUTO, 1, 0);
	scene_run(WAIT - 1);
	cr_assert_eq(count(ACTION_ASK_ROUTER), 0);
	scene_run(1);
	cr_assert_eq(count(ACTION_ASK_ROUTER), 1);
	cr_assert_eq(count(ACTION_SEND), 0);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_eq(count_notes(NOTE_WAITING), 1);
	cr_expect_eq(count_notes(NOTE_NO_ROUTER), 1);
}

/* Of a first advertisement without M, O and prefixes the kernel tells nothing by itself. */
Test(router, one_that_only_the_kernel_remembers_counts)
{
	begin(MODE_AUTO, 1, 0);
	scene_run(WAIT);
	cr_assert_eq(count(ACTION_ASK_ROUTER), 1);
	record(false, false);
	scene_run(HOUR);
	cr_expect_eq(count(ACTION_SEND), 0);
}

/* The kernel tells of prefixes before it tells of M and O of the same advertisement. */
Test(router, a_prefix_alone_is_a_router_that_said_neither)
{
	begin(MODE_AUTO, 1, 0);
	prefix(ON_LINK, 86400);
	scene_run(50);
	router(true, false);
	scene_state(INIT, SOLICITING);

	begin(MODE_AUTO, 1, 0);
	prefix(ON_LINK, 86400);
	scene_run(150);
	cr_expect_eq(count(ACTION_ASK_ROUTER), 1);
	scene_run(HOUR);
	cr_expect_eq(count(ACTION_SEND), 0);
}

/* C-RA-6 */
Test(router, o_and_later_m_asks_for_leases_and_refreshes_no_more)
{
	begin(MODE_AUTO, 1, 0);
	router(false, true);
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	inform();
	cr_assert_neq(scene.client.refresh_at, NEVER);
	router(true, true);
	cr_expect_eq(scene.client.refresh_at, NEVER);
	scene_state(INIT, SOLICITING);
}

/* C-RA-5: two routers that differ make the flags come and go. */
Test(router, m_that_is_cleared_ends_nothing)
{
	be_bound(MODE_AUTO, 1, 0);
	router(false, false);
	scene_run(HOUR);
	cr_expect_eq(count(ACTION_ADDRESS_REMOVE), 0);
	scene_expect(MESSAGE_RENEW);

	begin(MODE_AUTO, 1, 0);
	router(true, false);
	scene_expect(MESSAGE_SOLICIT);
	router(false, false);
	scene_expect(MESSAGE_SOLICIT);
}

Test(router, one_that_speaks_late_ends_what_was_begun_without_it)
{
	begin(MODE_AUTO, 1, 0);
	scene_expect(MESSAGE_SOLICIT);
	router(false, true);
	scene_state(INIT, INFORMING);

	begin(MODE_AUTO, 1, 0);
	scene_expect(MESSAGE_SOLICIT);
	router(false, false);
	scene_state(INIT, IDLE);
}

/* After a change of the carrier the kernel still has the flags of the network before. */
Test(router, a_record_counts_until_a_router_speaks)
{
	begin(MODE_AUTO, 1, 0);
	router(true, false);
	scene_expect(MESSAGE_SOLICIT);
	scene_link(false);
	record(true, false);
	scene_link(true);
	scene_state(INIT, SOLICITING);
	router(false, true);
	scene_state(INIT, INFORMING);
	record(true, false);
	scene_state(INIT, INFORMING);
}

/* What is held from before is checked at once, whatever routers will say. */
Test(router, what_is_held_is_confirmed_without_waiting_for_a_router)
{
	be_bound(MODE_AUTO, 1, 0);
	scene_link(false);
	scene_link(true);
	scene_expect(MESSAGE_CONFIRM);
}

/* C-CNF-12 */
Test(router, another_on_link_prefix_leads_to_confirm)
{
	be_bound(MODE_STATEFUL, 1, 0);
	prefix(ANOTHER, 86400);
	scene_state(BOUND, CONFIRMING);
	scene_run(SECOND);
	cr_expect_eq(scene.sent.type, MESSAGE_CONFIRM);
	cr_expect_eq(count_notes(NOTE_PREFIXES), 1);
	cr_expect_eq(note(NOTE_PREFIXES)->note.number, BOUND);
}

/* C-CNF-12 */
Test(router, an_on_link_prefix_that_is_deprecated_leads_to_confirm)
{
	be_bound(MODE_STATEFUL, 1, 0);
	prefix(ON_LINK, 0);
	scene_state(BOUND, CONFIRMING);

	be_bound(MODE_STATEFUL, 1, 0);
	prefix(ON_LINK, 60);
	scene_run(59 * SECOND);
	scene_state(BOUND, IDLE);
	scene_run(SECOND);
	scene_state(BOUND, CONFIRMING);
}

/* C-CNF-12 */
Test(router, another_on_link_prefix_leads_to_renew_where_a_prefix_is_held)
{
	be_bound(MODE_STATEFUL, 1, 1);
	prefix(ANOTHER, 86400);
	scene_state(BOUND, RENEWING);
	cr_expect_eq(scene.sent.type, MESSAGE_RENEW);
}

/* C-CNF-12 */
Test(router, another_on_link_prefix_leads_to_information_request_where_nothing_is_held)
{
	begin(MODE_STATELESS, 0, 0);
	router(false, true);
	prefix(ON_LINK, 86400);
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	inform();
	scene_run(ROUTER_SETTLING);
	prefix(ANOTHER, 86400);
	scene_state(INIT, INFORMING);
	cr_expect_eq(count_notes(NOTE_PREFIXES), 1);
	cr_expect_eq(note(NOTE_PREFIXES)->note.number, INIT);
}

/* C-CNF-12: what an advertisement repeats is no change, and neither is the first one. */
Test(router, an_advertisement_that_repeats_the_prefixes_leads_to_nothing)
{
	be_bound(MODE_STATEFUL, 1, 0);
	for (unsigned int i = 0; i < 10; i++) {
		prefix(ON_LINK, 86400);
		delegating(ON_LINK, false, 86400);
		scene_run(60 * SECOND);
	}
	cr_expect_eq(count(ACTION_SEND), 0);

	begin(MODE_STATEFUL, 1, 0);
	scene_bind(ADDRESS);
	scene_clear();
	prefix(ON_LINK, 86400);
	prefix(ANOTHER, 86400);
	scene_run(60 * SECOND);
	cr_expect_eq(count(ACTION_SEND), 0, "the first that is heard is what there is");
}

/* C-RATE-5 */
Test(router, prefixes_that_flap_lead_to_one_exchange_in_30_seconds)
{
	unsigned int begun = 0;

	be_bound(MODE_STATEFUL, 1, 0);
	for (unsigned int i = 0; i < 300; i++) {
		prefix(ANOTHER, i % 2 == 0 ? 86400 : 0);
		scene_run(SECOND);
		if (client_message_state(&scene.client) == CONFIRMING && scene.sent_at > 0 &&
		    count(ACTION_SEND) > 0) {
			begun++;
			answer(MESSAGE_REPLY, 1);
			answer_status(STATUS_SUCCESS);
			cr_assert_eq(deliver(), REFUSED_NOT);
			scene_clear();
		}
	}
	cr_expect_geq(begun, 9);
	cr_expect_leq(begun, 10);
}

/* C-CNF-12: while something else is said, the change waits. */
Test(router, a_change_during_an_exchange_is_followed_after_it)
{
	be_bound(MODE_STATEFUL, 1, 0);
	scene_expect(MESSAGE_RENEW);
	prefix(ANOTHER, 864000);
	scene_state(BOUND, RENEWING);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 18000, 28800);
	answer_address(ADDRESS, 36000, 54000);
	cr_assert_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, CONFIRMING);
}

/* C-PFL-1, C-PFL-2 */
Test(router, a_delegating_prefix_starts_asking_for_one)
{
	begin(MODE_AUTO, 0, 1);
	router(false, false);
	scene_state(INIT, IDLE);
	prefix(ON_LINK, 86400);
	delegating(ON_LINK, true, 86400);
	scene_state(INIT, SOLICITING);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect(asks_for(OPTION_IA_PD));
}

/* C-PFL-5, C-RA-3: where M is not set, and where all prefixes have P, only prefixes are asked for.
 */
Test(router, addresses_are_asked_for_where_they_are_to_be_had_only)
{
	begin(MODE_AUTO, 1, 1);
	router(false, true);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect(asks_for(OPTION_IA_PD));
	cr_expect_not(asks_for(OPTION_IA_NA));

	begin(MODE_AUTO, 1, 1);
	delegating(ON_LINK, true, 86400);
	router(true, false);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect(asks_for(OPTION_IA_PD));
	cr_expect_not(asks_for(OPTION_IA_NA));

	begin(MODE_AUTO, 1, 1);
	prefix(ANOTHER, 86400);
	delegating(ON_LINK, true, 86400);
	router(true, false);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect(asks_for(OPTION_IA_PD));
	cr_expect(asks_for(OPTION_IA_NA));
}

Test(router, addresses_that_become_available_are_asked_for_beside_a_prefix)
{
	begin(MODE_AUTO, 1, 1);
	router(false, true);
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 1);
	answer_ia_pd(100, 18000, 28800);
	answer_prefix(DELEGATED, 56, 36000, 54000);
	cr_assert_eq(deliver(), REFUSED_NOT);
	scene_expect(MESSAGE_REQUEST);
	cr_expect_not(asks_for(OPTION_IA_NA));
	answer(MESSAGE_REPLY, 1);
	answer_ia_pd(100, 18000, 28800);
	answer_prefix(DELEGATED, 56, 36000, 54000);
	cr_assert_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	router(true, true);
	scene_state(BOUND, RENEWING);
	cr_expect(asks_for(OPTION_IA_NA));
}

static void advertise_prefix(uint8_t prefix_len)
{
	answer(MESSAGE_ADVERTISE, 1);
	answer_ia_pd(100, 18000, 28800);
	answer_prefix(DELEGATED, prefix_len, 36000, 54000);
	cr_assert_eq(deliver(), REFUSED_NOT);
}

/* C-PFL-4 */
Test(router, where_routers_delegate_a_prefix_has_to_be_one_for_slaac)
{
	begin(MODE_AUTO, 0, 1);
	delegating(ON_LINK, true, 86400);
	router(false, false);
	scene_expect(MESSAGE_SOLICIT);
	cr_assert_eq(scene.sent.n_bindings, 1);
	cr_expect_eq(scene.sent.binding[0].prefix_len, 64, "the hint");
	advertise_prefix(72);
	scene_expect(MESSAGE_SOLICIT);
	advertise_prefix(60);
	scene_expect(MESSAGE_REQUEST);
	answer(MESSAGE_REPLY, 1);
	answer_ia_pd(100, 18000, 28800);
	answer_prefix(DELEGATED, 60, 36000, 54000);
	answer_prefix("2001:db8:2::", 72, 36000, 54000);
	cr_assert_eq(deliver(), REFUSED_NOT);
	cr_expect(holds(&scene.client.lease, DELEGATED));
	cr_expect_eq(scene.client.lease.n_bindings, 1, "a longer one is passed over");
}

/* C-PFL-4: but elsewhere any length may be of use (C-PD-4). */
Test(router, where_they_do_not_any_length_will_do)
{
	begin(MODE_STATEFUL, 0, 1);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_eq(scene.sent.n_bindings, 0);
	advertise_prefix(72);
	scene_expect(MESSAGE_REQUEST);
}

/* C-PFL-3 */
Test(router, another_delegating_prefix_leads_to_rebind)
{
	be_bound(MODE_AUTO, 0, 1);
	delegating(ANOTHER, true, 86400);
	scene_state(BOUND, LINK_REBINDING);
	scene_expect(MESSAGE_REBIND);
	cr_expect(asks_for(OPTION_IA_PD));
}

/* C-PFL-3, C-PFL-6 */
Test(router, the_last_delegating_prefix_that_goes_leads_to_nothing)
{
	be_bound(MODE_AUTO, 0, 1);
	delegating(ANOTHER, true, 60);
	scene_expect(MESSAGE_REBIND);
	answer(MESSAGE_REPLY, 1);
	answer_ia_pd(100, 18000, 28800);
	answer_prefix(DELEGATED, 56, 36000, 54000);
	cr_assert_eq(deliver(), REFUSED_NOT);
	scene_clear();
	scene_run(HOUR);
	cr_expect_eq(count(ACTION_SEND), 0);
	cr_expect(holds(&scene.client.lease, DELEGATED), "the lease keeps its lifetimes");
}

/* C-PFL-8 */
Test(router, the_flag_p_means_nothing_to_a_client_that_wants_no_prefix)
{
	begin(MODE_AUTO, 1, 0);
	delegating(ON_LINK, true, 86400);
	router(true, false);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect(asks_for(OPTION_IA_NA));
	cr_expect_not(asks_for(OPTION_IA_PD));

	begin(MODE_AUTO, 1, 0);
	delegating(ON_LINK, true, 86400);
	router(false, false);
	scene_run(HOUR);
	cr_expect_eq(count(ACTION_SEND), 0);
}

/* C-PFL-6 */
Test(router, a_missing_flag_p_is_no_reason_not_to_ask_for_a_prefix)
{
	begin(MODE_STATEFUL, 0, 1);
	prefix(ON_LINK, 86400);
	delegating(ON_LINK, false, 86400);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect(asks_for(OPTION_IA_PD));
}

static void link_local(const char *text)
{
	struct in6_addr addr = ip6(text);

	client_link_local(&scene.client, &addr, scene.now);
}

/* C-REN-5 */
Test(router, another_link_local_address_is_told_where_reconfigure_was_negotiated)
{
	begin(MODE_STATEFUL, 1, 0);
	link_local("fe80::1");
	scene_bind(ADDRESS);
	scene.client.config.reconfigure = true;
	scene.client.rkap.has_key = true;
	link_local("fe80::1");
	scene_state(BOUND, IDLE);
	link_local("fe80::2");
	scene_state(BOUND, RENEWING);
	cr_expect_eq(scene.sent.type, MESSAGE_RENEW);
	cr_expect_eq(count_notes(NOTE_MOVED), 1);
	cr_expect_eq(count_notes(NOTE_PREFIXES), 0);
}

/* C-REN-5 */
Test(router, another_link_local_address_after_a_move_is_told_after_confirm)
{
	begin(MODE_STATEFUL, 1, 0);
	link_local("fe80::1");
	scene_bind(ADDRESS);
	scene.client.config.reconfigure = true;
	scene.client.rkap.has_key = true;
	scene_link(false);
	link_local("fe80::2");
	scene_link(true);
	scene_expect(MESSAGE_CONFIRM);
	answer(MESSAGE_REPLY, 1);
	answer_status(STATUS_SUCCESS);
	cr_assert_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, RENEWING);
}

Test(router, another_link_local_address_matters_to_nobody_else)
{
	begin(MODE_STATEFUL, 1, 0);
	link_local("fe80::1");
	scene_bind(ADDRESS);
	link_local("fe80::2");
	scene_state(BOUND, IDLE);
}
