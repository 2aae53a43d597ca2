/* SPDX-License-Identifier: MPL-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/exchange.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* A random number for which exchange_rand(…, false) is `ppm`. */
static uint32_t random_for(int32_t ppm)
{
	return (uint32_t)(ppm + 100000);
}

static bool near(msec value, msec want, msec slack)
{
	return value >= want - slack && value <= want + slack;
}

/* C-RTX-1 */
Test(exchange, rand_is_within_a_tenth_and_reaches_both_ends)
{
	bool low = false, high = false, negative = false, nothing = false;

	for (uint32_t random = 0; random < 400000; random++) {
		int32_t rand = exchange_rand(random, false);

		cr_assert(rand >= -100000 && rand <= 100000, "%u: %d", random, rand);
		low |= rand == -100000;
		high |= rand == 100000;
		negative |= rand < 0;
		nothing |= rand == 0;
	}
	cr_expect(low && high && negative && nothing);
	for (uint32_t random = UINT32_MAX - 400000; random != 0; random++)
		cr_assert(abs(exchange_rand(random, false)) <= 100000, "%u", random);
}

/* C-RTX-2 */
Test(exchange, first_solicit_rt_exceeds_irt)
{
	for (uint32_t random = 0; random < 400000; random++) {
		int32_t rand = exchange_rand(random, true);
		msec rt = exchange_next_rt(0, 1000, 3600000, rand);

		cr_assert(rand > 0 && rand <= 100000, "%u: %d", random, rand);
		cr_assert(rt > 1000 && rt <= 1100, "random %u: RT %d ms", random, (int)rt);
	}
}

/* C-RTX-2: and so it does in an exchange; later RTs use the ordinary range. */
Test(exchange, only_the_first_solicit_rt_is_lengthened)
{
	struct exchange x;

	exchange_start(&x, SOLICITING, 1, 3600000, 0, 0);
	exchange_sent(&x, random_for(-100000), 0);
	cr_expect(x.rt > 1000, "first RT %d ms", (int)x.rt);
	x.rt = 1000;
	exchange_sent(&x, random_for(-100000), 1000);
	cr_expect_eq(x.rt, 1900);
	exchange_start(&x, REQUESTING, 1, 30000, 0, 0);
	exchange_sent(&x, random_for(-100000), 0);
	cr_expect_eq(x.rt, 900, "first RT of Request");
}

struct vector {
	int32_t rand; /* ppm */
	msec sent;    /* ms since the first message */
	msec rt;      /* ms */
	uint16_t elapsed;
};

/* Section 2.3, example 1. Half milliseconds: times are rounded down, RTs up. */
static const struct vector solicit[] = {
	{ 50000, 0, 1050, 0 },		{ -100000, 1050, 1995, 105 },
	{ 100000, 3045, 4190, 304 },	{ 0, 7234, 8379, 723 },
	{ 0, 15613, 16758, 1561 },	{ 0, 32371, 33516, 3237 },
	{ 0, 65887, 67032, 6588 },	{ 0, 132919, 134064, 13291 },
	{ 0, 266983, 268128, 26698 },	{ 0, 535111, 536256, 53511 },
	{ 0, 1071367, 1072512, 65535 }, { 0, 2143879, 2145024, 65535 },
	{ 0, 4288903, 3600000, 65535 }, { 0, 7888903, 3600000, 65535 },
};

/* C-RTX-1, C-RTX-3: each RT follows from the one before it to the millisecond. */
Test(exchange, example_1_solicit_rts)
{
	msec previous = 0;

	for (size_t i = 0; i < ROWS(solicit); i++) {
		msec rt = exchange_next_rt(previous, 1000, 3600000, solicit[i].rand);

		cr_expect(near(rt, solicit[i].rt, 1), "message %zu: RT %d ms", i + 1, (int)rt);
		previous = solicit[i].rt;
	}
}

