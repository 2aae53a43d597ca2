/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_WORLD_H
#define DHCP6_SIM_WORLD_H

/*
 * One simulated world: a virtual clock, a client, a link that loses, doubles,
 * delays and reorders, servers, and a host with a kernel and scripts. What happens is
 * decided by a seed alone.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/client.h"
#include "rng.h"
#include "rules.h"
#include "server.h"

#define WORLD_SERVERS 2
#define WORLD_ITEMS   1024
#define WORLD_SCRIPTS 1024
#define WORLD_LINES   60
#define WORLD_LINE    200

enum item_kind {
	ITEM_TO_SERVER,
	ITEM_TO_CLIENT,
	ITEM_VERDICT, /* the kernel's, for the stay `id` of an address */
	ITEM_SCRIPT_END,
	ITEM_LINK,
	ITEM_SCENE, /* something changes in the world */
};

enum verdict {
	VERDICT_TENTATIVE, /* not one: the first event after an address was added */
	VERDICT_UNIQUE,
	VERDICT_DUPLICATE,
	VERDICT_FOREIGN,
	VERDICT_REFUSED,
};

/* Something that will happen. */
struct item {
	enum item_kind kind;
	msec at;
	uint64_t order; /* of two at the same time the first comes first */
	struct in6_addr addr;
	uint32_t id;
	unsigned int number; /* server, verdict, script status, or whether the link is there */
	size_t size;
	uint8_t *bytes; /* a datagram, to be freed */
};

struct script {
	enum script_reason reason;
	struct in6_addr addr;
};

/* In percent or milliseconds: how bad things are at the moment. */
struct troubles {
	uint32_t loss;
	uint32_t twice;
	uint32_t delay; /* ms, at most */
	uint32_t duplicates;
	uint32_t vetoes; /* scripts that exit with status 3 */
	uint32_t foreign;
	uint32_t refused;
	uint32_t late; /* timers */
};

struct world {
	struct rng rng;	 /* what happens */
	struct rng dice; /* what the client draws */
	msec now;
	struct client client;
	struct client_config config;
	struct rules rules;
	bool link;
	struct troubles troubles;
	unsigned int n_servers;
	unsigned int server_number;
	struct server server[WORLD_SERVERS];
	uint64_t order;
	unsigned int n_items;
	struct item item[WORLD_ITEMS];
	bool script_running;
	unsigned int n_scripts;
	struct script script[WORLD_SCRIPTS];
	unsigned long sent; /* messages of the client */

	bool telling;  /* keep lines of what happens */
	bool printing; /* and print them */
	unsigned int n_lines;
	char line[WORLD_LINES][WORLD_LINE]; /* a ring */
};

/*
 * Runs the world of `seed` for about `steps` events and then, with everything well
 * again, until the client is bound. False when a rule is broken: world->rules.broken.
 */
bool world_run(struct world *world, uint64_t seed, unsigned int steps);

#endif
