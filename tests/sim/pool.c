/* SPDX-License-Identifier: MPL-2.0 */
#include "pool.h"

#include <string.h>

#define FNV_START 0xcbf29ce484222325U
#define FNV_PRIME 0x100000001b3U

void pool_init(struct pool *pool, uint16_t net, uint8_t share)
{
	pool->net = net;
	pool->share = share;
	pool->serial = 0;
	pool->n = 0;
}

uint64_t pool_client(const struct duid *duid)
{
	uint64_t hash = FNV_START;

	for (unsigned int i = 0; i < duid->size; i++)
		hash = (hash ^ duid->bytes[i]) * FNV_PRIME;
	return hash;
}

bool pool_is_of(const struct slot *slot, uint64_t client, const struct message_ia *ia)
{
	return slot->client == client && slot->type == ia->type && slot->iaid == ia->iaid;
}

struct slot *pool_find(struct pool *pool, uint64_t client, const struct message_ia *ia,
		       const struct message_binding *binding)
{
	for (unsigned int i = 0; i < pool->n; i++) {
		struct slot *slot = &pool->slot[i];

		if (pool_is_of(slot, client, ia) && slot->prefix_len == binding->prefix_len &&
		    memcmp(&slot->addr, &binding->addr, sizeof(slot->addr)) == 0)
			return slot;
	}
	return NULL;
}

static struct slot *new_slot(struct pool *pool, uint64_t client, const struct message_ia *ia)
{
	struct slot *slot;

	if (pool->n == POOL_SLOTS)
		return NULL;
	slot = &pool->slot[pool->n++];
	*slot = (struct slot){
		.client = client,
		.type = ia->type,
		.iaid = ia->iaid,
		.prefix_len = ia->type == OPTION_IA_PD ? 64 : 128,
	};
	return slot;
}

/* 2001:db8:NET:IAID::SERIAL, or the prefix 2001:db8:NET:SERIAL::/64 */
void pool_add(struct pool *pool, uint64_t client, const struct message_ia *ia)
{
	struct slot *slot = new_slot(pool, client, ia);
	uint32_t serial = ++pool->serial * 2 + pool->share;
	uint8_t *a;

	if (!slot)
		return;
	a = slot->addr.s6_addr;
	memcpy(a, (uint8_t[]){ 0x20, 1, 0xd, 0xb8 }, 4);
	a[4] = (uint8_t)(pool->net >> 8);
	a[5] = (uint8_t)pool->net;
	if (ia->type == OPTION_IA_PD) {
		a[6] = (uint8_t)(0x80 | serial >> 8);
		a[7] = (uint8_t)serial;
		return;
	}
	a[7] = (uint8_t)ia->iaid;
	a[13] = (uint8_t)(serial >> 16);
	a[14] = (uint8_t)(serial >> 8);
	a[15] = (uint8_t)serial;
}

bool pool_add_again(struct pool *pool, uint64_t client, const struct message_ia *ia,
		    unsigned int random)
{
	const struct slot *other;
	struct slot *slot;

	if (pool->n == 0)
		return false;
	other = &pool->slot[random % pool->n];
	if (other->client == client || other->type != ia->type || other->declined)
		return false;
	slot = new_slot(pool, client, ia);
	if (slot)
		slot->addr = other->addr;
	return slot != NULL;
}

void pool_drop(struct pool *pool, struct slot *slot)
{
	*slot = pool->slot[--pool->n];
}

void pool_learn(struct pool *pool, const struct pool *partner)
{
	for (unsigned int i = 0; i < partner->n; i++) {
		const struct slot *from = &partner->slot[i];
		const struct message_ia ia = { .type = from->type, .iaid = from->iaid };
		const struct message_binding binding = { .addr = from->addr,
							 .prefix_len = from->prefix_len };
		struct slot *to = pool_find(pool, from->client, &ia, &binding);

		if (!to)
			to = new_slot(pool, from->client, &ia);
		if (!to)
			return;
		*to = *from;
	}
}
