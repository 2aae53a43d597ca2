/* SPDX-License-Identifier: MPL-2.0 */
#include "core/compose.h"

#include <stdlib.h>
#include <string.h>

#include "core/following.h"

/*
 * The index of an IA, added where it is new; MESSAGE_IAS without room. T1, T2 and lifetimes are 0
 * in everything a client sends (C-IA-1).
 */
static unsigned int add_ia(struct message *message, uint16_t type, uint32_t iaid)
{
	unsigned int i;

	for (i = 0; i < message->n_ias; i++)
		if (message->ia[i].type == type && message->ia[i].iaid == iaid)
			return i;
	if (i < MESSAGE_IAS) {
		message->ia[i].type = type;
		message->ia[i].iaid = iaid;
		message->n_ias++;
	}
	return i;
}

static void add_binding(struct message *message, unsigned int ia, const struct in6_addr *addr,
			uint8_t prefix_len)
{
	struct message_binding *binding;

	if (ia == MESSAGE_IAS || message->n_bindings == MESSAGE_BINDINGS)
		return;
	binding = &message->binding[message->n_bindings++];
	binding->addr = *addr;
	binding->prefix_len = prefix_len;
	binding->ia = (uint8_t)ia;
}

/* What has ended meanwhile is not named any more (C-RTX-8). */
static bool lives(const struct client *client, const struct binding *binding, unsigned int ia)
{
	return binding->ia == ia && binding_valid_until(binding) > client->now;
}

static bool any_lives(const struct client *client, const struct lease *lease, unsigned int ia)
{
	for (unsigned int i = 0; i < lease->n_bindings; i++)
		if (lives(client, &lease->binding[i], ia))
			return true;
	return false;
}

/*
 * Temporary addresses are for a time only: the client never asks for them to last
 * longer, but for others when they have ended.
 */
static bool never_extended(const struct client *client, const struct ia *ia)
{
	return ia->type == OPTION_IA_TA &&
	       (client->exchange.state == RENEWING || client->exchange.state == REBINDING);
}

/* What is held and has not ended, IA by IA; with `empty` also the IAs that hold nothing. */
static void add_held(struct message *message, const struct client *client,
		     const struct lease *lease, bool prefixes, bool empty)
{
	for (unsigned int i = 0; i < lease->n_ias; i++) {
		const struct ia *ia = &lease->ia[i];
		unsigned int place;

		if (ia->type == OPTION_IA_PD && !prefixes)
			continue;
		/* To each server what it has given. */
		if (client->exchange.state == RELEASING &&
		    !duid_equal(&ia->server, &client->target))
			continue;
		if (any_lives(client, lease, i) ? never_extended(client, ia)
						: !empty || ia->dormant)
			continue;
		place = add_ia(message, ia->type, ia->iaid);
		for (unsigned int j = 0; j < lease->n_bindings; j++) {
			const struct binding *binding = &lease->binding[j];

			if (!lives(client, binding, i))
				continue;
			add_binding(message, place, &binding->addr, binding->prefix_len);
			message->binding[message->n_bindings - 1].exclude_len =
				binding->exclude_len;
			message->binding[message->n_bindings - 1].exclude = binding->exclude;
		}
	}
}

static void add_wanted(struct message *message, const struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_ias; i++)
		if (!client->lease.ia[i].dormant)
			add_ia(message, client->lease.ia[i].type, client->lease.ia[i].iaid);
}

/* What was held before is a hint for a server (C-SOL-3), unless it is known to be taken. */
static void add_hints(struct message *message, const struct client *client)
{
	for (unsigned int i = 0; i < client->n_hints; i++)
		for (unsigned int j = 0; j < message->n_ias; j++)
			if (message->ia[j].type == client->hint[i].type &&
			    message->ia[j].iaid == client->hint[i].iaid &&
			    !conflicts_remember(&client->conflicts, &client->hint[i].addr,
						client->now))
				add_binding(message, j, &client->hint[i].addr,
					    client->hint[i].prefix_len);
}

/* Each IA_PD that has no prefix of the wanted length says which length that is (C-HINT-1,
 * C-HINT-2). */
static void add_length_hints(struct message *message, const struct client *client)
{
	static const struct in6_addr any;
	unsigned int n = message->n_bindings;
	uint8_t wanted = following_prefix_hint(client);

	for (unsigned int i = 0; i < message->n_ias && wanted > 0; i++) {
		bool has = message->ia[i].type != OPTION_IA_PD;

		for (unsigned int j = 0; j < n; j++)
			has |= message->binding[j].ia == i &&
			       message->binding[j].prefix_len == wanted;
		if (!has)
			add_binding(message, i, &any, wanted);
	}
}

static void add_offered(struct message *message, const struct client *client)
{
	const struct offer *offer = &client->offer;

	for (unsigned int i = 0; i < offer->n_bindings && !client->bare; i++) {
		const struct ia *ia = &client->lease.ia[offer->binding[i].ia];

		add_binding(message, add_ia(message, ia->type, ia->iaid), &offer->binding[i].addr,
			    offer->binding[i].prefix_len);
	}
}

