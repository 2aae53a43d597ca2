/* SPDX-License-Identifier: MPL-2.0 */
#include "core/holding.h"

#include <string.h>

#include "core/proving.h"
#include "core/report.h"

/* What is missing beside leases that never end is asked for after so many ms. */
#define ASK_AGAIN 86400000

/* An address whose end is this near (ms) is not put back: the kernel's own timer may have been
 * first. */
#define END_IS_NEAR 2000

static bool is_address(const struct client *client, const struct binding *binding)
{
	return client->lease.ia[binding->ia].type != OPTION_IA_PD;
}

static bool verdict_awaited(const struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_bindings; i++)
		if (client->lease.binding[i].dad.state == DAD_PROBING ||
		    client->lease.binding[i].dad.state == DAD_TENTATIVE)
			return true;
	return false;
}

void holding_give(struct client *client, struct binding *binding)
{
	binding->dad.ours = true;
	binding->dad.state = DAD_TENTATIVE;
	binding->dad.optimistic = client->config.dad == DAD_OPTIMISTIC;
	report_address(client, ACTION_ADDRESS_ADD, binding);
}

/* An address is put to the test, of the kernel or of our own, and of hooks. */
static void put_on(struct client *client, struct binding *binding)
{
	binding->dad.since = client->now;
	binding->dad.asking = true;
	/* The calls come one after another. */
	if (client->veto_until < client->now)
		client->veto_until = client->now;
	client->veto_until += DAD_VETO_WAIT;
	binding->dad.asking_until = client->veto_until;
	binding->dad.mac.size = 0;
	/* What is leased is known to servers anyway (C-REG-3). */
	registrar_forget(&client->registrar, &binding->addr);
	if (client->config.dad == DAD_BY_PROBE)
		proving_begin(client, binding);
	else
		holding_give(client, binding);
	report_new(client, REASON_TENTATIVE6, binding);
}

/* Without a carrier DAD would pass unheard (K7), so nothing is added then. */
void holding_put_on(struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_bindings && client->link; i++)
		if (client->lease.binding[i].dad.state == DAD_WAITING)
			put_on(client, &client->lease.binding[i]);
}

static void take_off(struct client *client, const struct binding *binding)
{
	if (is_address(client, binding) && binding->dad.ours)
		report_address(client, ACTION_ADDRESS_REMOVE, binding);
}

void holding_save(struct client *client)
{
	report_lease(client, &client->lease, false);
}

static bool may_be_used(const struct binding *binding)
{
	return binding->dad.state == DAD_UNIQUE ||
	       (binding->dad.state == DAD_TENTATIVE && binding->dad.optimistic);
}

static bool may_be_told(const struct binding *binding)
{
	return binding->announce && !binding->doubtful && !binding->dad.asking &&
	       may_be_used(binding);
}

/* Tells the script of everything that is usable and that it has not heard of yet. */
void holding_announce(struct client *client)
{
	bool any = false;

	client->announce_at = NEVER;
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		struct binding *binding = &client->lease.binding[i];

		any |= may_be_told(binding);
		/* What is told is saved, also when it is optimistic (C-RPL-15). */
		binding->dad.passed |= may_be_told(binding);
	}
	if (!any)
		return;
	holding_save(client);
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		struct binding *binding = &client->lease.binding[i];

		if (!may_be_told(binding))
			continue;
		binding->announce = false;
		client->announced = true;
		report_new(client, client->reason, binding);
	}
}

/* Verdicts that come close together are announced together. */
void holding_announce_soon(struct client *client)
{
	msec at = verdict_awaited(client) ? client->now + DAD_COALESCE : client->now;

	if (at < client->announce_at)
		client->announce_at = at;
}

void holding_doubt(struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_bindings; i++)
		client->lease.binding[i].doubtful = true;
}

void holding_trust(struct client *client)
{
	bool untold = false;

	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		struct binding *binding = &client->lease.binding[i];

		untold |= binding->doubtful && binding->announce;
		binding->doubtful = false;
	}
	if (!untold)
		return;
	client->reason = REASON_BOUND6;
	holding_announce_soon(client);
}

