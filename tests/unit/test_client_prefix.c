/* SPDX-License-Identifier: MPL-2.0 */
/* Delegated prefixes, alone and beside addresses (RFC 9915 sections 6.3, 18.2 and 21.21). */
#include <criterion/criterion.h>
#include <string.h>

#include "scene.h"

#define ADDRESS "2001:db8::1"
#define PREFIX	"2001:db8:1::"
#define OTHER	"2001:db8:2::"

static struct lease stored;

/* `na` IA_NAs with IAIDs 100, … and `pd` IA_PDs with the same numbers: their types differ. */
static void configure(unsigned int na, unsigned int pd)
{
	scene_configure(na);
	for (unsigned int i = 0; i < pd; i++) {
		scene.config.ia[na + i].type = OPTION_IA_PD;
		scene.config.ia[na + i].iaid = 100 + i;
	}
	scene.config.n_ias = (uint8_t)(na + pd);
}

static void begin(unsigned int na, unsigned int pd)
{
	configure(na, pd);
	scene_begin_as_configured();
}

static bool has_ia(const struct message *message, uint16_t type, uint32_t iaid)
{
	for (unsigned int i = 0; i < message->n_ias; i++)
		if (message->ia[i].type == type && message->ia[i].iaid == iaid)
			return true;
	return false;
}

static const struct message_binding *find(const struct message *message, uint16_t type,
					  uint32_t iaid, const char *text, uint8_t prefix_len)
{
	struct in6_addr addr = ip6(text);

	for (unsigned int i = 0; i < message->n_bindings; i++) {
		const struct message_binding *binding = &message->binding[i];
		const struct message_ia *ia = &message->ia[binding->ia];

		if (ia->type == type && ia->iaid == iaid && binding->prefix_len == prefix_len &&
		    memcmp(&binding->addr, &addr, sizeof(addr)) == 0)
			return binding;
	}
	return NULL;
}

static bool is_of(const struct duid *duid, uint8_t number)
{
	const struct duid wanted = server(number);

	return duid_equal(duid, &wanted);
}

static bool names(uint32_t iaid, const char *text, uint8_t prefix_len)
{
	return find(&scene.sent, OPTION_IA_PD, iaid, text, prefix_len) != NULL;
}

static unsigned int bindings_of(const struct message *message, uint16_t type, uint32_t iaid)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < message->n_bindings; i++)
		n += message->ia[message->binding[i].ia].type == type &&
		     message->ia[message->binding[i].ia].iaid == iaid;
	return n;
}

static void advertise_prefix(uint8_t prefix_len)
{
	answer(MESSAGE_ADVERTISE, 1);
	scene.answer.has_preference = true;
	scene.answer.preference = 255;
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, prefix_len, 3600, 5400);
	cr_assert_eq(deliver(), REFUSED_NOT);
	if (scene.sent.type != MESSAGE_REQUEST)
		scene_expect(MESSAGE_REQUEST);
}

static void grant_prefix(uint8_t number, const char *text, uint8_t prefix_len)
{
	answer(MESSAGE_REPLY, number);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(text, prefix_len, 3600, 5400);
	cr_assert_eq(deliver(), REFUSED_NOT);
}

/* One IA_PD and its prefix, of server 1. */
static void delegated(uint8_t prefix_len)
{
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	advertise_prefix(prefix_len);
	grant_prefix(1, PREFIX, prefix_len);
	scene_state(BOUND, IDLE);
}

/* An address and a prefix granted, the address still tentative. */
static void grant_both(uint8_t number)
{
	answer(MESSAGE_REPLY, number);
	answer_ia(100, 1800, 2880);
	answer_address(ADDRESS, 3600, 5400);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 56, 3600, 5400);
	cr_assert_eq(deliver(), REFUSED_NOT);
}

static void request_both(void)
{
	begin(1, 1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 1);
	scene.answer.has_preference = true;
	scene.answer.preference = 255;
	answer_ia(100, 1800, 2880);
	answer_address(ADDRESS, 3600, 5400);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 56, 3600, 5400);
	cr_assert_eq(deliver(), REFUSED_NOT);
	if (scene.sent.type != MESSAGE_REQUEST)
		scene_expect(MESSAGE_REQUEST);
}

static void bind_both(void)
{
	request_both();
	grant_both(1);
	verdict(ADDRESS, ADDRESS_UNIQUE);
	scene_run(100);
	scene_clear();
}

static void store(uint16_t type, const char *text, uint8_t prefix_len, msec started, uint32_t valid)
{
	struct binding *binding = &stored.binding[stored.n_bindings++];
	struct ia *ia;

	stored.server = server(1);
	lease_want(&stored, type, 100);
	ia = lease_find_ia(&stored, type, 100);
	ia->times = (struct ia_times){ .starts = stamp(started), .t1 = 1800, .t2 = 2880 };
	ia->granted = true;
	*binding = (struct binding){
		.addr = ip6(text),
		.prefix_len = prefix_len,
		.ia = (uint8_t)(ia - stored.ia),
		.times = { .starts = stamp(started), .preferred = valid / 2, .valid = valid }
	};
}

static void restart(void)
{
	client_restore(&scene.client, &stored, scene.now);
	scene_start();
}

/* C-ADV-8, C-IA-1, C-DAD-2: no address is wanted, and nothing is said of one. */
Test(client_prefix, a_prefix_alone)
{
	const struct script_call *call;

	begin(0, 1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_eq(scene.sent.n_ias, 1);
	cr_expect(has_ia(&scene.sent, OPTION_IA_PD, 100));
	cr_expect_eq(scene.sent.n_bindings, 0, "no wish, no hint");
	cr_expect_eq(scene.sent.ia[0].t1 + scene.sent.ia[0].t2, 0);
	advertise_prefix(56);
	cr_expect(names(100, PREFIX, 56));
	cr_expect_eq(scene.sent.n_ias, 1);
	cr_expect_eq(scene.sent.n_bindings, 1);
	cr_expect_eq(scene.sent.binding[0].valid, 0, "C-IA-1");
	scene_clear();
	grant_prefix(1, PREFIX, 56);
	scene_state(BOUND, IDLE);
	call = call_for(REASON_BOUND6, PREFIX);
	cr_assert_not_null(call);
	cr_expect_eq(call->new_.ia_type, OPTION_IA_PD);
	cr_expect_eq(call->new_.prefix_len, 56);
	cr_expect_eq(call->new_.times.valid, 5400);
	cr_expect_not(call->has_old);
	cr_expect_eq(scene.n_calls, 1, "no TENTATIVE6");
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 0);
	cr_expect(holds(&scene.saved, PREFIX));
	cr_expect_lt(place_of(ACTION_SAVE), place_of_call(REASON_BOUND6));
	cr_expect_eq(count(ACTION_READY), 1);
	cr_expect_gt(place_of(ACTION_READY), place_of_call(REASON_BOUND6));
}

