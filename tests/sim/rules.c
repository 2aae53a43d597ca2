/* SPDX-License-Identifier: MPL-2.0 */
#include "rules.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sent.h"

/* The kernel counts whole seconds: it can be this much (ms) ahead of the lease, or behind. */
#define SECOND	    1000
#define END_IS_NEAR 2000

#define FNV_START 0xcbf29ce484222325U
#define FNV_PRIME 0x100000001b3U

void rules_init(struct rules *rules)
{
	memset(rules, 0, sizeof(*rules));
	rules->trace = FNV_START;
	rules_restart(rules);
}

void rules_forget(struct rules *rules)
{
	rules->n_owed = 0;
	rules->conflicts = 0;
	for (unsigned int i = 0; i < RULES_GIVEN; i++)
		rules->given[i].conflict = NEVER;
}

void rules_restart(struct rules *rules)
{
	rules->done = false;
	rules->started = false;
	rules->type = 0;
	rules->n_sent = 0;
	rules->n_announced = 0;
	rules->calm_since = NEVER;
	rules->round = NEVER;
	rules->may_ask = false;
	rules->news = 0;
	rules->owns = (struct owns){ 0 };
	rules_forget(rules);
}

void rules_break(struct rules *rules, const char *format, ...)
{
	va_list arguments;

	if (rules->broken[0] != '\0')
		return;
	va_start(arguments, format);
	vsnprintf(rules->broken, sizeof(rules->broken), format, arguments);
	va_end(arguments);
}

void rules_trace(struct rules *rules, const void *bytes, size_t size)
{
	const uint8_t *octets = bytes;

	for (size_t i = 0; i < size; i++)
		rules->trace = (rules->trace ^ octets[i]) * FNV_PRIME;
}

const char *rules_address(const struct in6_addr *addr)
{
	static char text[4][INET6_ADDRSTRLEN];
	static unsigned int next;

	next = (next + 1) % 4;
	return inet_ntop(AF_INET6, addr, text[next], sizeof(text[next]));
}

/* Where `addr` is kept, or the free place for it; NULL when the table is full. */
static struct given *place(struct rules *rules, const struct in6_addr *addr,
			   unsigned int prefix_len)
{
	uint64_t hash = FNV_START ^ prefix_len;
	unsigned int at;

	for (size_t i = 0; i < sizeof(*addr); i++)
		hash = (hash ^ addr->s6_addr[i]) * FNV_PRIME;
	at = (unsigned int)(hash >> 32) % RULES_GIVEN;
	for (unsigned int i = 0; i < RULES_GIVEN; i++) {
		struct given *given = &rules->given[(at + i) % RULES_GIVEN];

		if (!given->used || (given->prefix_len == prefix_len &&
				     memcmp(&given->addr, addr, sizeof(*addr)) == 0))
			return given;
	}
	return NULL;
}

struct given *rules_given(struct rules *rules, const struct in6_addr *addr, unsigned int prefix_len)
{
	struct given *given = place(rules, addr, prefix_len);

	return given && given->used ? given : NULL;
}

static void note_given(struct rules *rules, const struct message_binding *binding, msec now)
{
	struct given *given = place(rules, &binding->addr, binding->prefix_len);
	msec until = msec_after(now, binding->valid);

	if (!given)
		return;
	if (!given->used) {
		*given = (struct given){
			.used = true,
			.prefix_len = binding->prefix_len,
			.addr = binding->addr,
			.until = until,
			.conflict = NEVER,
		};
		rules->n_given++;
	}
	if (until > given->until)
		given->until = until;
}

void rules_delivered(struct rules *rules, const struct client *client, const void *bytes,
		     size_t size, msec now)
{
	struct message message;

	if (message_parse(&message, bytes, size) != REFUSED_NOT || client->exchange.state == IDLE ||
	    message.xid != client->exchange.xid)
		return;
	owns_hear(&rules->owns, &message);
	if (message.type != MESSAGE_REPLY)
		return;
	for (unsigned int i = 0; i < message.n_bindings; i++)
		if (message.binding[i].valid > 0 && message.binding[i].status == STATUS_SUCCESS)
			note_given(rules, &message.binding[i], now);
}

