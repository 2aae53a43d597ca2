/* SPDX-License-Identifier: MPL-2.0 */
#include "answer.h"

#include <stdio.h>
#include <string.h>

unsigned int hash_counter(const struct hash_server *server, const struct identity *identity)
{
	for (unsigned int i = 0; i < server->n; i++)
		if (identity_equal(&server->counter[i].identity, identity))
			return server->counter[i].value;
	return 0;
}

/* When there is no room, the oldest is forgotten: nothing but another Decline comes of it. */
static void raise_counter(struct hash_server *server, const struct identity *identity,
			  unsigned int value)
{
	struct counter *counter = NULL;

	if (value <= hash_counter(server, identity))
		return;
	for (unsigned int i = 0; i < server->n; i++)
		if (identity_equal(&server->counter[i].identity, identity))
			counter = &server->counter[i];
	if (!counter && server->n < SERVER_COUNTERS)
		counter = &server->counter[server->n++];
	if (!counter) {
		counter = &server->counter[server->oldest];
		server->oldest = (server->oldest + 1) % SERVER_COUNTERS;
	}
	*counter = (struct counter){ .identity = *identity, .value = value };
}

/* The number that the address has for the identity; SITE_CANDIDATES when it has none. */
static unsigned int number_of(const struct site *site, const struct identity *identity,
			      const struct in6_addr *addr)
{
	unsigned int number;

	for (number = 0; number < SITE_CANDIDATES; number++) {
		struct in6_addr candidate = site_candidate(site, identity, number);

		if (IN6_ARE_ADDR_EQUAL(&candidate, addr))
			break;
	}
	return number;
}

/* In a small space a later number may be an earlier address again: that one was declined. */
static unsigned int number_after(const struct site *site, const struct identity *identity,
				 unsigned int number)
{
	struct in6_addr candidate;

	do {
		if (++number == SITE_CANDIDATES)
			break;
		candidate = site_candidate(site, identity, number);
	} while (number_of(site, identity, &candidate) != number);
	return number;
}

/*
 * An address that is declined is not offered again, whichever server it came from. A client
 * that names a later one of its own addresses has declined those before it to somebody.
 */
static void learn(struct hash_server *server, const struct message *from)
{
	for (unsigned int i = 0; i < from->n_bindings; i++) {
		const struct message_binding *binding = &from->binding[i];
		const struct message_ia *ia = &from->ia[binding->ia];
		struct identity identity = { .duid = from->client_id, .iaid = ia->iaid };
		unsigned int number;

		if (ia->type != OPTION_IA_NA || from->client_id.size == 0)
			continue;
		number = number_of(&server->site, &identity, &binding->addr);
		if (number == SITE_CANDIDATES)
			continue;
		if (from->type == MESSAGE_DECLINE)
			number = number_after(&server->site, &identity, number);
		raise_counter(server, &identity, number);
	}
}

static void set_status(struct status *status, uint16_t code)
{
	status->present = true;
	status->code = code;
	snprintf(status->text, sizeof(status->text), "%s", status_code_name(code));
}

static bool has_address(const struct message *message, const struct in6_addr *addr)
{
	for (unsigned int i = 0; i < message->n_bindings; i++)
		if (IN6_ARE_ADDR_EQUAL(&message->binding[i].addr, addr))
			return true;
	return false;
}

static void add_address(struct message *to, unsigned int ia, const struct in6_addr *addr,
			uint32_t preferred, uint32_t valid)
{
	if (to->n_bindings < MESSAGE_BINDINGS)
		to->binding[to->n_bindings++] = (struct message_binding){
			.addr = *addr,
			.prefix_len = 128,
			.ia = (uint8_t)ia,
			.preferred = preferred,
			.valid = valid,
		};
}

/* RFC 9915 section 18.3.2: a Request for what does not belong here is refused as a whole. */
static bool names_off_link(const struct site *site, const struct message *from, unsigned int ia)
{
	for (unsigned int i = 0; i < from->n_bindings; i++)
		if (from->binding[i].ia == ia && !site_on_link(site, &from->binding[i].addr))
			return true;
	return false;
}

/* Sections 18.3.4, 18.3.5: addresses that the client must stop using get lifetimes of 0. */
static void end_others(const struct message *from, unsigned int index, struct message *to,
		       unsigned int place, const struct in6_addr *kept)
{
	for (unsigned int i = 0; i < from->n_bindings; i++) {
		const struct message_binding *binding = &from->binding[i];

		if (binding->ia == index && !(kept && IN6_ARE_ADDR_EQUAL(&binding->addr, kept)))
			add_address(to, place, &binding->addr, 0, 0);
	}
}