/* C-DAD-2: nothing that is said of an address touches a prefix. */
Test(client_prefix, verdicts_and_script_status_mean_nothing_for_a_prefix)
{
	begin(0, 1);
	delegated(64);
	scene_clear();
	verdict(PREFIX, ADDRESS_DUPLICATE);
	verdict(PREFIX, ADDRESS_GONE);
	verdict(PREFIX, ADDRESS_TENTATIVE);
	script_status(REASON_BOUND6, PREFIX, 3);
	scene_run(10 * SECOND);
	scene_state(BOUND, IDLE);
	cr_expect_eq(scene.n, 0, "no action at all");
	cr_expect(holds(&scene.client.lease, PREFIX));
}

/* Also a prefix of one address is none to test or to decline. */
Test(client_prefix, a_prefix_of_128_bits_is_no_address)
{
	begin(0, 1);
	delegated(128);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 0);
	scene_clear();
	verdict(PREFIX, ADDRESS_DUPLICATE);
	script_status(REASON_BOUND6, PREFIX, 3);
	scene_run(10 * SECOND);
	cr_expect_eq(scene.n, 0);
	cr_expect(holds(&scene.client.lease, PREFIX));
}

/* DESIGN.md 5.3: the prefix is told at once, the address when it is known to be unique. */
Test(client_prefix, a_prefix_does_not_wait_for_an_address)
{
	request_both();
	cr_expect_eq(scene.sent.n_ias, 2);
	cr_expect(names(100, PREFIX, 56));
	cr_expect_not_null(find(&scene.sent, OPTION_IA_NA, 100, ADDRESS, 128));
	scene_clear();
	grant_both(1);
	cr_expect_not_null(call_for(REASON_BOUND6, PREFIX));
	cr_expect_eq(count_calls(REASON_BOUND6), 1);
	cr_expect_not_null(call_for(REASON_TENTATIVE6, ADDRESS));
	cr_expect_eq(count_calls(REASON_TENTATIVE6), 1);
	cr_expect(holds(&scene.saved, PREFIX));
	cr_expect_not(holds(&scene.saved, ADDRESS), "it may turn out to be a duplicate");
	cr_expect_eq(count(ACTION_READY), 0, "the address is not usable yet");
	scene_run(800);
	verdict(ADDRESS, ADDRESS_UNIQUE);
	scene_run(100);
	cr_expect_not_null(call_for(REASON_BOUND6, ADDRESS));
	cr_expect_eq(count_calls(REASON_BOUND6), 2, "the prefix is told once");
	cr_expect(holds(&scene.saved, PREFIX) && holds(&scene.saved, ADDRESS));
	cr_expect_eq(count(ACTION_READY), 1);
}

/* C-RPL-6, C-REN-3, C-ADV-8, row 37: no address, but a prefix. */
Test(client_prefix, a_prefix_without_the_address_is_used_and_the_address_asked_again)
{
	request_both();
	scene_clear();
	answer(MESSAGE_REPLY, 1);
	answer_ia_status(100, STATUS_NO_ADDRS_AVAIL);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 56, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	cr_expect_not_null(call_for(REASON_BOUND6, PREFIX));
	cr_expect_eq(count(ACTION_READY), 1);
	cr_assert_eq(count_notes(NOTE_IA_FAILED), 1);
	cr_expect_eq(note(NOTE_IA_FAILED)->note.extra, STATUS_NO_ADDRS_AVAIL);
	scene_expect(MESSAGE_RENEW);
	cr_expect_eq(scene.sent_at, lease_renew_at(&scene.client.lease));
	cr_expect(has_ia(&scene.sent, OPTION_IA_NA, 100), "asked again");
	cr_expect_eq(bindings_of(&scene.sent, OPTION_IA_NA, 100), 0);
	cr_expect(names(100, PREFIX, 56));
	/* again not: the prefix is extended, and there is no storm */
	answer(MESSAGE_REPLY, 1);
	answer_ia_status(100, STATUS_NO_ADDRS_AVAIL);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 56, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	scene_clear();
	scene_run(1800 * SECOND - 1);
	cr_expect_eq(count(ACTION_SEND), 0);
	/* and now it comes */
	scene_expect(MESSAGE_RENEW);
	grant_both(1);
	scene_state(BOUND, IDLE);
	cr_expect_not_null(action_on(ACTION_ADDRESS_ADD, ADDRESS));
	cr_expect_not_null(call_for(REASON_RENEW6, PREFIX));
	cr_expect_null(call_for(REASON_RENEW6, ADDRESS));
	verdict(ADDRESS, ADDRESS_UNIQUE);
	scene_run(100);
	cr_expect_not_null(call_for(REASON_RENEW6, ADDRESS));
}

/* The other way round, and in Rebind. */
Test(client_prefix, an_address_without_the_prefix_is_used_and_the_prefix_asked_again)
{
	request_both();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(ADDRESS, 3600, 5400);
	answer_ia_pd(100, 0, 0);
	scene.answer.ia[1].status.present = true;
	scene.answer.ia[1].status.code = STATUS_NO_PREFIX_AVAIL;
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	verdict(ADDRESS, ADDRESS_UNIQUE);
	cr_expect_eq(count(ACTION_READY), 1);
	scene_expect(MESSAGE_RENEW);
	cr_expect(has_ia(&scene.sent, OPTION_IA_PD, 100));
	scene_run(1080 * SECOND - 1);
	scene_expect(MESSAGE_REBIND);
	cr_expect(has_ia(&scene.sent, OPTION_IA_PD, 100));
	cr_expect_eq(bindings_of(&scene.sent, OPTION_IA_PD, 100), 0);
	grant_both(2);
	cr_expect_not_null(call_for(REASON_REBIND6, PREFIX));
	scene_state(BOUND, IDLE);
	cr_expect(is_of(&scene.client.lease.server, 2), "C-RPL-12");
}

