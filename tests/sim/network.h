/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_NETWORK_H
#define DHCP6_SIM_NETWORK_H

/*
 * The link: multicasts reach every server, answers go to one client; all can get lost,
 * doubled, late and out of order. Now and then a message reaches a client whom it is not for.
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world;

struct network {
	uint32_t loss; /* percent, as are all but delay */
	uint32_t twice;
	uint32_t stray;	    /* reach another client too */
	uint32_t delay;	    /* ms, at most */
	uint32_t cut_hosts; /* bits: cut off from everybody else */
	uint32_t cut_servers;
};

/* What a client has sent, to all servers. */
void network_from_client(struct world *world, unsigned int host, const uint8_t *bytes, size_t size);

/* What a server has sent to a client at `to`, which must refuse it or not. */
void network_from_server(struct world *world, unsigned int server, unsigned int host,
			 struct in6_addr to, bool forbidden, const uint8_t *bytes, size_t size);

/* A datagram appears at a client `delay` ms from now, whatever the link is like. */
void network_inject(struct world *world, unsigned int host, uint32_t delay, bool forbidden,
		    const uint8_t *bytes, size_t size);

/* Can these two hosts hear one another? */
bool network_joins(const struct world *world, unsigned int a, unsigned int b);

#endif
