/* SPDX-License-Identifier: MPL-2.0 */
#include "host.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

#define FNV_START 0xcbf29ce484222325U
#define FNV_PRIME 0x100000001b3U

const char *host_name(const struct host *host)
{
	static char name[60];

	snprintf(name, sizeof(name), "client %u %s/%s", host->index,
		 lease_state_name(client_lease_state(&host->client)),
		 message_state_name(client_message_state(&host->client)));
	return name;
}

bool host_is_ready(const struct host *host)
{
	return client_lease_state(&host->client) == BOUND || host->client.informed;
}

/* The client is about to be told something. */
static struct client *enter(struct host *host)
{
	rows_of(&host->walk);
	return &host->client;
}

/* When it is to be called again: sometimes a loaded host is late. */
static void set_timer(struct world *world, struct host *host)
{
	struct kernel_address *ending = kernel_next_end(&host->rules.kernel);

	host->lifetime = ending ? ending->until : NEVER;
	host->timer = host->rules.done ? NEVER : client_deadline(&host->client);
	if (host->timer == NEVER)
		return;
	if (host->timer < world->now)
		host->timer = world->now;
	if (rng_chance(&world->rng, world->troubles.late))
		host->timer += rng_below(&world->rng, 3000);
}

static void settled(struct world *world, struct host *host, bool timer)
{
	rows_rest(client_lease_state(&host->client), client_message_state(&host->client));
	rows_of(NULL);
	rules_settled(&host->rules, &host->client, timer, world->now);
	set_timer(world, host);
}

/* Scripts run one after another. */

static void run_script(struct world *world, struct host *host)
{
	static const uint32_t longest[] = { 5, 50, 500, 3000, 60000 };
	uint32_t most = longest[rng_below(&world->rng, 50) == 0 ? 4 : rng_below(&world->rng, 4)];
	struct item *item;

	if (host->script_running || host->n_scripts == 0)
		return;
	host->script_running = true;
	item = agenda_put(&world->agenda, HAPPENS_SCRIPT_END,
			  world->now + 1 + rng_below(&world->rng, most));
	item->host = host->index;
	item->id = host->run;
	item->number = rng_chance(&world->rng, world->troubles.vetoes) ? 3 : 0;
}

static void queue_script(struct world *world, struct host *host, const struct script_call *call)
{
	const struct script_side *side = call->has_new || call->has_current ? &call->new_
									    : &call->old;

	world_note(world, host, "script %s %s", script_reason_name(call->reason),
		   rules_address(&side->addr));
	if (host->n_scripts == HOST_SCRIPTS)
		return;
	host->script[host->n_scripts++] =
		(struct script){ .reason = call->reason, .addr = side->addr };
	run_script(world, host);
}

void host_script_end(struct world *world, struct host *host, const struct item *item)
{
	struct script script = host->script[0];
	bool asked = script.reason == REASON_BOUND6 || script.reason == REASON_RENEW6 ||
		     script.reason == REASON_REBIND6 || script.reason == REASON_TENTATIVE6;

	if (!host->script_running || item->id != host->run)
		return;
	host->script_running = false;
	host->n_scripts--;
	memmove(&host->script[0], &host->script[1], host->n_scripts * sizeof(script));
	world_note(world, host, "script %s %s ended with %u", script_reason_name(script.reason),
		   rules_address(&script.addr), item->number);
	if (item->number == 3 && asked)
		rules_conflict(&host->rules, &host->client, &script.addr, world->now);
	client_script_status(enter(host), script.reason, &script.addr, (int)item->number,
			     world->now);
	settled(world, host, false);
	run_script(world, host);
	if (!host->script_running) {
		client_scripts_done(enter(host), world->now);
		settled(world, host, false);
	}
}

/* The kernel. */

static void verdict_in(struct world *world, struct host *host, const struct kernel_address *address,
		       enum verdict verdict, msec delay)
{
	struct item *item = agenda_put(&world->agenda, HAPPENS_VERDICT, world->now + delay);

	item->host = host->index;
	item->addr = address->addr;
	item->id = address->id;
	item->number = verdict;
}

