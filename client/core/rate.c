/* SPDX-License-Identifier: MPL-2.0 */
#include "core/rate.h"

void rate_init(struct rate *rate, uint32_t size, msec interval)
{
	*rate = (struct rate){ .size = size, .interval = interval };
	if (rate->size < 1)
		rate->size = 1;
	if (rate->size > RATE_MAX)
		rate->size = RATE_MAX;
	for (uint32_t i = 0; i < rate->size; i++)
		rate->sent[i] = -NEVER;
}

msec rate_next(const struct rate *rate, uint32_t spare, msec now)
{
	msec oldest = rate->sent[(rate->oldest + spare) % rate->size];

	return oldest != -NEVER && oldest + rate->interval > now ? oldest + rate->interval : now;
}

bool rate_take(struct rate *rate, msec now)
{
	if (rate_next(rate, 0, now) > now)
		return false;
	rate->sent[rate->oldest] = now;
	rate->oldest = (rate->oldest + 1) % rate->size;
	return true;
}