/* C-ADV-8, C-ADV-2: what one server lacks another may have; the complete one is asked. */
Test(client_prefix, an_advertise_with_both_is_better_than_one_with_the_address)
{
	begin(1, 1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 1);
	scene.answer.has_preference = true;
	scene.answer.preference = 200;
	answer_ia(100, 1800, 2880);
	answer_address(ADDRESS, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	answer(MESSAGE_ADVERTISE, 2);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::2", 3600, 5400);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 56, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_expect(MESSAGE_REQUEST);
	cr_expect(is_of(&scene.sent.server_id, 2));
	cr_expect(names(100, PREFIX, 56));
}

/* C-ADV-8: only one with the prefix comes: used, and both IAs are in the Request. */
Test(client_prefix, an_advertise_with_the_prefix_alone_is_usable)
{
	begin(1, 1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 1);
	answer_ia_status(100, STATUS_NO_ADDRS_AVAIL);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 56, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_expect(MESSAGE_REQUEST);
	cr_expect(has_ia(&scene.sent, OPTION_IA_NA, 100));
	cr_expect(names(100, PREFIX, 56));
}

/* C-ADV-3, C-HINT-3: nothing usable in it, so the Solicit goes on as before. */
Test(client_prefix, an_advertise_without_a_prefix_is_ignored)
{
	msec deadline;

	begin(0, 1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	deadline = client_deadline(&scene.client);
	answer(MESSAGE_ADVERTISE, 1);
	answer_ia_pd(100, 0, 0);
	scene.answer.ia[0].status.present = true;
	scene.answer.ia[0].status.code = STATUS_NO_PREFIX_AVAIL;
	cr_expect_eq(deliver(), REFUSED_NOT);
	answer(MESSAGE_ADVERTISE, 2);
	answer_ia(100, 1800, 2880);
	answer_address(ADDRESS, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT, "an IA_NA of that number is not ours (C-IA-10)");
	answer(MESSAGE_ADVERTISE, 3);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 56, 0, 0);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(INIT, SOLICITING);
	cr_expect_eq(client_deadline(&scene.client), deadline);
	scene_expect(MESSAGE_SOLICIT);
}

/* C-HINT-1: a wish for a length is `::` with it, in the same IA_PD; none without a wish. */
Test(client_prefix, a_wish_for_a_length)
{
	configure(1, 2);
	scene.config.prefix_hint = 56;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	cr_expect(names(100, "::", 56));
	cr_expect(names(101, "::", 56));
	cr_expect_eq(scene.sent.n_bindings, 2, "none for the address");
	cr_expect_eq(scene.sent.binding[0].preferred + scene.sent.binding[0].valid, 0);
}

/* C-HINT-1, C-SOL-3: what was delegated before, and the wish beside it where it differs. */
Test(client_prefix, a_former_prefix_is_asked_for_again)
{
	static const struct {
		uint8_t hint, former;
	} rows[] = { { 0, 60 }, { 56, 60 }, { 60, 60 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		stored = (struct lease){ 0 };
		configure(0, 1);
		scene.config.prefix_hint = rows[i].hint;
		scene_begin_as_configured();
		store(OPTION_IA_PD, PREFIX, rows[i].former, scene.now - 6000 * SECOND, 5400);
		restart();
		scene_expect(MESSAGE_SOLICIT);
		cr_expect(names(100, PREFIX, 60));
		cr_expect_eq(names(100, "::", 56), rows[i].hint == 56);
		cr_expect_eq(scene.sent.n_bindings, rows[i].hint == 56 ? 2 : 1);
	}
}

/* The same when it ended while the daemon ran. */
Test(client_prefix, an_expired_prefix_is_asked_for_again)
{
	begin(0, 1);
	delegated(56);
	scene_clear();
	scene_run(5400 * SECOND);
	cr_expect_not_null(call_for(REASON_EXPIRE6, PREFIX));
	scene_state(INIT, SOLICITING);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect(names(100, PREFIX, 56));
	cr_expect_eq(scene.sent.n_bindings, 1);
}

/* C-HINT-2, C-PD-4: another length than wished for is taken, and the wish goes on. */
Test(client_prefix, another_length_is_taken_and_the_wish_goes_on)
{
	const struct script_call *call;

	configure(0, 1);
	scene.config.prefix_hint = 56;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	advertise_prefix(60);
	cr_expect(names(100, PREFIX, 60));
	cr_expect(names(100, "::", 56));
	grant_prefix(1, PREFIX, 60);
	scene_state(BOUND, IDLE);
	call = call_for(REASON_BOUND6, PREFIX);
	cr_assert_not_null(call);
	cr_expect_eq(call->new_.prefix_len, 60);
	scene_expect(MESSAGE_RENEW);
	cr_expect(names(100, PREFIX, 60));
	cr_expect(names(100, "::", 56));
	scene_run(1080 * SECOND - 1);
	scene_expect(MESSAGE_REBIND);
	cr_expect(names(100, PREFIX, 60));
	cr_expect(names(100, "::", 56));
}

/* Where the wish is fulfilled nothing more is wished for. */
Test(client_prefix, a_fulfilled_wish_is_not_repeated)
{
	configure(0, 1);
	scene.config.prefix_hint = 56;
	scene_begin_as_configured();
	delegated(56);
	scene_expect(MESSAGE_RENEW);
	cr_expect(names(100, PREFIX, 56));
	cr_expect_eq(scene.sent.n_bindings, 1);
}

/* `::` is a wish, and never a prefix, whatever a server makes of it. */
Test(client_prefix, a_server_that_repeats_the_wish_delegates_nothing)
{
	configure(0, 1);
	scene.config.prefix_hint = 56;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	advertise_prefix(60);
	answer(MESSAGE_REPLY, 1);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix("::", 56, 3600, 5400);
	answer_prefix(PREFIX, 60, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect_eq(scene.client.lease.n_bindings, 1);
	cr_expect_eq(count_calls(REASON_BOUND6), 1);
	scene_expect(MESSAGE_RENEW);
	scene_clear();
	/* Kea does this with what it can't extend. */
	answer(MESSAGE_REPLY, 1);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 60, 3600, 5400);
	answer_prefix("::", 56, 0, 0);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	cr_expect_eq(scene.client.lease.n_bindings, 1);
	cr_expect_eq(count_calls(REASON_RENEW6), 1);
	cr_expect_eq(count_calls(REASON_EXPIRE6), 0);
}

/* The prefix of 60 bits in use, one of 56 wished for; Renew sent. */
static void wish_in_renew(void)
{
	configure(0, 1);
	scene.config.prefix_hint = 56;
	scene_begin_as_configured();
	delegated(60);
	scene_expect(MESSAGE_RENEW);
	scene_clear();
}

/* C-HINT-4: if only the old one is extended it stays in use. */
Test(client_prefix, a_wish_that_is_not_granted_costs_nothing)
{
	wish_in_renew();
	grant_prefix(1, PREFIX, 60);
	scene_state(BOUND, IDLE);
	cr_expect_not_null(call_for(REASON_RENEW6, PREFIX));
	cr_expect_eq(scene.n_calls, 1);
	cr_expect_eq(scene.sends, 3, "no other attempt before T1");
}

/* C-HINT-4, C-PD-5, row 88: the old one ends, the new one is there. */
Test(client_prefix, a_prefix_is_replaced)
{
	wish_in_renew();
	answer(MESSAGE_REPLY, 1);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 60, 0, 0);
	answer_prefix(OTHER, 56, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	cr_assert_not_null(call_for(REASON_EXPIRE6, PREFIX));
	cr_expect_eq(call_for(REASON_EXPIRE6, PREFIX)->old.prefix_len, 60);
	cr_assert_not_null(call_for(REASON_RENEW6, OTHER));
	cr_expect_eq(call_for(REASON_RENEW6, OTHER)->new_.prefix_len, 56);
	cr_expect_eq(scene.n_calls, 2);
	cr_expect_not(holds(&scene.client.lease, PREFIX));
	cr_expect(holds(&scene.saved, OTHER) && !holds(&scene.saved, PREFIX));
	scene_expect(MESSAGE_RENEW);
	cr_expect(names(100, OTHER, 56));
	cr_expect_eq(scene.sent.n_bindings, 1, "the wish is fulfilled");
}

/* C-HINT-4: preferred lifetime 0: both are held, the old one is told to be deprecated. */
Test(client_prefix, a_prefix_is_deprecated_beside_a_new_one)
{
	const struct script_call *call;

	wish_in_renew();
	answer(MESSAGE_REPLY, 1);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 60, 0, 600);
	answer_prefix(OTHER, 56, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	cr_expect_not_null(call_for(REASON_RENEW6, OTHER));
	call = call_for(REASON_DEPREF6, PREFIX);
	cr_assert_not_null(call);
	cr_expect(call->has_current);
	cr_expect_eq(call->new_.times.preferred, 0);
	cr_expect(holds(&scene.client.lease, PREFIX) && holds(&scene.client.lease, OTHER));
	scene_clear();
	scene_run(600 * SECOND);
	cr_expect_not_null(call_for(REASON_EXPIRE6, PREFIX));
	cr_expect(holds(&scene.client.lease, OTHER));
	scene_state(BOUND, IDLE);
}

/* The same number with another length is another prefix. */
Test(client_prefix, a_prefix_of_another_length_is_another_one)
{
	begin(0, 1);
	delegated(60);
	scene_expect(MESSAGE_RENEW);
	scene_clear();
	grant_prefix(1, PREFIX, 56);
	cr_expect_eq(scene.client.lease.n_bindings, 2, "C-RPL-4: what is not mentioned stays");
	cr_expect_eq(call_for(REASON_RENEW6, PREFIX)->new_.prefix_len, 56);
	scene_run(3600 * SECOND);
	cr_expect_eq(count_calls(REASON_EXPIRE6), 1);
	cr_expect_eq(call_for(REASON_EXPIRE6, PREFIX)->old.prefix_len, 60);
}

/* C-REN-1, C-REN-2, C-REN-7, row 62 */
Test(client_prefix, renewed)
{
	const struct script_call *call;

	bind_both();
	scene_expect(MESSAGE_RENEW);
	cr_expect_eq(scene.sent_at, lease_renew_at(&scene.client.lease));
	cr_expect(is_of(&scene.sent.server_id, 1));
	cr_expect(names(100, PREFIX, 56));
	cr_expect_not_null(find(&scene.sent, OPTION_IA_NA, 100, ADDRESS, 128));
	cr_expect_eq(scene.sent.n_bindings, 2);
	cr_expect(lists(&scene.sent, OPTION_SOL_MAX_RT));
	grant_both(1);
	scene_state(BOUND, IDLE);
	cr_expect_eq(count_calls(REASON_RENEW6), 2);
	cr_expect_eq(count_calls(REASON_TENTATIVE6), 0);
	call = call_for(REASON_RENEW6, PREFIX);
	cr_assert_not_null(call);
	cr_expect(call->has_old && call->old.has_binding);
	cr_expect_eq(call->old.prefix_len, 56);
	cr_expect_eq(call->old.ia_type, OPTION_IA_PD);
	cr_expect_eq(count(ACTION_ADDRESS_UPDATE), 1, "of the address alone");
}

/* C-RPL-10, C-RPL-11, rows 64 and 67: the prefix is left out, so it stays and Renew goes on. */
Test(client_prefix, a_prefix_that_is_left_out_stays)
{
	msec sent_at;

	bind_both();
	scene_expect(MESSAGE_RENEW);
	sent_at = scene.sent_at;
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(ADDRESS, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect(holds(&scene.client.lease, PREFIX));
	cr_expect_eq(count_calls(REASON_EXPIRE6), 0);
	scene_expect(MESSAGE_RENEW);
	cr_expect_geq(scene.sent_at - sent_at, 9 * SECOND, "no storm");
	cr_expect(names(100, PREFIX, 56));
	while (scene.sent.type == MESSAGE_RENEW)
		cr_assert(scene_run_to_message(HOUR));
	cr_expect_eq(scene.sent.type, MESSAGE_REBIND);
	cr_expect_eq(scene.sent_at, lease_rebind_at(&scene.client.lease));
	cr_expect(names(100, PREFIX, 56));
}

/* C-RPL-9, row 63: the server has forgotten the prefix, so it is requested; it stays in use. */
Test(client_prefix, no_binding_for_a_prefix)
{
	bind_both();
	scene_expect(MESSAGE_RENEW);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(ADDRESS, 3600, 5400);
	answer_ia_pd(100, 0, 0);
	scene.answer.ia[1].status.present = true;
	scene.answer.ia[1].status.code = STATUS_NO_BINDING;
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, REQUESTING);
	scene_expect(MESSAGE_REQUEST);
	cr_expect(has_ia(&scene.sent, OPTION_IA_NA, 100), "all IAs");
	cr_expect(names(100, PREFIX, 56));
	cr_expect(holds(&scene.client.lease, PREFIX));
	cr_expect_eq(count_calls(REASON_EXPIRE6), 0);
	grant_both(1);
	scene_state(BOUND, IDLE);
}

/* C-REB-1, C-REB-2, C-REB-3, row 74 */
Test(client_prefix, rebound_and_expired)
{
	bind_both();
	scene_run(2880 * SECOND);
	scene_state(BOUND, REBINDING);
	cr_expect_eq(scene.sent.type, MESSAGE_REBIND);
	cr_expect_eq(scene.sent.server_id.size, 0);
	cr_expect(names(100, PREFIX, 56));
	scene_clear();
	scene_run(720 * SECOND);
	cr_expect_not_null(call_for(REASON_DEPREF6, PREFIX));
	cr_expect_not_null(call_for(REASON_DEPREF6, ADDRESS));
	scene_run(1800 * SECOND);
	cr_expect_not_null(call_for(REASON_EXPIRE6, PREFIX));
	cr_expect_not_null(call_for(REASON_EXPIRE6, ADDRESS));
	cr_expect_eq(count(ACTION_ADDRESS_REMOVE), 1, "a prefix is on no interface");
	scene_state(INIT, SOLICITING);
}

/* C-T12-2, C-T12-5, A.6: one time for all, the earliest, with both IAs in one message. */
Test(client_prefix, the_earliest_t1_and_t2_count_for_all)
{
	msec start;

	begin(0, 2);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 1);
	scene.answer.has_preference = true;
	scene.answer.preference = 255;
	answer_ia_pd(100, 0, 0);
	answer_prefix(PREFIX, 56, 3600, 5400);
	answer_ia_pd(101, 0, 0);
	answer_prefix(OTHER, 60, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect(names(100, PREFIX, 56));
	cr_expect(names(101, OTHER, 60));
	answer(MESSAGE_REPLY, 1);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 56, 3600, 5400);
	answer_ia_pd(101, 900, 4000);
	answer_prefix(OTHER, 60, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect_eq(count_calls(REASON_BOUND6), 2);
	start = scene.now;
	scene_expect(MESSAGE_RENEW);
	cr_expect_eq(scene.sent_at - start, 900 * SECOND);
	cr_expect(names(100, PREFIX, 56));
	cr_expect(names(101, OTHER, 60));
	while (scene.sent.type == MESSAGE_RENEW)
		cr_assert(scene_run_to_message(HOUR));
	cr_expect_eq(scene.sent.type, MESSAGE_REBIND);
	cr_expect_eq(scene.sent_at - start, 2880 * SECOND);
	cr_expect(names(100, PREFIX, 56));
	cr_expect(names(101, OTHER, 60));
}

/* A.6, C-T12-4, C-T12-10, C-T12-11: the times of the address are the server's, of the prefix ours.
 */
Test(client_prefix, an_address_and_a_prefix_with_times_of_their_own)
{
	msec start;

	request_both();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(ADDRESS, 3600, 5400);
	answer_ia_pd(100, 0, 0);
	answer_prefix(PREFIX, 56, 1200, 7200);
	cr_expect_eq(deliver(), REFUSED_NOT);
	start = scene.now;
	verdict(ADDRESS, ADDRESS_UNIQUE);
	scene_clear();
	scene_expect(MESSAGE_RENEW);
	cr_expect_eq(scene.sent_at - start, 600 * SECOND);
	cr_expect_eq(scene.sent.n_bindings, 2);
	while (scene.sent.type == MESSAGE_RENEW)
		cr_assert(scene_run_to_message(HOUR));
	cr_expect_eq(scene.sent_at - start, 960 * SECOND);
	scene_run(start + 1200 * SECOND - scene.now - 1);
	cr_expect_eq(count_calls(REASON_DEPREF6), 0);
	scene_run(1);
	cr_expect_not_null(call_for(REASON_DEPREF6, PREFIX));
	scene_run(2400 * SECOND);
	cr_expect_not_null(call_for(REASON_DEPREF6, ADDRESS));
	scene_run(1800 * SECOND);
	cr_expect_not_null(call_for(REASON_EXPIRE6, ADDRESS));
	scene_state(BOUND, REBINDING);
	scene_expect(MESSAGE_REBIND);
	cr_expect(names(100, PREFIX, 56));
	cr_expect_eq(bindings_of(&scene.sent, OPTION_IA_NA, 100), 0, "C-RTX-8");
	scene_run(start + 7200 * SECOND - scene.now);
	cr_expect_not_null(call_for(REASON_EXPIRE6, PREFIX));
	scene_state(INIT, SOLICITING);
}

/* C-REB-4, C-PD-5, C-CE-6: the prefix comes with a lifetime of 0, the address goes on. */
Test(client_prefix, a_lifetime_of_0_ends_the_prefix_alone)
{
	const struct script_call *call;

	bind_both();
	scene_expect(MESSAGE_RENEW);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(ADDRESS, 3600, 5400);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 56, 0, 0);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	call = call_for(REASON_EXPIRE6, PREFIX);
	cr_assert_not_null(call);
	cr_expect(call->has_old && !call->has_new);
	cr_expect_eq(call->old.prefix_len, 56);
	cr_expect_eq(count_calls(REASON_EXPIRE6), 1);
	cr_expect_not_null(call_for(REASON_RENEW6, ADDRESS));
	cr_expect_null(call_for(REASON_RENEW6, PREFIX), "what is over is not told as renewed");
	cr_expect_not(holds(&scene.saved, PREFIX));
	scene_clear();
	scene_run(1800 * SECOND - 1);
	cr_expect_eq(count(ACTION_SEND), 0, "an IA without a lease has no T1 (C-T12-9)");
	scene_expect(MESSAGE_RENEW);
	cr_expect(has_ia(&scene.sent, OPTION_IA_PD, 100));
}

/* Row 66: nothing is left, so all begins anew; a server that does this each time is not stormed. */
Test(client_prefix, a_withdrawn_prefix_is_solicited_anew)
{
	begin(0, 1);
	delegated(56);
	scene_expect(MESSAGE_RENEW);
	scene_clear();
	answer(MESSAGE_REPLY, 1);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 56, 0, 0);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect_not_null(call_for(REASON_EXPIRE6, PREFIX));
	cr_expect_eq(count_calls(REASON_EXPIRE6), 1);
	scene_state(INIT, SOLICITING);
	scene_expect(MESSAGE_SOLICIT);
}