/* One that is there already is not added again; what it is, is told (K15). */
static void add_again(struct world *world, struct host *host, struct kernel_address *address)
{
	if (address->foreign) {
		address->told = false;
		verdict_in(world, host, address, VERDICT_FOREIGN, 0);
		return;
	}
	if (address->failed)
		verdict_in(world, host, address, VERDICT_DUPLICATE, 0);
	else if (!address->tentative)
		verdict_in(world, host, address, address->orphan ? VERDICT_KEPT : VERDICT_UNIQUE,
			   0);
	address->orphan = false;
}

static void set_end(struct kernel_address *address, uint32_t valid, msec now)
{
	address->until = kernel_until(valid, now);
	address->slept = 0;
}

static bool has_address(const struct host *host, const struct in6_addr *addr)
{
	const struct kernel *kernel = &host->rules.kernel;

	for (unsigned int i = 0; i < kernel->n; i++)
		if (!kernel->address[i].failed &&
		    IN6_ARE_ADDR_EQUAL(&kernel->address[i].addr, addr))
			return true;
	return false;
}

/* Has anybody else on the link the address, who can say so? Who cannot will have it too. */
static bool is_taken(const struct world *world, const struct host *host,
		     struct kernel_address *address)
{
	for (unsigned int i = 0; i < world->n_hosts; i++) {
		bool has = i != host->index && has_address(&world->host[i], &address->addr);

		if (has && network_joins(world, i, host->index))
			return true;
		address->unheard |= has;
	}
	return false;
}

/* A host will hear what somebody says of an address: `probe`: who only wants it. */
static void claim_soon(struct world *world, const struct host *host, const struct in6_addr *addr,
		       bool probe)
{
	struct item *item;

	if (!agenda_has_room(&world->agenda))
		return;
	item = agenda_put(&world->agenda, HAPPENS_CLAIM,
			  world->now + 1 + rng_below(&world->rng, 200));
	item->host = host->index;
	item->addr = *addr;
	item->number = probe;
}

/* A Neighbor Solicitation: who has the address answers, and who wants it too hears of it. */
static void ask_around(struct world *world, struct host *host, const struct in6_addr *addr)
{
	for (unsigned int i = 0; i < world->n_hosts; i++) {
		struct host *other = &world->host[i];

		if (other == host || !network_joins(world, i, host->index))
			continue;
		if (has_address(other, addr))
			claim_soon(world, host, addr, false);
		if (lease_find(&other->client.lease, addr, 128))
			claim_soon(world, other, addr, true);
	}
}

static void probe(struct world *world, struct host *host, const struct action *action)
{
	world_note(world, host, "probes %s", rules_address(&action->probe.addr));
	ask_around(world, host, &action->probe.addr);
	if (rng_chance(&world->rng, world->troubles.duplicates))
		claim_soon(world, host, &action->probe.addr, rng_chance(&world->rng, 20));
}

static void add_address(struct world *world, struct host *host, const struct action *action)
{
	struct kernel *kernel = &host->rules.kernel;
	struct kernel_address *address = kernel_find(kernel, &action->address.addr);
	struct rng *rng = &world->rng;

	world_note(world, host, "add %s for %u s", rules_address(&action->address.addr),
		   action->address.valid);
	if (address) {
		set_end(address, action->address.valid, world->now);
		add_again(world, host, address);
		return;
	}
	address = kernel_add(kernel, &action->address.addr, action->address.valid, world->now);
	assert(address);
	if (action->address.dad == DAD_BY_PROBE || action->address.dad == DAD_OFF) {
		address->tentative = false;
		/* Who asks no one hears no one. */
		address->unheard = action->address.dad == DAD_OFF;
		is_taken(world, host, address);
		verdict_in(world, host, address, VERDICT_UNIQUE, 0);
		return;
	}
	ask_around(world, host, &action->address.addr);
	if (rng_chance(rng, 90))
		verdict_in(world, host, address, VERDICT_TENTATIVE, 0);
	if (rng_chance(rng, world->troubles.refused))
		verdict_in(world, host, address, VERDICT_REFUSED, 0);
	else if (rng_chance(rng, world->troubles.foreign))
		verdict_in(world, host, address, VERDICT_FOREIGN, 0);
	else if (rng_chance(rng, world->troubles.duplicates))
		verdict_in(world, host, address, VERDICT_DUPLICATE, 200 + rng_below(rng, 800));
	else
		verdict_in(world, host, address, VERDICT_UNIQUE, 1000 + rng_below(rng, 1000));
}