void rules_before(struct before *before, const struct client *client, msec now)
{
	before->state = client->exchange.state;
	before->xid = client->exchange.xid;
	before->sent = client->exchange.sent;
	before->n_bindings = client->lease.n_bindings;
	before->target = client->target;
	before->due = client_deadline(client) <= now;
}

/* Section 16 of RFC 9915, written down a second time. */
static void check_taken(struct rules *rules, const struct before *before,
			const struct client *client, const struct message *message)
{
	enum message_state state = before->state;
	bool one_server = state == REQUESTING || state == RENEWING || state == RELEASING ||
			  state == DECLINING;

	if (!(client->config.anonymous && state == INFORMING && message->client_id.size == 0) &&
	    !duid_equal(&message->client_id, &client->config.duid))
		rules_break(rules, "C-VAL-RPL-3: a message for another client was taken");
	if (message->server_id.size == 0)
		rules_break(rules, "C-VAL-RPL-1: a message of no server was taken");
	if (message->type == MESSAGE_RECONFIGURE) {
		if (!client->config.reconfigure || state != IDLE)
			rules_break(rules, "C-REC-6: a Reconfigure was taken while %s",
				    message_state_name(state));
		return;
	}
	if (before->sent == 0 || message->xid != before->xid)
		rules_break(rules, "C-VAL-RPL-2: a message was taken that answers nothing");
	if (message->type == MESSAGE_ADVERTISE ? state != SOLICITING
					       : message->type != MESSAGE_REPLY)
		rules_break(rules, "C-VAL-1: a message of type %u was taken while %s",
			    message->type, message_state_name(state));
	if (message->type == MESSAGE_REPLY && state == SOLICITING &&
	    !(client->config.rapid_commit && message->rapid_commit))
		rules_break(rules, "C-VAL-RPL-5: a Reply to Solicit was taken");
	if (one_server && !duid_equal(&message->server_id, &before->target))
		rules_break(rules, "C-VAL-RPL-6: the Reply of another server was taken");
}

void rules_received(struct rules *rules, const struct before *before, const struct client *client,
		    const struct in6_addr *to, const struct message *message, enum refusal refusal)
{
	if (refusal == REFUSED_NOT && message->type == MESSAGE_ADDR_REG_REPLY) {
		owns_check_taken(rules, to, message);
		return;
	}
	if (refusal == REFUSED_NOT) {
		check_taken(rules, before, client, message);
		return;
	}
	if (before->due)
		return;
	if (client->exchange.state != before->state || client->exchange.xid != before->xid ||
	    client->exchange.sent != before->sent || client->lease.n_bindings != before->n_bindings)
		rules_break(rules, "a message that was refused (%s) has changed something",
			    refusal_name(refusal));
}

static const struct binding *held(const struct client *client, const struct in6_addr *addr)
{
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		const struct binding *binding = &client->lease.binding[i];

		if (client->lease.ia[binding->ia].type != OPTION_IA_PD &&
		    memcmp(&binding->addr, addr, sizeof(*addr)) == 0)
			return binding;
	}
	return NULL;
}

void rules_conflict(struct rules *rules, const struct client *client, const struct in6_addr *addr,
		    msec now)
{
	const struct binding *binding = held(client, addr);
	struct given *given = rules_given(rules, addr, 128);

	/* The host's timer may be late: what has ended is nobody's any more. */
	if (!given || !binding || binding_valid_until(binding) <= now)
		return;
	given->before = given->conflict;
	given->conflict = now;
	rules->conflicts++;
	if (rules->round == NEVER)
		rules->round = now;
	if (rules->n_owed < DAD_DECLINED) {
		rules->owed[rules->n_owed].addr = *addr;
		rules->owed[rules->n_owed++].server = client->lease.ia[binding->ia].server;
	}
}