static void pass(struct client *client, struct binding *binding)
{
	binding->dad.state = DAD_UNIQUE;
	binding->dad.passed = true;
	binding->dad.readded = 0;
	binding->dad.took = client->now - binding->dad.since;
	binding->dad.optimistic = false;
	conflicts_pass(&client->conflicts);
	report_note(client, NOTE_UNIQUE, &binding->addr, binding->dad.took, 0);
	holding_announce_soon(client);
	if (client->conflicts.n_declined > 0 && !verdict_awaited(client))
		client->conflicts.decline_at = client->now;
}

/* The last known addresses and prefixes are asked for again in the next Solicit (C-SOL-3). */
static void hint(struct client *client, const struct binding *binding)
{
	const struct ia *ia = &client->lease.ia[binding->ia];
	unsigned int i;

	/* The next temporary address is to be another one; a former prefix tells who we are
	 * (C-ANON-7). */
	if (ia->type == OPTION_IA_TA || (ia->type == OPTION_IA_PD && client->config.anonymous))
		return;
	for (i = 0; i < client->n_hints; i++)
		if (client->hint[i].type == ia->type && client->hint[i].iaid == ia->iaid)
			break;
	if (i == LEASE_IAS)
		return;
	client->hint[i].type = ia->type;
	client->hint[i].iaid = ia->iaid;
	client->hint[i].addr = binding->addr;
	client->hint[i].prefix_len = binding->prefix_len;
	if (i == client->n_hints)
		client->n_hints++;
}

/* Nothing is held any more, and nothing that came with it counts (section 18.2.13). */
static void forget(struct client *client)
{
	client->announced = false;
	client->lease.server.size = 0;
	client->lease.options.size = 0;
	client->rebind_wait = 0;
	client->rebind_not_before = 0;
	for (unsigned int i = 0; i < client->lease.n_ias; i++)
		client->lease.ia[i].granted = false;
}

/* Everything goes, each with a call to the script. */
void holding_drop(struct client *client, enum script_reason reason)
{
	while (client->lease.n_bindings > 0) {
		struct binding gone = client->lease.binding[0];

		hint(client, &gone);
		take_off(client, &gone);
		lease_remove(&client->lease, 0);
		report_old(client, reason, &gone, FOUND_BY_KERNEL);
	}
	forget(client);
	client->announce_at = NEVER;
}

/* Declining does not help: no more of it until the link is another one, or much time has passed. */
static void begin_storm(struct client *client, const struct declined *found)
{
	report_storm(client, &found->mac);
	report_note_mac(client, NOTE_STORM, NULL, &found->mac, 0);
}

/* The address is somebody else's: it leaves the interface and the lease at once (C-DEC-3). */
void holding_conflict(struct client *client, struct binding *binding, enum dad_finder finder)
{
	struct binding gone = *binding;
	const struct declined found = {
		.addr = gone.addr,
		.ia_type = client->lease.ia[gone.ia].type,
		.iaid = client->lease.ia[gone.ia].iaid,
		.server = client->lease.ia[gone.ia].server,
		.since = gone.dad.since,
		.mac = gone.dad.mac,
		.vetoed = finder == FOUND_BY_SCRIPT,
	};
	bool storm;

	report_note_mac(client, NOTE_DUPLICATE, &gone.addr, &gone.dad.mac, finder);
	take_off(client, &gone);
	lease_remove(&client->lease, (unsigned int)(binding - client->lease.binding));
	storm = conflicts_add(&client->conflicts, &found, !verdict_awaited(client), client->now);
	/* The lease file may have it from earlier: a duplicate must never be confirmed. */
	holding_save(client);
	report_old(client, REASON_DECLINE6, &gone, finder);
	if (storm)
		begin_storm(client, &found);
	if (client->conflicts.storm)
		client->ask_at = client->now + DAD_HOLD_MAX;
}