/* C-DEC-5, C-DEC-2, DESIGN.md 5.4: the address is somebody else's, the prefix is not touched. */
Test(client_prefix, a_duplicate_address_costs_no_prefix)
{
	request_both();
	grant_both(1);
	scene_clear();
	scene_run(300);
	verdict(ADDRESS, ADDRESS_DUPLICATE);
	scene_expect(MESSAGE_DECLINE);
	cr_expect_eq(scene.sent.n_ias, 1, "C-DEC-2: no IA_PD");
	cr_expect_not_null(find(&scene.sent, OPTION_IA_NA, 100, ADDRESS, 128));
	cr_expect_eq(scene.sent.n_bindings, 1);
	scene_state(BOUND, DECLINING);
	cr_expect_eq(count_calls(REASON_DECLINE6), 1);
	cr_expect(holds(&scene.saved, PREFIX) && !holds(&scene.saved, ADDRESS));
	answer(MESSAGE_REPLY, 1);
	answer_status(STATUS_SUCCESS);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_expect(MESSAGE_RENEW);
	cr_expect(names(100, PREFIX, 56));
	cr_expect(has_ia(&scene.sent, OPTION_IA_NA, 100));
	cr_expect_eq(bindings_of(&scene.sent, OPTION_IA_NA, 100), 0);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::2", 3600, 5400);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 56, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	verdict("2001:db8::2", ADDRESS_UNIQUE);
	scene_run(100);
	scene_state(BOUND, IDLE);
	cr_expect(holds(&scene.client.lease, PREFIX) && holds(&scene.client.lease, "2001:db8::2"));
	cr_expect_eq(count_calls(REASON_EXPIRE6) + count_calls(REASON_STOP6), 0);
	cr_expect_eq(count_calls(REASON_RELEASE6), 0);
	cr_expect_eq(count(ACTION_READY), 1);
}

