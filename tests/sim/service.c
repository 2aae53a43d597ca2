/* SPDX-License-Identifier: MPL-2.0 */
#include "service.h"

#include <assert.h>
#include <string.h>

#include "liar.h"
#include "world.h"

#define NETS 200

static const char *name_of(const struct world *world, unsigned int index)
{
	static const char *const names[] = { "server 0", "server 1", "server 2", "server 3" };

	assert(index < world->n_servers || index < WORLD_SERVERS);
	return names[index];
}

void service_new(struct world *world, unsigned int index)
{
	struct server *server = &world->server[index];
	struct rng *rng = &world->rng;
	static const int preferences[] = { -1, 0, 7, 255 };
	unsigned int number = ++world->server_number;

	/* Nobody stays partner of one that is gone, or shares its memory. */
	for (unsigned int i = 0; i < WORLD_SERVERS; i++) {
		if (world->server[i].partner == (int)index)
			world->server[i].partner = -1;
		if (i != index && world->server[i].pool == &world->pool[index]) {
			world->pool[i] = world->pool[index];
			world->server[i].pool = &world->pool[i];
		}
	}
	pool_init(&world->pool[index], (uint16_t)(1 + number % NETS), 0);
	server_init(server, &world->pool[index], number);
	server->style = rng_next(rng) % 4096;
	server->preference = preferences[rng_below(rng, 4)];
	server->per_ia = rng_chance(rng, 10) ? 1 + rng_below(rng, 10) : 1 + rng_below(rng, 3);
	server->rapid = rng_chance(rng, 50);
	server->registers = rng_chance(rng, 50);
}

void service_pair(struct world *world, unsigned int a, unsigned int b, bool shared)
{
	struct server *first = &world->server[a];
	struct server *second = &world->server[b];

	if (a == b || first->pool != &world->pool[a])
		return;
	service_new(world, b);
	if (shared) {
		second->pool = first->pool;
		return;
	}
	first->partner = (int)b;
	second->partner = (int)a;
	world->pool[b] = world->pool[a];
	world->pool[b].share = !world->pool[a].share;
}

void service_die(struct world *world, unsigned int index)
{
	static const uint32_t longest[] = { MINUTE, 2 * HOUR, 3 * DAY };
	struct item *item;

	if (!world->server[index].alive)
		return;
	world->server[index].alive = false;
	item = agenda_put(&world->agenda, HAPPENS_REVIVE,
			  world->now + 1 +
				  rng_below(&world->rng, longest[rng_below(&world->rng, 3)]));
	item->server = index;
	item->number = rng_chance(&world->rng, 50);
	diary_note(&world->diary, world->now, name_of(world, index), "dies");
}

void service_revive(struct world *world, const struct item *item)
{
	struct server *server = &world->server[item->server];

	server->alive = true;
	diary_note(&world->diary, world->now, name_of(world, item->server), "is back, %s memory",
		   item->number ? "with its" : "without");
	if (item->number == 0)
		pool_init(server->pool, server->pool->net, server->pool->share);
	if (server->partner >= 0 && world->server[server->partner].alive &&
	    rng_chance(&world->rng, 70))
		pool_learn(server->pool, world->server[server->partner].pool);
}

void service_sync(struct world *world, const struct item *item)
{
	const struct server *from = &world->server[item->server];

	if (from->alive && from->partner >= 0 && world->server[from->partner].alive)
		pool_learn(world->server[from->partner].pool, from->pool);
}

/* The partner learns of it after a while. */
static void sync_later(struct world *world, unsigned int index)
{
	static const uint32_t lags[] = { 1, 10, SECOND, MINUTE };

	if (world->server[index].partner < 0 || !agenda_has_room(&world->agenda))
		return;
	agenda_put(&world->agenda, HAPPENS_SYNC,
		   world->now + rng_below(&world->rng, lags[rng_below(&world->rng, 4)]))
		->server = index;
}

