/* SPDX-License-Identifier: MPL-2.0 */
#include "world.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

#define SECOND 1000
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* With a good server on a quiet link: a new client, and any client with its longest hold-off over.
 */
#define FRESH_LIMIT (120 * SECOND)
#define QUIET_LIMIT (3 * (msec)HOUR)

/* A world has seen enough of addresses when so many were given. */
#define GIVEN_LIMIT (RULES_GIVEN * 3 / 4)

__attribute__((format(printf, 2, 3))) static void tell(struct world *world, const char *format, ...)
{
	char *line = world->line[world->n_lines % WORLD_LINES];
	va_list arguments;
	int size;

	if (!world->telling)
		return;
	world->n_lines++;
	size = snprintf(line, WORLD_LINE, "%12.3f %s/%s ", (double)world->now / 1000,
			lease_state_name(client_lease_state(&world->client)),
			message_state_name(client_message_state(&world->client)));
	va_start(arguments, format);
	vsnprintf(line + size, WORLD_LINE - (size_t)size, format, arguments);
	va_end(arguments);
	if (world->printing)
		printf("# %s\n", line);
}

static struct item *push(struct world *world, enum item_kind kind, msec delay)
{
	struct item *item = &world->item[world->n_items];

	assert(world->n_items < WORLD_ITEMS);
	world->n_items++;
	*item = (struct item){
		.kind = kind,
		.at = world->now + delay,
		.order = world->order++,
	};
	return item;
}

/* The index of what comes first; n_items when there is nothing. */
static unsigned int first_item(const struct world *world)
{
	unsigned int first = 0;

	for (unsigned int i = 1; i < world->n_items; i++) {
		const struct item *item = &world->item[i];
		const struct item *best = &world->item[first];

		if (item->at < best->at || (item->at == best->at && item->order < best->order))
			first = i;
	}
	return first;
}

/* The link. */

static void travel(struct world *world, enum item_kind kind, unsigned int server,
		   const uint8_t *bytes, size_t size)
{
	unsigned int copies = rng_chance(&world->rng, world->troubles.twice) ? 2 : 1;

	while (copies-- > 0 && world->n_items < WORLD_ITEMS / 2) {
		struct item *item;

		if (rng_chance(&world->rng, world->troubles.loss))
			continue;
		item = push(world, kind, 1 + rng_below(&world->rng, world->troubles.delay));
		item->number = server;
		item->size = size;
		item->bytes = malloc(size + 1);
		assert(item->bytes);
		memcpy(item->bytes, bytes, size);
	}
}

static void describe(struct world *world, const char *what, const struct message *message)
{
	char text[WORLD_LINE];
	int at = 0;

	if (!world->telling)
		return;
	for (unsigned int i = 0; i < message->n_ias && at < WORLD_LINE - 60; i++) {
		at += snprintf(text + at, sizeof(text) - (size_t)at, " %s:%u(%u",
			       message->ia[i].type == OPTION_IA_NA ? "NA" : "PD",
			       message->ia[i].iaid, message->ia[i].status.code);
		for (unsigned int j = 0; j < message->n_bindings && at < WORLD_LINE - 60; j++)
			if (message->binding[j].ia == i)
				at += snprintf(text + at, sizeof(text) - (size_t)at, " %s=%u",
					       rules_address(&message->binding[j].addr),
					       message->binding[j].valid);
		at += snprintf(text + at, sizeof(text) - (size_t)at, ")");
	}
	text[at] = '\0';
	tell(world, "%s %s %06x status %u:%s", what,
	     message_type_name(message->type) ? message_type_name(message->type) : "?",
	     message->xid, message->status.code, text);
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
			      const struct message *from)
{
	uint8_t bytes[1024];
	size_t size = server_reconfigure(server, &world->rng, from, bytes, sizeof(bytes));
	struct item *item;

	if (world->n_items >= WORLD_ITEMS / 2)
		return;
	item = push(world, ITEM_TO_CLIENT, 1 + rng_below(&world->rng, HOUR));
	item->size = size;
	item->bytes = malloc(size);
	assert(item->bytes);
	memcpy(item->bytes, bytes, size);
}

