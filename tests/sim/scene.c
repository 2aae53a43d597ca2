/* SPDX-License-Identifier: MPL-2.0 */
#include "scene.h"

#include "world.h"

static uint32_t any_of(struct world *world, const uint32_t *values, unsigned int n)
{
	return values[rng_below(&world->rng, n)];
}

/* Servers. */

static void change_server(struct world *world, struct host *host)
{
	unsigned int index = rng_below(&world->rng, world->n_servers);
	struct server *server = &world->server[index];
	static const uint32_t max_rts[] = { 0, 0, 60, 120, 3600, 86400 };
	static const uint32_t shares[] = { 0, 0, 30, 100 };

	(void)host;
	server->mode = rng_below(&world->rng, SERVER_MODES);
	server->times = rng_chance(&world->rng, 20) ? TIMES_ANY : rng_below(&world->rng, TIMES);
	server->max_rt = any_of(world, max_rts, 6);
	server->style = rng_next(&world->rng) % 4096;
	server->shares = any_of(world, shares, 4);
	server->lies = rng_chance(&world->rng, 30) ? 10 + rng_below(&world->rng, 60) : 0;
	diary_note(&world->diary, world->now, "servers", "%u: %s, times %d, lies %u", index,
		   server_mode_name(server->mode), (int)server->times, server->lies);
}

static void replace_server(struct world *world, struct host *host)
{
	(void)host;
	service_new(world, rng_below(&world->rng, world->n_servers));
	if (rng_chance(&world->rng, 30) && world->n_servers < WORLD_SERVERS)
		service_new(world, world->n_servers++);
	else if (rng_chance(&world->rng, 30))
		world->n_servers = 1;
	diary_note(&world->diary, world->now, "servers", "another, %u in all", world->n_servers);
}

static void pair_servers(struct world *world, struct host *host)
{
	unsigned int a = rng_below(&world->rng, world->n_servers);
	bool shared = rng_chance(&world->rng, 40);

	(void)host;
	if (world->n_servers < WORLD_SERVERS)
		service_new(world, world->n_servers++);
	service_pair(world, a, rng_below(&world->rng, world->n_servers), shared);
	diary_note(&world->diary, world->now, "servers", "%u has a partner%s", a,
		   shared ? " with the same memory" : "");
}

static void kill_server(struct world *world, struct host *host)
{
	(void)host;
	service_die(world, rng_below(&world->rng, world->n_servers));
}

static void attack(struct world *world, struct host *host)
{
	service_attack(world, host->index);
}

static void replay(struct world *world, struct host *host)
{
	(void)host;
	service_replay(world, rng_below(&world->rng, world->n_servers));
}

/* The link. */

static void change_link(struct world *world, struct host *host)
{
	static const uint32_t losses[] = { 0, 10, 30, 60 };
	static const uint32_t delays[] = { 2, 50, 400, 3000 };
	static const uint32_t strays[] = { 0, 5, 50 };
	struct network *network = &world->network;

	(void)host;
	network->loss = any_of(world, losses, 4);
	network->twice = any_of(world, losses, 4);
	network->delay = any_of(world, delays, 4);
	network->stray = any_of(world, strays, 3);
	diary_note(&world->diary, world->now, "link", "loss %u, twice %u, delay %u", network->loss,
		   network->twice, network->delay);
}

/* A host or a server can't be reached, and later all can be again. */
static void part(struct world *world, struct host *host)
{
	static const uint32_t longest[] = { 5 * SECOND, MINUTE, HOUR, DAY };

	if (rng_chance(&world->rng, 50))
		world->network.cut_hosts |= 1U << host->index;
	else
		world->network.cut_servers |= 1U << rng_below(&world->rng, world->n_servers);
	agenda_put(&world->agenda, HAPPENS_HEAL,
		   world->now + 1 + rng_below(&world->rng, any_of(world, longest, 4)));
	diary_note(&world->diary, world->now, "link", "cut off: clients %#x, servers %#x",
		   world->network.cut_hosts, world->network.cut_servers);
}

static void link_back(struct world *world, struct host *host, msec delay)
{
	agenda_put(&world->agenda, HAPPENS_LINK, world->now + delay)->host = host->index;
}

