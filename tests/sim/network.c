/* SPDX-License-Identifier: MPL-2.0 */
#include "network.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

static struct item *put(struct world *world, enum happening what, uint32_t delay,
			const uint8_t *bytes, size_t size)
{
	struct item *item = agenda_put(&world->agenda, what, world->now + delay);

	item->size = size;
	item->bytes = malloc(size + 1);
	assert(item->bytes);
	memcpy(item->bytes, bytes, size);
	return item;
}

static struct item *travel(struct world *world, enum happening what, const uint8_t *bytes,
			   size_t size)
{
	uint32_t delay = 1 + rng_below(&world->rng, world->network.delay);

	if (rng_chance(&world->rng, world->network.loss) || !agenda_has_room(&world->agenda))
		return NULL;
	return put(world, what, delay, bytes, size);
}

static unsigned int copies(struct world *world)
{
	return rng_chance(&world->rng, world->network.twice) ? 2 : 1;
}

/* To another client, if there is one: as if a switch flooded it. */
static void stray(struct world *world, unsigned int host, const uint8_t *bytes, size_t size)
{
	unsigned int other;

	if (world->n_hosts < 2 || !rng_chance(&world->rng, world->network.stray))
		return;
	other = (host + 1 + rng_below(&world->rng, world->n_hosts - 1)) % world->n_hosts;
	if (agenda_has_room(&world->agenda) && network_joins(world, host, other))
		network_inject(world, other, 1 + rng_below(&world->rng, world->network.delay), true,
			       bytes, size);
}

void network_from_client(struct world *world, unsigned int host, const uint8_t *bytes, size_t size)
{
	if ((world->network.cut_hosts & 1U << host) != 0)
		return;
	for (unsigned int i = 0; i < world->n_servers; i++) {
		if ((world->network.cut_servers & 1U << i) != 0)
			continue;
		for (unsigned int n = copies(world); n-- > 0;) {
			struct item *item = travel(world, HAPPENS_TO_SERVER, bytes, size);

			if (!item)
				continue;
			item->server = i;
			item->host = host;
		}
	}
	stray(world, host, bytes, size);
}

void network_from_server(struct world *world, unsigned int server, unsigned int host,
			 struct in6_addr to, bool forbidden, const uint8_t *bytes, size_t size)
{
	if ((world->network.cut_servers & 1U << server) != 0)
		return;
	for (unsigned int n = copies(world); n-- > 0;) {
		struct item *item = travel(world, HAPPENS_TO_CLIENT, bytes, size);

		if (!item)
			continue;
		item->host = host;
		item->addr = to;
		item->number = forbidden;
	}
	stray(world, host, bytes, size);
}

void network_inject(struct world *world, unsigned int host, uint32_t delay, bool forbidden,
		    const uint8_t *bytes, size_t size)
{
	struct item *item;

	if (!agenda_has_room(&world->agenda))
		return;
	item = put(world, HAPPENS_TO_CLIENT, delay, bytes, size);
	item->host = host;
	item->addr.s6_addr[0] = 0xfe;
	item->addr.s6_addr[1] = 0x80;
	item->number = forbidden;
}

bool network_joins(const struct world *world, unsigned int a, unsigned int b)
{
	return world->host[a].link && world->host[b].link && !world->host[a].asleep &&
	       !world->host[b].asleep && (world->network.cut_hosts & (1U << a | 1U << b)) == 0;
}