static void answer(struct world *world, struct server *server, const struct message *from,
		   bool damaged)
{
	uint8_t bytes[CLIENT_MESSAGE_SIZE * 2];
	struct cursor out = cursor_writer(bytes, sizeof(bytes) - 64);
	struct message to;
	size_t size;

	if (!server_answer(server, &world->rng, from, &to))
		return;
	message_build(&to, &out);
	if (from->reconf_accept && to.type == MESSAGE_REPLY) {
		server_put_key(server, &out);
		if (rng_chance(&world->rng, 30))
			reconfigure_later(world, server, from);
	}
	assert(!out.bad);
	size = damaged ? damage(world, bytes, out.at, sizeof(bytes)) : out.at;
	travel(world, ITEM_TO_CLIENT, 0, bytes, size);
}

static void serve(struct world *world, struct item *item)
{
	struct message from;

	if (!world->link || item->number >= world->n_servers ||
	    message_parse(&from, item->bytes, item->size) != REFUSED_NOT)
		return;
	answer(world, &world->server[item->number], &from, false);
}

/* Scripts run one after another. */

static void run_script(struct world *world)
{
	static const uint32_t longest[] = { 5, 50, 500, 3000, 60000 };
	uint32_t most = longest[rng_below(&world->rng, 50) == 0 ? 4 : rng_below(&world->rng, 4)];
	struct item *item;

	if (world->script_running || world->n_scripts == 0)
		return;
	world->script_running = true;
	item = push(world, ITEM_SCRIPT_END, 1 + rng_below(&world->rng, most));
	item->number = rng_chance(&world->rng, world->troubles.vetoes) ? 3 : 0;
}

static void queue_script(struct world *world, const struct script_call *call)
{
	const struct script_side *side = call->has_new || call->has_current ? &call->new_
									    : &call->old;

	tell(world, "script %s %s", script_reason_name(call->reason), rules_address(&side->addr));
	if (world->n_scripts == WORLD_SCRIPTS)
		return;
	world->script[world->n_scripts++] =
		(struct script){ .reason = call->reason, .addr = side->addr };
	run_script(world);
}

/* The kernel. */

static void verdict_in(struct world *world, const struct kernel_address *address,
		       enum verdict verdict, msec delay)
{
	struct item *item = push(world, ITEM_VERDICT, delay);

	item->addr = address->addr;
	item->id = address->id;
	item->number = verdict;
}

/* One that is there already is not added again; what it is, is told (K15). */
static void add_again(struct world *world, struct kernel_address *address)
{
	if (address->foreign) {
		address->told = false;
		verdict_in(world, address, VERDICT_FOREIGN, 0);
		return;
	}
	address->orphan = false;
	if (address->failed)
		verdict_in(world, address, VERDICT_DUPLICATE, 0);
	else if (!address->tentative)
		verdict_in(world, address, VERDICT_UNIQUE, 0);
}

static void add_address(struct world *world, const struct action *action)
{
	struct kernel *kernel = &world->rules.kernel;
	struct kernel_address *address = kernel_find(kernel, &action->address.addr);
	struct rng *rng = &world->rng;

	tell(world, "add %s for %u s", rules_address(&action->address.addr), action->address.valid);
	if (address) {
		address->until = kernel_until(action->address.valid, world->now);
		add_again(world, address);
		return;
	}
	address = kernel_add(kernel, &action->address.addr, action->address.valid, world->now);
	assert(address);
	if (rng_chance(rng, 90))
		verdict_in(world, address, VERDICT_TENTATIVE, 0);
	if (rng_chance(rng, world->troubles.refused))
		verdict_in(world, address, VERDICT_REFUSED, 0);
	else if (rng_chance(rng, world->troubles.foreign))
		verdict_in(world, address, VERDICT_FOREIGN, 0);
	else if (rng_chance(rng, world->troubles.duplicates))
		verdict_in(world, address, VERDICT_DUPLICATE, 200 + rng_below(rng, 800));
	else
		verdict_in(world, address, VERDICT_UNIQUE, 1000 + rng_below(rng, 1000));
}

