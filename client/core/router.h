/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_ROUTER_H
#define DHCP6_ROUTER_H

/*
 * What routers on the link say, as far as a DHCPv6 client acts on it: the flags M and O,
 * and the prefixes of their advertisements (RFC 9915 section 18.2.12, RFC 9762).
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/proto.h"

#define ROUTER_PREFIXES 16

/*
 * The prefixes of the first advertisement come one by one: what comes within this many ms of
 * the first one is what there is, not a change.
 */
#define ROUTER_SETTLING 2000

/* A Prefix Information option. The kernel tells its flags L and P in two messages of their own. */
struct router_prefix {
	struct in6_addr addr;
	uint8_t prefix_len; /* bits */
	bool on_link;	    /* L */
	bool delegating;    /* P: clients should ask for a prefix of their own */
	msec preferred_until;
};

/*
 * M and O stay set until the link is lost: where two routers differ, the kernel
 * has the flags of the last one only, which come and go.
 */
struct router {
	bool heard; /* one has spoken since the link came up, or the kernel's record says so … */
	bool recorded; /* … and that record may be of an earlier attachment */
	bool managed;  /* M: addresses by DHCPv6 */
	bool other;    /* O: other information by DHCPv6 */
	msec since;    /* when the first prefix came; NEVER before that */
	uint8_t n_prefixes;
	struct router_prefix prefix[ROUTER_PREFIXES];
};

enum router_source {
	ROUTER_RECORD, /* what the kernel remembers: perhaps of another network */
	ROUTER_NEWS,   /* an advertisement has come */
};

/* What became other; bits. */
enum router_change {
	ROUTER_ON_LINK = 1 << 0,    /* the set of on-link prefixes (C-CNF-12) */
	ROUTER_DELEGATING = 1 << 1, /* the set of those with P (C-PFL-3) */
};

/* Nothing has been heard yet: the link is new. */
void router_init(struct router *router);

/* A router has spoken, with these flags. A record counts only as long as there are no news. */
void router_speaks(struct router *router, enum router_source source, bool managed, bool other);

/* Which of the two flags a prefix event speaks of. */
enum router_flag {
	ROUTER_FLAG_L,
	ROUTER_FLAG_P,
};

/*
 * A prefix was advertised: one without a preferred lifetime (seconds) is as one that is gone.
 * Returns the changes, as bits.
 */
unsigned int router_prefix(struct router *router, const struct in6_addr *addr, uint8_t prefix_len,
			   enum router_flag flag, bool set, uint32_t preferred, msec now);

/* Ends the prefixes whose preferred lifetime is over. Returns the changes, as bits. */
unsigned int router_expire(struct router *router, msec now);

/* When the next one ends; NEVER. */
msec router_deadline(const struct router *router);

/* Does any prefix have the flag P (C-PFL-1)? */
bool router_delegates(const struct router *router);

/* Have all prefixes, and there are some, the flag P (C-PFL-5)? */
bool router_delegates_only(const struct router *router);

#endif
