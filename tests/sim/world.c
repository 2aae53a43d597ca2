/* SPDX-License-Identifier: MPL-2.0 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "scene.h"

/* A new client, a good server, a quiet link. */
#define FRESH_LIMIT (120 * SECOND)

/*
 * When all is well at last, a client can still have to wait for
 *   the rest of a Release:        the scripts, and 4 messages in 1 + 2 + 4 + 8 s
 *   Requests to those who are gone: 10 messages, RT at most 30 s, to each of 8 offers and the
 *                                 one that was taken
 *   a Decline:                    4 messages in 1 + 2 + 4 + 8 s
 *   the hold-off after conflicts: DAD_HOLD_MAX
 *   the rate limit:               20 s
 *   a new exchange:               delay, first RT, and the Request after it
 * of all that at most once, and all a tenth longer where RAND is against it. Then, or
 * before, comes one RT of Solicit or Information-request, or the back-off between two
 * rounds of Solicit, which is never longer than SOL_MAX_RT or INF_MAX_RT as the client knows it
 * (and a tenth); both where a Request fails after a long Solicit.
 */
#define ENDS_AFTER  (2 * 20 * SECOND + 9 * 10 * 30 * SECOND)
#define BOUND_LIMIT ((ENDS_AFTER + (msec)DAD_HOLD_MAX + 40 * SECOND) * 11 / 10)

/* How long all stays well at least. */
#define STAYS_WELL (2 * HOUR)

/* A world has seen enough of addresses when so many were given to a client. */
#define GIVEN_LIMIT (RULES_GIVEN * 3 / 4)

uint64_t world_trace(const struct world *world)
{
	uint64_t trace = 0;

	for (unsigned int i = 0; i < world->n_hosts; i++)
		trace = trace * 31 + world->host[i].rules.trace;
	return trace;
}

/* Nobody uses an address that another one uses too, if they could have known. */
static void check_uses(struct world *world, struct host *host, const struct binding *binding)
{
	const struct kernel_address *address = kernel_find(&host->rules.kernel, &binding->addr);

	for (unsigned int i = 0; i < world->n_hosts; i++) {
		struct host *other = &world->host[i];
		const struct kernel_address *their;
		struct binding *same;

		if (i == host->index)
			continue;
		same = lease_find(&other->client.lease, &binding->addr, 128);
		if (!same || same->dad.state != DAD_UNIQUE)
			continue;
		their = kernel_find(&other->rules.kernel, &binding->addr);
		if (address && their && !address->unheard && !their->unheard)
			rules_break(&host->rules, "%s is used by client %u too",
				    rules_address(&binding->addr), i);
	}
}

/* The host was told something: what must hold between hosts, and over all time. */
static void check(struct world *world, struct host *host)
{
	const struct lease *lease = &host->client.lease;

	for (unsigned int i = 0; world->n_hosts > 1 && i < lease->n_bindings; i++)
		if (lease->binding[i].prefix_len == 128 &&
		    lease->binding[i].dad.state == DAD_UNIQUE)
			check_uses(world, host, &lease->binding[i]);
	if (host_is_ready(host))
		host->bound_by = NEVER;
	if (host->bound_by < world->now)
		rules_break(&host->rules, "not bound in time, with a good server on a quiet link");
	if (host->rules.broken[0] != '\0')
		world->broken = host->rules.broken;
}

/* Nothing reaches a host that sleeps: what its own kernel does waits, all else is lost. */
static void put_off(struct world *world, struct item *item)
{
	struct item *later;

	if (item->what == HAPPENS_TO_CLIENT || item->what == HAPPENS_CLAIM ||
	    item->what == HAPPENS_ROUTER) {
		free(item->bytes);
		return;
	}
	later = agenda_put(&world->agenda, item->what,
			   world->now + 1 + rng_below(&world->rng, MINUTE));
	item->at = later->at;
	item->order = later->order;
	*later = *item;
}