static void drop_link(struct world *world, struct host *host)
{
	static const uint32_t longest[] = { SECOND, 20 * SECOND, HOUR, 3 * DAY };
	struct kernel *kernel = &host->rules.kernel;
	bool down = rng_chance(&world->rng, 40);
	bool events_first = rng_chance(&world->rng, 50);

	if (!host->link)
		return;
	if (!events_first)
		host_set_link(world, host, false);
	/* Set down by an administrator: the kernel takes off all that is not permanent (K13). */
	for (unsigned int i = kernel->n; down && i-- > 0;) {
		struct in6_addr addr;

		if (i >= kernel->n || kernel->address[i].until == NEVER)
			continue;
		addr = kernel->address[i].addr;
		kernel_remove(kernel, &addr);
		host_tell_address(world, host, &addr, ADDRESS_GONE);
	}
	if (events_first)
		host_set_link(world, host, false);
	if (host->config.anonymous && rng_chance(&world->rng, 50))
		host_become_another(world, host);
	link_back(world, host, 1 + rng_below(&world->rng, any_of(world, longest, 4)));
}

/*
 * The link comes back, a bad one, shortly before something that is held ends: a prefix, if
 * there is one, so that a Rebind in the place of a Confirm goes on without it.
 */
static void return_late(struct world *world, struct host *host)
{
	const struct lease *lease = &host->client.lease;
	const struct binding *ending = NULL;
	msec left;

	for (unsigned int i = 0; i < lease->n_bindings; i++)
		if (!ending || lease->binding[i].prefix_len < 128)
			ending = &lease->binding[i];
	if (!host->link || !ending)
		return;
	left = binding_valid_until(ending) - world->now;
	if (left < 2 * SECOND || left > 100 * (msec)DAY)
		return;
	host_set_link(world, host, false);
	world->network.loss = rng_chance(&world->rng, 50) ? 90 : 30;
	if (rng_chance(&world->rng, 30))
		change_server(world, host);
	link_back(world, host, left - 1 - rng_below(&world->rng, 10 * SECOND) % (left - 1));
}

static void change_router(struct world *world, struct host *host)
{
	(void)host;
	gateway_change(world);
}

/* Hosts. */

static void change_hosts(struct world *world, struct host *host)
{
	static const uint32_t shares[] = { 0, 0, 0, 20, 60, 100 };
	struct troubles *troubles = &world->troubles;

	(void)host;
	troubles->duplicates = any_of(world, shares, 6);
	troubles->vetoes = rng_chance(&world->rng, 20) ? 10 : 0;
	troubles->foreign = rng_chance(&world->rng, 20) ? 30 : 0;
	troubles->refused = rng_chance(&world->rng, 20) ? 30 : 0;
	troubles->late = rng_chance(&world->rng, 20) ? 30 : 0;
	diary_note(&world->diary, world->now, "hosts",
		   "duplicates %u, vetoes %u, foreign %u, refused %u, late %u",
		   troubles->duplicates, troubles->vetoes, troubles->foreign, troubles->refused,
		   troubles->late);
}

/* Somebody interferes with an address that is there. */
static void disturb(struct world *world, struct host *host)
{
	struct kernel *kernel = &host->rules.kernel;
	struct kernel_address *address;
	struct in6_addr addr;

	if (kernel->n == 0)
		return;
	address = &kernel->address[rng_below(&world->rng, kernel->n)];
	addr = address->addr;
	switch (rng_below(&world->rng, 4)) {
	case 0:
		kernel_remove(kernel, &addr);
		host_tell_address(world, host, &addr, ADDRESS_GONE);
		break;
	case 1:
		kernel_remove(kernel, &addr);
		host_tell_address(world, host, &addr, ADDRESS_MISSING);
		break;
	case 2:
		host_duplicate(world, host, address);
		break;
	default:
		if (!address->foreign && !address->tentative)
			host_test_again(world, host, address);
		break;
	}
}

/* All addresses turn out to be taken. */
static void spoil(struct world *world, struct host *host)
{
	struct kernel *kernel = &host->rules.kernel;

	for (unsigned int i = kernel->n; i-- > 0;)
		if (i < kernel->n)
			host_duplicate(world, host, &kernel->address[i]);
}

