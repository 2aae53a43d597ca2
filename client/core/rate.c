/* SPDX-License-Identifier: MPL-2.0 */
#include "core/rate.h"

/* What a message costs, in ms of waiting; never 0, so that no setting switches the limit off. */
static msec cost(const struct rate *rate)
{
	msec each = rate->interval / (msec)rate->size;

	return each > 0 ? each : 1;
}

static msec credit_at(const struct rate *rate, msec now)
{
	msec full = cost(rate) * (msec)rate->size;
	msec credit = rate->credit + (now > rate->updated ? now - rate->updated : 0);

	return credit < full ? credit : full;
}

void rate_init(struct rate *rate, uint32_t size, msec interval, msec now)
{
	*rate = (struct rate){ .size = size > 0 ? size : 1, .interval = interval, .updated = now };
	rate->credit = cost(rate) * (msec)rate->size;
}

bool rate_take(struct rate *rate, msec now)
{
	rate->credit = credit_at(rate, now);
	rate->updated = now;
	if (rate->credit < cost(rate))
		return false;
	rate->credit -= cost(rate);
	return true;
}

msec rate_next(const struct rate *rate, msec now)
{
	msec missing = cost(rate) - credit_at(rate, now);

	return missing > 0 ? now + missing : now;
}
