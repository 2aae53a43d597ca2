/* SPDX-License-Identifier: MPL-2.0 */
#include "gateway.h"

#include <string.h>

#include "world.h"

void gateway_speak_later(struct world *world, struct host *host, bool asked)
{
	struct item *item;

	if (!agenda_has_room(&world->agenda))
		return;
	item = agenda_put(&world->agenda, HAPPENS_ROUTER,
			  world->now + 1 + rng_below(&world->rng, asked ? 20 : 6 * SECOND));
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

void gateway_speak(struct world *world, struct host *host, bool asked)
{
	const struct gateway *gateway = &world->gateway;

	if (!gateway->there || !host->link || (world->network.cut_hosts & 1U << host->index) != 0)
		return;
	for (unsigned int i = 0; i < gateway->n && !asked; i++) {
		host_prefix(world, host, &gateway->prefix[i].addr, ROUTER_FLAG_L,
			    gateway->prefix[i].on_link, gateway->prefix[i].preferred);
		host_prefix(world, host, &gateway->prefix[i].addr, ROUTER_FLAG_P,
			    gateway->prefix[i].delegating, gateway->prefix[i].preferred);
	}
	for (unsigned int i = 0; i < gateway->n && !asked; i++)
		make_address(world, host, i);
	host_router(world, host, asked ? ROUTER_RECORD : ROUTER_NEWS, gateway->managed,
		    gateway->other);
}