static void kill_client(struct world *world, struct host *host)
{
	bool reboot = rng_chance(&world->rng, 30);
	enum file file = FILE_LAST;

	if (rng_chance(&world->rng, 25))
		file = rng_below(&world->rng, FILE_NO_SERVER + 1);
	host_kill(world, host, reboot, file);
}

static void end_client(struct world *world, struct host *host)
{
	host_end(world, host, rng_chance(&world->rng, 50));
}

static void end_client_rarely(struct world *world, struct host *host)
{
	if (rng_chance(&world->rng, 30))
		end_client(world, host);
}

static void go_to_sleep(struct world *world, struct host *host)
{
	static const uint32_t longest[] = { SECOND, MINUTE, 2 * HOUR, 7 * DAY };

	host_sleep(world, host);
	agenda_put(&world->agenda, HAPPENS_WAKE,
		   world->now + 1 + rng_below(&world->rng, any_of(world, longest, 4)))
		->host = host->index;
}

static void change_link_local(struct world *world, struct host *host)
{
	host_link_local(world, host, (uint8_t)rng_next(&world->rng));
}

/* An address that the host made itself comes or goes; or the client hears of a lease as of one. */
static void change_own_address(struct world *world, struct host *host)
{
	const struct kernel *kernel = &host->rules.kernel;
	const struct owns *owns = &host->rules.owns;
	uint32_t valid = 100 + rng_below(&world->rng, 100000);
	bool usable = rng_chance(&world->rng, 70);
	struct in6_addr addr;

	if (kernel->n > 0 && rng_chance(&world->rng, 50))
		addr = kernel->address[rng_below(&world->rng, kernel->n)].addr;
	else if (owns->n > 0)
		addr = owns->own[rng_below(&world->rng, owns->n)].addr;
	else
		return;
	host_own_address(world, host, &addr, usable, valid / 2, valid);
}

/* All. */

static void better(struct world *world, struct host *host)
{
	(void)host;
	world->troubles = (struct troubles){ 0 };
	world->network.loss = world->network.twice = world->network.stray = 0;
	world->network.delay = 5;
	for (unsigned int i = 0; i < world->n_servers; i++) {
		struct server *server = &world->server[i];

		server->mode = SERVER_GOOD;
		server->times = TIMES_USUAL;
		server->max_rt = server->lies = server->shares = 0;
	}
	diary_note(&world->diary, world->now, "world", "all is well");
}

void scene_all_well(struct world *world)
{
	world->network.cut_hosts = world->network.cut_servers = 0;
	service_new(world, 0);
	world->n_servers = 1;
	world->server[0].per_ia = 1 + world->server[0].per_ia % 3;
	better(world, NULL);
	gateway_managed(world);
	for (unsigned int i = 0; i < world->n_hosts; i++) {
		struct host *host = &world->host[i];

		if (host->asleep)
			host_wake(world, host);
		if (!host->link)
			host_set_link(world, host, true);
	}
	world->well = true;
}

typedef void scene(struct world *world, struct host *host);

/* One that is awake; NULL. */
static struct host *any_host(struct world *world)
{
	struct host *host = &world->host[rng_below(&world->rng, world->n_hosts)];

	return host->asleep ? NULL : host;
}

void scene_play(struct world *world)
{
	static scene *const scenes[] = {
		change_server,
		change_server,
		change_link,
		change_hosts,
		replace_server,
		drop_link,
		disturb,
		disturb,
		attack,
		attack,
		better,
		better,
		kill_client,
		part,
		end_client_rarely,
		return_late,
		return_late,
		return_late,
		pair_servers,
		kill_server,
		go_to_sleep,
		change_router,
		change_router,
		replay,
		change_link_local,
		replace_server,
		change_own_address,
	};
	struct host *host = any_host(world);

	if (host)
		scenes[rng_below(&world->rng, sizeof(scenes) / sizeof(scenes[0]))](world, host);
	scene_plan(world);
}

void scene_plan(struct world *world)
{
	static const uint32_t longest[] = { 2 * SECOND, MINUTE, 2 * HOUR, 3 * DAY };

	agenda_put(&world->agenda, HAPPENS_SCENE,
		   world->now + 1 + rng_below(&world->rng, any_of(world, longest, 4)));
}