static void update_address(struct world *world, const struct action *action)
{
	struct kernel_address *address = kernel_find(&world->rules.kernel, &action->address.addr);

	tell(world, "update %s to %u s", rules_address(&action->address.addr),
	     action->address.valid);
	if (address)
		address->until = kernel_until(action->address.valid, world->now);
}

static void act(void *context, const struct action *action)
{
	struct world *world = context;
	struct message message;

	switch (action->type) {
	case ACTION_SEND:
		world->sent++;
		if (message_parse(&message, action->message.bytes, action->message.size) ==
		    REFUSED_NOT)
			describe(world, "sends", &message);
		break;
	case ACTION_ADDRESS_REMOVE:
		tell(world, "remove %s", rules_address(&action->address.addr));
		break;
	case ACTION_NOTE:
		tell(world, "note %d %s number %lld", (int)action->note.note,
		     rules_address(&action->note.addr), (long long)action->note.number);
		break;
	case ACTION_SAVE:
		tell(world, "save %u bindings", action->lease.n_bindings);
		break;
	case ACTION_SAVE_KEY:
		break;
	case ACTION_READY:
	case ACTION_DONE:
		tell(world, action->type == ACTION_DONE ? "done" : "ready");
		break;
	case ACTION_ADDRESS_ADD:
	case ACTION_ADDRESS_UPDATE:
	case ACTION_SCRIPT:
		break;
	}
	rules_action(&world->rules, &world->client, action, world->now);
	if (action->type == ACTION_SEND)
		for (unsigned int i = 0; i < world->n_servers; i++)
			travel(world, ITEM_TO_SERVER, i, action->message.bytes,
			       action->message.size);
	else if (action->type == ACTION_ADDRESS_ADD)
		add_address(world, action);
	else if (action->type == ACTION_ADDRESS_UPDATE)
		update_address(world, action);
	else if (action->type == ACTION_ADDRESS_REMOVE)
		kernel_remove(&world->rules.kernel, &action->address.addr);
	else if (action->type == ACTION_SCRIPT)
		queue_script(world, &action->script);
}

/* No two transaction ids in a row are the same by chance: so the rules need not allow for it. */
static uint32_t roll(void *context)
{
	struct world *world = context;
	uint32_t value;

	rows_drawn();
	do
		value = rng_next(&world->dice);
	while ((value & 0xffffff) == world->rules.xid);
	return value;
}

static void settled(struct world *world, bool timer)
{
	rows_rest(client_lease_state(&world->client), client_message_state(&world->client));
	rules_settled(&world->rules, &world->client, timer, world->now);
}

/* What happens. */

static void tell_address(struct world *world, const struct in6_addr *addr, enum address_event event)
{
	static const char *const names[] = { "unique",	"tentative", "duplicate", "gone",
					     "missing", "foreign",   "refused" };

	tell(world, "kernel: %s is %s", rules_address(addr), names[event]);
	if (event == ADDRESS_DUPLICATE)
		rules_conflict(&world->rules, &world->client, addr, world->now);
	client_address(&world->client, addr, event, world->now);
	settled(world, false);
}

static void duplicate(struct world *world, struct kernel_address *address)
{
	struct in6_addr addr = address->addr;

	if (address->until == NEVER && !address->foreign) {
		address->tentative = true;
		address->failed = true;
	} else {
		kernel_remove(&world->rules.kernel, &addr);
	}
	tell_address(world, &addr, ADDRESS_DUPLICATE);
}

static void give_verdict(struct world *world, const struct item *item)
{
	struct kernel *kernel = &world->rules.kernel;
	struct kernel_address *address = kernel_find(kernel, &item->addr);

	if (!address || address->id != item->id)
		return;
	switch ((enum verdict)item->number) {
	case VERDICT_TENTATIVE:
		if (address->tentative)
			tell_address(world, &item->addr, ADDRESS_TENTATIVE);
		break;
	case VERDICT_UNIQUE:
		address->tentative = false;
		tell_address(world, &item->addr, ADDRESS_UNIQUE);
		break;
	case VERDICT_DUPLICATE:
		duplicate(world, address);
		break;
	case VERDICT_FOREIGN:
		address->tentative = false;
		address->foreign = true;
		address->told = true;
		address->until = NEVER;
		tell_address(world, &item->addr, ADDRESS_FOREIGN);
		break;
	case VERDICT_REFUSED:
		kernel_remove(kernel, &item->addr);
		tell_address(world, &item->addr, ADDRESS_REFUSED);
		break;
	}
}

