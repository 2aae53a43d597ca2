/* SPDX-License-Identifier: MPL-2.0 */
/* Discovery: Solicit, Request, and what is refused (RFC 9915 sections 16, 18.2.1, 18.2.2, 18.2.9).
 */
#include <criterion/criterion.h>
#include <string.h>

#include "scene.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static void expect_advertise(uint8_t number, int preference, const char *text)
{
	answer(MESSAGE_ADVERTISE, number);
	if (preference >= 0) {
		scene.answer.has_preference = true;
		scene.answer.preference = (uint8_t)preference;
	}
	answer_ia(100, 1800, 2880);
	answer_address(text, 3600, 5400);
	cr_assert_eq(deliver(), REFUSED_NOT);
}

/* C-GEN-3, C-GEN-8 */
Test(client, nothing_happens_before_start_and_link)
{
	scene_begin(1);
	scene_run(HOUR);
	client_start(&scene.client, scene.now);
	scene_run(HOUR);
	cr_expect_eq(scene.n, 0);
	scene_link(true);
	scene_expect(MESSAGE_SOLICIT);
	scene_begin(1);
	scene_link(true);
	scene_run(HOUR);
	cr_expect_eq(scene.n, 0, "a link alone is no start");
	client_start(&scene.client, scene.now);
	scene_expect(MESSAGE_SOLICIT);
}

/* C-SOL-1 */
Test(client, first_solicit_is_delayed_by_up_to_a_second)
{
	msec least = NEVER, most = 0;

	for (unsigned int i = 0; i < 100; i++) {
		msec delay;

		scene_begin(1);
		scene.random = i * 7919;
		scene_start();
		scene_expect(MESSAGE_SOLICIT);
		delay = scene.sent_at - 1000 * SECOND;
		cr_assert(delay >= 0 && delay <= 1000, "%d", (int)delay);
		least = delay < least ? delay : least;
		most = delay > most ? delay : most;
	}
	cr_expect_lt(least, 200);
	cr_expect_gt(most, 800);
}

/* C-SOL-2, C-IA-1, C-ORO-1, C-ORO-3, C-ORO-5, C-ELP-1, C-ELP-2, C-GEN-4 */
Test(client, solicit_contents)
{
	const struct message *solicit;

	scene_begin(3);
	scene_start();
	solicit = scene_expect(MESSAGE_SOLICIT);
	cr_expect(duid_equal(&solicit->client_id, &scene.config.duid));
	cr_expect_eq(solicit->server_id.size, 0);
	cr_expect(solicit->has_elapsed);
	cr_expect_eq(solicit->elapsed, 0);
	cr_expect(solicit->has_oro);
	cr_expect_eq(solicit->n_oro, 3);
	cr_expect(lists(solicit, OPTION_DNS_SERVERS) && lists(solicit, OPTION_DOMAIN_LIST));
	cr_expect(lists(solicit, OPTION_SOL_MAX_RT));
	cr_expect_not(solicit->rapid_commit);
	cr_expect_not(solicit->reconf_accept);
	cr_expect_eq(solicit->n_ias, 3);
	for (unsigned int i = 0; i < 3; i++) {
		cr_expect_eq(solicit->ia[i].type, OPTION_IA_NA);
		cr_expect_eq(solicit->ia[i].iaid, 100 + i);
		cr_expect_eq(solicit->ia[i].t1, 0);
		cr_expect_eq(solicit->ia[i].t2, 0);
	}
	cr_expect_eq(solicit->n_bindings, 0);
	cr_expect_eq(solicit->options.size, 0);
	scene_state(INIT, SOLICITING);
}