/* Ends what has ended. The host's timer may be late: whatever happens, this comes first. */
void holding_expire(struct client *client)
{
	bool any = false;

	for (unsigned int i = client->lease.n_bindings; i-- > 0;) {
		struct binding gone = client->lease.binding[i];

		if (binding_valid_until(&gone) > client->now)
			continue;
		any = true;
		hint(client, &gone);
		take_off(client, &gone);
		lease_remove(&client->lease, i);
		if (gone.dad.passed)
			report_old(client, REASON_EXPIRE6, &gone, FOUND_BY_KERNEL);
	}
	if (any && lease_state(&client->lease) == INIT) {
		forget(client);
		client->ended = true;
	}
	if (any)
		holding_save(client);
}

static bool depref_due(const struct binding *binding)
{
	return !binding->deprecated && !binding->announce && binding->dad.state == DAD_UNIQUE;
}

void holding_asked(struct client *client, struct binding *binding)
{
	binding->dad.asking = false;
	if (binding->announce && may_be_used(binding))
		holding_announce_soon(client);
}

/* A hook that says nothing in time has no objection. */
void holding_asked_in_time(struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		struct binding *binding = &client->lease.binding[i];

		if (binding->dad.asking && binding->dad.asking_until <= client->now)
			holding_asked(client, binding);
	}
}

void holding_deprefer(struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		struct binding *binding = &client->lease.binding[i];

		if (!depref_due(binding) || binding_preferred_until(binding) > client->now)
			continue;
		binding->deprecated = true;
		report_current(client, REASON_DEPREF6, binding);
	}
}

/* Addresses that were declined a short while ago are not taken again. */
void holding_refuse_duplicates(struct client *client, struct message *message)
{
	for (unsigned int i = 0; i < message->n_bindings; i++) {
		struct message_binding *binding = &message->binding[i];

		if (message->ia[binding->ia].type == OPTION_IA_PD || binding->valid == 0 ||
		    !conflicts_remember(&client->conflicts, &binding->addr, client->now))
			continue;
		binding->status = STATUS_UNSPEC_FAIL;
		report_note(client, NOTE_REOFFERED, &binding->addr, 0, 0);
	}
}

static enum script_reason reason_of(enum message_state state)
{
	switch (state) {
	case RENEWING:
		return REASON_RENEW6;
	case REBINDING:
	case LINK_REBINDING:
		return REASON_REBIND6;
	case IDLE:
	case SOLICITING:
	case REQUESTING:
	case CONFIRMING:
	case INFORMING:
	case RELEASING:
	case DECLINING:
	case MESSAGE_STATES:
		break;
	}
	return REASON_BOUND6;
}

/* What was granted is used; of the rest the script hears which IA failed and why (C-RPL-6,
 * C-RPL-14). */
static void tell_failed_ias(struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_ias; i++) {
		const struct ia *ia = &client->lease.ia[i];

		if (ia->status == STATUS_SUCCESS)
			continue;
		report_note(client, NOTE_IA_FAILED, NULL, ia->iaid, ia->status);
		if (lease_count(&client->lease, i) == 0)
			report_empty_ia(client, client->reason, ia);
	}
}

/* New lifetimes for what the kernel has already; no new DAD (C-REN-7). */
static void extend_addresses(struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		struct binding *binding = &client->lease.binding[i];

		if (binding->announce && is_address(client, binding) && binding->dad.ours &&
		    binding->dad.state != DAD_WAITING && binding->dad.state != DAD_PROBING &&
		    binding->times.valid > 0)
			report_address(client, ACTION_ADDRESS_UPDATE, binding);
	}
}

/* What a Reply does not repeat is withdrawn (C-OPT-18). */
static void take_over_options(struct client *client, const struct message *reply)
{
	client->had_options = client->announced;
	client->old_options = client->lease.options;
	client->old_server = client->lease.server;
	client->lease.options = reply->options;
}

/* For how long the information counts, in seconds (section 21.23, C-INF-5). */
static uint32_t refresh_time(const struct message *reply)
{
	if (!reply->has_refresh_time)
		return IRT_DEFAULT;
	return reply->refresh_time < IRT_MINIMUM ? IRT_MINIMUM : reply->refresh_time;
}

