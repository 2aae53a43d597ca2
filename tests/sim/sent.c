/* SPDX-License-Identifier: MPL-2.0 */
#include "sent.h"

#include <string.h>

/* Section 1.6 and 1.8 of the requirements, written down a second time: not taken from the core. */
static const struct kind {
	const char *name;
	bool server_id;
	bool oro;
	bool ia_na;
	bool ia_pd;
	bool empty;	  /* its IAs may hold nothing */
	unsigned int mrc; /* transmissions; 0: no limit */
	msec irt;	  /* ms */
} kinds[] = {
	[MESSAGE_SOLICIT] = { "Solicit", false, true, true, true, true, 0, 1000 },
	[MESSAGE_REQUEST] = { "Request", true, true, true, true, true, 10, 1000 },
	[MESSAGE_CONFIRM] = { "Confirm", false, false, true, false, false, 0, 1000 },
	[MESSAGE_RENEW] = { "Renew", true, true, true, true, true, 0, 10000 },
	[MESSAGE_REBIND] = { "Rebind", false, true, true, true, true, 0, 1000 },
	[MESSAGE_RELEASE] = { "Release", true, false, true, true, false, 4, 1000 },
	[MESSAGE_INFORMATION_REQUEST] = { "Information-request", false, true, false, false, false,
					  0, 1000 },
	[MESSAGE_DECLINE] = { "Decline", true, false, true, false, false, 4, 1000 },
};

#define CONFIRM_LIMIT 10000 /* ms: CNF_MAX_RD */

/* The message type that each state sends; 0: none. */
static unsigned int type_of(enum message_state state)
{
	switch (state) {
	case SOLICITING:
		return MESSAGE_SOLICIT;
	case REQUESTING:
		return MESSAGE_REQUEST;
	case CONFIRMING:
		return MESSAGE_CONFIRM;
	case RENEWING:
		return MESSAGE_RENEW;
	case REBINDING:
	case LINK_REBINDING:
		return MESSAGE_REBIND;
	case RELEASING:
		return MESSAGE_RELEASE;
	case DECLINING:
		return MESSAGE_DECLINE;
	case INFORMING:
		return MESSAGE_INFORMATION_REQUEST;
	case IDLE:
	case MESSAGE_STATES:
		break;
	}
	return 0;
}

static bool same_bindings(const struct message *a, const struct message *b)
{
	if (a->n_bindings != b->n_bindings)
		return false;
	for (unsigned int i = 0; i < a->n_bindings; i++)
		if (memcmp(&a->binding[i].addr, &b->binding[i].addr, sizeof(struct in6_addr)) != 0)
			return false;
	return true;
}

/* C-ELP-1 to C-ELP-4 */
static void check_elapsed(struct rules *rules, const struct message *message, msec now)
{
	msec expected = rules->count == 1 ? 0 : (now - rules->first) / 10;

	if (expected > UINT16_MAX)
		expected = UINT16_MAX;
	if (!message->has_elapsed)
		rules_break(rules, "C-ELP-1: %s without Elapsed Time", kinds[message->type].name);
	else if (message->elapsed != expected)
		rules_break(rules, "C-ELP-2: transmission %u of %s has elapsed time %u, not %d",
			    rules->count, kinds[message->type].name, message->elapsed,
			    (int)expected);
}

/* What holds from one transmission to the next of the same exchange. */
static void check_again(struct rules *rules, const struct client *client,
			const struct message *message, msec now)
{
	const struct kind *kind = &kinds[message->type];
	msec gap = now - rules->last;
	msec irt = client->exchange.state == REBINDING ? 10000 : kind->irt;

	rules->count++;
	if (message->type != rules->type)
		rules_break(rules, "C-XID-1: %s has the transaction id of the %s before it",
			    kind->name, kinds[rules->type].name);
	if (kind->mrc > 0 && rules->count > kind->mrc)
		rules_break(rules, "C-RTX-4: %s is sent %u times", kind->name, rules->count);
	if (gap < irt - irt / 10)
		rules_break(rules, "C-RTX-1: %s again after %d ms", kind->name, (int)gap);
	if (message->type == MESSAGE_SOLICIT && rules->count == 2 && gap <= 1000)
		rules_break(rules, "C-RTX-2: the first RT of Solicit is %d ms", (int)gap);
	if (exchange_timing(client->exchange.state)->mrd != 0 && now - rules->first > CONFIRM_LIMIT)
		rules_break(rules, "C-RTX-6: %s after its MRD", kind->name);
	if (message->type == MESSAGE_DECLINE && !same_bindings(message, &rules->message))
		rules_break(rules, "C-RTX-9: the Decline changed when it was sent again");
}