/* C-ELP-2 to C-ELP-4 */
Test(exchange, example_1_elapsed_times)
{
	struct exchange x;

	exchange_start(&x, SOLICITING, 1, 3600000, 0, 500);
	cr_expect_eq(exchange_elapsed(&x, 5000), 0, "before the first message");
	exchange_sent(&x, 0, 5000);
	for (size_t i = 0; i < ROWS(solicit); i++)
		cr_expect(near(exchange_elapsed(&x, 5000 + solicit[i].sent), solicit[i].elapsed, 0),
			  "message %zu: %u", i + 1, exchange_elapsed(&x, 5000 + solicit[i].sent));
}

/* C-ELP-3, C-ELP-4 */
Test(exchange, elapsed_time_saturates_and_rounds_down)
{
	static const struct {
		msec after;
		uint16_t elapsed;
	} rows[] = { { 0, 0 },		{ 9, 0 },	    { 10, 1 },
		     { 655340, 65534 }, { 655349, 65534 },  { 655350, 65535 },
		     { 655360, 65535 }, { 9999000, 65535 }, { 86400000, 65535 } };
	struct exchange x;

	exchange_start(&x, REQUESTING, 1, 30000, 0, 0);
	exchange_sent(&x, 0, 700);
	for (size_t i = 0; i < ROWS(rows); i++)
		cr_expect_eq(exchange_elapsed(&x, 700 + rows[i].after), rows[i].elapsed,
			     "%d ms: %u", (int)rows[i].after,
			     exchange_elapsed(&x, 700 + rows[i].after));
}

/* Lets an exchange run unanswered with a constant RAND; returns how it ended, and when. */
static enum exchange_outcome run(enum message_state state, int32_t rand, const msec *sent,
				 unsigned int n, msec *end)
{
	struct exchange x;
	enum exchange_outcome outcome = EXCHANGE_WAIT;
	unsigned int i;

	exchange_start(&x, state, 1, exchange_timing(state)->mrt, 0, 0);
	for (i = 0; i < 100; i++) {
		msec now = x.deadline;

		if (now > 0)
			cr_expect_eq(exchange_check(&x, now - 1), EXCHANGE_WAIT);
		outcome = exchange_check(&x, now);
		*end = now;
		if (outcome != EXCHANGE_SEND)
			break;
		if (sent && i < n)
			cr_expect(near(now, sent[i], 10), "%s, RAND %d: message %u at %d ms",
				  message_state_name(state), rand, i + 1, (int)now);
		exchange_sent(&x, random_for(rand), now);
	}
	cr_expect_eq(i, n, "%s, RAND %d: %u messages", message_state_name(state), rand, i);
	return outcome;
}

/* C-RTX-4, C-RTX-5: ten messages, the last RT is waited for. */
Test(exchange, example_2_request_is_sent_ten_times)
{
	static const msec plus[] = { 0,	    1100,  3410,   8261,   18448,
				     39841, 72841, 105841, 138841, 171841 };
	static const msec zero[] = {
		0, 1000, 3000, 7000, 15000, 31000, 61000, 91000, 121000, 151000
	};
	static const msec minus[] = {
		0, 900, 2610, 5859, 12032, 23761, 46046, 73046, 100046, 127046
	};
	msec end;

	cr_expect_eq(run(REQUESTING, 100000, plus, 10, &end), EXCHANGE_EXHAUSTED);
	cr_expect(near(end, 204841, 10), "failure at %d", (int)end);
	cr_expect_eq(run(REQUESTING, 0, zero, 10, &end), EXCHANGE_EXHAUSTED);
	cr_expect_eq(end, 181000);
	cr_expect_eq(run(REQUESTING, -100000, minus, 10, &end), EXCHANGE_EXHAUSTED);
	cr_expect(near(end, 154046, 10), "failure at %d", (int)end);
}

/* C-RTX-6: four or five Confirms, and the last RT is cut at 10 s. */
Test(exchange, example_3_confirm_ends_at_mrd)
{
	static const msec plus[] = { 0, 1100, 3410, 7810 };
	static const msec zero[] = { 0, 1000, 3000, 7000 };
	static const msec minus[] = { 0, 900, 2610, 5859, 9459 };
	msec end;

	cr_expect_eq(run(CONFIRMING, 100000, plus, 4, &end), EXCHANGE_OUT_OF_TIME);
	cr_expect_eq(end, 10000);
	cr_expect_eq(run(CONFIRMING, 0, zero, 4, &end), EXCHANGE_OUT_OF_TIME);
	cr_expect_eq(end, 10000);
	cr_expect_eq(run(CONFIRMING, -100000, minus, 5, &end), EXCHANGE_OUT_OF_TIME);
	cr_expect_eq(end, 10000);
	cr_expect_eq(run(LINK_REBINDING, 0, zero, 4, &end), EXCHANGE_OUT_OF_TIME, "C-CNF-2");
	cr_expect_eq(end, 10000);
}

