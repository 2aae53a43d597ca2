/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_WORLD_H
#define DHCP6_SIM_WORLD_H

/*
 * One simulated world: a virtual clock, a link, clients on their hosts, and servers. What
 * happens is decided by a seed alone.
 */

#include <stdbool.h>
#include <stdint.h>

#include "agenda.h"
#include "diary.h"
#include "gateway.h"
#include "host.h"
#include "network.h"
#include "pool.h"
#include "rng.h"
#include "server.h"
#include "service.h"

#define SECOND 1000 /* ms */
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

#define WORLD_HOSTS   6
#define WORLD_SERVERS 4

struct world {
	struct rng rng;
	msec now;
	bool well; /* all is well, and stays so */
	struct agenda agenda;
	struct network network;
	struct gateway gateway;
	struct troubles troubles;
	unsigned int n_hosts;
	struct host host[WORLD_HOSTS];
	unsigned int n_servers;
	unsigned int server_number; /* servers so far */
	struct server server[WORLD_SERVERS];
	struct pool pool[WORLD_SERVERS];
	unsigned long steps;
	unsigned long sent; /* messages of clients */
	const char *broken; /* NULL: no rule is broken */
	struct diary diary;
};

/* A line in the diary about a host. */
#define world_note(world, host, ...)                                                             \
	do {                                                                                     \
		if ((world)->diary.open)                                                         \
			diary_note(&(world)->diary, (world)->now, host_name(host), __VA_ARGS__); \
	} while (0)

/*
 * Runs the world of `seed` for about `steps` events and then, with everything well
 * again, until all clients are bound. False when a rule is broken: world->broken.
 */
bool world_run(struct world *world, uint64_t seed, unsigned int steps);

/* A hash over all that the clients did. */
uint64_t world_trace(const struct world *world);

#endif
