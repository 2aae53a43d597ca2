/* SPDX-License-Identifier: MPL-2.0 */
/* Information-request: options without a lease (RFC 9915 sections 18.2.6, 18.2.10.4 and 21.23). */
#include <criterion/criterion.h>
#include <string.h>

#include "scene.h"

#define HOST "2001:db8::53"

/* Which information-refresh-time the server says; NONE leaves the option out. */
#define NONE 1

static void begin(void)
{
	scene_configure(0);
	scene.config.mode = MODE_STATELESS;
	scene_begin_as_configured();
}

/* A Reply with the name server given, or with none. */
static void information(uint8_t number, bool name_server, uint32_t refresh_time)
{
	const struct in6_addr addr = ip6(HOST);

	answer(MESSAGE_REPLY, number);
	options_add(&scene.answer.options, OPTION_DOMAIN_LIST, "\1a", 3);
	if (name_server)
		options_add(&scene.answer.options, OPTION_DNS_SERVERS, &addr, sizeof(addr));
	scene.answer.has_refresh_time = refresh_time != NONE;
	scene.answer.refresh_time = refresh_time;
	cr_expect_eq(deliver(), REFUSED_NOT);
}

/* Information-request, Reply of server 1. */
static void informed(uint32_t refresh_time)
{
	begin();
	scene_start();
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	information(1, true, refresh_time);
	scene_state(INIT, IDLE);
}

static bool tells(const struct script_side *side, uint16_t code)
{
	struct cursor data;

	return side->has_options && options_find(&side->options, code, &data);
}

/* C-INF-1, C-ELP-2, row 5 and 91: over many clients the delay fills 0 to 1 s. */
Test(client_info, the_first_request_is_delayed_by_up_to_a_second)
{
	msec least = HOUR, most = 0;

	for (uint64_t seed = 0; seed < 200; seed++) {
		begin();
		scene.random = (seed + 1) * (seed + 7) * 0x9e3779b97f4a7c15;
		scene_start();
		scene_state(INIT, INFORMING);
		scene_expect(MESSAGE_INFORMATION_REQUEST);
		cr_expect(scene.sent.has_elapsed && scene.sent.elapsed == 0);
		if (scene.sent_at - 1000 * SECOND < least)
			least = scene.sent_at - 1000 * SECOND;
		if (scene.sent_at - 1000 * SECOND > most)
			most = scene.sent_at - 1000 * SECOND;
	}
	cr_expect(least >= 0 && least < 100, "%lld ms", (long long)least);
	cr_expect(most <= 1000 && most > 900, "%lld ms", (long long)most);
}

/* C-INF-1, C-XID-1: the first one after each end of the refresh time is delayed again. */
Test(client_info, each_refresh_is_delayed_by_up_to_a_second)
{
	msec least = HOUR, most = 0;

	informed(600);
	for (unsigned int i = 0; i < 100; i++) {
		msec due = scene.now + 600 * SECOND;
		uint32_t xid = scene.sent.xid;

		scene_clear();
		scene_run(600 * SECOND - 1);
		scene_state(INIT, IDLE);
		scene_run(1);
		scene_state(INIT, INFORMING);
		scene_expect(MESSAGE_INFORMATION_REQUEST);
		cr_expect_neq(scene.sent.xid, xid);
		cr_expect_eq(scene.sent.elapsed, 0);
		cr_expect_eq(scene.sent.server_id.size, 0, "C-INF-4: also when one is known");
		if (scene.sent_at - due < least)
			least = scene.sent_at - due;
		if (scene.sent_at - due > most)
			most = scene.sent_at - due;
		information(1, true, 600);
	}
	cr_expect(least >= 0 && least < 200, "%lld ms", (long long)least);
	cr_expect(most <= 1000 && most > 800, "%lld ms", (long long)most);
}