/* C-ORO-2, C-ORO-7, C-ORO-8, C-ORO-9: whatever the administrator configures. */
Test(client, oro_has_no_forbidden_code_and_each_code_once)
{
	static const uint16_t codes[] = { 1,  3,  5,  8,  12, 13, 14, 18, 20, 25,
					  26, 32, 23, 23, 82, 82, 67, 31, 31, 9999 };
	const struct message *solicit;

	scene_configure(1);
	memcpy(scene.config.oro, codes, sizeof(codes));
	scene.config.n_oro = ROWS(codes);
	scene_begin_as_configured();
	scene_start();
	solicit = scene_expect(MESSAGE_SOLICIT);
	for (unsigned int i = 0; i < solicit->n_oro; i++) {
		uint16_t code = solicit->oro[i];

		cr_expect(code == 23 || code == 82 || code == 67 || code == 31 || code == 9999,
			  "%u", code);
		for (unsigned int j = 0; j < i; j++)
			cr_expect_neq(solicit->oro[j], code, "%u is listed twice", code);
	}
	cr_expect_geq(solicit->n_oro, 5);
}

/* C-XID-2, C-RTX-7, C-RTX-9, C-ELP-3 */
Test(client, retransmissions_keep_the_transaction_id_and_refresh_elapsed_time)
{
	uint32_t xid;
	msec first;

	scene_begin(1);
	scene_start();
	xid = scene_expect(MESSAGE_SOLICIT)->xid;
	first = scene.sent_at;
	for (unsigned int i = 0; i < 8; i++) {
		scene_expect(MESSAGE_SOLICIT);
		cr_expect_eq(scene.sent.xid, xid);
		cr_expect_eq(scene.sent.elapsed, (scene.sent_at - first) / 10);
		cr_expect_eq(scene.sent.n_ias, 1);
	}
}

