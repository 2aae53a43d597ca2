/* SPDX-License-Identifier: MPL-2.0 */
#include "core/client.h"

#include <assert.h>
#include <string.h>

#include "core/compose.h"
#include "core/machine.h"
#include "core/report.h"

/* An address whose end is this near (ms) is not put back: the kernel's own timer may have been
 * first. */
#define END_IS_NEAR 2000

/* More events than this never follow from one another at the same instant. */
#define EVENTS_AT_ONCE 32

static const char *const reason_names[SCRIPT_REASONS] = {
	[REASON_PREINIT6] = "PREINIT6",	    [REASON_BOUND6] = "BOUND6",
	[REASON_RENEW6] = "RENEW6",	    [REASON_REBIND6] = "REBIND6",
	[REASON_DEPREF6] = "DEPREF6",	    [REASON_EXPIRE6] = "EXPIRE6",
	[REASON_RELEASE6] = "RELEASE6",	    [REASON_STOP6] = "STOP6",
	[REASON_TENTATIVE6] = "TENTATIVE6", [REASON_DECLINE6] = "DECLINE6",
};

const char *script_reason_name(enum script_reason reason)
{
	return reason_names[reason];
}

static uint32_t draw(struct client *client)
{
	return client->ops.random(client->ops.context);
}

static bool is_address(const struct client *client, const struct binding *binding)
{
	return client->lease.ia[binding->ia].type == OPTION_IA_NA;
}

static bool verdict_awaited(const struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_bindings; i++)
		if (client->lease.binding[i].dad.state == DAD_TENTATIVE)
			return true;
	return false;
}

/* Gives an address to the kernel, which begins its DAD. */
static void put_on(struct client *client, struct binding *binding)
{
	binding->dad.ours = true;
	binding->dad.state = DAD_TENTATIVE;
	binding->dad.since = client->now;
	report_address(client, ACTION_ADDRESS_ADD, binding);
	report_new(client, REASON_TENTATIVE6, binding);
}

/* Without a carrier DAD would pass unheard (K7), so nothing is added then. */
static void put_all_on(struct client *client)
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

static void save(struct client *client)
{
	report_lease(client, &client->lease, false);
}

/* Tells the script of everything that is usable and that it has not heard of yet. */
static void announce(struct client *client)
{
	bool any = false;

	client->announce_at = NEVER;
	if (client->checking)
		return;
	for (unsigned int i = 0; i < client->lease.n_bindings; i++)
		any |= client->lease.binding[i].announce &&
		       client->lease.binding[i].dad.state == DAD_UNIQUE;
	if (!any)
		return;
	save(client);
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		struct binding *binding = &client->lease.binding[i];

		if (!binding->announce || binding->dad.state != DAD_UNIQUE)
			continue;
		binding->announce = false;
		client->announced = true;
		report_new(client, client->reason, binding);
	}
}

/* Verdicts that come close together are announced together. */
static void announce_soon(struct client *client)
{
	msec at = verdict_awaited(client) ? client->now + DAD_COALESCE : client->now;

	if (at < client->announce_at)
		client->announce_at = at;
}

static void pass(struct client *client, struct binding *binding)
{
	binding->dad.state = DAD_UNIQUE;
	binding->dad.passed = true;
	binding->dad.readded = 0;
	binding->dad.took = client->now - binding->dad.since;
	report_note(client, NOTE_UNIQUE, &binding->addr, binding->dad.took, 0);
	announce_soon(client);
	if (client->conflicts.n_declined > 0 && !verdict_awaited(client))
		client->conflicts.decline_at = client->now;
}

static void step(struct client *client, enum event event, const struct message *reply);

/* The address is somebody else's: it leaves the interface and the lease at once (C-DEC-3). */
static void conflict(struct client *client, struct binding *binding, enum dad_finder finder)
{
	struct binding gone = *binding;

	report_note(client, NOTE_DUPLICATE, &gone.addr, 0, finder);
	take_off(client, &gone);
	lease_remove(&client->lease, (unsigned int)(binding - client->lease.binding));
	conflicts_add(&client->conflicts, &gone.addr, client->lease.ia[gone.ia].iaid,
		      &client->lease.server, !verdict_awaited(client), client->now);
	/* The lease file may have it from earlier: a duplicate must never be confirmed. */
	save(client);
	report_old(client, REASON_DECLINE6, &gone, finder);
	if (lease_state(&client->lease) == INIT)
		step(client, EVENT_TAKEN, NULL);
}

