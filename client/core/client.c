/* SPDX-License-Identifier: MPL-2.0 */
#include "core/client.h"

#include <string.h>

#include "core/following.h"
#include "core/holding.h"
#include "core/machine.h"
#include "core/proving.h"
#include "core/reception.h"
#include "core/report.h"
#include "core/sending.h"
#include "core/timetable.h"

/* More events than this never follow from one another at the same instant. */
#define EVENTS_AT_ONCE 32

static const char *const reason_names[SCRIPT_REASONS] = {
	[REASON_PREINIT6] = "PREINIT6",	    [REASON_BOUND6] = "BOUND6",
	[REASON_RENEW6] = "RENEW6",	    [REASON_REBIND6] = "REBIND6",
	[REASON_DEPREF6] = "DEPREF6",	    [REASON_EXPIRE6] = "EXPIRE6",
	[REASON_RELEASE6] = "RELEASE6",	    [REASON_STOP6] = "STOP6",
	[REASON_TENTATIVE6] = "TENTATIVE6", [REASON_DECLINE6] = "DECLINE6",
	[REASON_CONFLICT6] = "CONFLICT6",
};

const char *script_reason_name(enum script_reason reason)
{
	return reason_names[reason];
}

static void begin_release(struct client *client)
{
	client->released = client->lease;
	report_lease(client, &client->lease, true);
	holding_drop(client, REASON_RELEASE6);
	client->delay = CLIENT_RELEASE_WAIT;
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
		sending_transmit(client);
		break;
	case DEED_TAKE_OFFER:
		sending_take_offer(client);
		break;
	case DEED_BARE:
		client->bare = true;
		break;
	case DEED_BACK_OFF:
		client->n_hints = 0;
		sending_back_off(client);
		break;
	case DEED_APPLY:
		holding_apply(client, reply);
		break;
	case DEED_APPLY_PART:
		holding_apply(client, reply);
		sending_unrepaired(client);
		break;
	case DEED_APPLY_ASK:
		holding_apply(client, reply);
		client->target = reply->server_id;
		break;
	case DEED_RECONFIGURE:
		client->reconfigured = true;
		break;
	case DEED_INFORM:
		holding_inform(client, reply);
		break;
	case DEED_DOUBT:
		client->doubt = true;
		break;
	case DEED_DROP:
		report_note(client, NOTE_NOT_ON_LINK, NULL, 0, 0);
		holding_drop(client, REASON_EXPIRE6);
		client->n_hints = 0;
		conflicts_drop(&client->conflicts);
		holding_save(client);
		break;
	case DEED_KEEP:
		report_note(client, NOTE_KEPT, NULL, 0, 0);
		break;
	case DEED_UNREPAIRED:
		sending_unrepaired(client);
		break;
	case DEED_FILL:
		client->filling = true;
		break;
	case DEED_FOLLOW:
		following_done(client);
		break;
	case DEED_DECLINED:
		sending_declined(client);
		break;
	case DEED_RELEASE:
		begin_release(client);
		break;
	case DEED_RELEASE_NEXT:
		sending_release_next(client);
		break;
	case DEED_RELEASED:
	case DEED_STOP:
		stop(client);
		break;
	}
}

/* The exchanges that find out whether what is held may be used on this link. */
static bool decides(enum message_state state)
{
	return state == CONFIRMING || state == LINK_REBINDING || state == REQUESTING;
}

static void step(struct client *client, enum event event, const struct message *reply)
{
	const struct transition *row =
		machine_find(lease_state(&client->lease), client->exchange.state, event);

	if (!row)
		return;
	client->delay = 0;
	if (row->next != STAY)
		client->reconfigured = false;
	do_deed(client, row->deed, reply);
	if (row->next == IDLE)
		exchange_end(&client->exchange);
	else if (row->next != STAY)
		sending_begin(client, row->next);
	if (row->next == CONFIRMING || row->next == LINK_REBINDING)
		holding_doubt(client);
	/* Confirmed, repaired, or nobody said otherwise: what passed DAD meanwhile is told. */
	if (row->next != STAY && event != EVENT_LINK_LOST && client->started &&
	    !decides(client->exchange.state))
		holding_trust(client);
}

/* An event begins. */
static void enter(struct client *client, msec now)
{
	client->now = now;
	if (client->started)
		holding_expire(client);
}

/* All that is due at client->now. */
static void work(struct client *client)
{
	for (unsigned int i = 0; i < EVENTS_AT_ONCE && client->started; i++) {
		enum event event;

		holding_expire(client);
		if (client->ended && client->link)
			step(client, EVENT_EXPIRED, NULL);
		client->ended = false;
		holding_asked_in_time(client);
		if (client->link)
			proving_timeout(client);
		if (client->link && client->announce_at <= client->now)
			holding_announce(client);
		holding_deprefer(client);
		if (client->link)
			following_timeout(client);
		event = timetable_event(client);
		if (event == EVENTS)
			break;
		step(client, event, NULL);
	}
	sending_register(client);
	if (client->started)
		holding_check_ready(client);
}