static void check_exchange(struct rules *rules, const struct client *client,
			   const struct message *message, msec now)
{
	bool first = client->exchange.sent == 1;

	if (message->type != type_of(client->exchange.state))
		rules_break(rules, "%s is sent while %s", kinds[message->type].name,
			    message_state_name(client->exchange.state));
	if (first && rules->type != 0 && message->xid == rules->xid)
		rules_break(rules, "C-XID-1: a new %s has the transaction id of the last message",
			    kinds[message->type].name);
	if (!first && message->xid != rules->xid)
		rules_break(rules, "C-XID-2: %s has a new transaction id when sent again",
			    kinds[message->type].name);
	if (rules->type != 0 && message->xid == rules->xid) {
		check_again(rules, client, message, now);
	} else {
		rules->count = 1;
		rules->first = now;
	}
	check_elapsed(rules, message, now);
}

/* At most so many in any such time, and one for the edge of the window (C-RATE-1, C-RATE-2). */
static void check_rate(struct rules *rules, const struct client *client, msec now)
{
	unsigned int limit = client->config.rate_messages + 1;
	msec window = (msec)client->config.rate_seconds * 1000;

	if (limit < RULES_WINDOW && rules->n_sent >= limit &&
	    now - rules->sent[(rules->n_sent - limit) % RULES_WINDOW] < window)
		rules_break(rules, "C-RATE-2: %u messages in %d ms", limit + 1,
			    (int)(now - rules->sent[(rules->n_sent - limit) % RULES_WINDOW]));
	rules->sent[rules->n_sent++ % RULES_WINDOW] = now;
}

/* C-IA-1: a client's times are 0; an IA_PD is where it may be (C-CNF-4, C-DEC-2). */
static void check_ias(struct rules *rules, const struct message *message)
{
	const struct kind *kind = &kinds[message->type];

	for (unsigned int i = 0; i < message->n_ias; i++) {
		const struct message_ia *ia = &message->ia[i];
		bool filled = false;

		if (ia->type == OPTION_IA_PD ? !kind->ia_pd : !kind->ia_na)
			rules_break(rules, "%s with an IA_%s", kind->name,
				    ia->type == OPTION_IA_PD ? "PD" : "NA");
		for (unsigned int j = 0; j < message->n_bindings; j++)
			filled |= message->binding[j].ia == i;
		if (!filled && !kind->empty)
			rules_break(rules, "%s with an IA that is empty", kind->name);
		if (ia->t1 != 0 || ia->t2 != 0 || ia->status.present)
			rules_break(rules, "C-IA-1: %s with T1, T2 or a status", kind->name);
	}
	for (unsigned int i = 0; i < message->n_bindings; i++)
		if (message->binding[i].preferred != 0 || message->binding[i].valid != 0)
			rules_break(rules, "C-IA-1: %s with lifetimes", kind->name);
	if (message->n_ias == 0 && message->type != MESSAGE_INFORMATION_REQUEST)
		rules_break(rules, "%s without an IA", kind->name);
}

static bool asks_for(const struct message *message, unsigned int code)
{
	for (unsigned int i = 0; i < message->n_oro; i++)
		if (message->oro[i] == code)
			return true;
	return false;
}

/* Section 1.8 of the requirements. */
static void check_options(struct rules *rules, const struct client *client,
			  const struct message *message)
{
	const struct kind *kind = &kinds[message->type];
	/* C-INF-4: the answer to a Reconfigure names the server that sent it. */
	bool wanted = kind->server_id ||
		      (message->type == MESSAGE_INFORMATION_REQUEST && client->reconfigured);

	bool nameless = message->type == MESSAGE_INFORMATION_REQUEST && client->config.anonymous;

	/* An anonymous client need not say who it is to be told what all are told (RFC 7844). */
	if (nameless ? message->client_id.size > 0
		     : !duid_equal(&message->client_id, &client->config.duid))
		rules_break(rules, "%s with%s our Client Identifier", kind->name,
			    nameless ? "" : "out");
	if (wanted != (message->server_id.size > 0))
		rules_break(rules, "%s with%s Server Identifier", kind->name,
			    wanted ? "out" : " a");
	if (kind->oro != message->has_oro)
		rules_break(rules, "C-ORO-1: %s with%s Option Request option", kind->name,
			    kind->oro ? "out" : " an");
	if (message->type == MESSAGE_INFORMATION_REQUEST) {
		if (!asks_for(message, OPTION_INF_MAX_RT) ||
		    !asks_for(message, OPTION_INFORMATION_REFRESH_TIME))
			rules_break(rules, "C-ORO-6: %s lacks what it must ask for", kind->name);
	} else if (kind->oro && (!asks_for(message, OPTION_SOL_MAX_RT) ||
				 asks_for(message, OPTION_INFORMATION_REFRESH_TIME))) {
		rules_break(rules, "C-ORO-5, C-ORO-7: what %s asks for is wrong", kind->name);
	}
	if (message->rapid_commit && message->type != MESSAGE_SOLICIT)
		rules_break(rules, "%s with Rapid Commit", kind->name);
	if (message->has_preference || message->status.present || message->auth.present)
		rules_break(rules, "%s with an option of servers", kind->name);
}