/* C-INF-2, C-INF-3, C-INF-4, C-ORO-6, C-ORO-9 */
Test(client_info, what_an_information_request_says)
{
	scene_configure(0);
	scene.config.mode = MODE_STATELESS;
	scene.config.oro[scene.config.n_oro++] = OPTION_NTP_SERVER;
	scene.config.oro[scene.config.n_oro++] = OPTION_INFORMATION_REFRESH_TIME;
	scene.config.oro[scene.config.n_oro++] = OPTION_INF_MAX_RT;
	scene.config.oro[scene.config.n_oro++] = OPTION_PD_EXCLUDE;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	cr_expect(duid_equal(&scene.sent.client_id, &scene.config.duid), "C-INF-2");
	cr_expect_eq(scene.sent.server_id.size, 0, "C-INF-4");
	cr_expect_eq(scene.sent.n_ias, 0, "C-INF-3");
	cr_expect_eq(scene.sent.n_bindings, 0);
	cr_expect(lists(&scene.sent, OPTION_INFORMATION_REFRESH_TIME));
	cr_expect(lists(&scene.sent, OPTION_INF_MAX_RT));
	cr_expect(lists(&scene.sent, OPTION_DNS_SERVERS));
	cr_expect(lists(&scene.sent, OPTION_DOMAIN_LIST));
	cr_expect(lists(&scene.sent, OPTION_NTP_SERVER));
	cr_expect_not(lists(&scene.sent, OPTION_PD_EXCLUDE), "C-PDX-1: not in this message");
	cr_expect_eq(scene.sent.n_oro, 5, "each code once");
	cr_expect_not(scene.sent.rapid_commit);
}

/* C-ORO-6: also where nobody has configured them. */
Test(client_info, the_refresh_time_and_inf_max_rt_are_asked_for_unasked)
{
	begin();
	scene_start();
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	cr_expect(lists(&scene.sent, OPTION_INFORMATION_REFRESH_TIME));
	cr_expect(lists(&scene.sent, OPTION_INF_MAX_RT));
	cr_expect_eq(scene.sent.n_oro, 4);
}

/* C-FQDN-1 */
Test(client_info, no_name_is_told)
{
	scene_configure(0);
	scene.config.mode = MODE_STATELESS;
	options_add(&scene.config.send, OPTION_CLIENT_FQDN, "\1\1h", 3);
	options_add(&scene.config.send, OPTION_USER_CLASS, "\0\1u", 3);
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	cr_expect_not(
		tells(&(struct script_side){ .has_options = true, .options = scene.sent.options },
		      OPTION_CLIENT_FQDN));
	cr_expect(tells(&(struct script_side){ .has_options = true, .options = scene.sent.options },
			OPTION_USER_CLASS));
}

/* C-ORO-7: the refresh time is asked for in no other message; nor is INF_MAX_RT added there. */
Test(client_info, the_refresh_time_is_asked_for_in_no_other_message)
{
	scene_configure(1);
	scene.config.oro[scene.config.n_oro++] = OPTION_INFORMATION_REFRESH_TIME;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_not(lists(&scene.sent, OPTION_INFORMATION_REFRESH_TIME));
	scene_request();
	cr_expect_not(lists(&scene.sent, OPTION_INFORMATION_REFRESH_TIME));
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	scene_expect(MESSAGE_RENEW);
	cr_expect_not(lists(&scene.sent, OPTION_INFORMATION_REFRESH_TIME));
	scene_run(2880 * SECOND - 1800 * SECOND - 1);
	scene_expect(MESSAGE_REBIND);
	cr_expect_not(lists(&scene.sent, OPTION_INFORMATION_REFRESH_TIME));
	cr_expect(lists(&scene.sent, OPTION_SOL_MAX_RT));
}

/* C-INF-6, C-INF-9: a refresh time beside a lease means nothing. */
Test(client_info, a_lease_is_not_refreshed_by_information_request)
{
	scene_begin(1);
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	scene.answer.has_refresh_time = true;
	scene.answer.refresh_time = 600;
	cr_expect_eq(deliver(), REFUSED_NOT);
	verdict("2001:db8::1", ADDRESS_UNIQUE);
	scene_expect(MESSAGE_RENEW);
	cr_expect_eq(scene.sent_at, lease_renew_at(&scene.client.lease));
}

