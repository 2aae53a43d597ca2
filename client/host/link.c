/* SPDX-License-Identifier: MPL-2.0 */
#include "host/link.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <stdlib.h>
#include <string.h>

void link_init(struct link *link, const char *name)
{
	memset(link, 0, sizeof(*link));
	strncpy(link->name, name, sizeof(link->name) - 1);
}

void link_free(struct link *link)
{
	free(link->address);
	link->address = NULL;
	link->n_addresses = 0;
	link->room = 0;
}

const struct link_address *link_find(const struct link *link, const struct in6_addr *addr)
{
	for (size_t i = 0; i < link->n_addresses; i++)
		if (IN6_ARE_ADDR_EQUAL(&link->address[i].addr, addr))
			return &link->address[i];
	return NULL;
}

enum address_event link_verdict(const struct link_address *address)
{
	if (address->flags & IFA_F_DADFAILED)
		return ADDRESS_DUPLICATE;
	if (address->flags & IFA_F_TENTATIVE)
		return ADDRESS_TENTATIVE;
	return ADDRESS_UNIQUE;
}

static void tell(const struct in6_addr *addr, enum address_event event, link_handler *handler,
		 void *context)
{
	if (!IN6_IS_ADDR_LINKLOCAL(addr))
		handler(context, addr, event);
}

static void forget(struct link *link, size_t index)
{
	link->n_addresses--;
	memmove(&link->address[index], &link->address[index + 1],
		(link->n_addresses - index) * sizeof(link->address[0]));
}

/* The interface is not there any more, and so are its addresses: that is no conflict. */
static void vanish(struct link *link, link_handler *handler, void *context)
{
	link->ifindex = 0;
	link->flags = 0;
	link->router = (struct monitor_router){ 0 };
	while (link->n_addresses > 0) {
		struct in6_addr addr = link->address[0].addr;

		forget(link, 0);
		tell(&addr, ADDRESS_GONE, handler, context);
	}
}

static void take_link(struct link *link, const struct monitor_event *event, link_handler *handler,
		      void *context)
{
	bool named = strncmp(event->link.name, link->name, sizeof(link->name)) == 0;

	if (!named) {
		/* Ours was renamed: what has the name now, if anything, is told separately. */
		if (link->ifindex != 0 && event->ifindex == link->ifindex)
			vanish(link, handler, context);
		return;
	}
	if (link->ifindex != 0 && link->ifindex != event->ifindex)
		vanish(link, handler, context);
	if (link->ifindex != 0 &&
	    (link->master != event->link.master || link->mac_size != event->link.mac_size ||
	     memcmp(link->mac, event->link.mac, link->mac_size) != 0))
		link->moved = true;
	link->master = event->link.master;
	link->ifindex = event->ifindex;
	link->flags = event->link.flags;
	link->hardware = event->link.hardware;
	link->mac_size = event->link.mac_size;
	memcpy(link->mac, event->link.mac, sizeof(link->mac));
	if (event->link.has_router)
		link->router = event->link.router;
	link->seen = true;
}

static struct link_address *entry(struct link *link, const struct in6_addr *addr)
{
	struct link_address *grown;
	size_t room;

	for (size_t i = 0; i < link->n_addresses; i++)
		if (IN6_ARE_ADDR_EQUAL(&link->address[i].addr, addr))
			return &link->address[i];
	if (link->n_addresses == link->room) {
		room = link->room > 0 ? link->room * 2 : 4;
		grown = reallocarray(link->address, room, sizeof(link->address[0]));
		if (!grown)
			return NULL;
		link->address = grown;
		link->room = room;
	}
	return &link->address[link->n_addresses++];
}

static bool take_address(struct link *link, const struct monitor_event *event,
			 link_handler *handler, void *context)
{
	struct link_address *address = entry(link, &event->address.addr);

	if (!address)
		return false;
	*address = (struct link_address){
		.addr = event->address.addr,
		.prefix_len = event->address.prefix_len,
		.flags = event->address.flags,
		.has_proto = event->address.has_proto,
		.proto = event->address.proto,
		.has_lifetimes = event->address.has_lifetimes,
		.preferred = event->address.preferred,
		.valid = event->address.valid,
		.seen = true,
	};
	tell(&event->address.addr, link_verdict(address), handler, context);
	return true;
}

