/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_GATEWAY_H
#define DHCP6_SIM_GATEWAY_H

/* The router of the link, if there is one: what its advertisements say changes. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#define GATEWAY_PREFIXES 3

struct host;
struct world;

struct gateway {
	bool there;
	bool managed; /* M */
	bool other;   /* O */
	unsigned int n;
	struct {
		struct in6_addr addr;
		bool on_link;	 /* L */
		bool delegating; /* P */
		uint32_t preferred;
	} prefix[GATEWAY_PREFIXES];
};

/* It says something else from now on, or is there no more; all hosts hear that. */
void gateway_change(struct world *world);

/* It is there, and says that all is to be had from servers. */
void gateway_managed(struct world *world);

/* What a host hears; `asked`: the kernel is asked what it remembers. */
void gateway_speak(struct world *world, struct host *host, bool asked);

/* A host will hear of it, if it is there. */
void gateway_speak_later(struct world *world, struct host *host, bool asked);

#endif