/* The server has no other address: the prefix stays, and the daemon is not stuck. */
Test(client_prefix, a_duplicate_that_is_not_replaced)
{
	request_both();
	grant_both(1);
	verdict(ADDRESS, ADDRESS_DUPLICATE);
	scene_expect(MESSAGE_DECLINE);
	answer(MESSAGE_REPLY, 1);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_expect(MESSAGE_RENEW);
	answer(MESSAGE_REPLY, 1);
	answer_ia_status(100, STATUS_NO_ADDRS_AVAIL);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 56, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	scene_clear();
	scene_run(1800 * SECOND - 1);
	cr_expect_eq(count(ACTION_SEND), 0);
	scene_expect(MESSAGE_RENEW);
	cr_expect(names(100, PREFIX, 56));
}

/* C-CNF-2, C-CNF-4: an ended prefix is no reason to Rebind, and is never in a Confirm. */
Test(client_prefix, no_prefix_in_a_confirm)
{
	begin(1, 1);
	store(OPTION_IA_NA, ADDRESS, 128, scene.now - 100 * SECOND, 5400);
	store(OPTION_IA_PD, PREFIX, 56, scene.now - 6000 * SECOND, 5400);
	restart();
	scene_expect(MESSAGE_CONFIRM);
	cr_expect_eq(scene.sent.n_ias, 1);
	cr_expect_not(has_ia(&scene.sent, OPTION_IA_PD, 100));
	verdict(ADDRESS, ADDRESS_UNIQUE);
	answer(MESSAGE_REPLY, 1);
	answer_status(STATUS_SUCCESS);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	cr_expect_eq(count_calls(REASON_BOUND6), 1);
	scene_expect(MESSAGE_RENEW);
	cr_expect(has_ia(&scene.sent, OPTION_IA_PD, 100), "asked for again");
}