static void end_script(struct world *world, unsigned int status)
{
	struct script script = world->script[0];

	if (!world->script_running)
		return;
	world->script_running = false;
	world->n_scripts--;
	memmove(&world->script[0], &world->script[1], world->n_scripts * sizeof(script));
	tell(world, "script %s %s ended with %u", script_reason_name(script.reason),
	     rules_address(&script.addr), status);
	if (status == 3 && (script.reason == REASON_BOUND6 || script.reason == REASON_RENEW6 ||
			    script.reason == REASON_REBIND6 || script.reason == REASON_TENTATIVE6))
		rules_conflict(&world->rules, &world->client, &script.addr, world->now);
	client_script_status(&world->client, script.reason, &script.addr, (int)status, world->now);
	settled(world, false);
	run_script(world);
	if (!world->script_running) {
		client_scripts_done(&world->client, world->now);
		settled(world, false);
	}
}

static void set_link(struct world *world, bool usable)
{
	tell(world, "link %s", usable ? "up" : "down");
	world->link = usable;
	client_link(&world->client, usable, world->now);
	settled(world, false);
}

static void receive(struct world *world, const struct item *item, bool multicast)
{
	struct stamp stamp = { .at = world->now, .epoch = 1700000000 + world->now / 1000 };
	struct message message;
	enum refusal refusal;

	if (!world->link)
		return;
	if (world->telling && message_parse(&message, item->bytes, item->size) == REFUSED_NOT)
		describe(world, "gets", &message);
	rules_delivered(&world->rules, &world->client, item->bytes, item->size, world->now);
	refusal =
		client_receive(&world->client, item->bytes, item->size, multicast, stamp, &message);
	if (refusal != REFUSED_NOT)
		tell(world, "refuses it: %s", refusal_name(refusal));
	settled(world, false);
}

/* A client in the place of the last one, if any, with the lease file that there is. */
static void start_client(struct world *world)
{
	struct client_ops ops = { .act = act, .random = roll, .context = world };
	bool link_first = rng_chance(&world->rng, 50);

	world->script_running = false;
	world->n_scripts = 0;
	for (unsigned int i = world->n_items; i-- > 0;)
		if (world->item[i].kind == ITEM_SCRIPT_END)
			world->item[i] = world->item[--world->n_items];
	kernel_orphan_all(&world->rules.kernel);
	rules_restart(&world->rules);
	rows_restart();
	client_init(&world->client, &world->config, &ops, world->now);
	if (world->rules.has_file)
		client_restore(&world->client, &world->rules.file, world->now);
	tell(world, "a client starts");
	if (link_first)
		set_link(world, world->link);
	client_start(&world->client, world->now);
	world->rules.started = true;
	settled(world, false);
	if (!link_first)
		set_link(world, world->link);
}

/* Nothing may come of it when a client has said that it is done. */
static void after_done(struct world *world)
{
	settled(world, false);
	world->now += HOUR;
	client_timeout(&world->client, world->now);
	client_link(&world->client, !world->link, world->now);
	world->now += DAY;
	client_timeout(&world->client, world->now);
	client_link(&world->client, world->link, world->now);
	settled(world, false);
}

/* Scenes: the world changes. */

static void new_server(struct world *world, unsigned int index)
{
	struct server *server = &world->server[index];
	struct rng *rng = &world->rng;
	static const int preferences[] = { -1, 0, 7, 255 };

	server_init(server, 1 + world->server_number++ % 200);
	server->style = rng_next(rng) % 4096;
	server->preference = preferences[rng_below(rng, 4)];
	server->per_ia = rng_chance(rng, 10) ? 1 + rng_below(rng, 10) : 1 + rng_below(rng, 3);
	server->rapid = rng_chance(rng, 50);
}