static void happen_to_host(struct world *world, struct host *host, struct item *item)
{
	if (host->asleep && item->what != HAPPENS_WAKE) {
		put_off(world, item);
		return;
	}
	switch ((unsigned int)item->what) {
	case HAPPENS_TO_CLIENT:
		host_receive(world, host, item, rng_chance(&world->rng, 1));
		break;
	case HAPPENS_VERDICT:
		host_verdict(world, host, item);
		break;
	case HAPPENS_CLAIM:
		host_claim(world, host, item);
		break;
	case HAPPENS_SCRIPT_END:
		host_script_end(world, host, item);
		break;
	case HAPPENS_LINK:
		host_set_link(world, host, true);
		break;
	case HAPPENS_WAKE:
		if (!host->asleep)
			break;
		host_wake(world, host);
		scene_wake(world, host);
		break;
	case HAPPENS_ROUTER:
		gateway_speak(world, host, item->number != 0);
		break;
	}
	free(item->bytes);
}

/* Returns the host to which it happened; NULL. */
static struct host *happen(struct world *world, struct item *item)
{
	switch (item->what) {
	case HAPPENS_TO_SERVER:
		service_receive(world, item);
		break;
	case HAPPENS_SYNC:
		service_sync(world, item);
		break;
	case HAPPENS_REVIVE:
		service_revive(world, item);
		break;
	case HAPPENS_HEAL:
		world->network.cut_hosts = world->network.cut_servers = 0;
		break;
	case HAPPENS_SCENE:
		if (!world->well)
			scene_play(world);
		break;
	case HAPPENS_TO_CLIENT:
	case HAPPENS_VERDICT:
	case HAPPENS_CLAIM:
	case HAPPENS_SCRIPT_END:
	case HAPPENS_LINK:
	case HAPPENS_WAKE:
	case HAPPENS_ROUTER:
		happen_to_host(world, &world->host[item->host], item);
		return &world->host[item->host];
	}
	free(item->bytes);
	return NULL;
}

/* The host whose timer or kernel is next. */
static struct host *next_host(struct world *world, msec *at)
{
	struct host *next = &world->host[0];

	*at = NEVER;
	for (unsigned int i = 0; i < world->n_hosts; i++) {
		struct host *host = &world->host[i];
		msec first = host->lifetime < host->timer ? host->lifetime : host->timer;

		if (first < *at) {
			*at = first;
			next = host;
		}
	}
	return next;
}

/* One event; false when nothing will ever happen again, or not before `limit`. */
static bool one_step(struct world *world, msec limit)
{
	msec item_at = agenda_next(&world->agenda);
	struct host *host;
	struct item item;
	msec host_at;
	msec at;

	host = next_host(world, &host_at);
	at = item_at < host_at ? item_at : host_at;
	if (at > limit || at == NEVER) {
		world->now = limit;
		return false;
	}
	world->steps++;
	world->now = at > world->now ? at : world->now;
	if (host_at < item_at && host->lifetime <= host->timer) {
		host_end_lifetime(world, host);
	} else if (host_at < item_at) {
		host_timeout(world, host);
	} else {
		item = agenda_take(&world->agenda);
		host = happen(world, &item);
	}
	if (!host)
		return true;
	if (!world->well)
		scene_interrupt(world, host);
	check(world, host);
	return true;
}

/* Clients that have ended are replaced; a scene can have ended any. */
static void replace_ended(struct world *world)
{
	for (unsigned int i = 0; i < world->n_hosts; i++) {
		struct host *host = &world->host[i];

		if (!host->rules.done || host->asleep)
			continue;
		host_replace(world, host);
		check(world, host);
	}
}

/* Until `limit`. */
static void run_until(struct world *world, msec limit)
{
	while (!world->broken && one_step(world, limit))
		replace_ended(world);
}

