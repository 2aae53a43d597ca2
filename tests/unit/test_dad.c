/* SPDX-License-Identifier: MPL-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "core/dad.h"

#define MINUTE 60000

static struct in6_addr address(unsigned int number)
{
	struct in6_addr addr = { .s6_addr = { 0x20, 0x01, 0x0d, 0xb8 } };

	addr.s6_addr[14] = (uint8_t)(number >> 8);
	addr.s6_addr[15] = (uint8_t)number;
	return addr;
}

static struct duid server(uint8_t number)
{
	return duid_ll(1, &number, 1);
}

static void add(struct conflicts *conflicts, unsigned int number, bool settled, msec now)
{
	struct in6_addr addr = address(number);
	struct duid from = server(1);

	conflicts_add(conflicts,
		      &(struct declined){
			      .addr = addr, .ia_type = OPTION_IA_NA, .iaid = 7, .server = from },
		      settled, now);
}

/* A Decline and its end. */
static msec decline(struct conflicts *conflicts, uint32_t random, msec now)
{
	conflicts_begin(conflicts);
	return conflicts_hold(conflicts, random, now);
}

static bool remembered(const struct conflicts *conflicts, unsigned int number, msec now)
{
	struct in6_addr addr = address(number);

	return conflicts_remember(conflicts, &addr, now);
}

Test(dad, nothing_to_decline_at_first)
{
	struct conflicts conflicts;

	conflicts_init(&conflicts);
	cr_expect_eq(conflicts.n_declined, 0);
	cr_expect_eq(conflicts.decline_at, NEVER);
	cr_expect_not(remembered(&conflicts, 1, 0));
}

/* C-DAD-4: at once when no verdict is awaited … */
Test(dad, decline_is_due_at_once_when_every_verdict_is_in)
{
	struct conflicts conflicts;

	conflicts_init(&conflicts);
	add(&conflicts, 1, true, 1000);
	cr_expect_eq(conflicts.decline_at, 1000);
	cr_expect_eq(conflicts.n_declined, 1);
	cr_expect_eq(conflicts.declined[0].iaid, 7);
	cr_expect_eq(conflicts.declined[0].addr.s6_addr[15], 1);
}

/* … else 250 ms after the first duplicate, which later ones do not push back. */
Test(dad, decline_waits_250_ms_from_the_first_duplicate)
{
	struct conflicts conflicts;

	conflicts_init(&conflicts);
	add(&conflicts, 1, false, 1000);
	cr_expect_eq(conflicts.decline_at, 1250);
	add(&conflicts, 2, false, 1200);
	cr_expect_eq(conflicts.decline_at, 1250);
	add(&conflicts, 3, true, 1220);
	cr_expect_eq(conflicts.decline_at, 1220);
	cr_expect_eq(conflicts.n_declined, 3);
}

/* C-DEC-1: one Decline goes to one server. */
Test(dad, what_another_server_gave_is_not_mixed_in)
{
	struct conflicts conflicts;
	struct in6_addr addr = address(2);
	struct duid other = server(2);

	conflicts_init(&conflicts);
	add(&conflicts, 1, false, 0);
	conflicts_add(&conflicts,
		      &(struct declined){
			      .addr = addr, .ia_type = OPTION_IA_NA, .iaid = 7, .server = other },
		      true, 10);
	add(&conflicts, 3, true, 20);
	conflicts_begin(&conflicts);
	cr_expect_eq(conflicts.n_sent, 2, "what the first server gave goes first");
	cr_expect_eq(conflicts.declined[0].addr.s6_addr[15], address(1).s6_addr[15]);
	cr_expect_eq(conflicts.declined[1].addr.s6_addr[15], address(3).s6_addr[15]);
	conflicts_hold(&conflicts, 0, 30);
	conflicts_begin(&conflicts);
	cr_expect_eq(conflicts.n_sent, 1, "and the other server gets its own");
	cr_expect(duid_equal(&conflicts.declined[0].server, &other));
}

