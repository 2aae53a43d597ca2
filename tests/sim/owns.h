/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_OWNS_H
#define DHCP6_SIM_OWNS_H

/* Addresses that a host made itself, and the rules for their registration (RFC 9686). */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/client.h"
#include "core/message.h"

#define OWNS_ADDRESSES 8

struct rules;

struct own {
	struct in6_addr addr;
	bool usable;
	msec until;	    /* the end of its valid lifetime; NEVER */
	uint32_t xid;	    /* of the last registration … */
	unsigned int count; /* … which was sent so often; 0: never */
	msec last;
};

struct owns {
	bool offered; /* a server of this attachment wants to know (C-REG-1) */
	unsigned int n;
	struct own own[OWNS_ADDRESSES];
};

/* The client is about to be told of an address: `valid` seconds from now on, or no longer usable.
 */
void owns_note(struct owns *owns, const struct in6_addr *addr, bool usable, uint32_t valid,
	       msec now);

struct own *owns_find(struct owns *owns, const struct in6_addr *addr);

/* The client is about to get an Advertise or a Reply. */
void owns_hear(struct owns *owns, const struct message *message);

/* A registration leaves from `source`. */
void owns_check_sent(struct rules *rules, const struct client *client,
		     const struct in6_addr *source, const struct message *message, msec now);

/* An answer to one was taken. */
void owns_check_taken(struct rules *rules, const struct in6_addr *to,
		      const struct message *message);

#endif