static bool in_message(const struct message *message, const struct in6_addr *addr,
		       unsigned int prefix_len)
{
	for (unsigned int i = 0; i < message->n_bindings; i++)
		if (message->binding[i].prefix_len == prefix_len &&
		    memcmp(&message->binding[i].addr, addr, sizeof(*addr)) == 0)
			return true;
	return false;
}

/* Without those that say only how long a prefix should be (C-HINT-1). */
static unsigned int named(const struct message *message)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < message->n_bindings; i++)
		n += message->ia[message->binding[i].ia].type != OPTION_IA_PD ||
		     !IN6_IS_ADDR_UNSPECIFIED(&message->binding[i].addr);
	return n;
}

/* Confirm is about addresses; temporary ones are never asked to last longer. */
static bool to_be_named(const struct client *client, const struct ia *ia)
{
	enum message_state state = client->exchange.state;

	if (ia->type == OPTION_IA_TA)
		return state != RENEWING && state != REBINDING;
	return ia->type == OPTION_IA_NA || state != CONFIRMING;
}

/* How many IAs Renew and Rebind have: all, also those that are to be filled (C-REN-3). */
static unsigned int ias_wanted(const struct client *client)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < client->lease.n_ias; i++) {
		const struct ia *ia = &client->lease.ia[i];

		n += lease_count(&client->lease, i) > 0 ? to_be_named(client, ia) : !ia->dormant;
	}
	return n;
}

/* Renew and Rebind name all that is held and nothing else; Confirm its addresses (C-REN-2,
 * C-CNF-1). */
static void check_held(struct rules *rules, const struct client *client,
		       const struct message *message)
{
	unsigned int expected = 0;

	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		const struct binding *binding = &client->lease.binding[i];

		if (binding_valid_until(binding) <= client->now)
			continue;
		if (!to_be_named(client, &client->lease.ia[binding->ia]))
			continue;
		expected++;
		if (!in_message(message, &binding->addr, binding->prefix_len))
			rules_break(rules, "%s lacks %s, which is held", kinds[message->type].name,
				    rules_address(&binding->addr));
	}
	if (named(message) != expected)
		rules_break(rules, "C-RTX-8: %s names %u bindings, %u are held",
			    kinds[message->type].name, named(message), expected);
	if (message->type != MESSAGE_CONFIRM && message->n_ias != ias_wanted(client))
		rules_break(rules, "C-REN-3: %s has %u IAs, %u are wanted",
			    kinds[message->type].name, message->n_ias, ias_wanted(client));
}

/* Evidence for each, none of them still on the interface (C-DEC-1, C-DEC-3). */
static void check_decline(struct rules *rules, const struct message *message)
{
	for (unsigned int i = 0; i < message->n_bindings; i++) {
		const struct in6_addr *addr = &message->binding[i].addr;
		const struct given *given = rules_given(rules, addr, 128);
		const struct kernel_address *address = kernel_find(&rules->kernel, addr);

		if (!given || given->conflict == NEVER)
			rules_break(rules, "C-DEC-1: %s is declined without evidence",
				    rules_address(addr));
		if (address && !address->foreign)
			rules_break(rules, "C-DEC-3: %s is declined while on the interface",
				    rules_address(addr));
		for (unsigned int j = rules->n_owed; j-- > 0;)
			if (memcmp(&rules->owed[j].addr, addr, sizeof(*addr)) == 0 &&
			    duid_equal(&rules->owed[j].server, &message->server_id))
				rules->owed[j] = rules->owed[--rules->n_owed];
	}
}