/* C-DEC-7: for an hour. */
Test(dad, a_duplicate_is_remembered_for_an_hour)
{
	struct conflicts conflicts;

	conflicts_init(&conflicts);
	add(&conflicts, 1, true, 1000);
	decline(&conflicts, 0, 1000);
	cr_expect(remembered(&conflicts, 1, 1000));
	cr_expect(remembered(&conflicts, 1, 1000 + 60 * MINUTE - 1));
	cr_expect_not(remembered(&conflicts, 1, 1000 + 60 * MINUTE));
	cr_expect_not(remembered(&conflicts, 2, 1000));
	add(&conflicts, 1, true, 70 * MINUTE);
	cr_expect(remembered(&conflicts, 1, 71 * MINUTE), "found again, remembered again");
	cr_expect_eq(conflicts.n_remembered, 1);
}

Test(dad, the_oldest_is_forgotten_when_memory_is_full)
{
	struct conflicts conflicts;

	conflicts_init(&conflicts);
	for (unsigned int i = 0; i < DAD_REMEMBERED + 5; i++) {
		add(&conflicts, i, true, (msec)i);
		cr_assert_leq(conflicts.n_declined, DAD_DECLINED);
		decline(&conflicts, 0, (msec)i);
	}
	for (unsigned int i = 0; i < DAD_REMEMBERED + 5; i++)
		cr_expect_eq(remembered(&conflicts, i, 100), i >= 5, "%u", i);
}

/* Design, section 5.4: two rounds at once with jitter, then 10 s doubling up to an hour. */
Test(dad, hold_off_grows_while_conflicts_repeat)
{
	static const msec want[] = { 10000,  20000,   40000,   80000,	160000,	 320000,
				     640000, 1280000, 2560000, 3600000, 3600000, 3600000 };
	struct conflicts conflicts;
	msec now = 0;

	conflicts_init(&conflicts);
	for (unsigned int i = 0; i < 2; i++) {
		add(&conflicts, i, true, now);
		cr_expect_eq(decline(&conflicts, 5999, now), 999, "round %u", i + 1);
		cr_expect_eq(conflicts.n_declined, 0);
		cr_expect_eq(conflicts.decline_at, NEVER);
	}
	for (unsigned int i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		msec hold;

		now += 61000; /* so slow that it is no storm */
		add(&conflicts, i, true, now);
		hold = decline(&conflicts, 5999, now);
		cr_expect_eq(hold, want[i], "round %u: %d ms", i + 3, (int)hold);
	}
}

/* dad.md, section 7: reset after 30 min without a conflict. */
Test(dad, hold_off_starts_anew_after_half_an_hour_of_calm)
{
	struct conflicts conflicts;
	msec now = 0;

	conflicts_init(&conflicts);
	for (unsigned int i = 0; i < 5; i++) {
		add(&conflicts, i, true, now);
		now += decline(&conflicts, 0, now);
	}
	now += 31 * MINUTE;
	add(&conflicts, 9, true, now);
	cr_expect_lt(decline(&conflicts, 0, now), 1000);
}

Test(dad, several_duplicates_of_one_decline_are_one_round)
{
	struct conflicts conflicts;

	conflicts_init(&conflicts);
	for (unsigned int i = 0; i < 40; i++)
		add(&conflicts, i, true, 0);
	cr_expect_lt(decline(&conflicts, 0, 0), 1000);
}

/* dad.md section 7: later duplicates get their own Decline, and are one round with it. */
Test(dad, what_is_found_while_declining_is_declined_next)
{
	struct conflicts conflicts;

	conflicts_init(&conflicts);
	add(&conflicts, 1, true, 0);
	conflicts_begin(&conflicts);
	cr_expect_eq(conflicts.decline_at, NEVER);
	add(&conflicts, 2, true, 10);
	cr_expect_eq(conflicts_hold(&conflicts, 0, 20), 0);
	cr_assert_eq(conflicts.n_declined, 1);
	cr_expect_eq(conflicts.declined[0].addr.s6_addr[15], address(2).s6_addr[15]);
	cr_expect_eq(conflicts.decline_at, 20);
	cr_expect_eq(conflicts.in_a_row, 0);
}