/* C-CNF-2, rows 4 and 80 to 90: U[0,1], then 1, 2, 4, … s, and 10 s in all. */
static void expect_link_rebind(msec from)
{
	static const msec least[] = { 900, 1710, 3249 };
	static const msec most[] = { 1100, 2310, 4400 };
	msec first, last;

	scene_state(BOUND, LINK_REBINDING);
	scene_expect(MESSAGE_REBIND);
	first = last = scene.sent_at;
	cr_expect(first >= from && first <= from + 1000);
	cr_expect_eq(scene.sent.elapsed, 0);
	for (unsigned int i = 0; i < 3; i++) {
		scene_expect(MESSAGE_REBIND);
		cr_expect(scene.sent_at - last >= least[i] && scene.sent_at - last <= most[i],
			  "%u: %lld ms", i, (long long)(scene.sent_at - last));
		cr_expect_eq(scene.sent.server_id.size, 0);
		cr_expect(names(100, PREFIX, 56));
		cr_expect_not_null(find(&scene.sent, OPTION_IA_NA, 100, ADDRESS, 128));
		last = scene.sent_at;
	}
	scene_run(first + 10 * SECOND - 1 - scene.now);
	scene_state(BOUND, LINK_REBINDING);
	scene_run(1);
	scene_state(BOUND, IDLE);
}

