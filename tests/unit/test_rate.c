/* SPDX-License-Identifier: MPL-2.0 */
#include <criterion/criterion.h>

#include "core/rate.h"

/* How many tokens there are at the same instant. */
static unsigned int drain(struct rate *rate, msec now)
{
	unsigned int n = 0;

	while (n < 10000 && rate_take(rate, now))
		n++;
	return n;
}

/* C-RATE-2: the standard's example. */
Test(rate, twenty_messages_then_none)
{
	struct rate rate;

	rate_init(&rate, 20, 20000, 5000);
	cr_expect_eq(rate_next(&rate, 5000), 5000);
	cr_expect_eq(drain(&rate, 5000), 20);
	cr_expect_not(rate_take(&rate, 5999));
	cr_expect_eq(rate_next(&rate, 5999), 6000);
	cr_expect(rate_take(&rate, 6000));
	cr_expect_not(rate_take(&rate, 6000));
}

Test(rate, next_is_the_first_moment_with_a_token)
{
	struct rate rate;

	rate_init(&rate, 3, 10000, 0);
	drain(&rate, 0);
	for (msec now = 0; now < 60000;) {
		msec next = rate_next(&rate, now);
		struct rate before = rate;

		cr_assert(next > now);
		cr_assert_not(rate_take(&before, next - 1), "at %d", (int)next);
		cr_assert(rate_take(&rate, next), "at %d", (int)next);
		now = next;
	}
}

/* C-RATE-1: however it is asked, no window has more than the burst and what is refilled. */
Test(rate, no_window_has_more_than_twice_the_limit)
{
	static msec taken[20000];
	unsigned int n = 0;
	struct rate rate;

	rate_init(&rate, 20, 20000, 0);
	for (msec now = 0; now < 300000; now += 37)
		while (n < 20000 && rate_take(&rate, now))
			taken[n++] = now;
	cr_expect_leq(n, 20 + 300);
	cr_expect_geq(n, 300, "and what is allowed is given");
	for (unsigned int i = 20; i < n; i++)
		if (taken[i - 20] > 0)
			cr_assert_geq(taken[i] - taken[i - 20], 19900, "message %u", i);
}

Test(rate, a_long_pause_fills_the_bucket_and_no_more)
{
	struct rate rate;

	rate_init(&rate, 20, 20000, 0);
	drain(&rate, 0);
	cr_expect_eq(drain(&rate, 10000), 10);
	cr_expect_eq(drain(&rate, (msec)365 * 86400 * 1000), 20);
}

Test(rate, asking_in_vain_costs_nothing)
{
	struct rate rate;

	rate_init(&rate, 20, 20000, 0);
	drain(&rate, 0);
	for (msec now = 0; now < 1000; now++)
		cr_assert_not(rate_take(&rate, now));
	cr_expect(rate_take(&rate, 1000));
}

/* C-RATE-1: a limit there must be. */
Test(rate, no_setting_switches_it_off)
{
	static const struct {
		uint32_t size;
		msec interval;
	} rows[] = { { 0, 20000 }, { 20, 0 }, { 0, 0 }, { 1000000, 1000 } };
	struct rate rate;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned int n = 0;

		rate_init(&rate, rows[i].size, rows[i].interval, 0);
		while (n < 2000000 && rate_take(&rate, 0))
			n++;
		cr_expect_leq(n, rows[i].size > 0 ? rows[i].size : 1, "row %zu", i);
		cr_expect(rate_take(&rate, rate_next(&rate, 0)), "row %zu never sends again", i);
	}
}

Test(rate, a_clock_that_stands_or_steps_back_gives_nothing)
{
	struct rate rate;

	rate_init(&rate, 2, 2000, 100000);
	drain(&rate, 100000);
	cr_expect_not(rate_take(&rate, 50000));
	cr_expect_not(rate_take(&rate, 50500));
	cr_expect_geq(rate_next(&rate, 50500), 50500);
}
