/* SPDX-License-Identifier: MPL-2.0 */
#include "core/exchange.h"

#include <assert.h>
#include <stddef.h>

/* RFC 9915 section 7.6 in milliseconds, and which message carries what (section 18.2, appendix B).
 */
static const struct exchange_timing timings[MESSAGE_STATES] = {
	[SOLICITING] = { .type = MESSAGE_SOLICIT,
			 .name = "Soliciting",
			 .max_delay = 1000,
			 .irt = 1000,
			 .mrt = 3600000,
			 .oro = true },
	[REQUESTING] = { .type = MESSAGE_REQUEST,
			 .name = "Requesting",
			 .irt = 1000,
			 .mrt = 30000,
			 .mrc = 10,
			 .server_id = true,
			 .oro = true },
	[CONFIRMING] = { .type = MESSAGE_CONFIRM,
			 .name = "Confirming",
			 .max_delay = 1000,
			 .irt = 1000,
			 .mrt = 4000,
			 .mrd = 10000 },
	[RENEWING] = { .type = MESSAGE_RENEW,
		       .name = "Renewing",
		       .irt = 10000,
		       .mrt = 600000,
		       .server_id = true,
		       .oro = true },
	[REBINDING] = { .type = MESSAGE_REBIND,
			.name = "Rebinding",
			.irt = 10000,
			.mrt = 600000,
			.oro = true },
	[LINK_REBINDING] = { .type = MESSAGE_REBIND,
			     .name = "LinkRebinding",
			     .max_delay = 1000,
			     .irt = 1000,
			     .mrt = 4000,
			     .mrd = 10000,
			     .oro = true },
	[INFORMING] = { .type = MESSAGE_INFORMATION_REQUEST,
			.name = "Informing",
			.max_delay = 1000,
			.irt = 1000,
			.mrt = 3600000,
			.oro = true },
	[RELEASING] = { .type = MESSAGE_RELEASE,
			.name = "Releasing",
			.irt = 1000,
			.mrc = 4,
			.server_id = true },
	/* Never an IA_PD in a Decline (C-DEC-2). */
	[DECLINING] = { .type = MESSAGE_DECLINE,
			.name = "Declining",
			.irt = 1000,
			.mrc = 4,
			.server_id = true },
};

const struct exchange_timing *exchange_timing(enum message_state state)
{
	assert(state > IDLE && state < MESSAGE_STATES);
	return &timings[state];
}

const char *message_state_name(enum message_state state)
{
	return state == IDLE ? "Idle" : exchange_timing(state)->name;
}

int32_t exchange_rand(uint32_t random, bool positive)
{
	/* At least a thousandth: less than a millisecond of SOL_TIMEOUT would be rounded away. */
	if (positive)
		return (int32_t)(random % 99001) + 1000;
	return (int32_t)(random % 200001) - 100000;
}

msec exchange_next_rt(msec previous, msec irt, msec mrt, int32_t rand)
{
	const int64_t million = 1000000;
	msec rt;

	if (previous == 0)
		rt = irt + irt * rand / million;
	else
		rt = 2 * previous + previous * rand / million;
	if (mrt != 0 && rt > mrt)
		rt = mrt + mrt * rand / million;
	return rt;
}

void exchange_start(struct exchange *x, enum message_state state, uint32_t xid, msec mrt,
		    msec delay, msec now)
{
	*x = (struct exchange){
		.state = state,
		.xid = xid & 0xffffff,
		.first_sent = NEVER,
		.mrt = mrt,
		.deadline = now + delay,
	};
}

void exchange_end(struct exchange *x)
{
	*x = (struct exchange){ .state = IDLE, .first_sent = NEVER, .deadline = NEVER };
}

enum exchange_outcome exchange_check(const struct exchange *x, msec now)
{
	const struct exchange_timing *timing;

	if (x->state == IDLE || now < x->deadline)
		return EXCHANGE_WAIT;
	timing = exchange_timing(x->state);
	if (timing->mrc != 0 && x->sent >= timing->mrc)
		return EXCHANGE_EXHAUSTED;
	if (timing->mrd != 0 && x->sent > 0 && now - x->first_sent >= timing->mrd)
		return EXCHANGE_OUT_OF_TIME;
	return EXCHANGE_SEND;
}

void exchange_sent(struct exchange *x, uint32_t random, msec now)
{
	const struct exchange_timing *timing = exchange_timing(x->state);
	bool first = x->sent == 0;

	if (first)
		x->first_sent = now;
	x->sent++;
	x->rt = exchange_next_rt(x->rt, timing->irt, x->mrt,
				 exchange_rand(random, first && x->state == SOLICITING));
	x->deadline = now + x->rt;
	if (timing->mrd != 0 && x->deadline > x->first_sent + timing->mrd)
		x->deadline = x->first_sent + timing->mrd;
}

void exchange_defer(struct exchange *x, msec when)
{
	x->deadline = when;
}

uint16_t exchange_elapsed_since(msec first_sent, msec now)
{
	msec hundredths = (now - first_sent) / 10;

	return hundredths > UINT16_MAX ? UINT16_MAX : (uint16_t)hundredths;
}

uint16_t exchange_elapsed(const struct exchange *x, msec now)
{
	return x->sent == 0 ? 0 : exchange_elapsed_since(x->first_sent, now);
}