void holding_inform(struct client *client, const struct message *reply)
{
	take_over_options(client, reply);
	/* Whoever informs us does not become the server of what another one has given. */
	if (lease_state(&client->lease) == INIT)
		client->lease.server = reply->server_id;
	client->refresh_at = msec_after(client->now, refresh_time(reply));
	client->announced = true;
	client->informed |= lease_state(&client->lease) == INIT;
	if (lease_state(&client->lease) == BOUND)
		holding_save(client);
	report_options(client, REASON_RENEW6);
}

/* A server that extends an IA knows it: what it did not mention of it fits the link too. */
static void trust_answered(struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		struct binding *binding = &client->lease.binding[i];

		if (!client->lease.ia[binding->ia].unanswered)
			binding->doubtful = false;
	}
}

/* A Reply as a whole: lease, kernel, script (section 18.2.10.1). */
void holding_apply(struct client *client, const struct message *reply)
{
	bool served = lease_state(&client->lease) == BOUND && client->lease.server.size > 0;
	struct merge merge;

	/* Whatever brought it, the first that the script hears of a lease is BOUND6. */
	client->reason = client->announced ? reason_of(client->exchange.state) : REASON_BOUND6;
	merge = lease_merge(&client->lease, reply, client->received);
	if (merge.granted > 0) {
		take_over_options(client, reply);
		client->lease.server = reply->server_id;
		if (served && !duid_equal(&client->old_server, &reply->server_id))
			report_note(client, NOTE_SERVER_CHANGED, NULL, 0, 0);
	}
	if (merge.limit > 0)
		report_note(client, NOTE_NO_ROOM, NULL, merge.limit, 0);
	trust_answered(client);
	if (merge.unanswered == 0) {
		client->rebind_wait = 0;
		client->rebind_not_before = 0;
	}
	tell_failed_ias(client);
	client->backoff = 0;
	client->bare = false;
	client->filling = false;
	client->offers.n = 0;
	/* Where no T1 will come, what is missing is asked for all the same (C-GEN-5). */
	if (lease_lacks(&client->lease) && lease_renew_at(&client->lease) == NEVER)
		client->ask_at = client->now + ASK_AGAIN;
	else if (!lease_lacks(&client->lease))
		client->ask_at = NEVER;
	extend_addresses(client);
	holding_expire(client);
	holding_put_on(client);
	holding_announce(client);
}

/* Somebody removed an address that is ours to use. That is no conflict (C-DEC-9, K5). */
static void put_back(struct client *client, struct binding *binding)
{
	if (binding->dad.state == DAD_WAITING || binding->dad.state == DAD_PROBING)
		return;
	binding->dad.state = DAD_WAITING;
	binding->dad.ours = false;
	proving_end(binding);
	if (!client->link || binding_valid_until(binding) - client->now < END_IS_NEAR)
		return;
	if (binding->dad.readded == DAD_READD_MAX) {
		report_note(client, NOTE_LEFT_REMOVED, &binding->addr, 0, 0);
		return;
	}
	binding->dad.readded++;
	report_note(client, NOTE_PUT_BACK, &binding->addr, 0, 0);
	put_on(client, binding);
}