/* The host sleeps until something is past: T2, or all that it holds. */
static void oversleep(struct world *world, struct host *host, msec until)
{
	if (until <= world->now || until - world->now > 100 * (msec)DAY)
		return;
	host_sleep(world, host);
	agenda_put(&world->agenda, HAPPENS_WAKE, until + 1)->host = host->index;
}

static void lose_all(struct world *world, struct host *host)
{
	(void)host;
	world->network.loss = 100;
}

/* A server takes all prefixes back, and says nothing of the addresses. */
static void withdraw_prefixes(struct world *world, struct host *host)
{
	const struct client *client = &host->client;
	struct message reply = {
		.type = MESSAGE_REPLY,
		.xid = client->exchange.xid,
		.client_id = client->config.duid,
		.server_id = world->server[0].duid,
	};
	uint8_t bytes[CLIENT_MESSAGE_SIZE];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));
	struct item item = { .addr = { .s6_addr = { 0xfe, 0x80, [15] = 1 } }, .bytes = bytes };

	for (unsigned int i = 0; i < client->lease.n_ias; i++) {
		if (client->lease.ia[i].type != OPTION_IA_PD)
			continue;
		reply.ia[reply.n_ias].type = OPTION_IA_PD;
		reply.ia[reply.n_ias].iaid = client->lease.ia[i].iaid;
		for (unsigned int j = 0; j < client->lease.n_bindings; j++)
			if (client->lease.binding[j].ia == i)
				reply.binding[reply.n_bindings++] = (struct message_binding){
					.addr = client->lease.binding[j].addr,
					.prefix_len = client->lease.binding[j].prefix_len,
					.ia = reply.n_ias,
				};
		reply.n_ias++;
	}
	message_build(&reply, &out);
	item.size = out.at;
	host_receive(world, host, &item, false);
}

/* What leads to rows of the table that are seldom walked. */
static void interrupt_bound(struct world *world, struct host *host)
{
	const struct lease *lease = &host->client.lease;
	uint32_t dice = rng_below(&world->rng, 100);

	switch ((unsigned int)client_message_state(&host->client)) {
	case IDLE:
		if (host->client.rkap.has_key && dice < 2)
			change_link_local(world, host);
		break;
	case INFORMING:
		if (dice < 20)
			lose_all(world, host);
		else if (dice < 35)
			oversleep(world, host, lease_rebind_at(lease));
		else if (dice < 50)
			change_server(world, host);
		break;
	case REQUESTING:
		if (dice < 10)
			change_server(world, host);
		else if (dice < 13)
			lose_all(world, host);
		else if (dice < 16)
			oversleep(world, host, lease_rebind_at(lease));
		else if (dice < 18)
			end_client(world, host);
		break;
	case LINK_REBINDING:
		if (dice < 5)
			oversleep(world, host, lease_ends_at(lease));
		else if (dice < 10 && host->client.exchange.sent > 0)
			withdraw_prefixes(world, host);
		break;
	case DECLINING:
		if (dice < 5)
			oversleep(world, host, lease_rebind_at(lease));
		break;
	}
}

void scene_wake(struct world *world, struct host *host)
{
	static scene *const scenes[] = { drop_link, spoil, end_client };

	if (!world->well && rng_chance(&world->rng, 20))
		scenes[rng_below(&world->rng, 3)](world, host);
}

/* States that do not last see little of what scenes bring: now and then it is meant for them. */
void scene_interrupt(struct world *world, struct host *host)
{
	static scene *const scenes[] = { drop_link, spoil, change_server, end_client };
	enum message_state state = client_message_state(&host->client);
	bool lasts = state == SOLICITING || state == RENEWING;

	if (host->asleep)
		return;
	if (client_lease_state(&host->client) == BOUND)
		interrupt_bound(world, host);
	else if (host->config.mode == MODE_AUTO && state != IDLE &&
		 rng_chance(&world->rng, state == INFORMING ? 30 : 5))
		host_router(world, host, ROUTER_NEWS, rng_chance(&world->rng, 20),
			    rng_chance(&world->rng, 50));
	if (host->asleep || host->rules.done)
		return;
	if (state == LINK_REBINDING && !lease_has_prefix(&host->client.lease))
		spoil(world, host);
	else if (state != IDLE && rng_below(&world->rng, 1000) < (lasts ? 1 : 80))
		scenes[rng_below(&world->rng, sizeof(scenes) / sizeof(scenes[0]))](world, host);
}