static void answer_na(const struct hash_server *server, const struct message *from,
		      unsigned int index, struct message *to, unsigned int place)
{
	struct message_ia *ia = &to->ia[place];
	struct identity identity = { .duid = from->client_id, .iaid = ia->iaid };
	unsigned int number = hash_counter(server, &identity);
	bool extends = from->type == MESSAGE_RENEW || from->type == MESSAGE_REBIND;
	struct in6_addr addr;

	if (from->type == MESSAGE_REQUEST && names_off_link(&server->site, from, index)) {
		set_status(&ia->status, STATUS_NOT_ON_LINK);
		return;
	}
	addr = site_candidate(&server->site, &identity, number);
	/* All of its hashes were declined, or two of its IAs have the same one. */
	if (number == SITE_CANDIDATES || has_address(to, &addr)) {
		set_status(&ia->status, STATUS_NO_ADDRS_AVAIL);
		if (extends)
			end_others(from, index, to, place, NULL);
		return;
	}
	ia->t1 = server->t1;
	ia->t2 = server->t2;
	add_address(to, place, &addr, server->preferred, server->valid);
	if (extends)
		end_others(from, index, to, place, &addr);
}

static void answer_leases(const struct hash_server *server, const struct message *from,
			  struct message *to)
{
	for (unsigned int i = 0; i < from->n_ias; i++) {
		unsigned int place = to->n_ias++;

		to->ia[place] =
			(struct message_ia){ .type = from->ia[i].type, .iaid = from->ia[i].iaid };
		if (from->ia[i].type == OPTION_IA_NA)
			answer_na(server, from, i, to, place);
		else
			set_status(&to->ia[place].status, from->ia[i].type == OPTION_IA_PD
								  ? STATUS_NO_PREFIX_AVAIL
								  : STATUS_NO_ADDRS_AVAIL);
	}
}

/* Section 18.3.3: without an address there is nothing to say. */
static const char *answer_confirm(const struct hash_server *server, const struct message *from,
				  struct message *to)
{
	if (from->n_bindings == 0)
		return "no address to confirm";
	set_status(&to->status, STATUS_SUCCESS);
	for (unsigned int i = 0; i < from->n_bindings; i++)
		if (!site_on_link(&server->site, &from->binding[i].addr))
			set_status(&to->status, STATUS_NOT_ON_LINK);
	return NULL;
}

/* Sections 18.3.7, 18.3.8: what was never given is named, the rest is simply taken. */
static void answer_end(const struct hash_server *server, const struct message *from,
		       struct message *to)
{
	set_status(&to->status, STATUS_SUCCESS);
	for (unsigned int i = 0; i < from->n_ias; i++) {
		struct identity identity = { .duid = from->client_id, .iaid = from->ia[i].iaid };
		bool known = from->ia[i].type == OPTION_IA_NA;

		for (unsigned int k = 0; k < from->n_bindings && known; k++)
			known = from->binding[k].ia != i ||
				number_of(&server->site, &identity, &from->binding[k].addr) !=
					SITE_CANDIDATES;
		if (known)
			continue;
		to->ia[to->n_ias] =
			(struct message_ia){ .type = from->ia[i].type, .iaid = from->ia[i].iaid };
		set_status(&to->ia[to->n_ias++].status, STATUS_NO_BINDING);
	}
}

static void add_options(const struct hash_server *server, const struct message *from,
			struct message *to)
{
	for (unsigned int i = 0; i < from->n_oro && server->has_dns; i++)
		if (from->oro[i] == OPTION_DNS_SERVERS)
			options_replace(&to->options, OPTION_DNS_SERVERS, &server->dns,
					sizeof(server->dns), 0);
}

/* Sections 16.2 to 16.12: NULL when a server has to act on it. */
static const char *refuse(const struct hash_server *server, const struct message *from)
{
	switch (from->type) {
	case MESSAGE_SOLICIT:
	case MESSAGE_CONFIRM:
	case MESSAGE_REBIND:
		if (from->server_id.size > 0)
			return "has a Server Identifier";
		break;
	case MESSAGE_REQUEST:
	case MESSAGE_RENEW:
	case MESSAGE_RELEASE:
	case MESSAGE_DECLINE:
		if (from->server_id.size == 0)
			return "has no Server Identifier";
		break;
	case MESSAGE_INFORMATION_REQUEST:
		if (from->n_ias > 0)
			return "has an IA";
		break;
	default:
		return "not a message for servers";
	}
	if (from->server_id.size > 0 && !duid_equal(&from->server_id, &server->duid))
		return "meant for another server";
	if (from->client_id.size == 0 && from->type != MESSAGE_INFORMATION_REQUEST)
		return "has no Client Identifier";
	return NULL;
}

const char *hash_answer(struct hash_server *server, const struct message *from, struct message *to)
{
	const char *why = refuse(server, from);

	learn(server, from);
	if (why)
		return why;
	memset(to, 0, sizeof(*to));
	to->type = MESSAGE_REPLY;
	to->xid = from->xid;
	to->client_id = from->client_id;
	to->server_id = server->duid;
	if (from->type == MESSAGE_SOLICIT && !from->rapid_commit) {
		to->type = MESSAGE_ADVERTISE;
		to->has_preference = server->has_preference;
		to->preference = server->preference;
	}
	if (from->type == MESSAGE_RELEASE || from->type == MESSAGE_DECLINE) {
		answer_end(server, from, to);
		return NULL;
	}
	if (from->type == MESSAGE_CONFIRM)
		return answer_confirm(server, from, to);
	/* Two servers that say the same make Rapid Commit safe: nothing is lost by the second. */
	to->rapid_commit = from->type == MESSAGE_SOLICIT && from->rapid_commit;
	answer_leases(server, from, to);
	add_options(server, from, to);
	return NULL;
}
