/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_RATE_H
#define DHCP6_RATE_H

/*
 * The limit on all that is sent on an interface (RFC 9915 section 14.1, C-RATE-1): never more than
 * so many messages in any stretch of so many seconds. The standard's token bucket would let
 * twice as many through in the first stretch.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/proto.h"

#define RATE_MAX 64 /* messages: the largest limit there is */

struct rate {
	uint32_t size; /* messages … */
	msec interval; /* … in this many ms, at most */
	uint32_t oldest;
	msec sent[RATE_MAX]; /* when the last `size` messages left, from `oldest` on round */
};

/* `size` messages, 1 to RATE_MAX, in `interval` ms; the standard's example is 20 in 20 s. */
void rate_init(struct rate *rate, uint32_t size, msec interval);

/* Counts a message that is sent now; false when there may be none before rate_next(). */
bool rate_take(struct rate *rate, msec now);

/* When the next message may leave, and `spare` others right behind it: `now` or later. */
msec rate_next(const struct rate *rate, uint32_t spare, msec now);

#endif