/* The last known addresses are asked for again in the next Solicit (C-SOL-3). */
static void hint(struct client *client, const struct binding *binding)
{
	const struct ia *ia = &client->lease.ia[binding->ia];
	unsigned int i;

	if (ia->type != OPTION_IA_NA)
		return;
	for (i = 0; i < client->n_hints; i++)
		if (client->hint[i].iaid == ia->iaid)
			break;
	if (i == LEASE_IAS)
		return;
	client->hint[i].iaid = ia->iaid;
	client->hint[i].addr = binding->addr;
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
static void drop_all(struct client *client, enum script_reason reason)
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

/* Ends what has ended. The host's timer may be late: whatever happens, this comes first. */
static void expire(struct client *client)
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
		save(client);
}

static bool depref_due(const struct binding *binding)
{
	return !binding->deprecated && !binding->announce && binding->dad.state == DAD_UNIQUE;
}

static void deprefer(struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		struct binding *binding = &client->lease.binding[i];

		if (!depref_due(binding) || binding_preferred_until(binding) > client->now)
			continue;
		binding->deprecated = true;
		report_current(client, REASON_DEPREF6, binding);
	}
}

/* What waits on the link for the first message of a new exchange (C-SOL-1, C-CNF-4). */
static msec first_delay(struct client *client, enum message_state next)
{
	msec max = exchange_timing(next)->max_delay;

	if (client->delay > 0)
		return client->delay;
	if (max == 0 || (next == SOLICITING && client->solicited))
		return 0;
	return (msec)(draw(client) % (uint32_t)(max + 1));
}

/* To whom the next exchange goes. The offer's server was chosen by its deed. */
static void choose_target(struct client *client, enum message_state next)
{
	if (next == RENEWING)
		client->target = client->lease.server;
	else if (next == RELEASING)
		client->target = client->released.server;
	else if (next == DECLINING)
		client->target = client->conflicts.declined[0].server;
}

static void begin(struct client *client, enum message_state next)
{
	msec mrt = exchange_timing(next)->mrt;
	msec delay = first_delay(client, next);

	if (next == SOLICITING) {
		mrt = client->sol_max_rt;
		client->solicited = true;
		client->offers.n = 0;
		client->collecting = true;
		client->heard_max_rt = 0;
		client->max_rt_differs = false;
	}
	if (next == CONFIRMING || next == LINK_REBINDING) {
		client->checking = true;
		client->doubt = false;
	}
	if (next == DECLINING)
		conflicts_begin(&client->conflicts);
	client->ask_at = NEVER;
	client->began = client->now;
	choose_target(client, next);
	exchange_start(&client->exchange, next, draw(client), mrt, delay, client->now);
}

static void transmit(struct client *client)
{
	struct message message;
	struct cursor out;
	msec next = rate_next(&client->rate, client->now);

	if (!rate_take(&client->rate, client->now)) {
		report_note(client, NOTE_RATE_LIMIT, NULL, next - client->now, 0);
		exchange_defer(&client->exchange, next);
		return;
	}
	compose(client, &message);
	out = cursor_writer(client->action.message.bytes, sizeof(client->action.message.bytes));
	message_build(&message, &out);
	/* CLIENT_MESSAGE_SIZE has room for every IA, every address and all of config.send. */
	assert(!out.bad);
	client->action.message.size = (uint16_t)out.at;
	if (client->exchange.state == SOLICITING && client->exchange.sent > 0)
		client->collecting = false;
	exchange_sent(&client->exchange, draw(client), client->now);
	report(client, ACTION_SEND);
}

/* SOL_MAX_RT holds from the next RT on; Advertises must agree on it (C-OPT-17, C-ADV-6, C-RTX-11).
 */