static void change_server(struct world *world)
{
	struct server *server = &world->server[rng_below(&world->rng, world->n_servers)];
	static const uint32_t max_rts[] = { 0, 0, 60, 120, 3600, 86400 };

	server->mode = rng_below(&world->rng, SERVER_MODES);
	server->times = rng_chance(&world->rng, 20) ? TIMES_ANY : rng_below(&world->rng, TIMES);
	server->max_rt = max_rts[rng_below(&world->rng, 6)];
	server->style = rng_next(&world->rng) % 4096;
	tell(world, "server %u: %s, times %d", (unsigned int)server->net,
	     server_mode_name(server->mode), (int)server->times);
}

static void change_link(struct world *world)
{
	static const uint32_t losses[] = { 0, 10, 30, 60 };
	static const uint32_t delays[] = { 2, 50, 400, 3000 };
	struct troubles *troubles = &world->troubles;

	troubles->loss = losses[rng_below(&world->rng, 4)];
	troubles->twice = losses[rng_below(&world->rng, 4)];
	troubles->delay = delays[rng_below(&world->rng, 4)];
	tell(world, "link: loss %u, twice %u, delay %u", troubles->loss, troubles->twice,
	     troubles->delay);
}

static void change_host(struct world *world)
{
	static const uint32_t shares[] = { 0, 0, 0, 20, 60, 100 };
	struct troubles *troubles = &world->troubles;

	troubles->duplicates = shares[rng_below(&world->rng, 6)];
	troubles->vetoes = rng_chance(&world->rng, 20) ? 10 : 0;
	troubles->foreign = rng_chance(&world->rng, 20) ? 30 : 0;
	troubles->refused = rng_chance(&world->rng, 20) ? 30 : 0;
	troubles->late = rng_chance(&world->rng, 20) ? 30 : 0;
	tell(world, "host: duplicates %u, vetoes %u, foreign %u, refused %u, late %u",
	     troubles->duplicates, troubles->vetoes, troubles->foreign, troubles->refused,
	     troubles->late);
}

static void replace_server(struct world *world)
{
	new_server(world, rng_below(&world->rng, world->n_servers));
	if (rng_chance(&world->rng, 30) && world->n_servers < WORLD_SERVERS)
		new_server(world, world->n_servers++);
	else if (rng_chance(&world->rng, 30))
		world->n_servers = 1;
	tell(world, "another server, %u in all", world->n_servers);
}

static void drop_link(struct world *world)
{
	static const uint32_t longest[] = { SECOND, 20 * SECOND, HOUR, 3 * DAY };
	struct kernel *kernel = &world->rules.kernel;
	bool down = rng_chance(&world->rng, 40);
	bool events_first = rng_chance(&world->rng, 50);

	if (!world->link)
		return;
	if (!events_first)
		set_link(world, false);
	/* Set down by an administrator: the kernel takes off all that is not permanent (K13). */
	for (unsigned int i = kernel->n; down && i-- > 0;) {
		struct in6_addr addr;

		if (i >= kernel->n || kernel->address[i].until == NEVER)
			continue;
		addr = kernel->address[i].addr;
		kernel_remove(kernel, &addr);
		tell_address(world, &addr, ADDRESS_GONE);
	}
	if (events_first)
		set_link(world, false);
	push(world, ITEM_LINK, 1 + rng_below(&world->rng, longest[rng_below(&world->rng, 4)]))
		->number = true;
}