/* C-RTX-2, C-RTX-3: for ever, and never rarer than SOL_MAX_RT and a tenth. */
Test(client, solicit_is_never_given_up)
{
	msec last;

	scene_begin(1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	last = scene.sent_at;
	for (unsigned int i = 1; i < 60; i++) {
		msec gap;

		scene_expect(MESSAGE_SOLICIT);
		gap = scene.sent_at - last;
		cr_expect_leq(gap, 3960 * SECOND);
		if (i == 1)
			cr_expect(gap > 1000 && gap <= 1100, "%d", (int)gap);
		if (i > 14)
			cr_expect_geq(gap, 3240 * SECOND);
		last = scene.sent_at;
	}
	scene_state(INIT, SOLICITING);
}

/* C-SOL-4, C-SOL-5 */
Test(client, advertises_are_collected_for_the_whole_first_rt)
{
	struct duid second = server(2);
	msec first;

	scene_begin(1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	first = scene.sent_at;
	scene_run(100);
	expect_advertise(1, 0, "2001:db8::1");
	scene_state(INIT, SOLICITING);
	scene_run(800);
	expect_advertise(2, 254, "2001:db8::2");
	scene_state(INIT, SOLICITING);
	scene_expect(MESSAGE_REQUEST);
	cr_expect_gt(scene.sent_at - first, 1000);
	cr_expect_leq(scene.sent_at - first, 1100);
	cr_expect(duid_equal(&scene.sent.server_id, &second), "C-ADV-1");
}

/* C-SOL-4 */
Test(client, preference_255_is_taken_at_once)
{
	scene_begin(1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	scene_run(100);
	expect_advertise(1, 254, "2001:db8::1");
	scene_state(INIT, SOLICITING);
	expect_advertise(2, 255, "2001:db8::2");
	cr_expect_eq(scene.sent.type, MESSAGE_REQUEST);
	cr_expect_eq(scene.sent_at, scene.now);
	cr_expect(carries(&scene.sent, 100, "2001:db8::2"));
	scene_state(INIT, REQUESTING);
}

/* C-SOL-6 */
Test(client, after_the_first_rt_the_first_advertise_is_taken)
{
	scene_begin(1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	scene_expect(MESSAGE_SOLICIT);
	scene_run(300);
	expect_advertise(1, -1, "2001:db8::1");
	cr_expect_eq(scene.sent.type, MESSAGE_REQUEST);
	cr_expect_eq(scene.sent_at, scene.now);
}

/* C-ADV-2 */
Test(client, an_offer_for_all_ias_beats_a_preferred_part)
{
	struct duid second = server(2);

	scene_begin(2);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	expect_advertise(1, 200, "2001:db8::1");
	answer(MESSAGE_ADVERTISE, 2);
	answer_ia(100, 0, 0);
	answer_address("2001:db8::2", 10, 20);
	answer_ia(101, 0, 0);
	answer_address("2001:db8::3", 10, 20);
	cr_assert_eq(deliver(), REFUSED_NOT);
	scene_expect(MESSAGE_REQUEST);
	cr_expect(duid_equal(&scene.sent.server_id, &second));
}

/* C-SOL-8, C-ADV-3 */
Test(client, a_useless_advertise_does_not_end_the_collection)
{
	scene_begin(1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 1);
	scene.answer.has_preference = true;
	scene.answer.preference = 255;
	answer_ia_status(100, STATUS_NO_ADDRS_AVAIL);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(INIT, SOLICITING);
	scene_expect(MESSAGE_SOLICIT);
}

/* C-ADV-5 */
Test(client, useless_advertises_leave_the_schedule_alone)
{
	msec want[6];

	scene_begin(1);
	scene_start();
	for (unsigned int i = 0; i < 6; i++) {
		scene_expect(MESSAGE_SOLICIT);
		want[i] = scene.sent_at;
	}
	scene_begin(1);
	scene_start();
	for (unsigned int i = 0; i < 6; i++) {
		scene_expect(MESSAGE_SOLICIT);
		cr_expect_eq(scene.sent_at, want[i], "message %u", i + 1);
		for (unsigned int j = 0; j < 50; j++) {
			scene_run(10);
			answer(MESSAGE_ADVERTISE, 1);
			answer_ia_status(100, STATUS_NO_ADDRS_AVAIL);
			cr_expect_eq(deliver(), REFUSED_NOT);
		}
	}
}

static void useless_advertise(uint8_t number, uint32_t sol_max_rt)
{
	answer(MESSAGE_ADVERTISE, number);
	answer_status(STATUS_NO_ADDRS_AVAIL);
	scene.answer.has_sol_max_rt = true;
	scene.answer.sol_max_rt = sol_max_rt;
	cr_expect_eq(deliver(), REFUSED_NOT);
}

/* The longest gap (ms) between the next 30 Solicits. */
static msec longest_gap(void)
{
	msec longest = 0, last;

	scene_expect(MESSAGE_SOLICIT);
	last = scene.sent_at;
	for (unsigned int i = 0; i < 30; i++) {
		scene_expect(MESSAGE_SOLICIT);
		longest = scene.sent_at - last > longest ? scene.sent_at - last : longest;
		last = scene.sent_at;
	}
	return longest;
}

/* C-ADV-4, C-OPT-17, C-RTX-11 */
Test(client, sol_max_rt_counts_also_in_a_useless_advertise_and_within_its_range)
{
	static const struct {
		uint32_t value;
		msec want; /* s */
	} rows[] = { { 59, 3600 }, { 60, 60 }, { 86400, 86400 }, { 86401, 3600 } };

	for (size_t i = 0; i < ROWS(rows); i++) {
		msec longest, want = rows[i].want * SECOND;

		scene_begin(1);
		scene_start();
		scene_expect(MESSAGE_SOLICIT);
		useless_advertise(1, rows[i].value);
		longest = longest_gap();
		cr_expect(longest >= want * 9 / 10 && longest <= want * 11 / 10,
			  "SOL_MAX_RT %u: %d ms", rows[i].value, (int)longest);
	}
}

/* C-ADV-6 */
Test(client, sol_max_rt_on_which_advertises_disagree_is_not_used)
{
	scene_begin(1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	useless_advertise(1, 60);
	useless_advertise(2, 120);
	useless_advertise(3, 120);
	cr_expect_geq(longest_gap(), 3240 * SECOND);
	scene_begin(1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	useless_advertise(1, 60);
	useless_advertise(2, 60);
	cr_expect_leq(longest_gap(), 66 * SECOND);
}

/* C-SOL-9, C-VAL-RPL-5 */
Test(client, rapid_commit)
{
	scene_configure(1);
	scene.config.rapid_commit = true;
	scene_begin_as_configured();
	scene_start();
	cr_expect(scene_expect(MESSAGE_SOLICIT)->rapid_commit);
	expect_advertise(2, 3, "2001:db8::2");
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT_RAPID);
	scene_state(INIT, SOLICITING);
	scene.answer.rapid_commit = true;
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	cr_expect_not_null(call_for(REASON_BOUND6, "2001:db8::1"));
	cr_expect_eq(scene.sends, 1, "no Request");
}

/* C-SOL-9: no Reply comes, the Advertise is used; a Request has no Rapid Commit. */
Test(client, rapid_commit_with_a_server_that_does_not_know_it)
{
	scene_configure(1);
	scene.config.rapid_commit = true;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	expect_advertise(2, 3, "2001:db8::2");
	cr_expect_not(scene_expect(MESSAGE_REQUEST)->rapid_commit);
}

/* Rows 27 and 28. */
Test(client, rapid_commit_without_anything_usable)
{
	msec gap;

	scene_configure(1);
	scene.config.rapid_commit = true;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_REPLY, 1)->rapid_commit = true;
	answer_ia_status(100, STATUS_NO_ADDRS_AVAIL);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(INIT, SOLICITING);
	answer_status(STATUS_UNSPEC_FAIL);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(INIT, SOLICITING);
	answer(MESSAGE_REPLY, 1)->rapid_commit = true;
	answer_status(STATUS_NOT_ON_LINK);
	cr_expect_eq(deliver(), REFUSED_NOT);
	gap = scene.now;
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_geq(scene.sent_at - gap, 900, "C-SOL-12");
}

/* Point 2 of the choice of servers: by DUID, whatever they offer. */
Test(client, a_rejected_server_is_not_heard)
{
	scene_configure(1);
	scene.config.reject.n = 1;
	scene.config.reject.duid[0] = server(1);
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_REJECTED);
	answer(MESSAGE_ADVERTISE, 2);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::2", 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
}

Test(client, only_an_accepted_server_is_heard)
{
	scene_configure(1);
	scene.config.accept.n = 1;
	scene.config.accept.duid[0] = server(2);
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_REJECTED);
	answer(MESSAGE_ADVERTISE, 2);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::2", 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
}

enum defect {
	NO_SERVER_ID,
	NO_CLIENT_ID,
	OTHER_CLIENT,
	OTHER_XID,
	TWO_SERVER_IDS,
	TWO_CLIENT_IDS,
	MULTICAST,
	CUT,
	OTHER_SERVER,
	DEFECTS,
};

static const struct {
	const char *name;
	enum refusal want;
} defects[DEFECTS] = {
	[NO_SERVER_ID] = { "C-VAL-ADV-1, C-VAL-RPL-1", REFUSED_NO_SERVER_ID },
	[NO_CLIENT_ID] = { "C-VAL-ADV-2, C-VAL-RPL-3", REFUSED_NO_CLIENT_ID },
	[OTHER_CLIENT] = { "C-VAL-ADV-3, C-VAL-RPL-3", REFUSED_OTHER_CLIENT },
	[OTHER_XID] = { "C-VAL-ADV-4, C-VAL-RPL-2", REFUSED_XID },
	[TWO_SERVER_IDS] = { "C-FMT-7, Server Identifier", REFUSED_REPEATED_ID },
	[TWO_CLIENT_IDS] = { "C-FMT-7, Client Identifier", REFUSED_REPEATED_ID },
	[MULTICAST] = { "C-VAL-2", REFUSED_MULTICAST },
	[CUT] = { "C-FMT-3", REFUSED_TRUNCATED },
	[OTHER_SERVER] = { "C-VAL-RPL-6", REFUSED_OTHER_SERVER },
};

/* Delivers scene.answer with exactly that defect. */
static enum refusal deliver_broken(enum defect defect)
{
	static uint8_t bytes[UINT16_MAX];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));
	struct message *m = &scene.answer;

	if (defect == NO_SERVER_ID)
		m->server_id.size = 0;
	if (defect == NO_CLIENT_ID)
		m->client_id.size = 0;
	if (defect == OTHER_CLIENT)
		m->client_id.bytes[13] ^= 1;
	if (defect == OTHER_XID)
		m->xid ^= 0x800000;
	if (defect == TWO_SERVER_IDS)
		options_add(&m->options, OPTION_SERVERID, m->server_id.bytes, m->server_id.size);
	if (defect == TWO_CLIENT_IDS)
		options_add(&m->options, OPTION_CLIENTID, m->client_id.bytes, m->client_id.size);
	if (defect == OTHER_SERVER)
		m->server_id = server(77);
	message_build(m, &out);
	return client_receive(&scene.client, bytes, out.at - (defect == CUT),
			      sent_to(defect == MULTICAST), stamp(scene.now), &scene.received);
}