/* An anonymous client asks no network whether it knows its addresses (C-CNF-11, C-ANON-2). */
static void drop_unconfirmed(struct client *client)
{
	client->n_hints = 0;
	conflicts_drop(&client->conflicts);
	if (lease_state(&client->lease) == INIT)
		return;
	report_note(client, NOTE_NEW_ATTACHMENT, NULL, 0, 0);
	holding_drop(client, REASON_EXPIRE6);
	client->n_hints = 0;
	holding_save(client);
}

static void want_ias(struct client *client)
{
	for (unsigned int i = 0; i < client->config.n_ias; i++)
		lease_want(&client->lease, client->config.ia[i].type, client->config.ia[i].iaid);
}

void client_init(struct client *client, const struct client_config *config,
		 const struct client_ops *ops, msec now)
{
	memset(client, 0, sizeof(*client));
	client->ops = *ops;
	client->config = *config;
	client->now = now;
	client->sol_max_rt.value = exchange_timing(SOLICITING)->mrt;
	client->inf_max_rt.value = exchange_timing(INFORMING)->mrt;
	client->refresh_at = NEVER;
	client->ask_at = NEVER;
	client->announce_at = NEVER;
	client->router_at = NEVER;
	client->reason = REASON_BOUND6;
	router_init(&client->router);
	registrar_init(&client->registrar);
	exchange_end(&client->exchange);
	conflicts_init(&client->conflicts);
	rate_init(&client->rate, config->rate_messages, (msec)config->rate_seconds * 1000);
	want_ias(client);
}

void client_identify(struct client *client, const struct client_config *config, msec now)
{
	enter(client, now);
	drop_unconfirmed(client);
	client->config = *config;
	client->lease.n_ias = 0;
	want_ias(client);
	work(client);
}

void client_restore(struct client *client, const struct lease *lease, msec now)
{
	client->now = now;
	holding_restore(client, lease);
}

void client_restore_key(struct client *client, const struct rkap *rkap)
{
	client->rkap = *rkap;
}

static void link_ready(struct client *client)
{
	client->solicited = false;
	client->backoff = 0;
	conflicts_calm(&client->conflicts);
	for (unsigned int i = 0; i < client->lease.n_bindings; i++)
		client->lease.binding[i].dad.readded = 0;
	if (client->config.anonymous)
		drop_unconfirmed(client);
	following_begin(client);
	registrar_attach(&client->registrar, client->now);
	proving_all(client);
	holding_put_on(client);
	/* With nothing held, a Decline that was cut short comes first, and leads on (row 55). */
	if (lease_state(&client->lease) == INIT && client->conflicts.n_declined > 0)
		return;
	/* What is held is checked at once, whatever routers will say. */
	if (lease_has_prefix(&client->lease))
		step(client, EVENT_LINK_READY_PREFIX, NULL);
	else if (lease_state(&client->lease) == BOUND || client->manner == MANNER_STATEFUL)
		step(client, EVENT_LINK_READY, NULL);
	else if (client->manner == MANNER_STATELESS)
		step(client, EVENT_LINK_READY_STATELESS, NULL);
}

/* DAD without a carrier proves nothing: what was being tested is taken off and tested again later.
 */