static const struct refresh_row {
	const char *name;
	uint32_t said;
	msec seconds;
} refresh_rows[] = {
	{ "absent", NONE, 86400 },
	{ "0", 0, 600 },
	{ "599", 599, 600 },
	{ "600", 600, 600 },
	{ "601", 601, 601 },
	{ "1209600", 1209600, 1209600 },
	{ "the largest that ends", 0xfffffffe, 0xfffffffe },
};

/* C-INF-5, row 60 */
Test(client_info, the_refresh_time_has_a_default_and_a_minimum)
{
	for (size_t i = 0; i < sizeof(refresh_rows) / sizeof(refresh_rows[0]); i++) {
		const struct refresh_row *row = &refresh_rows[i];
		msec from;

		informed(row->said);
		from = scene.now;
		cr_expect_eq(client_deadline(&scene.client), from + row->seconds * SECOND, "%s",
			     row->name);
		scene_run(row->seconds * SECOND - 1);
		cr_expect_eq(scene.sends, 1, "%s", row->name);
		scene_run(1 + SECOND);
		cr_expect_eq(scene.sends, 2, "%s", row->name);
		scene_state(INIT, INFORMING);
	}
}

/* C-INF-5: infinity means that nothing is asked again. */
Test(client_info, an_infinite_refresh_time_never_ends)
{
	informed(INFINITE_TIME);
	cr_expect_eq(client_deadline(&scene.client), NEVER);
	scene_run(200 * 365 * 24 * HOUR);
	cr_expect_eq(scene.sends, 1);
	scene_state(INIT, IDLE);
}

/* A server that says nothing now does not inherit what it said before. */
Test(client_info, each_reply_sets_the_refresh_time_anew)
{
	informed(600);
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	information(1, true, NONE);
	cr_expect_eq(client_deadline(&scene.client), scene.now + IRT_DEFAULT * SECOND);
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	information(1, true, INFINITE_TIME);
	cr_expect_eq(client_deadline(&scene.client), NEVER);
}

/* RFC 9915 section 15 and 18.2.6: IRT 1 s, doubling to INF_MAX_RT, without an end. */
Test(client_info, retransmission)
{
	msec last, rt = 0;
	uint32_t xid;

	begin();
	scene_start();
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	last = scene.sent_at;
	xid = scene.sent.xid;
	for (unsigned int i = 0; i < 60; i++) {
		msec waited, least, most;

		scene_expect(MESSAGE_INFORMATION_REQUEST);
		waited = scene.sent_at - last;
		least = rt == 0 ? 900 : rt * 19 / 10;
		most = rt == 0 ? 1100 : rt * 21 / 10;
		if (most > 3960 * SECOND)
			most = 3960 * SECOND;
		if (least > 3240 * SECOND)
			least = 3240 * SECOND;
		cr_expect(waited >= least - 1 && waited <= most + 1, "%u: %lld ms after %lld ms", i,
			  (long long)waited, (long long)rt);
		cr_expect_eq(scene.sent.xid, xid, "C-XID-2");
		cr_expect(scene.sent.elapsed > 0, "C-RTX-7");
		rt = waited;
		last = scene.sent_at;
		scene_clear();
	}
	cr_expect_eq(scene.sent.elapsed, UINT16_MAX, "C-ELP-3");
	scene_state(INIT, INFORMING);
}

static const struct max_rt_row {
	uint32_t said;
	msec holds; /* seconds */
} max_rt_rows[] = {
	{ 59, 3600 },	 { 60, 60 },  { 86400, 86400 },
	{ 86401, 3600 }, { 0, 3600 }, { INFINITE_TIME, 3600 },
};

/* C-OPT-17, C-RPL-1, C-RPL-3, C-RTX-11: from any Reply, also from one that is of no other use. */
Test(client_info, inf_max_rt_is_heard_in_every_reply)
{
	for (size_t i = 0; i < sizeof(max_rt_rows) / sizeof(max_rt_rows[0]); i++) {
		const struct max_rt_row *row = &max_rt_rows[i];
		msec last, longest = 0;

		begin();
		scene_start();
		scene_expect(MESSAGE_INFORMATION_REQUEST);
		answer(MESSAGE_REPLY, 1);
		answer_status(STATUS_UNSPEC_FAIL);
		scene.answer.has_inf_max_rt = true;
		scene.answer.inf_max_rt = row->said;
		deliver();
		scene_state(INIT, INFORMING);
		last = scene.sent_at;
		for (unsigned int j = 0; j < 30; j++) {
			scene_expect(MESSAGE_INFORMATION_REQUEST);
			if (scene.sent_at - last > longest)
				longest = scene.sent_at - last;
			last = scene.sent_at;
			scene_clear();
		}
		cr_expect(longest <= row->holds * 1100 && longest >= row->holds * 950,
			  "%u: %lld ms", row->said, (long long)longest);
	}
}