/* Somebody interferes with an address that is there. */
static void disturb(struct world *world)
{
	struct kernel *kernel = &world->rules.kernel;
	struct kernel_address *address;
	struct in6_addr addr;

	if (kernel->n == 0)
		return;
	address = &kernel->address[rng_below(&world->rng, kernel->n)];
	addr = address->addr;
	switch (rng_below(&world->rng, 4)) {
	case 0:
		kernel_remove(kernel, &addr);
		tell_address(world, &addr, ADDRESS_GONE);
		break;
	case 1:
		kernel_remove(kernel, &addr);
		tell_address(world, &addr, ADDRESS_MISSING);
		break;
	case 2:
		duplicate(world, address);
		break;
	default:
		if (address->foreign || address->tentative)
			break;
		address->tentative = true;
		verdict_in(world, address,
			   rng_chance(&world->rng, 50) ? VERDICT_UNIQUE : VERDICT_DUPLICATE,
			   1 + rng_below(&world->rng, 2000));
		tell_address(world, &addr, ADDRESS_TENTATIVE);
		break;
	}
}

/* A damaged copy of an answer, or octets without any sense. */
static void attack(struct world *world)
{
	struct message from = world->rules.message;
	struct item item = { .size = 0 };
	uint8_t bytes[200];

	if (world->rules.type != 0 && rng_chance(&world->rng, 80)) {
		for (unsigned int i = 0; i < 8; i++)
			answer(world, &world->server[0], &from, true);
		return;
	}
	item.bytes = bytes;
	item.size = rng_below(&world->rng, sizeof(bytes));
	for (size_t i = 0; i < item.size; i++)
		bytes[i] = (uint8_t)rng_next(&world->rng);
	receive(world, &item, rng_chance(&world->rng, 50));
}

static void all_well(struct world *world)
{
	world->troubles = (struct troubles){ .delay = 5 };
	for (unsigned int i = 0; i < world->n_servers; i++) {
		world->server[i].mode = SERVER_GOOD;
		world->server[i].times = TIMES_USUAL;
		world->server[i].max_rt = 0;
	}
	tell(world, "all is well");
}

/* kill -9, with or without a reboot of the machine. */
static void kill_client(struct world *world)
{
	if (rng_chance(&world->rng, 30))
		world->rules.kernel.n = 0;
	/* A damaged file: the lease without the server that gave it. */
	if (rng_chance(&world->rng, 5))
		world->rules.file.server.size = 0;
	tell(world, "killed");
	start_client(world);
}

static void end_client(struct world *world)
{
	bool release = rng_chance(&world->rng, 50);

	tell(world, release ? "release" : "stop");
	if (release)
		client_release(&world->client, world->now);
	else
		client_stop(&world->client, rng_chance(&world->rng, 50), world->now);
	settled(world, false);
}

static void end_client_rarely(struct world *world)
{
	if (rng_chance(&world->rng, 30))
		end_client(world);
}

/*
 * The link comes back, a bad one, shortly before something that is held ends: a prefix, if
 * there is one, so that a Rebind in the place of a Confirm goes on without it.
 */
static void return_late(struct world *world)
{
	const struct lease *lease = &world->client.lease;
	const struct binding *ending = NULL;
	msec left;

	for (unsigned int i = 0; i < lease->n_bindings; i++)
		if (!ending || lease->binding[i].prefix_len < 128)
			ending = &lease->binding[i];
	if (!world->link || !ending)
		return;
	left = binding_valid_until(ending) - world->now;
	if (left < 2 * SECOND || left > 100 * (msec)DAY)
		return;
	set_link(world, false);
	world->troubles.loss = rng_chance(&world->rng, 50) ? 90 : 30;
	if (rng_chance(&world->rng, 30))
		change_server(world);
	push(world, ITEM_LINK, left - 1 - rng_below(&world->rng, 10 * SECOND) % (left - 1))
		->number = true;
}

/* All addresses turn out to be taken. */
static void spoil(struct world *world)
{
	struct kernel *kernel = &world->rules.kernel;

	for (unsigned int i = kernel->n; i-- > 0;)
		if (i < kernel->n)
			duplicate(world, &kernel->address[i]);
}