Test(client_prefix, a_restart_rebinds_with_the_timing_of_confirm)
{
	begin(1, 1);
	store(OPTION_IA_NA, ADDRESS, 128, scene.now - 100 * SECOND, 5400);
	store(OPTION_IA_PD, PREFIX, 56, scene.now - 100 * SECOND, 5400);
	restart();
	verdict(ADDRESS, ADDRESS_UNIQUE);
	cr_expect_eq(count_calls(REASON_BOUND6), 0, "not known to fit the link");
	expect_link_rebind(1000 * SECOND);
	cr_expect_eq(count_calls(REASON_BOUND6), 2, "C-CNF-10: kept");
	cr_expect_eq(call_for(REASON_BOUND6, PREFIX)->new_.times.valid, 5400);
	scene_expect(MESSAGE_RENEW);
	cr_expect_eq(scene.sent_at, 2700 * SECOND, "T1 is where it was");
}

Test(client_prefix, a_link_flap_rebinds_with_the_timing_of_confirm)
{
	bind_both();
	scene_link(false);
	scene_state(BOUND, IDLE);
	scene_run(30 * SECOND);
	cr_expect_eq(scene.n_calls, 0, "a prefix stays without a link");
	scene_link(true);
	expect_link_rebind(scene.now);
	cr_expect_eq(count_calls(REASON_EXPIRE6), 0);
	cr_expect_eq(count_calls(REASON_BOUND6), 0, "it was told already");
	cr_expect(holds(&scene.client.lease, PREFIX) && holds(&scene.client.lease, ADDRESS));
}

/* Row 88: another link, another prefix. */
Test(client_prefix, a_move_replaces_the_prefix)
{
	bind_both();
	scene_link(false);
	scene_link(true);
	scene_expect(MESSAGE_REBIND);
	answer(MESSAGE_REPLY, 2);
	answer_ia(100, 1800, 2880);
	answer_address(ADDRESS, 0, 0);
	answer_address("2001:db8:9::1", 3600, 5400);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 56, 0, 0);
	answer_prefix(OTHER, 56, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	cr_expect_not_null(call_for(REASON_EXPIRE6, PREFIX));
	cr_expect_not_null(call_for(REASON_EXPIRE6, ADDRESS));
	cr_expect_not_null(action_on(ACTION_ADDRESS_REMOVE, ADDRESS));
	cr_expect_not_null(call_for(REASON_REBIND6, OTHER));
	verdict("2001:db8:9::1", ADDRESS_UNIQUE);
	scene_run(100);
	cr_expect_not_null(call_for(REASON_REBIND6, "2001:db8:9::1"));
	scene_expect(MESSAGE_RENEW);
	cr_expect(is_of(&scene.sent.server_id, 2), "C-RPL-12");
}

/* C-RPL-9, row 87: the server of this link has forgotten the prefix. */
Test(client_prefix, a_move_to_a_server_without_the_binding)
{
	begin(0, 1);
	delegated(56);
	scene_clear();
	scene_link(false);
	scene_link(true);
	scene_expect(MESSAGE_REBIND);
	answer(MESSAGE_REPLY, 2);
	answer_ia_pd(100, 0, 0);
	scene.answer.ia[0].status.present = true;
	scene.answer.ia[0].status.code = STATUS_NO_BINDING;
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, REQUESTING);
	scene_expect(MESSAGE_REQUEST);
	cr_expect(is_of(&scene.sent.server_id, 2));
	cr_expect(names(100, PREFIX, 56));
	cr_expect(holds(&scene.client.lease, PREFIX), "in use until it is over");
	grant_prefix(2, PREFIX, 56);
	scene_state(BOUND, IDLE);
	cr_expect_eq(count_calls(REASON_EXPIRE6), 0);
}

/* Row 89 */
Test(client_prefix, a_move_without_another_prefix_begins_anew)
{
	begin(0, 1);
	delegated(56);
	scene_clear();
	scene_link(false);
	scene_link(true);
	scene_expect(MESSAGE_REBIND);
	answer(MESSAGE_REPLY, 2);
	answer_ia_pd(100, 0, 0);
	answer_prefix(PREFIX, 56, 0, 0);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect_not_null(call_for(REASON_EXPIRE6, PREFIX));
	scene_state(INIT, SOLICITING);
	scene_expect(MESSAGE_SOLICIT);
}

/* C-REL-1, C-REL-3, C-IA-1: told first, then given back, with the server's times left out. */
Test(client_prefix, released)
{
	const struct script_call *call;

	bind_both();
	client_release(&scene.client, scene.now);
	call = call_for(REASON_RELEASE6, PREFIX);
	cr_assert_not_null(call);
	cr_expect_eq(call->old.prefix_len, 56);
	cr_expect_eq(call->old.ia_type, OPTION_IA_PD);
	cr_expect_eq(count_calls(REASON_RELEASE6), 2);
	cr_expect_eq(count(ACTION_SEND), 0, "the scripts first: withdrawn downstream (C-REL-6)");
	client_scripts_done(&scene.client, scene.now);
	cr_expect_eq(scene.sent.type, MESSAGE_RELEASE);
	cr_expect(names(100, PREFIX, 56));
	cr_expect_not_null(find(&scene.sent, OPTION_IA_NA, 100, ADDRESS, 128));
	cr_expect_eq(scene.sent.n_bindings, 2);
	cr_expect_eq(scene.sent.binding[1].valid, 0);
	cr_expect_not(scene.sent.has_oro);
	cr_expect(is_of(&scene.sent.server_id, 1));
	cr_expect(scene.saved.released && holds(&scene.saved, PREFIX));
	answer(MESSAGE_REPLY, 1);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect_eq(count(ACTION_DONE), 1);
}

/* A wish has no place in a Release, nor an IA that holds nothing. */
Test(client_prefix, a_release_has_what_is_held_and_nothing_else)
{
	configure(1, 1);
	scene.config.prefix_hint = 48;
	scene_begin_as_configured();
	delegated(56);
	client_release(&scene.client, scene.now);
	client_scripts_done(&scene.client, scene.now);
	cr_expect_eq(scene.sent.type, MESSAGE_RELEASE);
	cr_expect_eq(scene.sent.n_ias, 1);
	cr_expect_eq(scene.sent.n_bindings, 1);
	cr_expect(names(100, PREFIX, 56));
}