static void hear_max_rt(struct client *client, const struct message *message, bool reply)
{
	msec before = client->sol_max_rt;
	msec fallback = exchange_timing(SOLICITING)->mrt;

	if (!message->has_sol_max_rt)
		return;
	if (!reply && client->heard_max_rt != 0 && client->heard_max_rt != message->sol_max_rt)
		client->max_rt_differs = true;
	client->heard_max_rt = message->sol_max_rt;
	client->sol_max_rt = !reply && client->max_rt_differs ? fallback
							      : (msec)message->sol_max_rt * 1000;
	if (client->exchange.state == SOLICITING)
		client->exchange.mrt = client->sol_max_rt;
	if (client->sol_max_rt != before)
		report_note(client, NOTE_MAX_RT, NULL, client->sol_max_rt / 1000, 0);
}

/* Rounds of Solicit and failure get rarer (C-SOL-12, C-RATE-3). */
static void back_off(struct client *client)
{
	client->backoff = exchange_next_rt(client->backoff, exchange_timing(SOLICITING)->irt,
					   client->sol_max_rt, exchange_rand(draw(client), false));
	client->delay = client->backoff;
	client->bare = false;
	report_note(client, NOTE_NOTHING_OFFERED, NULL, client->delay, 0);
}

/* Addresses that were declined a short while ago are not taken again. */
static void refuse_known_duplicates(struct client *client, struct message *reply)
{
	for (unsigned int i = 0; i < reply->n_bindings; i++) {
		struct message_binding *binding = &reply->binding[i];

		if (reply->ia[binding->ia].type != OPTION_IA_NA || binding->valid == 0 ||
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

static void note_failed_ias(struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_ias; i++)
		if (client->lease.ia[i].status != STATUS_SUCCESS)
			report_note(client, NOTE_IA_FAILED, NULL, client->lease.ia[i].iaid,
				    client->lease.ia[i].status);
}

/* New lifetimes for what the kernel has already; no new DAD (C-REN-7). */
static void extend_addresses(struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		struct binding *binding = &client->lease.binding[i];

		if (binding->announce && is_address(client, binding) && binding->dad.ours &&
		    binding->dad.state != DAD_WAITING && binding->times.valid > 0)
			report_address(client, ACTION_ADDRESS_UPDATE, binding);
	}
}

/* A Reply as a whole: lease, kernel, script (section 18.2.10.1). */
static void apply(struct client *client, const struct message *reply)
{
	bool served = client->lease.server.size > 0;
	struct merge merge;

	/* Whatever brought it, the first that the script hears of a lease is BOUND6. */
	client->reason = client->announced ? reason_of(client->exchange.state) : REASON_BOUND6;
	client->had_options = client->announced;
	client->old_options = client->lease.options;
	client->old_server = client->lease.server;
	client->lease.options = reply->options;
	client->lease.server = reply->server_id;
	if (served && !duid_equal(&client->old_server, &reply->server_id))
		report_note(client, NOTE_SERVER_CHANGED, NULL, 0, 0);
	merge = lease_merge(&client->lease, reply, client->received);
	if (merge.limit > 0)
		report_note(client, NOTE_NO_ROOM, NULL, merge.limit, 0);
	if (merge.unanswered == 0) {
		client->rebind_wait = 0;
		client->rebind_not_before = 0;
	}
	note_failed_ias(client);
	client->backoff = 0;
	client->bare = false;
	client->checking = false;
	client->filling = false;
	client->offers.n = 0;
	extend_addresses(client);
	expire(client);
	put_all_on(client);
	announce(client);
}

static void take_offer(struct client *client)
{
	bool any = offers_take(&client->offers, &client->offer);

	/* The events that lead here are raised only while an offer is left. */
	assert(any);
	client->target = client->offer.server;
	client->bare = false;
}

static void begin_release(struct client *client)
{
	client->released = client->lease;
	report_lease(client, &client->lease, true);
	drop_all(client, REASON_RELEASE6);
	client->delay = CLIENT_RELEASE_WAIT;
}

/* The lease fits the link, or nobody said that it does not: what passed DAD meanwhile is told. */
static void confirmed(struct client *client)
{
	client->checking = false;
	client->reason = REASON_BOUND6;
	announce_soon(client);
}

/* The Request after NoBinding led to nothing: another Rebind waits, longer each time. */
static void unrepaired(struct client *client)
{
	const struct exchange_timing *timing = exchange_timing(REBINDING);

	client->rebind_wait = exchange_next_rt(client->rebind_wait, timing->irt, timing->mrt,
					       exchange_rand(draw(client), false));
	client->rebind_not_before = client->now + client->rebind_wait;
}

static void declined(struct client *client)
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

static void stop(struct client *client)
{
	client->started = false;
	client->ask_at = NEVER;
	client->announce_at = NEVER;
	report(client, ACTION_DONE);
}

static void do_deed(struct client *client, enum deed deed, const struct message *reply)
{
	switch (deed) {
	case DEED_NONE:
		break;
	case DEED_TRANSMIT:
		transmit(client);
		break;
	case DEED_TAKE_OFFER:
		take_offer(client);
		break;
	case DEED_BARE:
		client->bare = true;
		break;
	case DEED_BACK_OFF:
		client->n_hints = 0;
		back_off(client);
		break;
	case DEED_APPLY:
		apply(client, reply);
		break;
	case DEED_APPLY_ASK:
		apply(client, reply);
		client->target = reply->server_id;
		break;
	case DEED_CONFIRMED:
		confirmed(client);
		break;
	case DEED_DOUBT:
		client->doubt = true;
		break;
	case DEED_DROP:
		report_note(client, NOTE_NOT_ON_LINK, NULL, 0, 0);
		drop_all(client, REASON_EXPIRE6);
		client->n_hints = 0;
		client->checking = false;
		save(client);
		break;
	case DEED_KEEP:
		report_note(client, NOTE_KEPT, NULL, 0, 0);
		confirmed(client);
		break;
	case DEED_UNREPAIRED:
		unrepaired(client);
		break;
	case DEED_FILL:
		client->filling = true;
		break;
	case DEED_DECLINED:
		declined(client);
		break;
	case DEED_RELEASE:
		begin_release(client);
		break;
	case DEED_RELEASED:
	case DEED_STOP:
		stop(client);
		break;
	}
}

static void step(struct client *client, enum event event, const struct message *reply)
{
	const struct transition *row =
		machine_find(lease_state(&client->lease), client->exchange.state, event);

	if (!row)
		return;
	client->delay = 0;
	do_deed(client, row->deed, reply);
	if (row->next == IDLE)
		exchange_end(&client->exchange);
	else if (row->next != STAY)
		begin(client, row->next);
}

/*
 * T2, and after a Rebind that led to nothing the next one's time. A Request that began after T2
 * is the repair of such a Rebind: T2 does not end it (C-RATE-3).
 */
static msec rebind_due(const struct client *client)
{
	msec t2 = lease_rebind_at(&client->lease);

	if (client->exchange.state == REQUESTING && t2 <= client->began)
		return NEVER;
	return t2 > client->rebind_not_before ? t2 : client->rebind_not_before;
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
		return client->ask_at;
	default:
		return NEVER;
	}
}

