/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_EXCHANGE_H
#define DHCP6_EXCHANGE_H

/*
 * The message being tried, with its retransmission (RFC 9915 section 15): one
 * row of numbers per kind, and every exchange ends in a named outcome.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/proto.h"

/* What the client says: the second half of its state. */
enum message_state {
	IDLE,
	SOLICITING,
	REQUESTING,
	CONFIRMING,
	RENEWING,
	REBINDING,
	LINK_REBINDING, /* Rebind after a possible move, with Confirm's timing */
	INFORMING,
	RELEASING,
	DECLINING,
	MESSAGE_STATES,
};

struct exchange_timing {
	enum message_type type;
	const char *name; /* "Soliciting" */
	msec max_delay;	  /* ms: the first message of this kind waits a random part of it */
	msec irt;	  /* ms */
	msec mrt;	  /* ms; 0: no limit */
	uint32_t mrc;	  /* transmissions; 0: no limit */
	msec mrd; /* ms; 0: no limit, or one that the lease sets (Renew: T2; Rebind: expiry) */
	bool server_id; /* carries a Server Identifier */
	bool oro;	/* carries an Option Request option */
};

/* The row of `state`, which is not IDLE (section 7.6 and 18.2.1 to 18.2.8). */
const struct exchange_timing *exchange_timing(enum message_state state);

/* "Soliciting"; "Idle" for IDLE. */
const char *message_state_name(enum message_state state);

enum exchange_outcome {
	EXCHANGE_WAIT,	      /* not yet */
	EXCHANGE_SEND,	      /* time for the first message or a retransmission */
	EXCHANGE_EXHAUSTED,   /* MRC messages and the last RT have passed (C-RTX-4, C-RTX-5) */
	EXCHANGE_OUT_OF_TIME, /* MRD has passed since the first message (C-RTX-6) */
};

struct exchange {
	enum message_state state;
	uint32_t xid;	 /* 24 bits, the same in all retransmissions (C-XID-2) */
	uint32_t sent;	 /* messages so far */
	msec first_sent; /* NEVER before that: the random delay does not count */
	msec rt;	 /* ms: the last RT; 0 before the first message */
	msec mrt;	 /* ms: that of the row, or SOL_MAX_RT or INF_MAX_RT from a server */
	msec deadline;	 /* when to look again; NEVER while idle */
};

/*
 * RAND of section 15 for `random` (any 32 bits): parts per million, uniform in
 * -100000..100000, or in 1000..100000 with `positive` (the first Solicit, C-RTX-2).
 */
int32_t exchange_rand(uint32_t random, bool positive);

/*
 * The next RT in ms (section 15): `previous` is the last one, or 0 for the first;
 * `rand` in parts per million.
 */
msec exchange_next_rt(msec previous, msec irt, msec mrt, int32_t rand);

/*
 * The one door to a new exchange: new transaction id, counters at 0, first
 * message due `delay` ms from now.
 */
void exchange_start(struct exchange *x, enum message_state state, uint32_t xid, msec mrt,
		    msec delay, msec now);

/* Back to IDLE, whatever was running. */
void exchange_end(struct exchange *x);

/* What the time `now` means for the exchange. */
enum exchange_outcome exchange_check(const struct exchange *x, msec now);

/* A message was sent: counts it and sets the next deadline, cut at MRD. */
void exchange_sent(struct exchange *x, uint32_t random, msec now);

/* It may not be sent yet (rate.h): tries again at `when`; nothing is counted. */
void exchange_defer(struct exchange *x, msec when);

/* Elapsed Time, 1/100 s since the first message, rounded down, at most 0xffff (C-ELP-2 to C-ELP-4).
 */
uint16_t exchange_elapsed(const struct exchange *x, msec now);
uint16_t exchange_elapsed_since(msec first_sent, msec now);

#endif
