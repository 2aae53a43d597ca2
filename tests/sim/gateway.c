/* SPDX-License-Identifier: MPL-2.0 */
#include "gateway.h"

#include <string.h>

#include "world.h"

void gateway_speak_later(struct world *world, struct host *host, bool asked)
{
	uint32_t most = asked ? 20 : rng_chance(&world->rng, 30) ? 60 * SECOND : 6 * SECOND;
	struct item *item;

	if (!agenda_has_room(&world->agenda))
		return;
	item = agenda_put(&world->agenda, HAPPENS_ROUTER,
			  world->now + 1 + rng_below(&world->rng, most));
	item->host = host->index;
	item->number = asked;
}

static void all_hear(struct world *world)
{
	for (unsigned int i = 0; i < world->n_hosts; i++)
		gateway_speak_later(world, &world->host[i], false);
}

static void change_prefixes(struct world *world)
{
	struct gateway *gateway = &world->gateway;
	struct rng *rng = &world->rng;
	static const uint32_t lifetimes[] = { 0, 20, 3600, 604800, UINT32_MAX };

	gateway->n = rng_below(rng, GATEWAY_PREFIXES + 1);
	for (unsigned int i = 0; i < gateway->n; i++) {
		uint8_t *a = gateway->prefix[i].addr.s6_addr;

		memcpy(a, (uint8_t[]){ 0x20, 1, 0xd, 0xb8, 0xff }, 5);
		a[7] = (uint8_t)rng_below(rng, 5);
		gateway->prefix[i].on_link = rng_chance(rng, 80);
		gateway->prefix[i].delegating = rng_chance(rng, 30);
		gateway->prefix[i].preferred = lifetimes[rng_below(rng, 5)];
	}
}

void gateway_change(struct world *world)
{
	struct gateway *gateway = &world->gateway;

	gateway->there = rng_chance(&world->rng, 80);
	if (rng_chance(&world->rng, 60)) {
		gateway->managed = rng_chance(&world->rng, 50);
		gateway->other = rng_chance(&world->rng, 50);
	}
	if (rng_chance(&world->rng, 60))
		change_prefixes(world);
	diary_note(&world->diary, world->now, "router", "there %d, M %d, O %d, %u prefixes",
		   gateway->there, gateway->managed, gateway->other, gateway->n);
	all_hear(world);
}

void gateway_managed(struct world *world)
{
	world->gateway = (struct gateway){ .there = true, .managed = true };
	all_hear(world);
}

/* The kernel makes an address of the prefix (SLAAC). */
static void make_address(struct world *world, struct host *host, unsigned int index)
{
	struct in6_addr addr = world->gateway.prefix[index].addr;
	uint32_t preferred = world->gateway.prefix[index].preferred;
	uint32_t valid = preferred > UINT32_MAX / 2 ? preferred : preferred * 2;

	addr.s6_addr[15] = (uint8_t)(1 + host->index);
	host_own_address(world, host, &addr, preferred > 0, preferred, valid);
}

/* What the kernel remembers can be of another network, or there is nothing. */
static void remember(struct world *world, struct host *host)
{
	if (!world->well && rng_chance(&world->rng, 70))
		host_router(world, host, ROUTER_RECORD, rng_chance(&world->rng, 30),
			    rng_chance(&world->rng, 60));
}

void gateway_speak(struct world *world, struct host *host, bool asked)
{
	const struct gateway *gateway = &world->gateway;

	if (!host->link)
		return;
	if (asked) {
		remember(world, host);
		return;
	}
	if (!gateway->there || (world->network.cut_hosts & 1U << host->index) != 0)
		return;
	for (unsigned int i = 0; i < gateway->n; i++) {
		host_prefix(world, host, &gateway->prefix[i].addr, ROUTER_FLAG_L,
			    gateway->prefix[i].on_link, gateway->prefix[i].preferred);
		host_prefix(world, host, &gateway->prefix[i].addr, ROUTER_FLAG_P,
			    gateway->prefix[i].delegating, gateway->prefix[i].preferred);
		make_address(world, host, i);
	}
	host_router(world, host, ROUTER_NEWS, gateway->managed, gateway->other);
}