/* In this order when several are due: T2 before T1, so that T1 = T2 goes to Rebind (C-T12-8). */
static const enum event timed[] = { EVENT_T2, EVENT_DUPLICATES, EVENT_T1, EVENT_ASK };

#define TIMED (sizeof(timed) / sizeof(timed[0]))

static enum event exchange_event(const struct client *client, enum exchange_outcome outcome)
{
	switch (outcome) {
	case EXCHANGE_EXHAUSTED:
		return client->exchange.state == REQUESTING && client->offers.n > 0
			       ? EVENT_EXHAUSTED_NEXT
			       : EVENT_EXHAUSTED;
	case EXCHANGE_OUT_OF_TIME:
		return client->doubt ? EVENT_REFUTED : EVENT_OUT_OF_TIME;
	case EXCHANGE_SEND:
		if (client->exchange.state == RELEASING &&
		    lease_ends_at(&client->released) <= client->now)
			return EVENT_EXHAUSTED; /* nothing is left to give back */
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

/* The next event that time alone has brought; EVENTS when there is none. */
static enum event next_event(const struct client *client)
{
	for (size_t i = 0; i < TIMED; i++)
		if (due(client, timed[i]) <= client->now)
			return timed[i];
	if (client->exchange.state == RELEASING || client->link)
		return exchange_event(client, exchange_check(&client->exchange, client->now));
	return EVENTS;
}

/* The first binding is complete when no verdict is awaited and the script has heard of the rest. */
static void check_ready(struct client *client)
{
	bool usable = false;

	if (client->ready || client->checking || client->announce_at != NEVER ||
	    verdict_awaited(client))
		return;
	for (unsigned int i = 0; i < client->lease.n_bindings; i++)
		usable |= client->lease.binding[i].dad.state == DAD_UNIQUE;
	if (!usable)
		return;
	client->ready = true;
	report(client, ACTION_READY);
}

/* An event begins. */
static void enter(struct client *client, msec now)
{
	client->now = now;
	if (client->started)
		expire(client);
}

/* All that is due at client->now. */
static void work(struct client *client)
{
	for (unsigned int i = 0; i < EVENTS_AT_ONCE && client->started; i++) {
		enum event event;

		expire(client);
		if (client->ended && client->link)
			step(client, EVENT_EXPIRED, NULL);
		client->ended = false;
		if (client->announce_at <= client->now)
			announce(client);
		deprefer(client);
		event = next_event(client);
		if (event == EVENTS)
			break;
		step(client, event, NULL);
	}
	if (client->started)
		check_ready(client);
}

void client_init(struct client *client, const struct client_config *config,
		 const struct client_ops *ops, msec now)
{
	memset(client, 0, sizeof(*client));
	client->ops = *ops;
	client->config = *config;
	client->now = now;
	client->sol_max_rt = exchange_timing(SOLICITING)->mrt;
	client->ask_at = NEVER;
	client->announce_at = NEVER;
	client->reason = REASON_BOUND6;
	exchange_end(&client->exchange);
	conflicts_init(&client->conflicts);
	rate_init(&client->rate, config->rate_messages, (msec)config->rate_seconds * 1000);
	for (unsigned int i = 0; i < config->n_ias; i++)
		lease_want(&client->lease, config->ia[i].type, config->ia[i].iaid);
}

void client_restore(struct client *client, const struct lease *lease, msec now)
{
	client->now = now;
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
		from.announce = true;
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

static void link_ready(struct client *client)
{
	client->solicited = false;
	client->backoff = 0;
	for (unsigned int i = 0; i < client->lease.n_bindings; i++)
		client->lease.binding[i].dad.readded = 0;
	put_all_on(client);
	step(client, lease_has_prefix(&client->lease) ? EVENT_LINK_READY_PREFIX : EVENT_LINK_READY,
	     NULL);
}

/* DAD without a carrier proves nothing: what was being tested is taken off and tested again later.
 */
static void link_lost(struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		struct binding *binding = &client->lease.binding[i];

		if (binding->dad.state != DAD_TENTATIVE)
			continue;
		take_off(client, binding);
		binding->dad.state = DAD_WAITING;
		binding->dad.ours = false;
	}
	/* A Decline that is cut short is sent again when the link is back. */
	if (client->exchange.state == DECLINING)
		conflicts_again(&client->conflicts, client->now);
	step(client, EVENT_LINK_LOST, NULL);
}

void client_start(struct client *client, msec now)
{
	enter(client, now);
	client->started = true;
	if (client->link)
		link_ready(client);
	work(client);
}

void client_link(struct client *client, bool usable, msec now)
{
	bool changed = client->link != usable;

	enter(client, now);
	client->link = usable;
	if (changed && client->started) {
		if (usable)
			link_ready(client);
		else
			link_lost(client);
	}
	work(client);
}

/* Somebody removed an address that is ours to use. That is no conflict (C-DEC-9, K5). */
static void put_back(struct client *client, struct binding *binding)
{
	if (binding->dad.state == DAD_WAITING)
		return;
	binding->dad.state = DAD_WAITING;
	binding->dad.ours = false;
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

static void judge(struct client *client, struct binding *binding, enum address_event event)
{
	switch (event) {
	case ADDRESS_UNIQUE:
		if (binding->dad.state == DAD_TENTATIVE && client->link)
			pass(client, binding);
		break;
	case ADDRESS_TENTATIVE:
		/* Permanent addresses are tested again when a link comes up (K13). */
		if (binding->dad.state == DAD_UNIQUE && binding->dad.ours) {
			binding->dad.state = DAD_TENTATIVE;
			binding->dad.since = client->now;
		}
		break;
	case ADDRESS_DUPLICATE:
		conflict(client, binding, FOUND_BY_KERNEL);
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
	case ADDRESS_REFUSED:
		report_note(client, NOTE_REFUSED, &binding->addr, 0, 0);
		binding->dad.state = DAD_WAITING;
		binding->dad.ours = false;
		break;
	}
}

/* The address of ours that an event is about; NULL when it is none, or a prefix. */
static struct binding *find_address(struct client *client, const struct in6_addr *addr)
{
	struct binding *binding = lease_find(&client->lease, addr, 128);

	return binding && is_address(client, binding) ? binding : NULL;
}

void client_address(struct client *client, const struct in6_addr *addr, enum address_event event,
		    msec now)
{
	struct binding *binding;

	enter(client, now);
	binding = find_address(client, addr);
	if (binding)
		judge(client, binding, event);
	work(client);
}

/* ISC's convention: 3 says that the address is a duplicate. It means nothing for a prefix. */
void client_script_status(struct client *client, enum script_reason reason,
			  const struct in6_addr *addr, int status, msec now)
{
	bool asked = reason == REASON_TENTATIVE6 || reason == REASON_BOUND6 ||
		     reason == REASON_RENEW6 || reason == REASON_REBIND6;
	struct binding *binding;

	enter(client, now);
	binding = find_address(client, addr);
	if (binding && asked && status == 3)
		conflict(client, binding, FOUND_BY_SCRIPT);
	work(client);
}

void client_scripts_done(struct client *client, msec now)
{
	enter(client, now);
	if (client->exchange.state == RELEASING && client->exchange.sent == 0)
		exchange_defer(&client->exchange, now);
	work(client);
}

/* Ranks an Advertise among the offers (section 18.2.9) and says what it means now. */
static enum event consider(struct client *client, const struct message *advertise)
{
	struct offer offer;

	if (!offer_read(&offer, advertise, &client->lease, &client->conflicts, client->now))
		return EVENT_ADVERTISE_IGNORED;
	offers_add(&client->offers, &offer);
	if (offer.preference == UINT8_MAX || !client->collecting)
		return EVENT_ADVERTISE_TAKEN;
	return EVENT_ADVERTISE;
}

/* A Reply that answers Solicit, Request, Renew or Rebind. */
static enum event classify_leases(struct client *client, const struct message *reply)
{
	struct merge merge = lease_survey(&client->lease, reply);
	bool first = client->exchange.state == SOLICITING || client->exchange.state == REQUESTING;

	if (first && merge.granted == 0 &&
	    (reply->status.code == STATUS_NOT_ON_LINK || merge.not_on_link > 0))
		return client->bare ? EVENT_REPLY_NOT_ON_LINK_AGAIN : EVENT_REPLY_NOT_ON_LINK;
	if (!first && merge.no_binding > 0)
		return EVENT_REPLY_NO_BINDING;
	if (merge.withdrawn > 0 && merge.left == 0)
		return EVENT_REPLY_WITHDRAWN;
	if (merge.granted == 0 && merge.withdrawn == 0)
		return client->offers.n > 0 && first ? EVENT_REPLY_EMPTY_NEXT : EVENT_REPLY_EMPTY;
	if (merge.unanswered > 0)
		return EVENT_REPLY_PARTIAL;
	if (client->exchange.state == RENEWING && client->filling && merge.holes > 0)
		return EVENT_REPLY_HOLE;
	return EVENT_REPLY_GRANTED;
}

static enum event classify_reply(struct client *client, const struct message *reply)
{
	enum message_state state = client->exchange.state;

	if (state == RELEASING || state == DECLINING)
		return EVENT_REPLY_ANY;
	if (state == CONFIRMING) {
		if (reply->status.code == STATUS_SUCCESS)
			return EVENT_REPLY_SUCCESS;
		return reply->status.code == STATUS_NOT_ON_LINK ? EVENT_REPLY_NOT_ON_LINK
								: EVENT_REPLY_FAILED;
	}
	switch (reply->status.code) {
	case STATUS_SUCCESS:
	case STATUS_NO_ADDRS_AVAIL:
	case STATUS_NO_PREFIX_AVAIL:
	case STATUS_NO_BINDING:
	case STATUS_NOT_ON_LINK:
		return classify_leases(client, reply);
	default: /* UnspecFail, UseMulticast, and what nobody knows yet */
		return EVENT_REPLY_FAILED;
	}
}

static enum refusal check_client_id(const struct client *client, const struct message *message)
{
	if (message->client_id.size == 0)
		return REFUSED_NO_CLIENT_ID;
	if (!duid_equal(&message->client_id, &client->config.duid))
		return REFUSED_OTHER_CLIENT;
	return REFUSED_NOT;
}

/* The rules that depend on what is running (section 16.3 and 16.10). */
static enum refusal check(const struct client *client, const struct message *message)
{
	const struct exchange *x = &client->exchange;
	bool advertise = message->type == MESSAGE_ADVERTISE;
	enum refusal refusal;

	if (message->type == MESSAGE_RECONFIGURE)
		return REFUSED_RECONFIGURE;
	if (!advertise && message->type != MESSAGE_REPLY)
		return REFUSED_UNEXPECTED;
	if (message->server_id.size == 0)
		return REFUSED_NO_SERVER_ID;
	refusal = check_client_id(client, message);
	if (refusal != REFUSED_NOT)
		return refusal;
	if (x->sent == 0 || (advertise && x->state != SOLICITING))
		return REFUSED_UNEXPECTED;
	if (message->xid != x->xid)
		return REFUSED_XID;
	if (!advertise && x->state == SOLICITING && !message->rapid_commit)
		return REFUSED_NOT_RAPID;
	if (!advertise && x->state == SOLICITING && !client->config.rapid_commit)
		return REFUSED_RAPID_UNASKED;
	if (exchange_timing(x->state)->server_id &&
	    !duid_equal(&message->server_id, &client->target))
		return REFUSED_OTHER_SERVER;
	return REFUSED_NOT;
}

static void use(struct client *client, struct message *message)
{
	if (message->type == MESSAGE_ADVERTISE) {
		hear_max_rt(client, message, false);
		step(client, consider(client, message), message);
	} else {
		hear_max_rt(client, message, true);
		refuse_known_duplicates(client, message);
		step(client, classify_reply(client, message), message);
	}
}

enum refusal client_receive(struct client *client, const void *bytes, size_t size, bool multicast,
			    struct stamp now, struct message *message)
{
	enum refusal refusal = message_parse(message, bytes, size);

	enter(client, now.at);
	client->received = now;
	if (refusal == REFUSED_NOT && !message_type_for_client(message->type))
		refusal = REFUSED_TYPE_NOT_OURS;
	if (refusal == REFUSED_NOT && multicast)
		refusal = REFUSED_MULTICAST;
	if (refusal == REFUSED_NOT)
		refusal = check(client, message);
	if (refusal == REFUSED_NOT)
		use(client, message);
	work(client);
	return refusal;
}

void client_timeout(struct client *client, msec now)
{
	enter(client, now);
	work(client);
}

msec client_deadline(const struct client *client)
{
	msec earliest = client->announce_at;

	if (!client->started)
		return NEVER;
	for (size_t i = 0; i < TIMED; i++)
		if (due(client, timed[i]) < earliest)
			earliest = due(client, timed[i]);
	if ((client->link || client->exchange.state == RELEASING) &&
	    client->exchange.deadline < earliest)
		earliest = client->exchange.deadline;
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		const struct binding *binding = &client->lease.binding[i];

		if (binding_valid_until(binding) < earliest)
			earliest = binding_valid_until(binding);
		if (depref_due(binding) && binding_preferred_until(binding) < earliest)
			earliest = binding_preferred_until(binding);
	}
	return earliest;
}

void client_release(struct client *client, msec now)
{
	enter(client, now);
	client->started = true;
	step(client, EVENT_RELEASE, NULL);
	work(client);
}

void client_stop(struct client *client, bool unconfigure, msec now)
{
	enter(client, now);
	if (unconfigure)
		drop_all(client, REASON_STOP6);
	step(client, EVENT_STOP, NULL);
}

enum lease_state client_lease_state(const struct client *client)
{
	return lease_state(&client->lease);
}

enum message_state client_message_state(const struct client *client)
{
	return client->exchange.state;
}
