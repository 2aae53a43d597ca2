/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_AGENDA_H
#define DHCP6_SIM_AGENDA_H

/* What will happen in a simulated world, the earliest first. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/proto.h"

#define AGENDA_ITEMS 4096

enum happening {
	HAPPENS_TO_SERVER, /* a datagram arrives */
	HAPPENS_TO_CLIENT,
	HAPPENS_VERDICT, /* the kernel's, for the stay `id` of an address */
	HAPPENS_CLAIM,	 /* somebody on the link speaks of an address */
	HAPPENS_SCRIPT_END,
	HAPPENS_LINK,	/* a host's link comes back */
	HAPPENS_WAKE,	/* a host does */
	HAPPENS_ROUTER, /* a router speaks */
	HAPPENS_HEAL,	/* the end of a partition */
	HAPPENS_REVIVE, /* a server comes back */
	HAPPENS_SYNC,	/* a server learns what its partner has given */
	HAPPENS_SCENE,	/* something changes in the world */
};

struct item {
	enum happening what;
	msec at;
	uint64_t order;	     /* of two at the same time the first comes first */
	unsigned int host;   /* whose */
	unsigned int server; /* likewise */
	unsigned int number; /* verdict, script status, refusal that must follow, ... */
	uint32_t id;	     /* the stay of an address, or the run of a client */
	struct in6_addr addr;
	size_t size;
	uint8_t *bytes; /* a datagram, to be freed */
};

struct agenda {
	uint64_t order;
	unsigned int n;
	struct item item[AGENDA_ITEMS]; /* a heap */
};

/* A new item, to be filled in before anything else is put or taken. */
struct item *agenda_put(struct agenda *agenda, enum happening what, msec at);

/* When the next one happens; NEVER. */
msec agenda_next(const struct agenda *agenda);

/* Takes the next one out; there is one. */
struct item agenda_take(struct agenda *agenda);

/* There is room for more than what is necessary. */
bool agenda_has_room(const struct agenda *agenda);

/* Takes all out. */
void agenda_clear(struct agenda *agenda);

#endif