/* C-OPT-17: it is kept for later exchanges, and SOL_MAX_RT is another thing. */
Test(client_info, inf_max_rt_outlives_the_exchange)
{
	begin();
	scene_start();
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	answer(MESSAGE_REPLY, 1);
	scene.answer.has_inf_max_rt = true;
	scene.answer.inf_max_rt = 60;
	scene.answer.has_sol_max_rt = true;
	scene.answer.sol_max_rt = 7200;
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	for (unsigned int i = 0; i < 20; i++) {
		msec last = scene.sent_at;

		scene_expect(MESSAGE_INFORMATION_REQUEST);
		cr_expect_leq(scene.sent_at - last, 66 * SECOND);
	}
	information(1, true, 600);
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	for (unsigned int i = 0; i < 20; i++) {
		msec last = scene.sent_at;

		scene_expect(MESSAGE_INFORMATION_REQUEST);
		cr_expect_leq(scene.sent_at - last, 66 * SECOND, "a Reply without it");
	}
}

/* C-RPL-2, C-RPL-3, row 94: as if it had not come. */
Test(client_info, unspec_fail_is_ignored)
{
	const uint16_t failures[] = { STATUS_UNSPEC_FAIL, STATUS_NOT_ON_LINK, 4711 };
	msec deadline;

	begin();
	scene_start();
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	deadline = client_deadline(&scene.client);
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		answer(MESSAGE_REPLY, 1);
		answer_status(failures[i]);
		cr_expect_eq(deliver(), REFUSED_NOT);
		scene_state(INIT, INFORMING);
		cr_expect_eq(client_deadline(&scene.client), deadline);
	}
	cr_expect_eq(scene.n_calls, 0);
	cr_expect_eq(count(ACTION_READY), 0);
	cr_expect_eq(scene.sends, 1);
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	cr_expect_eq(scene.sent_at, deadline);
	information(2, true, NONE);
	scene_state(INIT, IDLE);
	cr_expect_eq(count_calls(REASON_RENEW6), 1);
}

/* C-VAL-3, C-VAL-RPL-2, C-VAL-RPL-3 and row 103 */
Test(client_info, what_answers_no_information_request_is_refused)
{
	begin();
	scene_start();
	answer(MESSAGE_REPLY, 1);
	scene.answer.xid = scene.client.exchange.xid;
	cr_expect_eq(deliver(), REFUSED_UNEXPECTED, "nothing was asked yet");
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	answer(MESSAGE_ADVERTISE, 1);
	cr_expect_eq(deliver(), REFUSED_UNEXPECTED);
	answer(MESSAGE_ADVERTISE, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_UNEXPECTED);
	answer(MESSAGE_REPLY, 1)->xid ^= 1;
	cr_expect_eq(deliver(), REFUSED_XID);
	answer(MESSAGE_REPLY, 1)->client_id.bytes[9] ^= 1;
	cr_expect_eq(deliver(), REFUSED_OTHER_CLIENT);
	answer(MESSAGE_REPLY, 1)->client_id.size = 0;
	cr_expect_eq(deliver(), REFUSED_NO_CLIENT_ID);
	answer(MESSAGE_REPLY, 1)->server_id.size = 0;
	cr_expect_eq(deliver(), REFUSED_NO_SERVER_ID);
	scene_state(INIT, INFORMING);
	cr_expect_eq(scene.n_calls, 0);
	information(1, true, 600);
	answer(MESSAGE_REPLY, 2);
	cr_expect_eq(deliver(), REFUSED_UNEXPECTED, "the first one counts");
	cr_expect_eq(count_calls(REASON_RENEW6), 1);
}