static void add_declined(struct message *message, const struct client *client)
{
	const struct conflicts *conflicts = &client->conflicts;

	for (unsigned int i = 0; i < conflicts->n_sent; i++)
		add_binding(message,
			    add_ia(message, conflicts->declined[i].ia_type,
				   conflicts->declined[i].iaid),
			    &conflicts->declined[i].addr, 128);
}

/* Each code once (C-ORO-9). */
static void request(struct message *message, uint16_t code)
{
	for (unsigned int i = 0; i < message->n_oro; i++)
		if (message->oro[i] == code)
			return;
	if (message->n_oro < MESSAGE_ORO)
		message->oro[message->n_oro++] = code;
}

static int compare_codes(const void *a, const void *b)
{
	const uint16_t *left = a;
	const uint16_t *right = b;

	return (*left > *right) - (*left < *right);
}

static void add_request_option(struct message *message, const struct client *client)
{
	const struct client_config *config = &client->config;
	bool information = client->exchange.state == INFORMING;
	uint16_t max_rt = information ? OPTION_INF_MAX_RT : OPTION_SOL_MAX_RT;

	message->has_oro = true;
	/* C-ORO-5, C-ORO-6 */
	request(message, max_rt);
	if (information)
		request(message, OPTION_INFORMATION_REFRESH_TIME);
	/* Of IA_PD's own options one has to be asked for (C-PDX-1). */
	for (unsigned int i = 0; i < message->n_ias && !information; i++)
		if (message->ia[i].type == OPTION_IA_PD)
			request(message, OPTION_PD_EXCLUDE);
	for (unsigned int i = 0; i < config->n_oro; i++)
		if (option_requestable(config->oro[i], information))
			request(message, config->oro[i]);
	if (config->register_addresses && !config->anonymous) /* C-REG-1, C-ANON-9 */
		request(message, OPTION_ADDR_REG_ENABLE);
	/* An order of one's own tells who one is (C-ANON-9). */
	if (config->anonymous)
		qsort(message->oro, message->n_oro, sizeof(message->oro[0]), compare_codes);
}

static void add_ias(struct message *message, const struct client *client)
{
	switch (client->exchange.state) {
	case SOLICITING:
		add_wanted(message, client);
		add_hints(message, client);
		add_length_hints(message, client);
		message->rapid_commit = client->config.rapid_commit;
		break;
	case REQUESTING:
		if (lease_state(&client->lease) == BOUND) {
			add_held(message, client, &client->lease, true, true);
		} else {
			add_wanted(message, client);
			add_offered(message, client);
		}
		add_length_hints(message, client);
		break;
	case CONFIRMING:
		add_held(message, client, &client->lease, false, false);
		break;
	case RENEWING:
	case REBINDING:
	case LINK_REBINDING:
		add_held(message, client, &client->lease, true, true);
		add_length_hints(message, client);
		break;
	case RELEASING:
		add_held(message, client, &client->released, true, false);
		break;
	case DECLINING:
		add_declined(message, client);
		break;
	case IDLE:
	case INFORMING:
	case MESSAGE_STATES:
		break;
	}
}

/* What the configuration adds. A name is told only where a lease is asked for (C-FQDN-1). */
static void add_configured(struct message *message, const struct client *client)
{
	const struct exchange_timing *timing = exchange_timing(client->exchange.state);
	struct cursor options = options_read(&client->config.send);
	struct wire_option option;

	while (get_option(&options, &option)) {
		size_t size = cursor_left(&option.data);

		if (option.code == OPTION_CLIENT_FQDN &&
		    (!timing->oro || client->exchange.state == INFORMING))
			continue;
		options_add(&message->options, option.code, get_span(&option.data, size), size);
	}
}

void compose(const struct client *client, struct message *message)
{
	const struct exchange_timing *timing = exchange_timing(client->exchange.state);
	bool anonymous = client->config.anonymous;
	bool information = client->exchange.state == INFORMING;

	memset(message, 0, sizeof(*message));
	message->type = (uint8_t)timing->type;
	message->xid = client->exchange.xid;
	/* Information is given to anybody: an anonymous client does not say who asks (C-ANON-5). */
	if (!anonymous || !information)
		message->client_id = client->config.duid;
	/* C-INF-4: the server that asked for it is named. */
	if (timing->server_id || (information && client->reconfigured))
		message->server_id = client->target;
	message->has_elapsed = true;
	message->elapsed = exchange_elapsed(&client->exchange, client->now);
	add_ias(message, client);
	if (timing->oro)
		add_request_option(message, client);
	/* C-ANON-1, C-ANON-10 */
	if (anonymous)
		return;
	message->reconf_accept = client->config.reconfigure && timing->oro;
	add_configured(message, client);
}