/* A refused message changes nothing but the clock and the scratch space. */
static void expect_refused(enum defect defect)
{
	static struct client before;
	enum refusal refusal;
	unsigned int actions = scene.n;
	msec deadline = client_deadline(&scene.client);

	before = scene.client;
	refusal = deliver_broken(defect);
	cr_expect_eq(refusal, defects[defect].want, "%s: %s", defects[defect].name,
		     refusal_name(refusal));
	cr_expect_eq(scene.n, actions, "%s", defects[defect].name);
	cr_expect_eq(client_deadline(&scene.client), deadline, "%s", defects[defect].name);
	cr_expect_eq(memcmp(&before.exchange, &scene.client.exchange, sizeof(before.exchange)), 0,
		     "%s", defects[defect].name);
	cr_expect_eq(memcmp(&before.lease, &scene.client.lease, sizeof(before.lease)), 0, "%s",
		     defects[defect].name);
	cr_expect_eq(before.offers.n, scene.client.offers.n, "%s", defects[defect].name);
}

static void good_advertise(void)
{
	answer(MESSAGE_ADVERTISE, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
}

static void good_reply(void)
{
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
}

Test(client, a_defective_advertise_is_refused_by_name)
{
	scene_begin(1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	for (unsigned int i = 0; i < OTHER_SERVER; i++) {
		good_advertise();
		expect_refused((enum defect)i);
	}
	good_advertise();
	cr_expect_eq(deliver(), REFUSED_NOT, "and without a defect it is good");
	cr_expect_eq(scene.client.offers.n, 1);
}

Test(client, a_defective_reply_is_refused_by_name)
{
	scene_begin(1);
	scene_start();
	scene_request();
	for (unsigned int i = 0; i < DEFECTS; i++) {
		good_reply();
		expect_refused((enum defect)i);
	}
	scene_expect(MESSAGE_REQUEST);
	cr_expect_eq(scene.sent.elapsed / 100, 0, "retransmitted in its time");
	good_reply();
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
}

/* C-VAL-ADV-4, C-VAL-RPL-2: no exchange is running that it could answer. */
Test(client, what_nobody_asked_for_is_refused)
{
	scene_begin(1);
	good_advertise();
	cr_expect_eq(deliver(), REFUSED_UNEXPECTED, "before the start");
	scene_start();
	good_advertise();
	cr_expect_eq(deliver(), REFUSED_UNEXPECTED, "in the random delay");
	good_reply();
	cr_expect_eq(deliver(), REFUSED_UNEXPECTED);
	scene_expect(MESSAGE_SOLICIT);
	good_reply();
	cr_expect_eq(deliver(), REFUSED_NOT_RAPID, "C-VAL-RPL-5");
	scene.answer.rapid_commit = true;
	cr_expect_eq(deliver(), REFUSED_RAPID_UNASKED, "C-VAL-RPL-5");
	good_advertise();
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_expect(MESSAGE_REQUEST);
	good_advertise();
	cr_expect_eq(deliver(), REFUSED_UNEXPECTED, "an Advertise to a Request");
	good_reply();
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect_eq(deliver(), REFUSED_UNEXPECTED, "the same again");
	scene_state(BOUND, IDLE);
}

/* C-VAL-1, C-VAL-3, C-VAL-REC-1 */
Test(client, types_that_are_not_for_clients_are_refused)
{
	scene_begin(1);
	scene_start();
	scene_request();
	for (unsigned int type = 0; type < 256; type++) {
		if (type == MESSAGE_REPLY || type == MESSAGE_ADVERTISE)
			continue;
		good_reply();
		scene.answer.type = (uint8_t)type;
		cr_expect_neq(deliver(), REFUSED_NOT, "type %u", type);
		scene_state(INIT, REQUESTING);
	}
	good_reply();
	scene.answer.type = MESSAGE_RECONFIGURE;
	cr_expect_eq(deliver(), REFUSED_RECONFIGURE);
	scene.answer.type = 200;
	cr_expect_eq(deliver(), REFUSED_TYPE_UNKNOWN);
	scene.answer.type = MESSAGE_RENEW;
	cr_expect_eq(deliver(), REFUSED_TYPE_NOT_OURS);
}

/* C-REQ-1, C-REQ-2, C-XID-1, C-IA-1, C-ORO-5 */
Test(client, request_contents)
{
	struct duid first = server(1);
	uint32_t xid;

	scene_begin(2);
	scene_start();
	xid = scene_expect(MESSAGE_SOLICIT)->xid;
	expect_advertise(1, 255, "2001:db8::1");
	cr_assert_eq(scene.sent.type, MESSAGE_REQUEST);
	cr_expect_neq(scene.sent.xid, xid);
	cr_expect(duid_equal(&scene.sent.server_id, &first));
	cr_expect(duid_equal(&scene.sent.client_id, &scene.config.duid));
	cr_expect_eq(scene.sent.elapsed, 0, "C-ELP-2");
	cr_expect(lists(&scene.sent, OPTION_SOL_MAX_RT));
	cr_expect_eq(scene.sent.n_ias, 2, "the IA that got nothing is asked for again");
	cr_expect_eq(scene.sent.n_bindings, 1);
	cr_expect(carries(&scene.sent, 100, "2001:db8::1"));
	cr_expect_eq(scene.sent.binding[0].preferred, 0);
	cr_expect_eq(scene.sent.binding[0].valid, 0);
	cr_expect_eq(scene.sent.ia[0].t1, 0);
}

/* C-REQ-3, C-ADV-9, C-SOL-12, rows 41 */
Test(client, after_ten_requests_the_next_offer_then_discovery)
{
	struct duid servers[] = { server(2), server(1) };
	uint32_t xid = 0;
	msec start;

	scene_begin(1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	expect_advertise(1, 5, "2001:db8::1");
	expect_advertise(2, 9, "2001:db8::2");
	for (unsigned int i = 0; i < 2; i++) {
		for (unsigned int j = 0; j < 10; j++) {
			scene_expect(MESSAGE_REQUEST);
			cr_expect(duid_equal(&scene.sent.server_id, &servers[i]));
			if (j == 0)
				cr_expect(scene.sent.xid != xid && scene.sent.elapsed == 0);
			else
				cr_expect_eq(scene.sent.xid, xid);
			xid = scene.sent.xid;
		}
	}
	start = scene.sent_at;
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_geq(scene.sent_at - start, 27 * SECOND, "the last RT is waited for (C-RTX-5)");
	scene_state(INIT, SOLICITING);
}

/* C-RTX-5 */
Test(client, an_answer_to_the_tenth_request_counts)
{
	scene_begin(1);
	scene_start();
	scene_request();
	for (unsigned int i = 1; i < 10; i++)
		scene_expect(MESSAGE_REQUEST);
	scene_run(5 * SECOND);
	good_reply();
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
}

/* C-RPL-2, C-RPL-3, row 38, section 5.4: also UseMulticast, and a code nobody knows (1.4). */
Test(client, a_failed_reply_is_as_none)
{
	static const uint16_t codes[] = { STATUS_UNSPEC_FAIL, STATUS_USE_MULTICAST, 999 };

	for (size_t i = 0; i < ROWS(codes); i++) {
		unsigned int requests = 1;
		msec first;

		scene_begin(1);
		scene_start();
		scene_request();
		first = scene.sent_at;
		while (scene.sent.type == MESSAGE_REQUEST) {
			good_reply();
			answer_status(codes[i]);
			cr_expect_eq(deliver(), REFUSED_NOT);
			cr_assert_eq(client_lease_state(&scene.client), INIT, "status %u",
				     codes[i]);
			cr_assert(scene_run_to_message(HOUR));
			requests += scene.sent.type == MESSAGE_REQUEST;
		}
		cr_expect_eq(requests, 10, "status %u: %u Requests", codes[i], requests);
		cr_expect_geq(scene.sent_at - first, 154 * SECOND);
	}
}

/* C-RPL-1 */
Test(client, sol_max_rt_counts_in_a_failed_reply)
{
	scene_begin(1);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_status(STATUS_UNSPEC_FAIL);
	scene.answer.has_sol_max_rt = true;
	scene.answer.sol_max_rt = 60;
	cr_expect_eq(deliver(), REFUSED_NOT);
	for (unsigned int i = 1; i < 10; i++)
		scene_expect(MESSAGE_REQUEST);
	cr_expect_leq(longest_gap(), 66 * SECOND);
}

static void reply_not_on_link(bool top)
{
	answer(MESSAGE_REPLY, 1);
	if (top)
		answer_status(STATUS_NOT_ON_LINK);
	else
		answer_ia_status(100, STATUS_NOT_ON_LINK);
	cr_expect_eq(deliver(), REFUSED_NOT);
}

/* C-RPL-5, row 39: once without addresses, then discovery. */
Test(client, not_on_link_then_a_request_without_addresses_then_discovery)
{
	for (unsigned int top = 0; top < 2; top++) {
		uint32_t xid;
		msec then;

		scene_begin(1);
		scene_start();
		scene_request();
		cr_expect_eq(scene.sent.n_bindings, 1);
		xid = scene.sent.xid;
		reply_not_on_link(top);
		cr_assert_eq(scene.sent.type, MESSAGE_REQUEST);
		cr_expect_neq(scene.sent.xid, xid);
		cr_expect_eq(scene.sent.n_bindings, 0);
		cr_expect_eq(scene.sent.n_ias, 1);
		reply_not_on_link(top);
		scene_state(INIT, SOLICITING);
		then = scene.now;
		scene_expect(MESSAGE_SOLICIT);
		cr_expect_geq(scene.sent_at - then, 900);
		cr_expect_eq(scene.sent.n_bindings, 0);
	}
}

/* C-RPL-7, row 40 */
Test(client, a_reply_without_a_lease_leads_to_the_next_offer_then_discovery)
{
	struct duid first = server(1);

	scene_begin(1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	expect_advertise(1, 5, "2001:db8::1");
	expect_advertise(2, 9, "2001:db8::2");
	scene_expect(MESSAGE_REQUEST);
	answer(MESSAGE_REPLY, 2);
	answer_ia_status(100, STATUS_NO_ADDRS_AVAIL);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect(duid_equal(&scene.sent.server_id, &first));
	answer(MESSAGE_REPLY, 1);
	answer_status(STATUS_NO_ADDRS_AVAIL);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(INIT, SOLICITING);
	cr_expect_eq(count_notes(NOTE_NOTHING_OFFERED), 1);
}

/* C-REQ-4 */
Test(client, the_reply_counts_not_what_was_asked)
{
	scene_begin(1);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::99", 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect_not_null(action_on(ACTION_ADDRESS_ADD, "2001:db8::99"));
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 1);
}

/* C-DEC-6, C-GEN-5, C-RPL-6, row 37 */
Test(client, a_part_is_used_and_the_rest_asked_for_again)
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
	cr_expect_eq(note(NOTE_IA_FAILED)->note.number, 101);
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	scene_expect(MESSAGE_RENEW);
	cr_expect_eq(scene.sent.n_ias, 2);
	cr_expect_eq(scene.sent.n_bindings, 1);
}

/* Refuses the next Request; returns how long (ms) the Solicit after it waits. */
static msec refused_round(void)
{
	msec then;

	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia_status(100, STATUS_NO_ADDRS_AVAIL);
	cr_expect_eq(deliver(), REFUSED_NOT);
	then = scene.now;
	scene_expect(MESSAGE_SOLICIT);
	return scene.sent_at - then;
}

/* C-SOL-12: grows from round to round, and starts anew after a success. */
Test(client, discovery_backs_off_until_it_succeeds)
{
	msec wait = 0;

	scene_begin(1);
	scene_start();
	for (unsigned int i = 0; i < 6; i++) {
		msec next = refused_round();

		cr_expect_geq(next, wait * 19 / 10, "round %u: %d ms", i + 1, (int)next);
		wait = next;
	}
	cr_expect_geq(wait, 20 * SECOND);
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 10, 10);
	answer_address("2001:db8::1", 10, 10);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	scene_run(10 * SECOND);
	scene_state(INIT, SOLICITING);
	cr_expect_leq(refused_round(), 1100);
}

static void advertise(uint8_t number, bool complete, uint8_t preference)
{
	answer(MESSAGE_ADVERTISE, number);
	scene.answer.has_preference = true;
	scene.answer.preference = preference;
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::a", 3600, 5400);
	if (complete) {
		answer_ia(101, 1800, 2880);
		answer_address("2001:db8::b", 3600, 5400);
	}
	cr_expect_eq(deliver(), REFUSED_NOT);
}

/* C-SOL-4, C-ADV-2: a preference of 255 ends the waiting, but for an offer that has more. */
Test(client, preference_255_is_taken_at_once_unless_another_offer_has_more)
{
	const struct duid first = server(1);
	const struct duid second = server(2);

	scene_begin(2);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	advertise(1, false, 0);
	scene_state(INIT, SOLICITING);
	advertise(2, false, 255);
	scene_state(INIT, REQUESTING);
	cr_expect(duid_equal(&scene.sent.server_id, &second));

	scene_begin(2);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	advertise(1, true, 0);
	advertise(2, false, 255);
	scene_state(INIT, SOLICITING);
	scene_expect(MESSAGE_REQUEST);
	cr_expect(duid_equal(&scene.sent.server_id, &first));
}

/* An Advertise that has nothing any more takes the server's earlier offer back. */
Test(client, a_later_advertise_replaces_an_earlier_one_also_by_nothing)
{
	scene_begin(1);
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	advertise(1, false, 0);
	answer(MESSAGE_ADVERTISE, 1);
	answer_ia_status(100, STATUS_NO_ADDRS_AVAIL);
	cr_expect_eq(deliver(), REFUSED_NOT);
	cr_expect_eq(count_notes(NOTE_NO_OFFER), 1);
	scene_expect(MESSAGE_SOLICIT);
}