/* Only options are taken from it, whatever else it has. */
Test(client_info, addresses_in_the_reply_are_not_taken)
{
	begin();
	scene_start();
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::1", 3600, 5400);
	answer_ia_pd(100, 1800, 2880);
	answer_prefix("2001:db8:1::", 56, 3600, 5400);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(INIT, IDLE);
	cr_expect_eq(scene.client.lease.n_bindings, 0);
	cr_expect_eq(count(ACTION_ADDRESS_ADD), 0);
	cr_expect_eq(scene.n_calls, 1);
}

/* Row 93: RENEW6, with options and nothing else; the first without old_... variables. */
Test(client_info, the_script_is_told_of_options_alone)
{
	const struct script_call *call = &scene.call[0];

	informed(NONE);
	cr_expect_eq(scene.n_calls, 1);
	cr_expect_eq(call->reason, REASON_RENEW6);
	cr_expect(call->has_new);
	cr_expect_not(call->has_old || call->has_current);
	cr_expect_not(call->new_.has_ia || call->new_.has_binding);
	cr_expect(tells(&call->new_, OPTION_DNS_SERVERS));
	cr_expect(tells(&call->new_, OPTION_DOMAIN_LIST));
	cr_expect(tells(&call->new_, OPTION_CLIENTID));
	cr_expect(tells(&call->new_, OPTION_SERVERID));
	cr_expect_eq(count(ACTION_READY), 1);
	cr_expect_gt(place_of(ACTION_READY), place_of_call(REASON_RENEW6), "the script first");
}

static uint8_t server_number(const struct script_side *side)
{
	struct cursor data;

	cr_assert(options_find(&side->options, OPTION_SERVERID, &data));
	return get_span(&data, 10)[9];
}

/* C-OPT-18: what is not said again is withdrawn. */
Test(client_info, what_a_refresh_does_not_repeat_is_withdrawn)
{
	const struct script_call *call;

	informed(600);
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	scene_clear();
	information(2, false, 600);
	call = &scene.call[0];
	cr_expect_eq(scene.n_calls, 1);
	cr_expect_eq(call->reason, REASON_RENEW6);
	cr_expect(call->has_new && call->has_old);
	cr_expect_not(call->old.has_ia || call->old.has_binding);
	cr_expect(tells(&call->old, OPTION_DNS_SERVERS));
	cr_expect_not(tells(&call->new_, OPTION_DNS_SERVERS));
	cr_expect(tells(&call->new_, OPTION_DOMAIN_LIST));
	cr_expect_eq(server_number(&call->old), 1);
	cr_expect_eq(server_number(&call->new_), 2);
	cr_expect_eq(count(ACTION_READY), 0, "it is ready only once");
	/* and comes back: the old side is the last one, not the first */
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	scene_clear();
	information(2, true, 600);
	call = &scene.call[0];
	cr_expect_not(tells(&call->old, OPTION_DNS_SERVERS));
	cr_expect(tells(&call->new_, OPTION_DNS_SERVERS));
}

/* A Reply without any option is an answer too, and withdraws all. */
Test(client_info, an_empty_reply_is_an_answer)
{
	informed(600);
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	scene_clear();
	answer(MESSAGE_REPLY, 1);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(INIT, IDLE);
	cr_expect_eq(scene.n_calls, 1);
	cr_expect(tells(&scene.call[0].old, OPTION_DOMAIN_LIST));
	cr_expect_not(tells(&scene.call[0].new_, OPTION_DOMAIN_LIST));
	cr_expect_eq(client_deadline(&scene.client), scene.now + IRT_DEFAULT * SECOND);
}

/* C-INF-8: without an answer the information stays in use, and asking goes on. */
Test(client_info, an_unanswered_refresh_keeps_the_information)
{
	informed(600);
	scene_clear();
	scene_run(10 * 24 * HOUR);
	scene_state(INIT, INFORMING);
	cr_expect_eq(scene.n_calls, 0, "nothing is withdrawn");
	cr_expect_geq(scene.sends, 200);
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	scene_clear();
	information(1, true, 600);
	cr_expect(scene.call[0].has_old && tells(&scene.call[0].old, OPTION_DNS_SERVERS));
	scene_state(INIT, IDLE);
}

