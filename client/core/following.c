/* SPDX-License-Identifier: MPL-2.0 */
#include "core/following.h"

#include "core/report.h"

#define FOLLOW_INTERVAL 30000 /* ms between two exchanges that changes of prefixes lead to */
#define ASK_WAIT	1000  /* ms for the kernel's answer about routers */
#define SLAAC_PREFIX	64    /* bits: the length of a prefix for SLAAC (RFC 4862) */
#define FLAGS_WAIT	100   /* ms: the kernel tells of prefixes before it tells of M and O */

static bool wants_prefix(const struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_ias; i++)
		if (client->lease.ia[i].type == OPTION_IA_PD)
			return true;
	return false;
}

/* C-RA-1 to C-RA-4. The flag P means nothing to a client that wants no prefix (C-PFL-8). */
static enum manner manner_now(const struct client *client)
{
	const struct router *router = &client->router;

	if (client->config.mode != MODE_AUTO)
		return client->config.mode == MODE_STATELESS ? MANNER_STATELESS : MANNER_STATEFUL;
	if (client->alone)
		return MANNER_STATEFUL;
	if (!router->heard)
		return MANNER_WAITING;
	if (router->managed)
		return MANNER_STATEFUL;
	if (wants_prefix(client) && (router->other || router_delegates(router)))
		return MANNER_STATEFUL;
	return router->other ? MANNER_STATELESS : MANNER_NOTHING;
}

/* Addresses are there to be had only where a router says M (C-PFL-5 for the prefixes). */
static bool asks_for_addresses(const struct client *client)
{
	if (client->config.mode != MODE_AUTO || !client->router.heard)
		return true;
	return client->router.managed &&
	       !(wants_prefix(client) && router_delegates_only(&client->router));
}

static bool is_looking(const struct client *client)
{
	return client->exchange.state == SOLICITING || client->exchange.state == REQUESTING;
}

/* What waits already is not put off again. */
static msec due_for_prefixes(const struct client *client)
{
	if (client->manner_news && client->manner_due > client->now)
		return client->manner_due;
	return client->follow_not_before > client->now ? client->follow_not_before : client->now;
}

/* What prefixes lead to comes once in 30 s; M and O are said once (C-RATE-5). */
static void review(struct client *client, bool of_prefixes)
{
	bool dormant = !asks_for_addresses(client);
	enum manner manner = manner_now(client);
	msec due = of_prefixes ? due_for_prefixes(client) : client->now;
	bool awakened = false;
	bool changed = false;

	for (unsigned int i = 0; i < client->lease.n_ias; i++) {
		struct ia *ia = &client->lease.ia[i];

		if (ia->type == OPTION_IA_PD)
			continue;
		awakened |= ia->dormant && !dormant && lease_count(&client->lease, i) == 0;
		changed |= ia->dormant != dormant;
		ia->dormant = dormant;
	}
	/* Beside a prefix that is held, addresses are asked for from now on. */
	if (awakened && lease_state(&client->lease) == BOUND && client->ask_at == NEVER)
		client->ask_at = due;
	if (of_prefixes &&
	    (awakened || (changed && is_looking(client)) || manner != client->manner))
		client->follow_not_before = due + FOLLOW_INTERVAL;
	/* A Solicit with other IAs is another one (C-RTX-9). */
	if (changed && is_looking(client)) {
		client->manner_news = true;
		client->manner_due = due;
	}
	if (manner != MANNER_WAITING)
		client->router_at = NEVER;
	registrar_allow(&client->registrar, client->router.managed || client->router.other);
	if (manner == client->manner)
		return;
	client->manner = manner;
	client->manner_news = lease_state(&client->lease) == INIT;
	client->manner_due = due;
	if (manner != MANNER_STATELESS)
		client->refresh_at = NEVER;
	if (manner != MANNER_WAITING && !client->alone && client->started)
		report_note(client, NOTE_MANNER, NULL, manner, lease_state(&client->lease));
}

void following_begin(struct client *client)
{
	client->manner = manner_now(client);
	client->manner_news = false;
	client->asked = false;
	client->router_at =
		client->manner == MANNER_WAITING ? client->now + client->config.router_wait : NEVER;
	if (client->manner == MANNER_WAITING && lease_state(&client->lease) == INIT)
		report_note(client, NOTE_WAITING, NULL, client->config.router_wait, 0);
	review(client, false);
}

void following_end(struct client *client)
{
	router_init(&client->router);
	client->alone = false;
	client->changes = 0;
	client->router_at = NEVER;
}

void following_router(struct client *client, enum router_source source, bool managed, bool other)
{
	router_speaks(&client->router, source, managed, other);
	client->alone = false;
	review(client, false);
}