static void update_address(struct world *world, struct host *host, const struct action *action)
{
	struct kernel_address *address = kernel_find(&host->rules.kernel, &action->address.addr);

	world_note(world, host, "update %s to %u s", rules_address(&action->address.addr),
		   action->address.valid);
	if (address)
		set_end(address, action->address.valid, world->now);
}

void host_tell_address(struct world *world, struct host *host, const struct in6_addr *addr,
		       enum address_event event)
{
	static const char *const names[] = {
		[ADDRESS_UNIQUE] = "unique",	   [ADDRESS_TENTATIVE] = "tentative",
		[ADDRESS_DUPLICATE] = "duplicate", [ADDRESS_GONE] = "gone",
		[ADDRESS_MISSING] = "missing",	   [ADDRESS_KEPT] = "kept",
		[ADDRESS_FOREIGN] = "foreign",	   [ADDRESS_REFUSED] = "refused",
	};

	world_note(world, host, "kernel: %s is %s", rules_address(addr), names[event]);
	if (event == ADDRESS_DUPLICATE)
		rules_conflict(&host->rules, &host->client, addr, world->now);
	client_address(enter(host), addr, event, world->now);
	settled(world, host, false);
}

void host_duplicate(struct world *world, struct host *host, struct kernel_address *address)
{
	struct in6_addr addr = address->addr;

	if (address->until == NEVER && !address->foreign) {
		address->tentative = true;
		address->failed = true;
	} else {
		kernel_remove(&host->rules.kernel, &addr);
	}
	host_tell_address(world, host, &addr, ADDRESS_DUPLICATE);
}

void host_test_again(struct world *world, struct host *host, struct kernel_address *address)
{
	struct in6_addr addr = address->addr;

	address->tentative = true;
	verdict_in(world, host, address,
		   rng_chance(&world->rng, 50) ? VERDICT_UNIQUE : VERDICT_DUPLICATE,
		   1 + rng_below(&world->rng, 2000));
	host_tell_address(world, host, &addr, ADDRESS_TENTATIVE);
}

static void pass(struct world *world, struct host *host, struct kernel_address *address)
{
	struct in6_addr addr = address->addr;

	if (is_taken(world, host, address)) {
		host_duplicate(world, host, address);
		return;
	}
	address->tentative = false;
	host_tell_address(world, host, &addr, ADDRESS_UNIQUE);
}

void host_verdict(struct world *world, struct host *host, const struct item *item)
{
	struct kernel *kernel = &host->rules.kernel;
	struct kernel_address *address = kernel_find(kernel, &item->addr);

	if (!address || address->id != item->id)
		return;
	switch ((enum verdict)item->number) {
	case VERDICT_TENTATIVE:
		if (address->tentative)
			host_tell_address(world, host, &item->addr, ADDRESS_TENTATIVE);
		break;
	case VERDICT_UNIQUE:
		if (address->tentative)
			pass(world, host, address);
		else
			host_tell_address(world, host, &item->addr, ADDRESS_UNIQUE);
		break;
	case VERDICT_DUPLICATE:
		host_duplicate(world, host, address);
		break;
	case VERDICT_KEPT:
		host_tell_address(world, host, &item->addr, ADDRESS_KEPT);
		break;
	case VERDICT_FOREIGN:
		address->tentative = false;
		address->foreign = true;
		address->told = true;
		address->unheard = true;
		address->until = NEVER;
		host_tell_address(world, host, &item->addr, ADDRESS_FOREIGN);
		break;
	case VERDICT_REFUSED:
		kernel_remove(kernel, &item->addr);
		host_tell_address(world, host, &item->addr, ADDRESS_REFUSED);
		break;
	}
}

/* A claim proves something or not, as the client sees it: then it has given the address up. */
void host_claim(struct world *world, struct host *host, const struct item *item)
{
	struct claim claim = {
		.addr = item->addr,
		.probe = item->number != 0,
		.mac = { .size = 6, .octets = { 2, 0, 0, 1, 0, (uint8_t)item->order } },
	};

	if (!host->link)
		return;
	world_note(world, host, "somebody %s %s", claim.probe ? "wants" : "claims",
		   rules_address(&claim.addr));
	rules_conflict(&host->rules, &host->client, &claim.addr, world->now);
	client_claim(enter(host), &claim, world->now);
	rules_acquit(&host->rules, &host->client, &claim.addr);
	settled(world, host, false);
}