/* A few octets changed, cut off or put in. */
static size_t damage(struct world *world, uint8_t *bytes, size_t size, size_t room)
{
	unsigned int n = 1 + rng_below(&world->rng, 4);

	if (rng_chance(&world->rng, 20))
		return rng_below(&world->rng, (uint32_t)size + 1);
	while (n-- > 0 && size > 0)
		bytes[rng_below(&world->rng, (uint32_t)size)] = (uint8_t)rng_next(&world->rng);
	while (rng_chance(&world->rng, 20) && size < room)
		bytes[size++] = (uint8_t)rng_next(&world->rng);
	return size;
}

/* The server will want something of its own accord. */
static void reconfigure_later(struct world *world, struct server *server,
			      const struct message *from, unsigned int host)
{
	bool right = world->well || rng_chance(&world->rng, 80);
	uint8_t bytes[SERVER_RECONFIGURE];
	size_t size = server_reconfigure(server, &world->rng, from, right, bytes);

	network_inject(world, host, 1 + rng_below(&world->rng, HOUR), !right, bytes, size);
	if (!right || rng_chance(&world->rng, 50))
		return;
	server->old_host = host;
	server->old_size = size;
	memcpy(server->old, bytes, size);
}

void service_replay(struct world *world, unsigned int index)
{
	const struct server *server = &world->server[index];

	if (server->old_size > 0)
		network_inject(world, server->old_host, 1 + rng_below(&world->rng, 100), false,
			       server->old, server->old_size);
}

/* Where an answer goes: to the client's link-local address, or to the one that it registers. */
static struct in6_addr answered(const struct message *to)
{
	static const struct in6_addr link_local = { { { 0xfe, 0x80, [15] = 1 } } };
	struct cursor data;

	if (to->type == MESSAGE_ADDR_REG_REPLY && options_find(&to->options, OPTION_IAADDR, &data))
		return get_addr(&data);
	return link_local;
}

static void answer(struct world *world, unsigned int index, const struct message *from,
		   unsigned int host, bool damaged)
{
	uint8_t bytes[CLIENT_MESSAGE_SIZE * 2];
	struct cursor out = cursor_writer(bytes, sizeof(bytes) - 512);
	struct server *server = &world->server[index];
	bool forbidden = false;
	enum lie lie = LIES;
	struct message to;
	size_t size;

	if (!server_answer(server, &world->rng, from, &to))
		return;
	if (rng_chance(&world->rng, server->lies))
		lie = (enum lie)rng_below(&world->rng, LIES);
	if (lie != LIES)
		forbidden = liar_twist(&world->rng, lie, &to);
	/* Who registers an address is not said again by its answer. */
	forbidden &= to.type != MESSAGE_ADDR_REG_REPLY;
	message_build(&to, &out);
	if (from->reconf_accept && to.type == MESSAGE_REPLY) {
		server_put_key(server, &out);
		if (rng_chance(&world->rng, 30))
			reconfigure_later(world, server, from, host);
	}
	if (lie != LIES)
		liar_append(&world->rng, lie, &out);
	assert(!out.bad);
	if (lie != LIES)
		diary_note(&world->diary, world->now, name_of(world, index), "lies: %s",
			   lie_name(lie));
	size = damaged ? damage(world, bytes, out.at, sizeof(bytes)) : out.at;
	network_from_server(world, index, host, answered(&to), forbidden && !damaged, bytes, size);
}

void service_receive(struct world *world, const struct item *item)
{
	struct message from;

	if (item->server >= world->n_servers || !world->server[item->server].alive ||
	    (world->network.cut_servers & 1U << item->server) != 0 ||
	    message_parse(&from, item->bytes, item->size) != REFUSED_NOT)
		return;
	answer(world, item->server, &from, item->host, false);
	sync_later(world, item->server);
}

void service_attack(struct world *world, unsigned int host)
{
	const struct rules *rules = &world->host[host].rules;
	struct message from = rules->message;
	uint8_t bytes[200];
	size_t size;

	if (rules->type != 0 && rng_chance(&world->rng, 80)) {
		for (unsigned int i = 0; i < 8; i++)
			answer(world, 0, &from, host, true);
		return;
	}
	size = rng_below(&world->rng, sizeof(bytes));
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)rng_next(&world->rng);
	network_inject(world, host, 1, false, bytes, size);
}
