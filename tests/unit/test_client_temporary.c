/* SPDX-License-Identifier: MPL-2.0 */
/* Temporary addresses (RFC 8415 sections 6.5 and 21.5), which RFC 9915 dropped: for ISC's -T only.
 */
#include <criterion/criterion.h>

#include "scene.h"

#define STABLE	  "2001:db8::1"
#define TEMPORARY "2001:db8::7e"
#define ANOTHER	  "2001:db8::7f"

/* `na` IA_NAs with IAIDs 100, ..., and one IA_TA with IAID 100. */
static void begin(unsigned int na)
{
	scene_configure(na);
	scene.config.ia[na].type = OPTION_IA_TA;
	scene.config.ia[na].iaid = 100;
	scene.config.n_ias = (uint8_t)(na + 1);
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
}

static void answer_ia_ta(const char *text, uint32_t preferred, uint32_t valid)
{
	answer_ia(100, 0, 0)->type = OPTION_IA_TA;
	answer_address(text, preferred, valid);
}

static const struct message_ia *sent_ia(uint16_t type)
{
	for (unsigned int i = 0; i < scene.sent.n_ias; i++)
		if (scene.sent.ia[i].type == type)
			return &scene.sent.ia[i];
	return NULL;
}

static void grant(unsigned int na, unsigned int type)
{
	answer(type, 1);
	if (na > 0) {
		answer_ia(100, 1800, 2880);
		answer_address(STABLE, 3600, 7200);
	}
	answer_ia_ta(TEMPORARY, 3600, 4000);
	if (type == MESSAGE_ADVERTISE) {
		scene.answer.has_preference = true;
		scene.answer.preference = 255;
	}
	cr_assert_eq(deliver(), REFUSED_NOT);
}

static void be_bound(unsigned int na)
{
	begin(na);
	grant(na, MESSAGE_ADVERTISE);
	cr_assert_eq(scene.sent.type, MESSAGE_REQUEST);
	grant(na, MESSAGE_REPLY);
	if (na > 0)
		verdict(STABLE, ADDRESS_UNIQUE);
	verdict(TEMPORARY, ADDRESS_UNIQUE);
	scene_run(DAD_COALESCE);
	scene_state(BOUND, IDLE);
}

/* C-IA-13 */
Test(temporary, an_ia_ta_that_nobody_asked_for_is_passed_over)
{
	scene_begin(1);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(STABLE, 3600, 7200);
	answer_ia_ta(TEMPORARY, 3600, 4000);
	cr_assert_eq(deliver(), REFUSED_NOT);
	cr_expect(holds(&scene.client.lease, STABLE));
	cr_expect_not(holds(&scene.client.lease, TEMPORARY));
	cr_expect_null(action_on(ACTION_ADDRESS_ADD, TEMPORARY));
}

/* C-IA-13 */
Test(temporary, none_is_asked_for_unless_configured)
{
	scene_begin(1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_null(sent_ia(OPTION_IA_TA));
}

Test(temporary, is_tested_and_announced_like_any_address)
{
	const struct script_call *call;

	be_bound(0);
	cr_assert_not_null(action_on(ACTION_ADDRESS_ADD, TEMPORARY));
	call = call_for(REASON_BOUND6, TEMPORARY);
	cr_assert_not_null(call);
	cr_expect_eq(call->new_.ia_type, OPTION_IA_TA);
	cr_expect_eq(call->new_.prefix_len, 128);
}

Test(temporary, is_never_renewed_and_followed_by_another_when_it_ends)
{
	be_bound(0);
	cr_expect_eq(lease_renew_at(&scene.client.lease), NEVER);
	cr_expect_eq(lease_rebind_at(&scene.client.lease), NEVER);
	scene_clear();
	scene_run(3999 * SECOND);
	cr_expect_eq(count(ACTION_SEND), 0);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_eq(count_calls(REASON_EXPIRE6), 1);
	cr_expect_not_null(sent_ia(OPTION_IA_TA));
	cr_expect_eq(scene.sent.n_bindings, 0, "the old one is no hint");
}

Test(temporary, nothing_is_renewed_where_nothing_can_be)
{
	struct in6_addr addr = ip6("fe80::1");

	be_bound(0);
	scene.client.config.reconfigure = true;
	scene.client.rkap.has_key = true;
	scene_clear();
	client_link_local(&scene.client, &addr, scene.now);
	addr = ip6("fe80::2");
	client_link_local(&scene.client, &addr, scene.now);
	scene_state(BOUND, IDLE);
	cr_expect_eq(count(ACTION_SEND), 0);
}

Test(temporary, renew_leaves_it_out_while_it_lasts_and_asks_for_another_afterwards)
{
	be_bound(1);
	scene_expect(MESSAGE_RENEW);
	cr_expect_null(sent_ia(OPTION_IA_TA), "held: it is not to be extended");
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(STABLE, 3600, 7200);
	cr_assert_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);

	scene_expect(MESSAGE_RENEW);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(STABLE, 3600, 7200);
	cr_assert_eq(deliver(), REFUSED_NOT);
	cr_assert(holds(&scene.client.lease, TEMPORARY));

	scene_expect(MESSAGE_RENEW);
	cr_expect_not(holds(&scene.client.lease, TEMPORARY), "4000 s are over");
	cr_assert_not_null(sent_ia(OPTION_IA_TA));
	cr_expect_not(carries(&scene.sent, 100, TEMPORARY));
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(STABLE, 3600, 7200);
	answer_ia_ta(ANOTHER, 3600, 4000);
	cr_assert_eq(deliver(), REFUSED_NOT);
	cr_expect(holds(&scene.client.lease, ANOTHER));
}

/* C-DEC-1 */
Test(temporary, a_duplicate_is_declined_in_its_ia_ta)
{
	begin(1);
	grant(1, MESSAGE_ADVERTISE);
	grant(1, MESSAGE_REPLY);
	verdict(STABLE, ADDRESS_UNIQUE);
	verdict(TEMPORARY, ADDRESS_DUPLICATE);
	if (scene.sent.type != MESSAGE_DECLINE)
		scene_expect(MESSAGE_DECLINE);
	cr_assert_eq(scene.sent.n_ias, 1);
	cr_expect_eq(scene.sent.ia[0].type, OPTION_IA_TA);
	cr_expect(carries(&scene.sent, 100, TEMPORARY));
	cr_expect_not(carries(&scene.sent, 100, STABLE));
}

Test(temporary, release_gives_it_back)
{
	be_bound(0);
	client_release(&scene.client, scene.now);
	client_scripts_done(&scene.client, scene.now);
	if (scene.sent.type != MESSAGE_RELEASE)
		scene_expect(MESSAGE_RELEASE);
	cr_expect_not_null(sent_ia(OPTION_IA_TA));
	cr_expect(carries(&scene.sent, 100, TEMPORARY));
}

/* C-CNF-1 */
Test(temporary, confirm_names_it)
{
	be_bound(1);
	scene_link(false);
	scene_link(true);
	scene_expect(MESSAGE_CONFIRM);
	cr_expect_not_null(sent_ia(OPTION_IA_TA));
	cr_expect(carries(&scene.sent, 100, TEMPORARY));
}