void host_end_lifetime(struct world *world, struct host *host)
{
	struct in6_addr addr = kernel_next_end(&host->rules.kernel)->addr;

	kernel_remove(&host->rules.kernel, &addr);
	host_tell_address(world, host, &addr, ADDRESS_GONE);
}

/* What the client wants done. */

static void note_action(struct world *world, struct host *host, const struct action *action)
{
	struct message message;

	if (!world->diary.open)
		return;
	switch ((unsigned int)action->type) {
	case ACTION_SEND:
		if (message_parse(&message, action->message.bytes, action->message.size) ==
		    REFUSED_NOT)
			diary_message(&world->diary, world->now, host_name(host), "sends",
				      &message);
		break;
	case ACTION_ADDRESS_REMOVE:
		world_note(world, host, "remove %s", rules_address(&action->address.addr));
		break;
	case ACTION_NOTE:
		world_note(world, host, "note %d %s number %lld", (int)action->note.note,
			   rules_address(&action->note.addr), (long long)action->note.number);
		break;
	case ACTION_SAVE:
		world_note(world, host, "save %u bindings", action->lease.n_bindings);
		break;
	case ACTION_READY:
	case ACTION_DONE:
		world_note(world, host, action->type == ACTION_DONE ? "done" : "ready");
		break;
	default:
		break;
	}
}

static void act(void *context, const struct action *action)
{
	struct host *host = context;
	struct world *world = host->world;

	note_action(world, host, action);
	rules_action(&host->rules, &host->client, action, world->now);
	switch (action->type) {
	case ACTION_SEND:
		world->sent++;
		network_from_client(world, host->index, action->message.bytes,
				    action->message.size);
		break;
	case ACTION_ADDRESS_ADD:
		add_address(world, host, action);
		break;
	case ACTION_ADDRESS_UPDATE:
		update_address(world, host, action);
		break;
	case ACTION_ADDRESS_REMOVE:
		kernel_remove(&host->rules.kernel, &action->address.addr);
		break;
	case ACTION_SCRIPT:
		queue_script(world, host, &action->script);
		break;
	case ACTION_SAVE:
		if (!host->has_older || rng_chance(&world->rng, 5))
			host->older = action->lease;
		host->has_older = true;
		break;
	case ACTION_SAVE_KEY:
		host->older_key = host->key;
		host->key = action->rkap;
		break;
	case ACTION_PROBE:
		probe(world, host, action);
		break;
	case ACTION_ASK_ROUTER:
		gateway_speak_later(world, host, true);
		break;
	case ACTION_READY:
	case ACTION_DONE:
	case ACTION_NOTE:
		break;
	}
}

/* No two transaction ids in a row are the same by chance: so the rules need not allow for it. */
static uint32_t roll(void *context)
{
	struct host *host = context;
	uint32_t value;

	do
		value = rng_next(&host->dice);
	while ((value & 0xffffff) == host->rules.xid);
	return value;
}

/* What comes to it from outside. */

void host_timeout(struct world *world, struct host *host)
{
	client_timeout(enter(host), world->now);
	settled(world, host, true);
}

/* A Reconfigure counts once (C-VAL-REC-6). */
static void take_once(struct host *host, const struct item *item)
{
	uint64_t hash = FNV_START;

	for (size_t i = 0; i < item->size; i++)
		hash = (hash ^ item->bytes[i]) * FNV_PRIME;
	for (unsigned int i = 0; i < HOST_TAKEN; i++)
		if (host->taken[i] == hash)
			rules_break(&host->rules, "a Reconfigure was taken a second time");
	host->taken[host->n_taken++ % HOST_TAKEN] = hash;
}