/* C-RTX-6: the random delay before the first message does not count. */
Test(exchange, mrd_runs_from_the_first_message)
{
	struct exchange x;

	exchange_start(&x, CONFIRMING, 1, 4000, 800, 0);
	cr_expect_eq(exchange_check(&x, 799), EXCHANGE_WAIT);
	cr_expect_eq(exchange_check(&x, 800), EXCHANGE_SEND);
	exchange_defer(&x, 20000);
	cr_expect_eq(exchange_check(&x, 19999), EXCHANGE_WAIT, "the rate limit");
	cr_expect_eq(exchange_check(&x, 20000), EXCHANGE_SEND);
	exchange_sent(&x, random_for(0), 20000);
	cr_expect_eq(x.first_sent, 20000);
	x.deadline = 29999;
	cr_expect_eq(exchange_check(&x, 29999), EXCHANGE_SEND);
	x.deadline = 30000;
	cr_expect_eq(exchange_check(&x, 30000), EXCHANGE_OUT_OF_TIME);
}

/* Example 4: without a limit of its own Renew goes on; the lease's T2 ends it. */
Test(exchange, example_4_renew)
{
	static const msec sent[] = { 0, 10000, 30000, 70000, 150000, 310000, 630000, 1230000 };
	struct exchange x;

	exchange_start(&x, RENEWING, 1, 600000, 0, 0);
	for (size_t i = 0; i < ROWS(sent); i++) {
		cr_expect_eq(x.deadline, sent[i], "message %zu at %d", i + 1, (int)x.deadline);
		cr_expect_eq(exchange_check(&x, x.deadline), EXCHANGE_SEND);
		exchange_sent(&x, random_for(0), x.deadline);
	}
	cr_expect_eq(x.rt, 600000);
}

/* C-RTX-4: Release and Decline are sent four times, and MRT 0 is no limit. */
Test(exchange, example_5_release_and_decline)
{
	static const msec zero[] = { 0, 1000, 3000, 7000 };
	msec end;

	cr_expect_eq(run(RELEASING, 0, zero, 4, &end), EXCHANGE_EXHAUSTED);
	cr_expect_eq(end, 15000);
	cr_expect_eq(run(DECLINING, 0, zero, 4, &end), EXCHANGE_EXHAUSTED);
	cr_expect_eq(end, 15000);
	cr_expect_eq(run(RELEASING, -100000, NULL, 4, &end), EXCHANGE_EXHAUSTED);
	cr_expect(near(end, 12030, 10), "%d", (int)end);
	cr_expect_eq(run(RELEASING, 100000, NULL, 4, &end), EXCHANGE_EXHAUSTED);
	cr_expect(near(end, 18450, 10), "%d", (int)end);
}

/* C-RTX-3 */
Test(exchange, rt_at_mrt_is_random_around_mrt)
{
	cr_expect_eq(exchange_next_rt(20000, 1000, 30000, 100000), 33000);
	cr_expect_eq(exchange_next_rt(20000, 1000, 30000, 0), 30000);
	cr_expect_eq(exchange_next_rt(20000, 1000, 30000, -100000), 27000);
	cr_expect_eq(exchange_next_rt(15000, 1000, 30000, 0), 30000, "not above MRT");
	cr_expect_eq(exchange_next_rt(15000, 1000, 30000, 100000), 33000,
		     "the test uses the RT just computed: 31.5 s");
	cr_expect_eq(exchange_next_rt(20000, 1000, 0, 0), 40000, "no MRT");
	cr_expect_eq(exchange_next_rt(0, 1000, 500, 0), 500, "also the first one");
}

