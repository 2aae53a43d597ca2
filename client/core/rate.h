/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_RATE_H
#define DHCP6_RATE_H

/* The limit on all that is sent on an interface: a token bucket (RFC 9915 section 14.1, C-RATE-1).
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/proto.h"

struct rate {
	uint32_t size;	/* messages … */
	msec interval;	/* … in this many ms, at most */
	int64_t credit; /* ms: a message costs interval / size */
	msec updated;
};

/* A full bucket of `size` messages in `interval` ms; the standard's example is 20 in 20 s. */
void rate_init(struct rate *rate, uint32_t size, msec interval, msec now);

/* Takes a token; false when there is none before rate_next(). */
bool rate_take(struct rate *rate, msec now);

/* When the next token is there: `now` or later. */
msec rate_next(const struct rate *rate, msec now);

#endif