void host_receive(struct world *world, struct host *host, const struct item *item, bool multicast)
{
	struct stamp stamp = { .at = world->now, .epoch = 1700000000 + world->now / 1000 };
	static const struct in6_addr all = { { { 0xff, 2, [13] = 1, [15] = 2 } } };
	struct message message;
	struct before before;
	enum refusal refusal;

	if (!host->link || (world->network.cut_hosts & 1U << host->index) != 0)
		return;
	if (world->diary.open && message_parse(&message, item->bytes, item->size) == REFUSED_NOT)
		diary_message(&world->diary, world->now, host_name(host), "gets", &message);
	rules_delivered(&host->rules, &host->client, item->bytes, item->size, world->now);
	rules_before(&before, &host->client, world->now);
	refusal = client_receive(enter(host), item->bytes, item->size,
				 multicast ? &all : &item->addr, stamp, &message);
	if (refusal != REFUSED_NOT)
		world_note(world, host, "refuses it: %s", refusal_name(refusal));
	if (refusal == REFUSED_NOT && (multicast || item->number != 0))
		rules_break(&host->rules, "took what no client may take, or not this one");
	if (refusal == REFUSED_NOT && message.type == MESSAGE_RECONFIGURE)
		take_once(host, item);
	rules_received(&host->rules, &before, &host->client, &item->addr, &message, refusal);
	settled(world, host, false);
}

void host_set_link(struct world *world, struct host *host, bool usable)
{
	world_note(world, host, "link %s", usable ? "up" : "down");
	host->link = usable;
	/* An anonymous client knows nothing any more of the network that it was in. */
	if (usable && host->config.anonymous)
		rules_forget(&host->rules);
	client_link(enter(host), usable, world->now);
	settled(world, host, false);
	if (usable)
		gateway_speak_later(world, host, false);
}

void host_router(struct world *world, struct host *host, enum router_source source, bool managed,
		 bool other)
{
	world_note(world, host, "router: M %d, O %d", managed, other);
	rules_news(&host->rules);
	client_router(enter(host), source, managed, other, world->now);
	settled(world, host, false);
}

void host_prefix(struct world *world, struct host *host, const struct in6_addr *addr,
		 enum router_flag flag, bool set, uint32_t preferred)
{
	world_note(world, host, "router: %s %c %d for %u s", rules_address(addr),
		   flag == ROUTER_FLAG_L ? 'L' : 'P', set, preferred);
	rules_news(&host->rules);
	client_prefix(enter(host), addr, 64, flag, set, preferred, world->now);
	settled(world, host, false);
}

void host_own_address(struct world *world, struct host *host, const struct in6_addr *addr,
		      bool usable, uint32_t preferred, uint32_t valid)
{
	world_note(world, host, "its own %s is %s", rules_address(addr), usable ? "there" : "gone");
	owns_note(&host->rules.owns, addr, usable, valid, world->now);
	client_own_address(enter(host), addr, usable, preferred, valid, world->now);
	settled(world, host, false);
}

void host_become_another(struct world *world, struct host *host)
{
	uint8_t mac[] = { 2, (uint8_t)host->run,	(uint8_t)rng_next(&world->rng), 0,
			  1, (uint8_t)(1 + host->index) };

	host->config.duid = duid_ll(1, mac, sizeof(mac));
	world_note(world, host, "becomes another host");
	rules_forget(&host->rules);
	client_identify(enter(host), &host->config, world->now);
	settled(world, host, false);
}

void host_link_local(struct world *world, struct host *host, uint8_t number)
{
	struct in6_addr addr = { { { 0xfe, 0x80, [14] = 1, [15] = number } } };

	world_note(world, host, "link-local address %s", rules_address(&addr));
	rules_news(&host->rules);
	client_link_local(enter(host), &addr, world->now);
	settled(world, host, false);
}

void host_sleep(struct world *world, struct host *host)
{
	world_note(world, host, "falls asleep");
	host->asleep = true;
	host->fell_asleep = world->now;
	host->timer = host->lifetime = NEVER;
}

void host_wake(struct world *world, struct host *host)
{
	host->asleep = false;
	kernel_sleep(&host->rules.kernel, world->now - host->fell_asleep);
	world_note(world, host, "wakes");
	set_timer(world, host);
}

/* The life of a client. */

static void lose_file(struct host *host, enum file file)
{
	switch (file) {
	case FILE_LAST:
		break;
	case FILE_OLDER:
		if (!host->has_older)
			break;
		host->rules.has_file = true;
		host->rules.file = host->older;
		host->key = host->older_key;
		memset(host->taken, 0, sizeof(host->taken));
		break;
	case FILE_NONE:
		host->rules.has_file = false;
		host->key = (struct rkap){ 0 };
		memset(host->taken, 0, sizeof(host->taken));
		break;
	case FILE_NO_SERVER:
		host->rules.file.server.size = 0;
		break;
	}
}