/* Sections 1.5 and 1.6. */
Test(exchange, numbers_are_those_of_the_standard)
{
	static const struct {
		enum message_state state;
		enum message_type type;
		const char *name;
		msec delay, irt, mrt;
		uint32_t mrc;
		msec mrd;
		bool server_id, oro; /* section 1.8 */
	} rows[] = {
		{ SOLICITING, MESSAGE_SOLICIT, "Soliciting", 1000, 1000, 3600000, 0, 0, false,
		  true },
		{ REQUESTING, MESSAGE_REQUEST, "Requesting", 0, 1000, 30000, 10, 0, true, true },
		{ CONFIRMING, MESSAGE_CONFIRM, "Confirming", 1000, 1000, 4000, 0, 10000, false,
		  false },
		{ RENEWING, MESSAGE_RENEW, "Renewing", 0, 10000, 600000, 0, 0, true, true },
		{ REBINDING, MESSAGE_REBIND, "Rebinding", 0, 10000, 600000, 0, 0, false, true },
		{ LINK_REBINDING, MESSAGE_REBIND, "LinkRebinding", 1000, 1000, 4000, 0, 10000,
		  false, true },
		{ INFORMING, MESSAGE_INFORMATION_REQUEST, "Informing", 1000, 1000, 3600000, 0, 0,
		  false, true },
		{ RELEASING, MESSAGE_RELEASE, "Releasing", 0, 1000, 0, 4, 0, true, false },
		{ DECLINING, MESSAGE_DECLINE, "Declining", 0, 1000, 0, 4, 0, true, false },
	};

	cr_expect_eq(ROWS(rows), MESSAGE_STATES - 1, "every state but IDLE");
	cr_expect_str_eq(message_state_name(IDLE), "Idle");
	for (size_t i = 0; i < ROWS(rows); i++) {
		const struct exchange_timing *timing = exchange_timing(rows[i].state);

		cr_expect_str_eq(message_state_name(rows[i].state), rows[i].name);
		cr_expect_eq(timing->type, rows[i].type, "%s", rows[i].name);
		cr_expect_eq(timing->max_delay, rows[i].delay, "%s", rows[i].name);
		cr_expect_eq(timing->irt, rows[i].irt, "%s", rows[i].name);
		cr_expect_eq(timing->mrt, rows[i].mrt, "%s", rows[i].name);
		cr_expect_eq(timing->mrc, rows[i].mrc, "%s", rows[i].name);
		cr_expect_eq(timing->mrd, rows[i].mrd, "%s", rows[i].name);
		cr_expect_eq(timing->server_id, rows[i].server_id, "%s", rows[i].name);
		cr_expect_eq(timing->oro, rows[i].oro, "%s", rows[i].name);
	}
}

/* C-XID-1, C-XID-2 */
Test(exchange, transaction_id_has_24_bits_and_stays)
{
	struct exchange x;

	exchange_start(&x, REQUESTING, 0xfedcba98, 30000, 0, 0);
	cr_expect_eq(x.xid, 0xdcba98);
	exchange_sent(&x, 1, 0);
	exchange_sent(&x, 2, 1000);
	cr_expect_eq(x.xid, 0xdcba98);
	cr_expect_eq(x.sent, 2);
}

Test(exchange, a_new_exchange_forgets_the_old_one)
{
	struct exchange x;

	exchange_start(&x, SOLICITING, 1, 3600000, 0, 0);
	exchange_sent(&x, 1, 0);
	exchange_sent(&x, 1, 1000);
	exchange_start(&x, REQUESTING, 2, 30000, 0, 1500);
	cr_expect_eq(x.sent, 0);
	cr_expect_eq(x.rt, 0);
	cr_expect_eq(x.first_sent, NEVER);
	cr_expect_eq(exchange_elapsed(&x, 1500), 0, "C-ELP-2");
	cr_expect_eq(exchange_check(&x, 1500), EXCHANGE_SEND);
	exchange_end(&x);
	cr_expect_eq(x.state, IDLE);
	cr_expect_eq(x.deadline, NEVER);
	cr_expect_eq(exchange_check(&x, NEVER - 1), EXCHANGE_WAIT);
}
