/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_LINK_H
#define DHCP6_LINK_H

/*
 * What the kernel says of one interface, put together from the monitor's events:
 * is it usable, and if not, for what does it wait; and its IPv6 addresses. Nothing
 * is asked or changed here.
 */

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dad.h"
#include "host/monitor.h"

/* Why an interface cannot be used now. */
enum link_obstacle {
	LINK_USABLE,
	LINK_ABSENT,
	LINK_DOWN,
	LINK_NO_CARRIER,
	LINK_DORMANT,
	LINK_NO_LINK_LOCAL,
	LINK_TENTATIVE, /* the link-local address is being tested */
	LINK_DUPLICATE, /* the link-local address is somebody else's (K19) */
};

struct link_address {
	struct in6_addr addr;
	uint8_t prefix_len; /* bits */
	uint32_t flags;	    /* IFA_F_… */
	bool has_proto;
	uint8_t proto;
	bool has_lifetimes; /* both below are set */
	uint32_t preferred; /* seconds, when the kernel last told of it; INFINITE_TIME */
	uint32_t valid;
	bool seen; /* in the dump that is running */
};

struct link {
	char name[IFNAMSIZ];
	unsigned int ifindex; /* 0: the interface does not exist */
	uint32_t flags;	      /* IFF_… */
	uint16_t hardware;    /* ARPHRD_… */
	uint8_t mac_size;
	uint8_t mac[32];
	struct monitor_router router; /* the kernel's record, as last told */
	bool seen;		      /* in the dump that is running */
	unsigned int master;	      /* the bridge or bond that it is a port of; 0 */
	bool moved; /* has another hardware address, or master: perhaps another network */
	bool dumping;
	size_t n_addresses;
	size_t room;
	struct link_address *address; /* malloc()ed */
};

/* Told of an address, global ones only, when it changed. */
typedef void link_handler(void *context, const struct in6_addr *addr, enum address_event event);

void link_init(struct link *link, const char *name);
void link_free(struct link *link);

/*
 * Takes an event of the monitor; those of other interfaces mean nothing. Changes of global
 * addresses are given to `handler`. False when there was no memory to keep an address.
 */
bool link_event(struct link *link, const struct monitor_event *event, link_handler *handler,
		void *context);

enum link_obstacle link_obstacle(const struct link *link);

/* The link-local address that counts for link_obstacle(); NULL when there is none. */
const struct link_address *link_local(const struct link *link);

/* The kernel's entry for an address; NULL when it is not on the interface. */
const struct link_address *link_find(const struct link *link, const struct in6_addr *addr);

/* What the flags of an entry mean (C-KRN-2). */
enum address_event link_verdict(const struct link_address *address);

#endif