void rules_acquit(struct rules *rules, const struct client *client, const struct in6_addr *addr)
{
	struct given *given = rules_given(rules, addr, 128);

	if (!given || !held(client, addr))
		return;
	given->conflict = given->before;
	rules->conflicts--;
	for (unsigned int i = rules->n_owed; i-- > 0;)
		if (IN6_ARE_ADDR_EQUAL(&rules->owed[i].addr, addr))
			rules->owed[i] = rules->owed[--rules->n_owed];
}

void rules_news(struct rules *rules)
{
	rules->news++;
}

static void check_lifetime(struct rules *rules, const struct action *action, msec now)
{
	const struct in6_addr *addr = &action->address.addr;
	const struct given *given = rules_given(rules, addr, 128);

	if (!given) {
		rules_break(rules, "%s goes on the interface, and no Reply gave it",
			    rules_address(addr));
		return;
	}
	if (action->address.valid == 0 || action->address.preferred > action->address.valid)
		rules_break(rules, "%s gets lifetimes that the kernel refuses: %u, %u",
			    rules_address(addr), action->address.preferred, action->address.valid);
	if (given->until <= now)
		rules_break(rules, "%s goes on the interface past its valid lifetime",
			    rules_address(addr));
	if (given->until != NEVER &&
	    kernel_until(action->address.valid, now) > given->until + SECOND)
		rules_break(rules, "%s gets a longer lifetime than any Reply gave",
			    rules_address(addr));
	if (given->conflict != NEVER && now - given->conflict < DAD_MEMORY &&
	    rules->conflicts < DAD_REMEMBERED)
		rules_break(rules, "C-DEC-7: %s was declined and goes on the interface again",
			    rules_address(addr));
}

static void check_address(struct rules *rules, const struct client *client,
			  const struct action *action, msec now)
{
	const struct in6_addr *addr = &action->address.addr;
	const struct kernel_address *address = kernel_find(&rules->kernel, addr);

	if (action->type == ACTION_ADDRESS_REMOVE) {
		if (address && address->foreign && address->told)
			rules_break(rules, "%s is removed and is not ours", rules_address(addr));
		return;
	}
	if (action->type == ACTION_ADDRESS_ADD && !client->link)
		rules_break(rules, "C-KRN-3: %s is added though the link is unusable",
			    rules_address(addr));
	if (action->type == ACTION_ADDRESS_UPDATE && address && address->foreign && address->told)
		rules_break(rules, "%s is changed and is not ours", rules_address(addr));
	check_lifetime(rules, action, now);
}

static bool in_file(const struct rules *rules, const struct script_side *side)
{
	for (unsigned int i = 0; rules->has_file && i < rules->file.n_bindings; i++)
		if (memcmp(&rules->file.binding[i].addr, &side->addr, sizeof(side->addr)) == 0)
			return true;
	return false;
}

/* The index among what was announced; n_announced when it was not. */
static unsigned int announced(const struct rules *rules, const struct script_side *side)
{
	unsigned int i;

	for (i = 0; i < rules->n_announced; i++)
		if (rules->announced[i].prefix_len == side->prefix_len &&
		    rules->announced[i].ia_type == side->ia_type &&
		    memcmp(&rules->announced[i].addr, &side->addr, sizeof(side->addr)) == 0)
			break;
	return i;
}