static void link_lost(struct client *client)
{
	holding_link_lost(client);
	following_end(client);
	/* A Decline that is cut short is sent again when the link is back. */
	if (client->exchange.state == DECLINING)
		conflicts_again(&client->conflicts, client->now);
	/* With nothing held, the next link is asked anew, and not before a router says so. */
	if (lease_state(&client->lease) == INIT)
		client->ask_at = NEVER;
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

/* The last address has turned out to be somebody else's. */
static void follow_loss(struct client *client, enum lease_state before)
{
	if (before == BOUND && lease_state(&client->lease) == INIT)
		step(client, EVENT_TAKEN, NULL);
}

void client_address(struct client *client, const struct in6_addr *addr, enum address_event event,
		    msec now)
{
	struct binding *binding;
	enum lease_state before;

	enter(client, now);
	before = lease_state(&client->lease);
	binding = holding_find(client, addr);
	if (binding)
		holding_judge(client, binding, event);
	follow_loss(client, before);
	work(client);
}

void client_claim(struct client *client, const struct claim *claim, msec now)
{
	enum lease_state before;

	enter(client, now);
	before = lease_state(&client->lease);
	proving_claim(client, claim);
	follow_loss(client, before);
	work(client);
}

/* ISC's convention: 3 says that the address is a duplicate. It means nothing for a prefix. */
void client_script_status(struct client *client, enum script_reason reason,
			  const struct in6_addr *addr, int status, msec now)
{
	bool asked = reason == REASON_TENTATIVE6 || reason == REASON_BOUND6 ||
		     reason == REASON_RENEW6 || reason == REASON_REBIND6;
	struct binding *binding;
	enum lease_state before;

	enter(client, now);
	before = lease_state(&client->lease);
	binding = holding_find(client, addr);
	if (binding && reason == REASON_TENTATIVE6 && status != 3)
		holding_asked(client, binding);
	if (binding && asked && status == 3)
		holding_conflict(client, binding, FOUND_BY_SCRIPT);
	follow_loss(client, before);
	work(client);
}

void client_scripts_done(struct client *client, msec now)
{
	enter(client, now);
	if (client->exchange.state == RELEASING && client->exchange.sent == 0)
		exchange_defer(&client->exchange, now);
	work(client);
}

/* A key or a replay value that is not kept over a restart would lock us out, or let a replay in. */
static void take_auth(struct client *client, const struct message *message)
{
	if (!client->config.reconfigure || client->config.anonymous)
		return;
	if (!auth_take(&client->rkap, &message->server_id, &message->auth))
		return;
	client->action.rkap = client->rkap;
	report(client, ACTION_SAVE_KEY);
}

/* C-REG-1 */
static void hear_registration(struct client *client, const struct message *message)
{
	struct cursor enabled;

	if (!options_find(&message->options, OPTION_ADDR_REG_ENABLE, &enabled) ||
	    cursor_left(&enabled) > 0)
		return;
	if (!client->registrar.offered && sending_registers(client))
		report_note(client, NOTE_REGISTERING, NULL, client->registrar.allowed, 0);
	registrar_offer(&client->registrar);
}

static void use(struct client *client, struct message *message)
{
	switch (message->type) {
	case MESSAGE_RECONFIGURE:
		take_auth(client, message);
		step(client, reception_reconfigure(message), message);
		break;
	case MESSAGE_ADVERTISE:
		hear_registration(client, message);
		sending_hear_max_rt(client, message, false);
		following_refuse_long_prefixes(client, message);
		holding_refuse_duplicates(client, message);
		step(client, reception_consider(client, message), message);
		break;
	default:
		hear_registration(client, message);
		sending_hear_max_rt(client, message, true);
		following_refuse_long_prefixes(client, message);
		holding_refuse_duplicates(client, message);
		step(client, reception_classify(client, message), message);
		/* Only whoever gave what is held, or the information, may reconfigure it. */
		if (duid_equal(&message->server_id, &client->lease.server))
			take_auth(client, message);
		break;
	}
}

enum refusal client_receive(struct client *client, const void *bytes, size_t size,
			    const struct in6_addr *to, struct stamp now, struct message *message)
{
	enum refusal refusal = message_parse(message, bytes, size);
	bool registered = false;

	enter(client, now.at);
	client->received = now;
	if (refusal == REFUSED_NOT && !message_type_for_client(message->type))
		refusal = REFUSED_TYPE_NOT_OURS;
	if (refusal == REFUSED_NOT && IN6_IS_ADDR_MULTICAST(to))
		refusal = REFUSED_MULTICAST;
	if (refusal == REFUSED_NOT && message->type == MESSAGE_RECONFIGURE)
		refusal = reception_check_reconfigure(client, bytes, size, message);
	else if (refusal == REFUSED_NOT && message->type == MESSAGE_ADDR_REG_REPLY)
		registered = true;
	else if (refusal == REFUSED_NOT)
		refusal = reception_check(client, message);
	if (registered)
		refusal = registrar_reply(&client->registrar, message, to, now.at);
	else if (refusal == REFUSED_NOT)
		use(client, message);
	work(client);
	return refusal;
}

void client_router(struct client *client, enum router_source source, bool managed, bool other,
		   msec now)
{
	enter(client, now);
	following_router(client, source, managed, other);
	work(client);
}

void client_prefix(struct client *client, const struct in6_addr *addr, uint8_t prefix_len,
		   enum router_flag flag, bool set, uint32_t preferred, msec now)
{
	unsigned int changes;

	enter(client, now);
	changes = router_prefix(&client->router, addr, prefix_len, flag, set, preferred, now);
	following_changes(client, changes);
	work(client);
}

void client_link_local(struct client *client, const struct in6_addr *addr, msec now)
{
	bool had = !IN6_IS_ADDR_UNSPECIFIED(&client->link_local);

	enter(client, now);
	if (had && !IN6_ARE_ADDR_EQUAL(&client->link_local, addr))
		client->moved = client->config.reconfigure && client->rkap.has_key;
	client->link_local = *addr;
	work(client);
}

void client_own_address(struct client *client, const struct in6_addr *addr, bool usable,
			uint32_t preferred, uint32_t valid, msec now)
{
	enter(client, now);
	if (usable && !lease_find(&client->lease, addr, 128))
		registrar_address(&client->registrar, addr, preferred, valid, now);
	else
		registrar_forget(&client->registrar, addr);
	work(client);
}

void client_timeout(struct client *client, msec now)
{
	enter(client, now);
	work(client);
}

msec client_deadline(const struct client *client)
{
	return client->started ? timetable_deadline(client) : NEVER;
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
	if (unconfigure && client->config.mode == MODE_STATELESS)
		report_bare(client, REASON_STOP6);
	else if (unconfigure)
		holding_drop(client, REASON_STOP6);
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
