/* SPDX-License-Identifier: MPL-2.0 */
#include "core/sending.h"

#include <assert.h>

#include "core/compose.h"
#include "core/report.h"

/* ::, for the kernel to choose a link-local address. */
static const struct in6_addr no_source;

static uint32_t draw(struct client *client)
{
	return client->ops.random(client->ops.context);
}

/* What waits on the link for the first message of a new exchange (C-SOL-1, C-CNF-4). */
static msec first_delay(struct client *client, enum message_state next)
{
	msec max = exchange_timing(next)->max_delay;

	if (client->delay > 0)
		return client->delay;
	/* A Reconfigure is answered at once (C-REC-8). */
	if (client->reconfigured)
		return 0;
	if (max == 0 || (next == SOLICITING && client->solicited))
		return 0;
	return (msec)(draw(client) % (uint32_t)(max + 1));
}

/* Is there anything in an IA that is to be given back, and has not ended meanwhile? */
static bool is_to_be_released(const struct client *client, unsigned int ia)
{
	const struct lease *released = &client->released;

	for (unsigned int i = 0; i < released->n_bindings; i++)
		if (released->binding[i].ia == ia && released->ia[ia].server.size > 0 &&
		    binding_valid_until(&released->binding[i]) > client->now)
			return true;
	return false;
}

/* To the running Release's server, or to any other one. */
static bool releases(const struct client *client, bool to_target)
{
	for (unsigned int i = 0; i < client->released.n_ias; i++)
		if (is_to_be_released(client, i) &&
		    duid_equal(&client->released.ia[i].server, &client->target) == to_target)
			return true;
	return false;
}

bool sending_something_to_release(const struct client *client)
{
	return releases(client, true);
}

bool sending_more_to_release(const struct client *client)
{
	return releases(client, false);
}

void sending_release_next(struct client *client)
{
	struct lease *released = &client->released;

	for (unsigned int i = 0; i < released->n_ias; i++)
		if (duid_equal(&released->ia[i].server, &client->target))
			released->ia[i].server.size = 0;
}

/* Whom the next Release goes to. */
static struct duid next_to_release(const struct client *client)
{
	for (unsigned int i = 0; i < client->released.n_ias; i++)
		if (is_to_be_released(client, i))
			return client->released.ia[i].server;
	return client->released.server;
}

/* To whom the next exchange goes. The offer's server was chosen by its deed. */
static void choose_target(struct client *client, enum message_state next)
{
	if (next == RENEWING || (next == INFORMING && client->reconfigured))
		client->target = client->lease.server;
	else if (next == RELEASING)
		client->target = next_to_release(client);
	else if (next == DECLINING)
		client->target = client->conflicts.declined[0].server;
}

static void forget_key(struct client *client)
{
	if (!client->rkap.has_key && !client->rkap.has_replay)
		return;
	client->rkap = (struct rkap){ 0 };
	client->action.rkap = client->rkap;
	report(client, ACTION_SAVE_KEY);
}

void sending_begin(struct client *client, enum message_state next)
{
	msec mrt = exchange_timing(next)->mrt;
	msec delay = first_delay(client, next);

	if (next == SOLICITING) {
		mrt = client->sol_max_rt.value;
		client->solicited = true;
		/* A key counts as long as its lease (C-REC-11); a server that lost its replay
		 * counter must not lock us out for ever. */
		forget_key(client);
		client->offers.n = 0;
		client->collecting = true;
		client->sol_max_rt.heard = client->inf_max_rt.heard = 0;
		client->sol_max_rt.differs = client->inf_max_rt.differs = false;
	}
	if (next == INFORMING) {
		mrt = client->inf_max_rt.value;
		/* Here, too: each Reply to it brings a key anew. */
		if (lease_state(&client->lease) == INIT && !client->reconfigured)
			forget_key(client);
	}
	client->doubt = false;
	if (next == DECLINING)
		conflicts_begin(&client->conflicts);
	/* Options and Confirm do not fill what a Decline left empty. */
	if (next != INFORMING && next != CONFIRMING)
		client->ask_at = NEVER;
	client->bare &= next == REQUESTING;
	client->refresh_at = NEVER;
	client->manner_news = false;
	/* What begins now speaks for the link as it is now, and from the address that we have. */
	client->changes = 0;
	client->moved &= next == CONFIRMING || next == INFORMING || next == DECLINING;
	client->began = client->now;
	choose_target(client, next);
	exchange_start(&client->exchange, next, draw(client), mrt, delay, client->now);
}