/* The dadfailed flag is the only proof that a removal is a conflict (K2, K5). */
static void take_removal(struct link *link, const struct monitor_event *event,
			 link_handler *handler, void *context)
{
	bool failed = event->address.flags & IFA_F_DADFAILED;

	for (size_t i = 0; i < link->n_addresses; i++)
		if (IN6_ARE_ADDR_EQUAL(&link->address[i].addr, &event->address.addr)) {
			forget(link, i);
			break;
		}
	tell(&event->address.addr, failed ? ADDRESS_DUPLICATE : ADDRESS_GONE, handler, context);
}

static void begin_dump(struct link *link)
{
	link->dumping = true;
	link->seen = false;
	for (size_t i = 0; i < link->n_addresses; i++)
		link->address[i].seen = false;
}

/* What a complete dump did not name is not there; why, nobody knows. */
static void end_dump(struct link *link, link_handler *handler, void *context)
{
	if (!link->dumping)
		return;
	link->dumping = false;
	if (!link->seen && link->ifindex != 0)
		vanish(link, handler, context);
	for (size_t i = link->n_addresses; i-- > 0;) {
		struct in6_addr addr = link->address[i].addr;

		if (link->address[i].seen)
			continue;
		forget(link, i);
		tell(&addr, ADDRESS_MISSING, handler, context);
	}
}

bool link_event(struct link *link, const struct monitor_event *event, link_handler *handler,
		void *context)
{
	bool ours = link->ifindex != 0 && event->ifindex == link->ifindex;

	switch (event->type) {
	case MONITOR_LINK:
		take_link(link, event, handler, context);
		break;
	case MONITOR_LINK_GONE:
		if (ours)
			vanish(link, handler, context);
		break;
	case MONITOR_ADDRESS:
		return !ours || take_address(link, event, handler, context);
	case MONITOR_ADDRESS_GONE:
		if (ours)
			take_removal(link, event, handler, context);
		break;
	case MONITOR_ROUTER:
		if (ours)
			link->router = event->router;
		break;
	case MONITOR_PREFIX:
		break; /* the kernel keeps no record of these that could be asked for */
	case MONITOR_SYNC_BEGIN:
		begin_dump(link);
		break;
	case MONITOR_SYNC_END:
		end_dump(link, handler, context);
		break;
	}
	return true;
}

/* The further an address is from being of use, the higher. */
static int badness(const struct link_address *address)
{
	switch (link_verdict(address)) {
	case ADDRESS_UNIQUE:
		return 0;
	case ADDRESS_TENTATIVE:
		return 1;
	case ADDRESS_DUPLICATE:
	case ADDRESS_GONE:
	case ADDRESS_MISSING:
	case ADDRESS_KEPT:
	case ADDRESS_FOREIGN:
	case ADDRESS_REFUSED:
	case ADDRESS_UNASKED:
		break;
	}
	return 2;
}

const struct link_address *link_local(const struct link *link)
{
	const struct link_address *best = NULL;

	for (size_t i = 0; i < link->n_addresses; i++) {
		const struct link_address *address = &link->address[i];

		if (IN6_IS_ADDR_LINKLOCAL(&address->addr) &&
		    (!best || badness(address) < badness(best)))
			best = address;
	}
	return best;
}

enum link_obstacle link_obstacle(const struct link *link)
{
	const struct link_address *local = link_local(link);

	if (link->ifindex == 0)
		return LINK_ABSENT;
	if (!(link->flags & IFF_UP))
		return LINK_DOWN;
	if (!(link->flags & IFF_LOWER_UP))
		return LINK_NO_CARRIER;
	if (link->flags & IFF_DORMANT)
		return LINK_DORMANT;
	if (!local)
		return LINK_NO_LINK_LOCAL;
	switch (badness(local)) {
	case 0:
		return LINK_USABLE;
	case 1:
		return LINK_TENTATIVE;
	default:
		return LINK_DUPLICATE;
	}
}