/* States that do not last see little of what scenes bring: now and then it is meant for them. */
static void interrupt(struct world *world)
{
	static void (*const scenes[])(struct world *) = { drop_link, spoil, change_server,
							  end_client };
	enum message_state state = client_message_state(&world->client);
	bool lasts = state == SOLICITING || state == RENEWING;

	if (state == LINK_REBINDING && !lease_has_prefix(&world->client.lease))
		spoil(world);
	else if (state == INFORMING && client_lease_state(&world->client) == BOUND &&
		 rng_chance(&world->rng, 40))
		world->troubles.loss = 100;
	else if (state == REQUESTING && client_lease_state(&world->client) == BOUND &&
		 rng_chance(&world->rng, 10))
		change_server(world);
	else if (state != IDLE && rng_below(&world->rng, 1000) < (lasts ? 1 : 80))
		scenes[rng_below(&world->rng, sizeof(scenes) / sizeof(scenes[0]))](world);
}

static void plan_scene(struct world *world)
{
	static const uint32_t longest[] = { 2 * SECOND, MINUTE, 2 * HOUR, 3 * DAY };

	push(world, ITEM_SCENE, 1 + rng_below(&world->rng, longest[rng_below(&world->rng, 4)]));
}

static void play_scene(struct world *world)
{
	static void (*const scenes[])(struct world *) = {
		change_server, change_server, change_link, change_host,	   replace_server,
		drop_link,     disturb,	      disturb,	   attack,	   attack,
		all_well,      all_well,      kill_client, replace_server, end_client_rarely,
		return_late,   return_late,   return_late,
	};

	scenes[rng_below(&world->rng, sizeof(scenes) / sizeof(scenes[0]))](world);
	plan_scene(world);
}

static void happen(struct world *world, struct item *item)
{
	switch (item->kind) {
	case ITEM_TO_SERVER:
		serve(world, item);
		break;
	case ITEM_TO_CLIENT:
		receive(world, item, false);
		break;
	case ITEM_VERDICT:
		give_verdict(world, item);
		break;
	case ITEM_SCRIPT_END:
		end_script(world, item->number);
		break;
	case ITEM_LINK:
		set_link(world, item->number != 0);
		break;
	case ITEM_SCENE:
		play_scene(world);
		break;
	}
	free(item->bytes);
}

/* When the timer fires: sometimes a loaded host is late. */
static msec timer_at(struct world *world)
{
	msec deadline = client_deadline(&world->client);

	if (deadline == NEVER)
		return NEVER;
	if (deadline < world->now)
		deadline = world->now;
	if (rng_chance(&world->rng, world->troubles.late))
		deadline += rng_below(&world->rng, 3000);
	return deadline;
}

/* One event; false when nothing will ever happen again, or not before `limit`. */
static bool one_step(struct world *world, msec limit)
{
	struct kernel_address *ending = kernel_next_end(&world->rules.kernel);
	unsigned int index = first_item(world);
	msec item_at = world->n_items > 0 ? world->item[index].at : NEVER;
	msec end_at = ending ? ending->until : NEVER;
	msec timer = world->rules.done ? NEVER : timer_at(world);
	struct item item;

	if (item_at > limit && end_at > limit && timer > limit) {
		world->now = limit;
		return false;
	}
	if (end_at <= item_at && end_at <= timer) {
		struct in6_addr addr = ending->addr;

		world->now = end_at > world->now ? end_at : world->now;
		kernel_remove(&world->rules.kernel, &addr);
		tell_address(world, &addr, ADDRESS_GONE);
	} else if (item_at <= timer) {
		world->now = item_at > world->now ? item_at : world->now;
		item = world->item[index];
		world->item[index] = world->item[--world->n_items];
		happen(world, &item);
	} else {
		world->now = timer;
		client_timeout(&world->client, world->now);
		settled(world, true);
	}
	if (limit == NEVER)
		interrupt(world);
	if (world->rules.done) {
		after_done(world);
		start_client(world);
	}
	return true;
}

static bool is_ready(const struct world *world)
{
	return client_lease_state(&world->client) == BOUND || world->client.informed;
}