/* While nothing is held there is nothing to check: what is asked for will fit the link. */
void following_changes(struct client *client, unsigned int changes)
{
	if (lease_state(&client->lease) == BOUND || client->informed)
		client->changes |= changes;
	if (!lease_has_prefix(&client->lease))
		client->changes &= ~(unsigned int)ROUTER_DELEGATING;
	/* Of an advertisement without M and O its prefixes are the only sign. */
	if (client->manner == MANNER_WAITING && !client->asked &&
	    client->router_at > client->now + FLAGS_WAIT)
		client->router_at = client->now + FLAGS_WAIT;
	review(client, true);
}

/*
 * The kernel does not always tell of an advertisement without M and O: before it is
 * taken that there is no router, it is asked.
 */
static void router_is_late(struct client *client)
{
	if (!client->asked) {
		client->asked = true;
		client->router_at = client->now + ASK_WAIT;
		report(client, ACTION_ASK_ROUTER);
		return;
	}
	if (client->router.since != NEVER) {
		following_router(client, ROUTER_NEWS, false, false);
		return;
	}
	client->alone = true;
	report_note(client, NOTE_NO_ROUTER, NULL, 0, 0);
	review(client, false);
}

void following_timeout(struct client *client)
{
	unsigned int changes = router_expire(&client->router, client->now);

	if (changes != 0)
		following_changes(client, changes);
	if (client->router_at <= client->now)
		router_is_late(client);
}

msec following_deadline(const struct client *client)
{
	msec prefixes = router_deadline(&client->router);

	return prefixes < client->router_at ? prefixes : client->router_at;
}

/* Soliciting or informing that a router does not want any more ends whenever it is seen. */
static bool manner_leads_to(const struct client *client, enum manner manner)
{
	if (client->config.mode != MODE_AUTO || client->manner != manner)
		return false;
	if (client->exchange.state == IDLE)
		return client->manner_news && client->ask_at == NEVER;
	return manner != MANNER_STATEFUL || client->manner_news || !is_looking(client);
}

/* On a new link the client looks for leases when a router has spoken, and not before. */
static bool is_too_early(const struct client *client)
{
	return client->manner == MANNER_WAITING && is_looking(client) &&
	       lease_state(&client->lease) == INIT;
}

static bool leads_to(const struct client *client, enum event event)
{
	bool prefix = lease_has_prefix(&client->lease);
	unsigned int changes = client->changes;

	switch ((unsigned int)event) {
	case EVENT_ROUTER_STATEFUL:
		return manner_leads_to(client, MANNER_STATEFUL);
	case EVENT_ROUTER_STATELESS:
		return manner_leads_to(client, MANNER_STATELESS);
	case EVENT_ROUTER_NOTHING:
		return manner_leads_to(client, MANNER_NOTHING) || is_too_early(client);
	case EVENT_PREFIXES:
		return (changes & ROUTER_ON_LINK) != 0 && !prefix;
	case EVENT_PREFIXES_HELD:
		return (changes & ROUTER_ON_LINK) != 0 && prefix;
	case EVENT_PREFIXES_DELEGATING:
		/* Not when the last one is gone (C-PFL-3, C-PFL-6). */
		return (changes & ROUTER_DELEGATING) != 0 && prefix &&
		       router_delegates(&client->router);
	case EVENT_PREFIXES_STATELESS:
		return (changes & ROUTER_ON_LINK) != 0 && client->informed &&
		       client->manner == MANNER_STATELESS;
	case EVENT_LINK_LOCAL:
		return client->moved && lease_renewable(&client->lease);
	default:
		return false;
	}
}

msec following_due(const struct client *client, enum event event)
{
	if (!leads_to(client, event))
		return NEVER;
	if (event == EVENT_ROUTER_STATEFUL || event == EVENT_ROUTER_STATELESS ||
	    event == EVENT_ROUTER_NOTHING)
		return client->manner_due;
	return client->follow_not_before;
}

static bool is_one_of_many(const struct client *client)
{
	return client->config.mode == MODE_AUTO && router_delegates(&client->router);
}

uint8_t following_prefix_hint(const struct client *client)
{
	uint8_t wanted = client->config.prefix_hint;

	return is_one_of_many(client) && (wanted == 0 || wanted > SLAAC_PREFIX) ? SLAAC_PREFIX
										: wanted;
}

void following_refuse_long_prefixes(const struct client *client, struct message *message)
{
	for (unsigned int i = 0; is_one_of_many(client) && i < message->n_bindings; i++) {
		struct message_binding *binding = &message->binding[i];

		if (message->ia[binding->ia].type == OPTION_IA_PD && binding->valid > 0 &&
		    binding->prefix_len > SLAAC_PREFIX)
			binding->status = STATUS_UNSPEC_FAIL;
	}
}

void following_done(struct client *client)
{
	enum lease_state state = lease_state(&client->lease);

	if (client->changes != 0 && (state == BOUND || client->manner == MANNER_STATELESS))
		report_note(client, NOTE_PREFIXES, NULL, state, 0);
	else if (client->moved && state == BOUND)
		report_note(client, NOTE_MOVED, NULL, 0, 0);
	client->changes = 0;
	client->follow_not_before = client->now + FOLLOW_INTERVAL;
}