/* dad.md section 5: what is still to be declined is not taken again, however long that takes. */
Test(dad, what_waits_to_be_declined_is_remembered)
{
	struct conflicts conflicts;

	conflicts_init(&conflicts);
	add(&conflicts, 1, true, 0);
	cr_expect(remembered(&conflicts, 1, 600 * MINUTE));
}

static bool add_at(struct conflicts *conflicts, unsigned int number, uint8_t mac, msec since)
{
	struct declined found = {
		.addr = address(number),
		.ia_type = OPTION_IA_NA,
		.iaid = 7,
		.server = server(1),
		.since = since,
	};

	if (mac > 0)
		found.mac = (struct mac){ .size = 6, .octets = { 2, 0, 0, 0, 0, mac } };
	return conflicts_add(conflicts, &found, true, since + 500);
}

/* dad.md 7: three Replies with duplicates within a minute. */
Test(dad, the_third_round_in_a_minute_is_a_storm)
{
	struct conflicts conflicts;

	conflicts_init(&conflicts);
	cr_expect_not(add_at(&conflicts, 1, 0, 1000));
	decline(&conflicts, 0, 2000);
	cr_expect_not(add_at(&conflicts, 2, 0, 5000));
	decline(&conflicts, 0, 6000);
	cr_expect(add_at(&conflicts, 3, 0, 9000));
	cr_expect_eq(conflicts.decline_at, NEVER);
	cr_expect_eq(conflicts.n_declined, 0, "nothing is declined");
	cr_expect_not(add_at(&conflicts, 4, 0, 3700000), "it goes on, it does not begin anew");
	cr_expect_eq(conflicts.n_declined, 0);
	conflicts_calm(&conflicts);
	cr_expect_not(add_at(&conflicts, 5, 0, 3800000));
	cr_expect_eq(conflicts.n_declined, 1, "another link");
}

/* The addresses of one Reply are one round. */
Test(dad, many_duplicates_of_one_reply_are_no_storm)
{
	struct conflicts conflicts;

	conflicts_init(&conflicts);
	for (unsigned int i = 0; i < 20; i++)
		cr_expect_not(add_at(&conflicts, i, 9, 1000));
	cr_expect_eq(conflicts.n_declined, 20);
}

/* dad.md 7: all duplicates are defended by one neighbor. */
Test(dad, one_neighbor_that_has_everything_is_a_storm)
{
	struct conflicts conflicts;

	conflicts_init(&conflicts);
	cr_expect_not(add_at(&conflicts, 1, 9, 1000));
	decline(&conflicts, 0, 2000);
	cr_expect_not(add_at(&conflicts, 2, 9, 100000));
	decline(&conflicts, 0, 101000);
	cr_expect(add_at(&conflicts, 3, 9, 200000), "slow, but all its own");

	conflicts_init(&conflicts);
	add_at(&conflicts, 1, 9, 1000);
	add_at(&conflicts, 2, 9, 100000);
	conflicts_pass(&conflicts);
	cr_expect_not(add_at(&conflicts, 3, 9, 200000), "one was good");

	conflicts_init(&conflicts);
	add_at(&conflicts, 1, 9, 1000);
	add_at(&conflicts, 2, 8, 100000);
	cr_expect_not(add_at(&conflicts, 3, 9, 200000), "two neighbors");
}

/* A hook's list may name many addresses of a pool. */
Test(dad, vetoes_of_hooks_are_no_storm)
{
	struct conflicts conflicts;
	msec now = 1000;

	conflicts_init(&conflicts);
	for (unsigned int i = 0; i < 5; i++) {
		struct declined found = {
			.addr = address(i),
			.ia_type = OPTION_IA_NA,
			.iaid = 7,
			.server = server(1),
			.since = now,
			.vetoed = true,
		};

		cr_expect_not(conflicts_add(&conflicts, &found, true, now));
		cr_expect_eq(conflicts.n_declined, 1);
		now += 1000 + decline(&conflicts, 0, now);
	}
}