static void begin(struct world *world, uint64_t seed)
{
	static const unsigned int hosts[] = { 1, 1, 1, 2, 2, 3, 3, 4, 5, 6 };
	struct diary *diary = &world->diary;
	unsigned int n_servers;

	memset(world, 0, offsetof(struct world, diary));
	diary->n_lines = 0;
	world->rng.state = seed * 2;
	rng_next(&world->rng);
	world->now = 1 + rng_below(&world->rng, DAY);
	world->network.delay = 5;
	n_servers = 1 + rng_below(&world->rng, WORLD_SERVERS);
	for (; world->n_servers < n_servers; world->n_servers++)
		service_new(world, world->n_servers);
	world->n_hosts = hosts[rng_below(&world->rng, 10)];
	for (unsigned int i = 0; i < world->n_hosts; i++)
		host_init(world, i, seed * 2 + 1 + ((uint64_t)i << 40));
}

static void start_all(struct world *world)
{
	for (unsigned int i = 0; i < world->n_hosts; i++)
		host_start(world, &world->host[i], FILE_LAST);
}

/* New clients, a good server, a quiet link. */
static void fresh(struct world *world)
{
	for (unsigned int i = 0; i < world->n_hosts; i++)
		world->host[i].link = true;
	start_all(world);
	scene_all_well(world);
	for (unsigned int i = 0; i < world->n_hosts; i++)
		world->host[i].bound_by = world->now + FRESH_LIMIT;
	run_until(world, world->now + FRESH_LIMIT + 1);
	world->well = false;
}

static msec larger(msec a, msec b)
{
	return a > b ? a : b;
}

static msec bound_by(const struct world *world, const struct client *client)
{
	msec longest = larger(client->sol_max_rt.value, client->inf_max_rt.value);

	longest = larger(larger(longest, client->backoff), client->exchange.rt);
	return world->now + 2 * longest * 11 / 10 + BOUND_LIMIT;
}

/* In the end all is well, and stays so. */
static void quiet(struct world *world)
{
	msec limit = 0;

	scene_all_well(world);
	replace_ended(world);
	for (unsigned int i = 0; i < world->n_hosts; i++) {
		struct host *host = &world->host[i];

		host->bound_by = bound_by(world, &host->client);
		limit = larger(limit, host->bound_by + 1);
		check(world, host);
	}
	for (bool all = false; !all && !world->broken && one_step(world, limit);) {
		replace_ended(world);
		all = true;
		for (unsigned int i = 0; i < world->n_hosts; i++)
			all &= world->host[i].bound_by == NEVER;
	}
	run_until(world, world->now + STAYS_WELL);
}

static void check_end(struct world *world, struct host *host)
{
	/* Temporary addresses end, and then the client looks for others. */
	bool lasts = host->config.ia[0].type != OPTION_IA_TA;

	if (host->bound_by != NEVER || (lasts && !host_is_ready(host)))
		rules_break(&host->rules, "the lease was lost with a good server");
	if (host->rules.n_owed > 0 && client_message_state(&host->client) == IDLE)
		rules_break(&host->rules, "%s was found to be a duplicate and never declined",
			    rules_address(&host->rules.owed[0].addr));
	check(world, host);
}

static bool has_seen_enough(const struct world *world)
{
	for (unsigned int i = 0; i < world->n_hosts; i++)
		if (world->host[i].rules.n_given >= GIVEN_LIMIT)
			return true;
	return false;
}

bool world_run(struct world *world, uint64_t seed, unsigned int steps)
{
	begin(world, seed);
	if (seed % 4 == 0)
		fresh(world);
	else
		start_all(world);
	scene_plan(world);
	while (world->steps < steps && !world->broken && !has_seen_enough(world)) {
		one_step(world, NEVER);
		replace_ended(world);
	}
	if (!world->broken)
		quiet(world);
	for (unsigned int i = 0; i < world->n_hosts && !world->broken; i++)
		check_end(world, &world->host[i]);
	agenda_clear(&world->agenda);
	return !world->broken;
}