/* What is announced is usable and saved (C-DAD-3, C-RPL-15). */
static void check_announced(struct rules *rules, const struct script_call *call, msec now)
{
	const struct script_side *side = &call->new_;
	const struct kernel_address *address = kernel_find(&rules->kernel, &side->addr);
	const char *name = script_reason_name(call->reason);
	unsigned int at = announced(rules, side);

	/* An IA that got nothing is told with its status, and with nothing else. */
	if (call->has_new && side->has_ia && !side->has_binding && side->ia_status != 0)
		return;
	if (!call->has_new || !side->has_binding) {
		rules_break(rules, "%s without a new binding", name);
		return;
	}
	if (side->ia_type != OPTION_IA_PD && !address)
		rules_break(rules, "%s for %s, which is not on the interface", name,
			    rules_address(&side->addr));
	else if (side->ia_type != OPTION_IA_PD &&
		 ((address->tentative && !rules->optimistic) || address->failed))
		rules_break(rules, "C-DAD-3: %s for %s, which has not passed DAD", name,
			    rules_address(&side->addr));
	if (msec_after(side->times.starts.at, side->times.valid) <= now)
		rules_break(rules, "%s for %s, which has expired", name,
			    rules_address(&side->addr));
	if (at == rules->n_announced && at < RULES_ANNOUNCED)
		rules->announced[rules->n_announced++] = (struct announced){
			.ia_type = side->ia_type,
			.prefix_len = side->prefix_len,
			.addr = side->addr,
		};
	if (!in_file(rules, side))
		rules_break(rules, "C-RPL-15: %s for %s, which is not saved", name,
			    rules_address(&side->addr));
}

static void check_gone(struct rules *rules, const struct script_call *call)
{
	const struct script_side *side = &call->old;
	const struct kernel_address *address = kernel_find(&rules->kernel, &side->addr);
	unsigned int at = announced(rules, side);

	if (at < rules->n_announced)
		rules->announced[at] = rules->announced[--rules->n_announced];
	if (!call->has_old || !side->has_binding)
		rules_break(rules, "%s without an old binding", script_reason_name(call->reason));
	else if (side->ia_type != OPTION_IA_PD && address && !address->foreign)
		rules_break(rules, "%s for %s, which is still on the interface",
			    script_reason_name(call->reason), rules_address(&side->addr));
}

static void check_script(struct rules *rules, const struct script_call *call, msec now)
{
	switch (call->reason) {
	case REASON_RENEW6:
		/* After an Information-request options alone; what passes DAD meanwhile comes too.
		 */
		if (rules->type != MESSAGE_INFORMATION_REQUEST || call->new_.has_ia)
			check_announced(rules, call, now);
		else if (!call->has_new || !call->new_.has_options)
			rules_break(rules, "RENEW6 about nothing");
		break;
	case REASON_BOUND6:
	case REASON_REBIND6:
		check_announced(rules, call, now);
		break;
	case REASON_DEPREF6:
		if (!call->has_current ||
		    msec_after(call->new_.times.starts.at, call->new_.times.preferred) > now)
			rules_break(rules, "DEPREF6 too early");
		break;
	case REASON_TENTATIVE6:
		if (!rules->probing && !kernel_find(&rules->kernel, &call->new_.addr))
			rules_break(rules, "TENTATIVE6 for %s, which is not on the interface",
				    rules_address(&call->new_.addr));
		break;
	case REASON_STOP6:
		if (call->has_old) /* a stateless client has nothing to name */
			check_gone(rules, call);
		break;
	case REASON_CONFLICT6:
		break;
	case REASON_EXPIRE6:
	case REASON_RELEASE6:
	case REASON_DECLINE6:
		check_gone(rules, call);
		break;
	case REASON_PREINIT6:
	case SCRIPT_REASONS:
		rules_break(rules, "the core called for %s", script_reason_name(call->reason));
		break;
	}
}

/* A router can say that there is nothing to be had (C-RA-3). */
static bool wants(const struct client *client)
{
	return client->config.mode != MODE_AUTO || client->manner != MANNER_NOTHING;
}