/* C-PDX-5: the excluded prefix goes back with the prefix; where there was none there is none. */
Test(client_prefix, an_excluded_prefix_is_released_with_its_prefix)
{
	const struct message_binding *binding;
	struct in6_addr excluded = ip6("2001:db8:1:ab::");

	begin(0, 2);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 1);
	scene.answer.has_preference = true;
	scene.answer.preference = 255;
	answer_ia_pd(100, 0, 0);
	answer_prefix(PREFIX, 56, 3600, 5400);
	answer_ia_pd(101, 0, 0);
	answer_prefix(OTHER, 56, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	answer(MESSAGE_REPLY, 1);
	answer_ia_pd(100, 1800, 2880);
	binding = answer_prefix(PREFIX, 56, 3600, 5400);
	scene.answer.binding[0].exclude_len = 64;
	scene.answer.binding[0].exclude = excluded;
	answer_ia_pd(101, 1800, 2880);
	answer_prefix(OTHER, 56, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	client_release(&scene.client, scene.now);
	client_scripts_done(&scene.client, scene.now);
	cr_expect_eq(scene.sent.type, MESSAGE_RELEASE);
	binding = find(&scene.sent, OPTION_IA_PD, 100, PREFIX, 56);
	cr_assert_not_null(binding);
	cr_expect_eq(binding->exclude_len, 64);
	cr_expect_eq(memcmp(&binding->exclude, &excluded, sizeof(excluded)), 0);
	binding = find(&scene.sent, OPTION_IA_PD, 101, OTHER, 56);
	cr_assert_not_null(binding);
	cr_expect_eq(binding->exclude_len, 0);
}

/* C-PDX-1: where it is configured, in every message that may carry it. */
Test(client_prefix, excluded_prefixes_are_asked_for_where_configured)
{
	configure(0, 1);
	scene.config.oro[scene.config.n_oro++] = OPTION_PD_EXCLUDE;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	cr_expect(lists(&scene.sent, OPTION_PD_EXCLUDE));
	advertise_prefix(56);
	cr_expect(lists(&scene.sent, OPTION_PD_EXCLUDE));
	grant_prefix(1, PREFIX, 56);
	scene_expect(MESSAGE_RENEW);
	cr_expect(lists(&scene.sent, OPTION_PD_EXCLUDE));
	scene_run(1080 * SECOND - 1);
	scene_expect(MESSAGE_REBIND);
	cr_expect(lists(&scene.sent, OPTION_PD_EXCLUDE));
}

/* C-REL-7: no Release unasked; with `unconfigure` the script withdraws the prefix. */
Test(client_prefix, stopped)
{
	for (unsigned int unconfigure = 0; unconfigure < 2; unconfigure++) {
		bind_both();
		client_stop(&scene.client, unconfigure == 1, scene.now);
		cr_expect_eq(count(ACTION_SEND), 0);
		cr_expect_eq(count_calls(REASON_STOP6), unconfigure == 1 ? 2 : 0);
		cr_expect_eq(count(ACTION_ADDRESS_REMOVE), unconfigure);
		cr_expect_eq(count(ACTION_DONE), 1);
		if (unconfigure == 1)
			cr_expect_eq(call_for(REASON_STOP6, PREFIX)->old.prefix_len, 56);
	}
}

/* The link goes while the address is under test: that is put on again, the prefix is not told
 * twice. */
Test(client_prefix, a_link_lost_under_test)
{
	request_both();
	grant_both(1);
	scene_link(false);
	cr_expect_not_null(action_on(ACTION_ADDRESS_REMOVE, ADDRESS));
	scene_clear();
	scene_link(true);
	cr_expect_not_null(action_on(ACTION_ADDRESS_ADD, ADDRESS));
	scene_expect(MESSAGE_REBIND);
	grant_both(1);
	verdict(ADDRESS, ADDRESS_UNIQUE);
	scene_run(100);
	cr_expect_eq(count_calls(REASON_REBIND6), 2);
	cr_expect_not_null(call_for(REASON_REBIND6, ADDRESS));
	cr_expect_eq(count(ACTION_READY), 1);
}

/* C-RPL-4: two prefixes in one IA_PD, one of which is extended. */
Test(client_prefix, two_prefixes_in_one_ia)
{
	begin(0, 1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	advertise_prefix(56);
	answer(MESSAGE_REPLY, 1);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix(PREFIX, 56, 3600, 5400);
	answer_prefix(OTHER, 60, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect_eq(count_calls(REASON_BOUND6), 2);
	scene_expect(MESSAGE_RENEW);
	cr_expect(names(100, PREFIX, 56) && names(100, OTHER, 60));
	scene_clear();
	grant_prefix(1, PREFIX, 56);
	cr_expect_eq(count_calls(REASON_RENEW6), 1);
	cr_expect(holds(&scene.client.lease, OTHER));
	scene_run(3600 * SECOND);
	cr_expect_not_null(call_for(REASON_EXPIRE6, OTHER));
	cr_expect_null(call_for(REASON_EXPIRE6, PREFIX));
}

/* C-RPL-7, row 40 and C-RATE-3: a server that advertises but never delegates. */
Test(client_prefix, a_server_that_does_not_keep_its_word)
{
	unsigned int sends;

	begin(0, 1);
	scene_start();
	for (unsigned int i = 0; i < 5; i++) {
		scene_expect(MESSAGE_SOLICIT);
		advertise_prefix(56);
		answer(MESSAGE_REPLY, 1);
		answer_ia_pd(100, 0, 0);
		scene.answer.ia[0].status.present = true;
		scene.answer.ia[0].status.code = STATUS_NO_PREFIX_AVAIL;
		cr_expect_eq(deliver(), REFUSED_NOT);
		scene_state(INIT, SOLICITING);
	}
	sends = scene.sends;
	scene_run(10 * SECOND);
	cr_expect_eq(scene.sends, sends, "rounds get rarer");
	cr_expect_eq(count_calls(REASON_BOUND6), 0);
}