/* `source` ::, from a link-local address. */
static void send_from(struct client *client, const struct in6_addr *source,
		      const struct message *message)
{
	struct cursor out =
		cursor_writer(client->action.message.bytes, sizeof(client->action.message.bytes));

	message_build(message, &out);
	/* CLIENT_MESSAGE_SIZE has room for every IA, every address and all of config.send. */
	assert(!out.bad);
	client->action.message.source = *source;
	client->action.message.size = (uint16_t)out.at;
	report(client, ACTION_SEND);
}

void sending_transmit(struct client *client)
{
	struct message message;
	msec next = rate_next(&client->rate, 0, client->now);

	if (!rate_take(&client->rate, client->now)) {
		report_note(client, NOTE_RATE_LIMIT, NULL, next - client->now, 0);
		exchange_defer(&client->exchange, next);
		return;
	}
	compose(client, &message);
	if (client->exchange.state == SOLICITING && client->exchange.sent > 0)
		client->collecting = false;
	exchange_sent(&client->exchange, draw(client), client->now);
	send_from(client, &no_source, &message);
}

bool sending_registers(const struct client *client)
{
	return client->config.register_addresses && !client->config.anonymous && client->started &&
	       client->link;
}

msec sending_register_at(const struct client *client)
{
	msec due = sending_registers(client) ? registrar_deadline(&client->registrar) : NEVER;
	/* Registrations, many at a time, must not keep a Request or a Decline waiting. */
	msec allowed = rate_next(&client->rate, client->rate.size / 2, client->now);

	return due > allowed ? due : allowed;
}

void sending_register(struct client *client)
{
	struct registration_due due;
	struct message message;

	while (sending_register_at(client) <= client->now &&
	       registrar_take(&client->registrar, client->now, client->ops.random,
			      client->ops.context, &due)) {
		if (due.again)
			report_note(client, NOTE_REGISTER_AGAIN, &due.addr, 0, 0);
		rate_take(&client->rate, client->now);
		registrar_compose(&message, &client->config.duid, &due);
		send_from(client, &due.addr, &message);
		if (due.last)
			report_note(client, NOTE_UNREGISTERED, &due.addr, 0, 0);
	}
}

/* It holds from the next RT on; Advertises must agree on it (C-OPT-17, C-ADV-6, C-RTX-11). */
static void hear(struct client *client, struct max_rt *max_rt, enum message_state state,
		 uint32_t seconds, bool reply)
{
	msec before = max_rt->value;

	if (!reply && max_rt->heard != 0 && max_rt->heard != seconds)
		max_rt->differs = true;
	max_rt->heard = seconds;
	max_rt->value = !reply && max_rt->differs ? exchange_timing(state)->mrt
						  : (msec)seconds * 1000;
	if (client->exchange.state == state)
		client->exchange.mrt = max_rt->value;
	if (max_rt->value != before)
		report_note(client, NOTE_MAX_RT, NULL, max_rt->value / 1000, 0);
}

void sending_hear_max_rt(struct client *client, const struct message *message, bool reply)
{
	if (message->has_sol_max_rt)
		hear(client, &client->sol_max_rt, SOLICITING, message->sol_max_rt, reply);
	if (message->has_inf_max_rt)
		hear(client, &client->inf_max_rt, INFORMING, message->inf_max_rt, reply);
}

/* Rounds of Solicit and failure get rarer (C-SOL-12, C-RATE-3). */
void sending_back_off(struct client *client)
{
	client->backoff = exchange_next_rt(client->backoff, exchange_timing(SOLICITING)->irt,
					   client->sol_max_rt.value,
					   exchange_rand(draw(client), false));
	client->delay = client->backoff;
	client->bare = false;
	report_note(client, NOTE_NOTHING_OFFERED, NULL, client->delay, 0);
}

void sending_take_offer(struct client *client)
{
	bool any = offers_take(&client->offers, &client->offer);

	/* The events that lead here are raised only while an offer is left. */
	assert(any);
	client->target = client->offer.server;
	client->bare = false;
}

/* The Request after NoBinding led to nothing: another Rebind waits, longer each time. */
void sending_unrepaired(struct client *client)
{
	const struct exchange_timing *timing = exchange_timing(REBINDING);

	client->rebind_wait = exchange_next_rt(client->rebind_wait, timing->irt, timing->mrt,
					       exchange_rand(draw(client), false));
	client->rebind_not_before = client->now + client->rebind_wait;
}

void sending_declined(struct client *client)
{
	msec hold;

	if (client->exchange.sent == 0) {
		conflicts_again(&client->conflicts, client->now);
		return;
	}
	hold = conflicts_hold(&client->conflicts, draw(client), client->now);

	if (client->conflicts.n_declined > 0)
		return; /* found meanwhile: they get a Decline of their own first */
	client->ask_at = client->now + hold;
	report_note(client, NOTE_CONFLICT_HOLD, NULL, hold, 0);
}