/* The hold-off starts anew after a calm time. */
static void check_hold(struct rules *rules, const struct action *action, msec now)
{
	if (action->note.note != NOTE_CONFLICT_HOLD)
		return;
	if (rules->calm_since != NEVER && rules->round != NEVER &&
	    rules->round - rules->calm_since > DAD_CALM && action->note.number > SECOND)
		rules_break(rules, "after %d s of calm a conflict costs %d s of hold-off",
			    (int)((rules->round - rules->calm_since) / SECOND),
			    (int)(action->note.number / SECOND));
	rules->calm_since = now + action->note.number;
	rules->may_ask = true;
	rules->round = NEVER;
}

void rules_action(struct rules *rules, const struct client *client, const struct action *action,
		  msec now)
{
	rules->optimistic = client->config.dad == DAD_OPTIMISTIC;
	rules->probing = client->config.dad == DAD_BY_PROBE;
	rules_trace(rules, &action->type, sizeof(action->type));
	if (rules->done)
		rules_break(rules, "action %d after ACTION_DONE", (int)action->type);
	switch (action->type) {
	case ACTION_SEND:
		rules_trace(rules, action->message.bytes, action->message.size);
		sent_check(rules, client, action, now);
		break;
	case ACTION_ADDRESS_ADD:
	case ACTION_ADDRESS_UPDATE:
	case ACTION_ADDRESS_REMOVE:
		rules_trace(rules, &action->address.addr, sizeof(action->address.addr));
		check_address(rules, client, action, now);
		break;
	case ACTION_SCRIPT:
		rules_trace(rules, &action->script.reason, sizeof(action->script.reason));
		check_script(rules, &action->script, now);
		break;
	case ACTION_SAVE:
		rules->has_file = true;
		rules->file = action->lease;
		break;
	case ACTION_SAVE_KEY:
	case ACTION_PROBE:
	case ACTION_ASK_ROUTER:
		break;
	case ACTION_READY:
		if (client_lease_state(client) != BOUND && !client->informed && wants(client))
			rules_break(rules, "ready with nothing held");
		break;
	case ACTION_DONE:
		rules->done = true;
		break;
	case ACTION_NOTE:
		/* That there is no router is news too. */
		rules->news += action->note.note == NOTE_NO_ROUTER;
		/* What was a duplicate on another link is not declined on this one. */
		if (action->note.note == NOTE_NOT_ON_LINK)
			rules->n_owed = 0;
		rules_trace(rules, &action->note.note, sizeof(action->note.note));
		check_hold(rules, action, now);
		break;
	}
}

/* Section 6.1: the legal pairs. */
static void check_pair(struct rules *rules, const struct client *client)
{
	static const bool legal[2][MESSAGE_STATES] = {
		[INIT] = { [IDLE] = true,
			   [SOLICITING] = true,
			   [REQUESTING] = true,
			   [INFORMING] = true,
			   [RELEASING] = true,
			   [DECLINING] = true },
		[BOUND] = { [IDLE] = true,
			    [REQUESTING] = true,
			    [CONFIRMING] = true,
			    [RENEWING] = true,
			    [REBINDING] = true,
			    [LINK_REBINDING] = true,
			    [INFORMING] = true,
			    [DECLINING] = true },
	};
	enum lease_state lease = client_lease_state(client);
	enum message_state message = client_message_state(client);

	if (!legal[lease][message])
		rules_break(rules, "%s/%s is no legal pair", lease_state_name(lease),
			    message_state_name(message));
	if ((client->lease.n_bindings > 0) != (lease == BOUND))
		rules_break(rules, "%s with %u bindings", lease_state_name(lease),
			    client->lease.n_bindings);
}

static void check_deadline(struct rules *rules, const struct client *client, bool timer, msec now)
{
	msec deadline = client_deadline(client);
	const char *lease = lease_state_name(client_lease_state(client));
	const char *message = message_state_name(client_message_state(client));

	if (rules->done) {
		if (deadline != NEVER)
			rules_break(rules, "a deadline after ACTION_DONE");
		return;
	}
	if (timer && deadline <= now)
		rules_break(rules, "%s/%s: after the timeout the deadline is %d ms ago", lease,
			    message, (int)(now - deadline));
	if (!client->link || !rules->started || deadline != NEVER)
		return;
	if (client_message_state(client) != IDLE)
		rules_break(rules, "%s/%s without a deadline", lease, message);
	else if (client_lease_state(client) == INIT && !client->informed && wants(client))
		rules_break(rules, "%s/%s waits for ever", lease, message);
}

