/* SPDX-License-Identifier: MPL-2.0 */
#include "core/report.h"

#include <string.h>

void report(struct client *client, enum action_type type)
{
	client->action.type = type;
	client->ops.act(client->ops.context, &client->action);
}

void report_note(struct client *client, enum client_note note, const struct in6_addr *addr,
		 int64_t number, uint32_t extra)
{
	client->action.note.note = note;
	client->action.note.addr = addr ? *addr : (struct in6_addr){ 0 };
	client->action.note.number = number;
	client->action.note.extra = extra;
	client->action.note.mac.size = 0;
	report(client, ACTION_NOTE);
}

void report_note_mac(struct client *client, enum client_note note, const struct in6_addr *addr,
		     const struct mac *mac, uint32_t extra)
{
	client->action.note.note = note;
	client->action.note.addr = addr ? *addr : (struct in6_addr){ 0 };
	client->action.note.number = 0;
	client->action.note.extra = extra;
	client->action.note.mac = *mac;
	report(client, ACTION_NOTE);
}

void report_probe(struct client *client, const struct in6_addr *addr, bool in_place)
{
	client->action.probe.addr = *addr;
	client->action.probe.in_place = in_place;
	report(client, ACTION_PROBE);
}

/* The kernel refuses a valid lifetime of 0; what has less than a second left has one. */
static uint32_t at_least_one(uint32_t seconds)
{
	return seconds > 0 ? seconds : 1;
}

void report_address(struct client *client, enum action_type type, const struct binding *binding)
{
	const struct lifetimes *times = &binding->times;

	client->action.address.addr = binding->addr;
	client->action.address.prefix_len = client->config.address_prefix_len;
	client->action.address.dad = client->config.dad;
	client->action.address.preferred =
		lifetime_left(&times->starts, times->preferred, client->now);
	client->action.address.valid =
		at_least_one(lifetime_left(&times->starts, times->valid, client->now));
	report(client, type);
}

/* The identifiers are variables of the script like other options, though the core keeps them apart.
 */
static void set_options(struct client *client, struct script_side *side, const struct duid *server,
			const struct options *options)
{
	side->has_options = true;
	side->options.size = 0;
	options_add(&side->options, OPTION_CLIENTID, client->config.duid.bytes,
		    client->config.duid.size);
	options_add(&side->options, OPTION_SERVERID, server->bytes, server->size);
	if (side->options.size + options->size <= OPTIONS_SIZE) {
		memcpy(side->options.bytes + side->options.size, options->bytes, options->size);
		side->options.size = (uint16_t)(side->options.size + options->size);
	}
}

static void set_ia(struct script_side *side, const struct ia *ia, const struct ia_times *times)
{
	side->has_ia = true;
	side->ia_type = ia->type;
	side->iaid = ia->iaid;
	side->ia = *times;
}

static void set_binding(struct client *client, struct script_side *side,
			const struct binding *binding, const struct lifetimes *times)
{
	const struct ia *ia = &client->lease.ia[binding->ia];

	side->has_binding = true;
	side->addr = binding->addr;
	side->prefix_len = ia->type == OPTION_IA_PD ? binding->prefix_len
						    : client->config.address_prefix_len;
	side->times = *times;
}

static struct script_call *begin_call(struct client *client, enum script_reason reason)
{
	struct script_call *call = &client->action.script;

	memset(call, 0, sizeof(*call));
	call->reason = reason;
	return call;
}

void report_new(struct client *client, enum script_reason reason, const struct binding *binding)
{
	struct script_call *call = begin_call(client, reason);
	const struct ia *ia = &client->lease.ia[binding->ia];

	call->has_new = true;
	set_options(client, &call->new_, &client->lease.server, &client->lease.options);
	set_ia(&call->new_, ia, &ia->times);
	set_binding(client, &call->new_, binding, &binding->times);
	if (client->had_options) {
		call->has_old = true;
		set_options(client, &call->old, &client->old_server, &client->old_options);
		if (ia->had)
			set_ia(&call->old, ia, &ia->previous);
		if (ia->had && binding->had)
			set_binding(client, &call->old, binding, &binding->previous);
	}
	report(client, ACTION_SCRIPT);
}

void report_empty_ia(struct client *client, enum script_reason reason, const struct ia *ia)
{
	struct script_call *call = begin_call(client, reason);

	call->has_new = true;
	set_options(client, &call->new_, &client->lease.server, &client->lease.options);
	set_ia(&call->new_, ia, &ia->times);
	call->new_.ia_status = ia->status;
	report(client, ACTION_SCRIPT);
}

void report_options(struct client *client, enum script_reason reason)
{
	struct script_call *call = begin_call(client, reason);

	call->has_new = true;
	set_options(client, &call->new_, &client->lease.server, &client->lease.options);
	if (client->had_options) {
		call->has_old = true;
		set_options(client, &call->old, &client->old_server, &client->old_options);
	}
	report(client, ACTION_SCRIPT);
}

void report_bare(struct client *client, enum script_reason reason)
{
	begin_call(client, reason);
	report(client, ACTION_SCRIPT);
}

static void fill_side(struct client *client, struct script_side *side,
		      const struct binding *binding)
{
	const struct ia *ia = &client->lease.ia[binding->ia];

	set_options(client, side, &client->lease.server, &client->lease.options);
	set_ia(side, ia, &ia->times);
	set_binding(client, side, binding, &binding->times);
}

void report_current(struct client *client, enum script_reason reason, const struct binding *binding)
{
	struct script_call *call = begin_call(client, reason);

	call->has_current = true;
	fill_side(client, &call->new_, binding);
	report(client, ACTION_SCRIPT);
}

void report_old(struct client *client, enum script_reason reason, const struct binding *binding,
		enum dad_finder found_by)
{
	struct script_call *call = begin_call(client, reason);

	call->has_old = true;
	call->found_by = found_by;
	call->mac = binding->dad.mac;
	fill_side(client, &call->old, binding);
	report(client, ACTION_SCRIPT);
}

void report_conflict(struct client *client, const struct binding *binding)
{
	struct script_call *call = begin_call(client, REASON_CONFLICT6);

	call->has_current = true;
	call->found_by = FOUND_BY_PROBE;
	call->mac = binding->dad.mac;
	fill_side(client, &call->new_, binding);
	report(client, ACTION_SCRIPT);
}

void report_storm(struct client *client, const struct mac *mac)
{
	struct script_call *call = begin_call(client, REASON_CONFLICT6);

	call->storm = true;
	call->mac = *mac;
	report(client, ACTION_SCRIPT);
}

void report_lease(struct client *client, const struct lease *lease, bool released)
{
	struct lease *copy = &client->action.lease;

	*copy = *lease;
	copy->released = released;
	for (unsigned int i = copy->n_bindings; i-- > 0 && !released;)
		if (!copy->binding[i].dad.passed)
			lease_remove(copy, i);
	report(client, ACTION_SAVE);
}