/* First unconfigured, then released (C-REL-1). */
static void check_release(struct rules *rules, const struct message *message)
{
	for (unsigned int i = 0; i < message->n_bindings; i++) {
		const struct in6_addr *addr = &message->binding[i].addr;
		const struct kernel_address *address = kernel_find(&rules->kernel, addr);

		if (message->binding[i].prefix_len == 128 && address && !address->foreign)
			rules_break(rules, "C-REL-1: %s is released while on the interface",
				    rules_address(addr));
		if (!rules_given(rules, addr, message->binding[i].prefix_len))
			rules_break(rules, "C-REL-3: %s is released and was never given",
				    rules_address(addr));
	}
}

/*
 * A Renew has a reason: T1 of an IA, which is never at once (C-RATE-4), a Decline before it, or
 * news of the link, each of which counts once.
 */
static void check_renew(struct rules *rules, const struct client *client, msec now)
{
	bool reason = rules->count > 1 || rules->may_ask;

	for (unsigned int i = 0; i < client->lease.n_ias; i++) {
		const struct ia *ia = &client->lease.ia[i];
		uint32_t t1 = ia->times.t1 == 0 ? 1 : ia->times.t1;

		reason |= lease_count(&client->lease, i) > 0 &&
			  msec_after(ia->times.starts.at, t1) <= now;
	}
	/* Beside leases that never end what is missing is asked for once a day. */
	reason |= lease_lacks(&client->lease) && lease_renew_at(&client->lease) == NEVER;
	reason |= client->reconfigured;
	if (!reason && rules->news == 0)
		rules_break(rules, "C-RATE-4: Renew before T1");
	else if (!reason)
		rules->news--;
	rules->may_ask = false;
}

/* What was declined less than an hour ago is not asked for (C-DEC-7). */
static void check_hints(struct rules *rules, const struct message *message, msec now)
{
	for (unsigned int i = 0; i < message->n_bindings; i++) {
		const struct given *given = rules_given(rules, &message->binding[i].addr,
							message->binding[i].prefix_len);

		if (given && given->conflict != NEVER && now - given->conflict < DAD_MEMORY &&
		    rules->conflicts < DAD_REMEMBERED)
			rules_break(rules, "C-DEC-7: %s asks for %s, which is known to be taken",
				    kinds[message->type].name,
				    rules_address(&message->binding[i].addr));
	}
}

static void check_contents(struct rules *rules, const struct client *client,
			   const struct message *message, msec now)
{
	switch (message->type) {
	case MESSAGE_SOLICIT:
	case MESSAGE_REQUEST:
		check_hints(rules, message, now);
		break;
	case MESSAGE_RENEW:
		check_renew(rules, client, now);
		check_held(rules, client, message);
		break;
	case MESSAGE_CONFIRM:
	case MESSAGE_REBIND:
		check_held(rules, client, message);
		break;
	case MESSAGE_DECLINE:
		check_decline(rules, message);
		break;
	case MESSAGE_RELEASE:
		check_release(rules, message);
		break;
	default:
		break;
	}
}

void sent_check(struct rules *rules, const struct client *client, const struct action *action,
		msec now)
{
	const struct in6_addr *source = &action->message.source;
	struct message message;
	enum refusal refusal = message_parse(&message, action->message.bytes, action->message.size);

	if (refusal != REFUSED_NOT || message.notes != 0) {
		rules_break(rules, "a message of ours does not parse: %s, notes %#x",
			    refusal_name(refusal), message.notes);
		return;
	}
	if (!client->link && message.type != MESSAGE_RELEASE)
		rules_break(rules, "C-GEN-8: a message of type %u is sent, the link is unusable",
			    message.type);
	check_rate(rules, client, now);
	if (message.type == MESSAGE_ADDR_REG_INFORM) {
		owns_check_sent(rules, client, source, &message, now);
		return;
	}
	if (message.type >= sizeof(kinds) / sizeof(kinds[0]) || !kinds[message.type].name) {
		rules_break(rules, "a message of type %u", message.type);
		return;
	}
	if (!IN6_IS_ADDR_UNSPECIFIED(source))
		rules_break(rules, "C-GEN-1: %s leaves from %s", kinds[message.type].name,
			    rules_address(source));
	check_exchange(rules, client, &message, now);
	check_ias(rules, &message);
	check_options(rules, client, &message);
	check_contents(rules, client, &message, now);
	rules->type = message.type;
	rules->xid = message.xid;
	rules->last = now;
	rules->message = message;
}