static void configure(struct world *world)
{
	struct client_config *config = &world->config;
	unsigned int addresses = rng_below(&world->rng, 4);
	unsigned int prefixes = rng_below(&world->rng, 10) < 5 ? 0 : 1 + rng_below(&world->rng, 2);
	static const uint8_t mac[] = { 2, 0, 0, 0, 0, 1 };

	memset(config, 0, sizeof(*config));
	config->duid = duid_ll(1, mac, sizeof(mac));
	if (addresses + prefixes == 0)
		addresses = 1;
	for (unsigned int i = 0; i < addresses + prefixes; i++) {
		config->ia[i].type = i < addresses ? OPTION_IA_NA : OPTION_IA_PD;
		config->ia[i].iaid = 1 + i % 3;
		config->n_ias++;
	}
	config->reconfigure = rng_chance(&world->rng, 30);
	config->stateless = rng_chance(&world->rng, 6);
	if (config->stateless)
		config->n_ias = 0;
	config->oro[config->n_oro++] = OPTION_DNS_SERVERS;
	config->oro[config->n_oro++] = OPTION_DOMAIN_LIST;
	config->address_prefix_len = 128;
	config->rapid_commit = rng_chance(&world->rng, 30);
	config->rate_messages = 20;
	config->rate_seconds = 20;
}

static void begin(struct world *world, uint64_t seed)
{
	bool telling = world->telling;
	bool printing = world->printing;

	memset(world, 0, sizeof(*world));
	world->telling = telling;
	world->printing = printing;
	world->rng.state = seed * 2;
	world->dice.state = seed * 2 + 1;
	rng_next(&world->rng);
	world->now = 1 + rng_below(&world->rng, DAY);
	world->link = rng_chance(&world->rng, 80);
	world->n_servers = 1 + rng_below(&world->rng, 2);
	for (unsigned int i = 0; i < world->n_servers; i++)
		new_server(world, i);
	world->troubles.delay = 5;
	rules_init(&world->rules);
	configure(world);
}

/* A new client, a good server, a quiet link. */
static void fresh(struct world *world)
{
	msec limit = world->now + FRESH_LIMIT;

	world->link = true;
	start_client(world);
	while (world->rules.broken[0] == '\0' && !is_ready(world) && one_step(world, limit))
		;
	if (!is_ready(world))
		rules_break(&world->rules, "a new client is not bound after %d s",
			    FRESH_LIMIT / SECOND);
}

/* In the end all is well, and stays so. */
static void quiet(struct world *world)
{
	msec limit;
	msec rest;

	/* A Release that is under way ends first, and another client takes over. */
	while (world->rules.broken[0] == '\0' && client_message_state(&world->client) == RELEASING)
		one_step(world, NEVER);
	limit = world->now + QUIET_LIMIT + 3 * world->client.sol_max_rt.value;
	for (unsigned int i = world->n_items; i-- > 0;)
		if (world->item[i].kind == ITEM_SCENE)
			world->item[i] = world->item[--world->n_items];
	new_server(world, 0);
	world->n_servers = 1;
	all_well(world);
	if (!world->link)
		set_link(world, true);
	while (world->rules.broken[0] == '\0' && !is_ready(world) && one_step(world, limit))
		;
	if (!is_ready(world))
		rules_break(&world->rules, "not bound after %d s with a good server",
			    (int)((world->now - limit + QUIET_LIMIT) / SECOND));
	rest = world->now + 2 * HOUR;
	while (world->rules.broken[0] == '\0' && one_step(world, rest))
		;
	if (!is_ready(world))
		rules_break(&world->rules, "the lease was lost with a good server");
	if (world->rules.n_owed > 0 && client_message_state(&world->client) == IDLE)
		rules_break(&world->rules, "%s was found to be a duplicate and never declined",
			    rules_address(&world->rules.owed[0].addr));
}

bool world_run(struct world *world, uint64_t seed, unsigned int steps)
{
	begin(world, seed);
	if (seed % 4 == 0)
		fresh(world);
	else
		start_client(world);
	plan_scene(world);
	for (unsigned int i = 0;
	     i < steps && world->rules.broken[0] == '\0' && world->rules.n_given < GIVEN_LIMIT; i++)
		one_step(world, NEVER);
	if (world->rules.broken[0] == '\0')
		quiet(world);
	for (unsigned int i = 0; i < world->n_items; i++)
		free(world->item[i].bytes);
	world->n_items = 0;
	return world->rules.broken[0] == '\0';
}