/* Rows 9 and 10: nothing is said without a link, and all begins anew with it. */
Test(client_info, a_lost_link_ends_the_request)
{
	uint32_t xid;
	msec back;

	begin();
	scene_start();
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	xid = scene.sent.xid;
	scene_link(false);
	scene_state(INIT, IDLE);
	cr_expect_eq(client_deadline(&scene.client), NEVER);
	answer(MESSAGE_REPLY, 1);
	cr_expect_eq(deliver(), REFUSED_UNEXPECTED);
	scene_run(24 * HOUR);
	cr_expect_eq(scene.sends, 1);
	back = scene.now;
	scene_link(true);
	scene_state(INIT, INFORMING);
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	cr_expect_leq(scene.sent_at, back + 1000);
	cr_expect_neq(scene.sent.xid, xid);
	cr_expect_eq(scene.sent.elapsed, 0);
	information(1, true, 600);
	scene_state(INIT, IDLE);
	cr_expect_eq(count(ACTION_READY), 1);
}

/* Row 12, C-CNF-3, C-INF-7: a link that was away may be another one. */
Test(client_info, the_link_is_back_the_information_is_asked_for_again)
{
	informed(86400);
	scene_clear();
	scene_run(100 * SECOND);
	scene_link(false);
	scene_run(100 * SECOND);
	cr_expect_eq(scene.n_calls, 0, "no link withdraws nothing");
	scene_link(true);
	scene_state(INIT, INFORMING);
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	information(2, false, 600);
	cr_expect(scene.call[0].has_old);
	cr_expect_not(tells(&scene.call[0].new_, OPTION_DNS_SERVERS));
	cr_expect_eq(count(ACTION_READY), 0);
	cr_expect_eq(client_deadline(&scene.client), scene.now + 600 * SECOND, "counted anew");
}

/* A refresh time that ends without a link is no reason to speak. */
Test(client_info, a_refresh_waits_for_the_link)
{
	informed(600);
	scene_link(false);
	cr_expect_eq(client_deadline(&scene.client), NEVER);
	scene_run(24 * HOUR);
	cr_expect_eq(scene.sends, 1);
	scene_link(true);
	scene_run(SECOND);
	cr_expect_eq(scene.sends, 2);
}

/* C-RATE-1, C-CNF-13: flaps within the delay make one message. */
Test(client_info, flaps_do_not_make_a_storm)
{
	informed(600);
	for (unsigned int i = 0; i < 50; i++) {
		scene_link(false);
		scene_link(true);
	}
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	cr_expect_eq(scene.sends, 2);
	for (unsigned int i = 0; i < 100; i++) {
		scene_link(false);
		scene_link(true);
		scene_run(200);
	}
	cr_expect_leq(scene.sends, 22, "20 in 20 s");
}

/* STOP6 says that what was told does not count any more; there is nothing to name. */
Test(client_info, stop_with_and_without_unconfiguring)
{
	for (unsigned int unconfigure = 0; unconfigure < 2; unconfigure++) {
		informed(600);
		scene_clear();
		client_stop(&scene.client, unconfigure == 1, scene.now);
		cr_expect_eq(scene.n_calls, unconfigure);
		cr_expect_eq(count(ACTION_DONE), 1);
		cr_expect_eq(count(ACTION_SEND) + count(ACTION_SAVE), 0);
		cr_expect_eq(client_deadline(&scene.client), NEVER);
		if (unconfigure == 0)
			continue;
		cr_expect_eq(scene.call[0].reason, REASON_STOP6);
		cr_expect_not(scene.call[0].has_new || scene.call[0].has_old ||
			      scene.call[0].has_current);
		cr_expect_lt(place_of_call(REASON_STOP6), place_of(ACTION_DONE));
	}
}

/* Row 8 */
Test(client_info, there_is_nothing_to_release)
{
	informed(600);
	scene_clear();
	client_release(&scene.client, scene.now);
	cr_expect_eq(count(ACTION_DONE), 1);
	cr_expect_eq(scene.sends, 1);
	scene_run(24 * HOUR);
	cr_expect_eq(scene.sends, 1);
}