void holding_judge(struct client *client, struct binding *binding, enum address_event event)
{
	switch (event) {
	case ADDRESS_UNIQUE:
		if (binding->dad.state == DAD_TENTATIVE && client->link)
			pass(client, binding);
		break;
	case ADDRESS_KEPT:
		/* The kernel does not test again what it has (K6, K12). */
		if (binding->dad.state == DAD_TENTATIVE && client->link) {
			pass(client, binding);
			proving_in_place(client, binding);
		}
		break;
	case ADDRESS_TENTATIVE:
		/* Permanent addresses are tested again when a link comes up (K13). */
		if (binding->dad.state == DAD_UNIQUE && binding->dad.ours) {
			binding->dad.state = DAD_TENTATIVE;
			binding->dad.since = client->now;
			proving_end(binding);
		}
		break;
	case ADDRESS_DUPLICATE:
		holding_conflict(client, binding, FOUND_BY_KERNEL);
		break;
	case ADDRESS_GONE:
	case ADDRESS_MISSING:
		put_back(client, binding);
		break;
	case ADDRESS_FOREIGN:
		if (binding->dad.state != DAD_TENTATIVE)
			break;
		report_note(client, NOTE_FOREIGN, &binding->addr, 0, 0);
		binding->dad.ours = false;
		pass(client, binding);
		break;
	case ADDRESS_UNASKED:
		binding->dad.unasked = true;
		break;
	case ADDRESS_REFUSED:
		report_note(client, NOTE_REFUSED, &binding->addr, 0, 0);
		binding->dad.state = DAD_WAITING;
		binding->dad.ours = false;
		break;
	}
}

/* The address of ours that an event is about; NULL when it is none, or a prefix. */
struct binding *holding_find(struct client *client, const struct in6_addr *addr)
{
	struct binding *binding = lease_find(&client->lease, addr, 128);

	return binding && is_address(client, binding) ? binding : NULL;
}

/* The first binding is complete when no verdict is awaited and the script has heard of the rest. */
void holding_check_ready(struct client *client)
{
	bool usable;

	if (client->ready || !client->link || client->announce_at != NEVER ||
	    (verdict_awaited(client) && client->config.dad != DAD_OPTIMISTIC))
		return;
	usable = client->informed || client->manner == MANNER_NOTHING;
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		if (client->lease.binding[i].dad.asking)
			return;
		usable |= may_be_used(&client->lease.binding[i]) &&
			  !client->lease.binding[i].doubtful;
	}
	if (!usable)
		return;
	client->ready = true;
	report(client, ACTION_READY);
}

void holding_link_lost(struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		struct binding *binding = &client->lease.binding[i];

		proving_end(binding);
		if (binding->dad.state != DAD_TENTATIVE && binding->dad.state != DAD_PROBING)
			continue;
		take_off(client, binding);
		binding->dad.state = DAD_WAITING;
		binding->dad.ours = false;
	}
}

void holding_restore(struct client *client, const struct lease *lease)
{
	msec now = client->now;

	for (unsigned int i = 0; i < lease->n_bindings; i++) {
		struct binding from = lease->binding[i];
		const struct ia *ia = &lease->ia[from.ia];
		struct ia *own = lease_find_ia(&client->lease, ia->type, ia->iaid);

		if (!own || lease_find(&client->lease, &from.addr, from.prefix_len))
			continue;
		from.ia = (uint8_t)(own - client->lease.ia);
		if (lease->released || lease->server.size == 0 ||
		    binding_valid_until(&from) <= now) {
			hint(client, &from);
			continue;
		}
		if (from.times.starts.at > now)
			from.times.starts.at = now;
		own->times = ia->times;
		if (own->times.starts.at > now)
			own->times.starts.at = now;
		own->granted = true;
		own->server = lease->server;
		from.announce = true;
		from.doubtful = true;
		from.had = false;
		from.dad = (struct dad){
			.state = ia->type == OPTION_IA_PD ? DAD_UNIQUE : DAD_WAITING,
			.ours = true, /* an earlier run may have put it on */
			.passed = true,
		};
		client->lease.binding[client->lease.n_bindings++] = from;
	}
	if (client->lease.n_bindings == 0)
		return;
	client->announced = true; /* by whoever wrote the lease file */
	client->lease.server = lease->server;
	client->lease.options = lease->options;
}

msec holding_deadline(const struct client *client)
{
	msec earliest = NEVER;

	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		const struct binding *binding = &client->lease.binding[i];

		if (binding_valid_until(binding) < earliest)
			earliest = binding_valid_until(binding);
		if (depref_due(binding) && binding_preferred_until(binding) < earliest)
			earliest = binding_preferred_until(binding);
		if (binding->dad.asking && binding->dad.asking_until < earliest)
			earliest = binding->dad.asking_until;
	}
	return earliest;
}
