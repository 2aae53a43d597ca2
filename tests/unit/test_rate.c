/* SPDX-License-Identifier: MPL-2.0 */
#include <criterion/criterion.h>

#include "core/rate.h"

/* How many messages may leave at the same instant. */
static unsigned int drain(struct rate *rate, msec now)
{
	unsigned int n = 0;

	while (n < 10000 && rate_take(rate, now))
		n++;
	return n;
}

/* C-RATE-2: the standard's example. */
Test(rate, twenty_messages_then_none_for_twenty_seconds)
{
	struct rate rate;

	rate_init(&rate, 20, 20000);
	cr_expect_eq(rate_next(&rate, 0, 5000), 5000);
	cr_expect_eq(drain(&rate, 5000), 20);
	cr_expect_not(rate_take(&rate, 24999));
	cr_expect_eq(rate_next(&rate, 0, 24999), 25000);
	cr_expect_eq(drain(&rate, 25000), 20);
}

/* Many small things leave room for one that matters. */
Test(rate, with_spare_messages_the_limit_is_lower)
{
	struct rate rate;
	unsigned int sent = 0;

	rate_init(&rate, 20, 20000);
	while (rate_next(&rate, 10, 5000) == 5000 && rate_take(&rate, 5000))
		sent++;
	cr_expect_eq(sent, 10);
	cr_expect_eq(rate_next(&rate, 10, 5000), 25000);
	cr_expect_eq(rate_next(&rate, 9, 5000), 5000);
	cr_expect_eq(drain(&rate, 5000), 10);
}

Test(rate, next_is_the_first_moment_that_is_free)
{
	struct rate rate;

	rate_init(&rate, 3, 10000);
	for (msec now = -40000; now < 60000; now += 700) {
		msec next = rate_next(&rate, 0, now);
		struct rate before = rate;

		cr_assert(next >= now);
		if (next > now)
			cr_assert_not(rate_take(&before, next - 1), "at %d", (int)next);
		cr_assert(rate_take(&rate, next), "at %d", (int)next);
		now = next;
	}
}

/* C-RATE-1: however it is asked, no stretch of time has more than the limit. */
Test(rate, no_window_has_more_than_the_limit)
{
	static msec taken[20000];
	unsigned int n = 0;
	struct rate rate;

	rate_init(&rate, 20, 20000);
	for (msec now = 0; now < 300000; now += 37)
		while (n < 20000 && rate_take(&rate, now))
			taken[n++] = now;
	cr_expect_geq(n, 280, "and what is allowed is given");
	for (unsigned int i = 20; i < n; i++)
		cr_assert_geq(taken[i] - taken[i - 20], 20000, "message %u", i);
}

Test(rate, asking_in_vain_costs_nothing)
{
	struct rate rate;

	rate_init(&rate, 20, 20000);
	drain(&rate, 0);
	for (msec now = 0; now < 20000; now += 10)
		cr_assert_not(rate_take(&rate, now));
	cr_expect_eq(drain(&rate, 20000), 20);
}

/* Settings that make no sense switch nothing off. */
Test(rate, the_limit_is_bounded)
{
	struct rate rate;

	rate_init(&rate, 0, 1000);
	cr_expect_eq(drain(&rate, 0), 1);
	rate_init(&rate, 100000, 1000);
	cr_expect_eq(drain(&rate, 0), RATE_MAX);
}