static void check_held(struct rules *rules, const struct client *client, bool timer, msec now)
{
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		const struct binding *binding = &client->lease.binding[i];
		const struct given *given = rules_given(rules, &binding->addr, binding->prefix_len);
		const struct kernel_address *address = kernel_find(&rules->kernel, &binding->addr);

		if (!given || binding_valid_until(binding) > given->until)
			rules_break(rules, "%s is held longer than any Reply said",
				    rules_address(&binding->addr));
		if (timer && binding_valid_until(binding) <= now)
			rules_break(rules, "%s is held past its valid lifetime",
				    rules_address(&binding->addr));
		if (client->lease.ia[binding->ia].type == OPTION_IA_PD ||
		    binding->dad.state == DAD_WAITING || binding->dad.state == DAD_PROBING ||
		    address || binding_valid_until(binding) - now < END_IS_NEAR)
			continue;
		rules_break(rules, "%s counts as being on the interface and is not there",
			    rules_address(&binding->addr));
	}
}

/* What the client put on the interface is in its lease, for as long as there. */
static void check_kernel(struct rules *rules, const struct client *client)
{
	for (unsigned int i = 0; i < rules->kernel.n; i++) {
		const struct kernel_address *address = &rules->kernel.address[i];
		const struct binding *binding;

		if (address->foreign || address->orphan)
			continue;
		binding = held(client, &address->addr);
		if (!binding)
			rules_break(rules, "%s is on the interface and not in the lease",
				    rules_address(&address->addr));
		else if (binding_valid_until(binding) != NEVER &&
			 address->until - address->slept > binding_valid_until(binding) + SECOND)
			rules_break(rules, "%s outlives its lease on the interface",
				    rules_address(&address->addr));
	}
}

/* A script that heard of a binding hears also of its end. */
static void check_announcements(struct rules *rules, const struct client *client)
{
	for (unsigned int i = 0; i < rules->n_announced; i++) {
		const struct announced *heard = &rules->announced[i];
		bool is_held = false;

		for (unsigned int j = 0; j < client->lease.n_bindings; j++)
			is_held |= memcmp(&client->lease.binding[j].addr, &heard->addr,
					  sizeof(heard->addr)) == 0;
		if (!is_held)
			rules_break(rules, "the script never heard of the end of %s",
				    rules_address(&heard->addr));
	}
}

/* A duplicate is never confirmed after a restart. */
static void check_file(struct rules *rules, const struct client *client)
{
	if (!rules->has_file || rules->file.released)
		return;
	for (unsigned int i = 0; i < rules->file.n_bindings; i++) {
		const struct in6_addr *addr = &rules->file.binding[i].addr;
		const struct given *given = rules_given(rules, addr, 128);

		if (given && given->conflict != NEVER && !held(client, addr))
			rules_break(rules, "%s is a duplicate and still in the lease file",
				    rules_address(addr));
	}
}

void rules_settled(struct rules *rules, const struct client *client, bool timer, msec now)
{
	rules_trace(rules, &now, sizeof(now));
	/* In a storm nothing is declined any more, and what is missing is asked for much later. */
	if (client->conflicts.storm) {
		rules->n_owed = 0;
		rules->may_ask = true;
	}
	if (!client->link)
		rules->owns.offered = false;
	check_pair(rules, client);
	check_deadline(rules, client, timer, now);
	if (rules->done)
		return;
	check_held(rules, client, timer, now);
	check_kernel(rules, client);
	check_file(rules, client);
	check_announcements(rules, client);
}
