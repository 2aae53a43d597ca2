/* SPDX-License-Identifier: MPL-2.0 */
#include "core/timetable.h"

#include "core/following.h"
#include "core/holding.h"
#include "core/proving.h"
#include "core/sending.h"

/*
 * The earliest T2. An IA that a server did not extend waits longer each time; and the Request that
 * began after its T2 is the repair of its Rebind: that T2 does not end it (C-RATE-3).
 */
static msec rebind_due(const struct client *client)
{
	msec earliest = NEVER;

	for (unsigned int i = 0; i < client->lease.n_ias; i++) {
		msec t2 = lease_ia_rebind_at(&client->lease, i);

		if (client->exchange.state == REQUESTING && t2 <= client->began)
			continue;
		if (client->lease.ia[i].unanswered && t2 < client->rebind_not_before)
			t2 = client->rebind_not_before;
		if (t2 < earliest)
			earliest = t2;
	}
	return earliest;
}

/* When `event` is to be raised: NEVER where the table has no row for it now. */
static msec due(const struct client *client, enum event event)
{
	if (!client->started || !client->link ||
	    !machine_find(lease_state(&client->lease), client->exchange.state, event))
		return NEVER;
	switch ((unsigned int)event) {
	case EVENT_T1:
		return lease_renew_at(&client->lease);
	case EVENT_T2:
		return rebind_due(client);
	case EVENT_DUPLICATES:
		return client->conflicts.decline_at;
	case EVENT_ASK:
		return lease_state(&client->lease) == INIT || lease_renewable(&client->lease)
			       ? client->ask_at
			       : NEVER;
	case EVENT_REFRESH:
		return client->refresh_at;
	default:
		return following_due(client, event);
	}
}

/* In this order when several are due: T2 before T1, so that T1 = T2 goes to Rebind (C-T12-8). */
static const enum event timed[] = {
	EVENT_T2,
	EVENT_DUPLICATES,
	EVENT_T1,
	EVENT_ASK,
	EVENT_REFRESH,
	EVENT_ROUTER_STATEFUL,
	EVENT_ROUTER_STATELESS,
	EVENT_ROUTER_NOTHING,
	EVENT_PREFIXES_DELEGATING,
	EVENT_PREFIXES_HELD,
	EVENT_PREFIXES,
	EVENT_PREFIXES_STATELESS,
	EVENT_LINK_LOCAL,
};

#define TIMED (sizeof(timed) / sizeof(timed[0]))

/* Does another server have something to be given back, too? */
static enum event release_event(const struct client *client, enum event last, enum event next)
{
	return sending_more_to_release(client) ? next : last;
}

static enum event exchange_event(const struct client *client, enum exchange_outcome outcome)
{
	switch (outcome) {
	case EXCHANGE_EXHAUSTED:
		if (client->exchange.state == RELEASING)
			return release_event(client, EVENT_EXHAUSTED, EVENT_EXHAUSTED_NEXT);
		return client->exchange.state == REQUESTING && client->offers.n > 0
			       ? EVENT_EXHAUSTED_NEXT
			       : EVENT_EXHAUSTED;
	case EXCHANGE_OUT_OF_TIME:
		return client->doubt ? EVENT_REFUTED : EVENT_OUT_OF_TIME;
	case EXCHANGE_SEND:
		/* What was to be given back to this server has ended. */
		if (client->exchange.state == RELEASING && !sending_something_to_release(client))
			return release_event(client, EVENT_EXHAUSTED, EVENT_EXHAUSTED_NEXT);
		if (client->exchange.state == SOLICITING && client->offers.n > 0)
			return EVENT_COLLECTED;
		if (client->exchange.state == CONFIRMING && client->doubt)
			return EVENT_REFUTED;
		return EVENT_SEND;
	case EXCHANGE_WAIT:
		break;
	}
	return EVENTS;
}

enum event timetable_event(const struct client *client)
{
	for (size_t i = 0; i < TIMED; i++)
		if (due(client, timed[i]) <= client->now)
			return timed[i];
	if (client->exchange.state == RELEASING || client->link)
		return exchange_event(client, exchange_check(&client->exchange, client->now));
	return EVENTS;
}

static msec earlier(msec a, msec b)
{
	return a < b ? a : b;
}

msec timetable_deadline(const struct client *client)
{
	msec at = earlier(holding_deadline(client), sending_register_at(client));

	for (size_t i = 0; i < TIMED; i++)
		at = earlier(at, due(client, timed[i]));
	if (client->link || client->exchange.state == RELEASING)
		at = earlier(at, client->exchange.deadline);
	if (client->link) {
		at = earlier(at, client->announce_at);
		at = earlier(at, proving_deadline(client));
		at = earlier(at, following_deadline(client));
	}
	return at;
}