void host_start(struct world *world, struct host *host, enum file file)
{
	struct client_ops ops = { .act = act, .random = roll, .context = host };
	bool link_first = rng_chance(&world->rng, 50);

	lose_file(host, file);
	host->run++;
	host->script_running = false;
	host->n_scripts = 0;
	kernel_orphan_all(&host->rules.kernel);
	rules_restart(&host->rules);
	rows_of(&host->walk);
	rows_restart();
	client_init(&host->client, &host->config, &ops, world->now);
	if (host->rules.has_file)
		client_restore(&host->client, &host->rules.file, world->now);
	client_restore_key(&host->client, &host->key);
	world_note(world, host, "starts");
	if (link_first)
		host_set_link(world, host, host->link);
	client_start(enter(host), world->now);
	host->rules.started = true;
	settled(world, host, false);
	if (!link_first)
		host_set_link(world, host, host->link);
}

void host_kill(struct world *world, struct host *host, bool reboot, enum file file)
{
	if (reboot)
		host->rules.kernel.n = 0;
	world_note(world, host, reboot ? "reboots" : "is killed");
	host_start(world, host, file);
}

void host_end(struct world *world, struct host *host, bool release)
{
	world_note(world, host, release ? "release" : "stop");
	if (release)
		client_release(enter(host), world->now);
	else
		client_stop(enter(host), rng_chance(&world->rng, 50), world->now);
	settled(world, host, false);
}

void host_replace(struct world *world, struct host *host)
{
	msec later = world->now;

	for (unsigned int i = 0; i < 2; i++) {
		later += DAY;
		client_timeout(enter(host), later);
		client_link(enter(host), !host->link, later);
		client_link(enter(host), host->link, later);
	}
	rules_settled(&host->rules, &host->client, false, later);
	host_start(world, host, FILE_LAST);
}

static void configure(struct world *world, struct host *host)
{
	struct client_config *config = &host->config;
	struct rng *rng = &world->rng;
	unsigned int addresses = rng_below(rng, 4);
	unsigned int prefixes = rng_below(rng, 10) < 5 ? 0 : 1 + rng_below(rng, 2);
	bool temporary = rng_chance(rng, 10);
	uint8_t mac[] = { 2, 0, 0, 0, 0, (uint8_t)(1 + host->index) };

	config->duid = duid_ll(1, mac, sizeof(mac));
	if (addresses + prefixes == 0)
		addresses = 1;
	for (unsigned int i = 0; i < addresses + prefixes; i++) {
		config->ia[i].type = i < addresses ? OPTION_IA_NA : OPTION_IA_PD;
		config->ia[i].iaid = 1 + i % 3;
		config->n_ias++;
	}
	if (temporary)
		config->ia[0].type = OPTION_IA_TA;
	config->reconfigure = rng_chance(rng, 30);
	config->mode = rng_chance(rng, 70)   ? MODE_STATEFUL
		       : rng_chance(rng, 20) ? MODE_STATELESS
					     : MODE_AUTO;
	if (config->mode == MODE_STATELESS)
		config->n_ias = 0;
	config->router_wait = 10 * SECOND;
	config->dad = rng_chance(rng, 70) ? DAD_BY_KERNEL : rng_below(rng, DAD_OFF + 1);
	config->dad_probes = (uint8_t)rng_below(rng, 4);
	config->late_conflict = rng_below(rng, LATE_DECLINE + 1);
	config->register_addresses = rng_chance(rng, 20);
	config->anonymous = rng_chance(rng, 5);
	config->oro[config->n_oro++] = OPTION_DNS_SERVERS;
	config->oro[config->n_oro++] = OPTION_DOMAIN_LIST;
	config->address_prefix_len = 128;
	config->prefix_hint = rng_chance(rng, 20) ? 56 : 0;
	config->rapid_commit = rng_chance(rng, 30);
	config->rate_messages = 20;
	config->rate_seconds = 20;
}

void host_init(struct world *world, unsigned int index, uint64_t seed)
{
	struct host *host = &world->host[index];

	memset(host, 0, sizeof(*host));
	host->world = world;
	host->index = index;
	host->dice.state = seed;
	host->link = rng_chance(&world->rng, 80);
	host->timer = host->lifetime = host->bound_by = NEVER;
	rules_init(&host->rules);
	configure(world, host);
}
