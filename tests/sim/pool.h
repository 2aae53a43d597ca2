/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_POOL_H
#define DHCP6_SIM_POOL_H

/* Who was given what: the memory of one server, or of several that share it. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/duid.h"
#include "core/message.h"

#define POOL_SLOTS 256

struct slot {
	uint64_t client; /* pool_client() of its DUID */
	uint16_t type;
	uint32_t iaid;
	struct in6_addr addr;
	uint8_t prefix_len;
	bool declined;
};

struct pool {
	uint16_t net;	 /* the number of its prefix */
	uint8_t share;	 /* partners give every other address each: 0, or 1 */
	uint32_t serial; /* of the last address */
	unsigned int n;
	struct slot slot[POOL_SLOTS];
};

/* Nobody has anything of the prefix `net`. */
void pool_init(struct pool *pool, uint16_t net, uint8_t share);

/* A DUID as a number. */
uint64_t pool_client(const struct duid *duid);

/* Is `slot` of the IA `ia` of `client`? */
bool pool_is_of(const struct slot *slot, uint64_t client, const struct message_ia *ia);

/* What `client` has at `binding` in the IA `ia`; NULL when that is nothing. */
struct slot *pool_find(struct pool *pool, uint64_t client, const struct message_ia *ia,
		       const struct message_binding *binding);

/* A new address or prefix, if there is room. */
void pool_add(struct pool *pool, uint64_t client, const struct message_ia *ia);

/* The same address as somebody else has, if anybody has one: what no server should do. */
bool pool_add_again(struct pool *pool, uint64_t client, const struct message_ia *ia,
		    unsigned int random);

void pool_drop(struct pool *pool, struct slot *slot);

/* Learns all that a partner has given. */
void pool_learn(struct pool *pool, const struct pool *partner);

#endif
