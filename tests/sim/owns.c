/* SPDX-License-Identifier: MPL-2.0 */
#include "owns.h"

#include <string.h>

#include "rules.h"

#define SECOND 1000
#define MRC    3 /* C-REG-4 */

struct own *owns_find(struct owns *owns, const struct in6_addr *addr)
{
	for (unsigned int i = 0; i < owns->n; i++)
		if (IN6_ARE_ADDR_EQUAL(&owns->own[i].addr, addr))
			return &owns->own[i];
	return NULL;
}

void owns_note(struct owns *owns, const struct in6_addr *addr, bool usable, uint32_t valid,
	       msec now)
{
	struct own *own = owns_find(owns, addr);

	if (!own && owns->n == OWNS_ADDRESSES)
		return;
	if (!own) {
		own = &owns->own[owns->n++];
		*own = (struct own){ .addr = *addr };
	}
	own->usable = usable;
	own->until = msec_after(now, valid);
}

void owns_hear(struct owns *owns, const struct message *message)
{
	struct cursor data;

	if ((message->type == MESSAGE_ADVERTISE || message->type == MESSAGE_REPLY) &&
	    options_find(&message->options, OPTION_ADDR_REG_ENABLE, &data))
		owns->offered = true;
}

/* Exactly one IAADDR, about the address from which the message comes (C-REG-2). */
static void check_contents(struct rules *rules, const struct own *own,
			   const struct message *message, msec now)
{
	struct cursor data;
	struct in6_addr about;
	uint32_t valid;

	if (message->server_id.size > 0 || message->has_oro || message->n_ias > 0)
		rules_break(rules, "C-REG-2: a registration with what has no place in it");
	if (!options_find(&message->options, OPTION_IAADDR, &data)) {
		rules_break(rules, "C-REG-2: a registration of no address");
		return;
	}
	about = get_addr(&data);
	get_u32(&data);
	valid = get_u32(&data);
	if (data.bad || !IN6_ARE_ADDR_EQUAL(&about, &own->addr))
		rules_break(rules, "C-REG-2: %s is registered from elsewhere",
			    rules_address(&about));
	if (own->until != NEVER && msec_after(now, valid) > own->until + SECOND)
		rules_break(rules, "C-REG-2: %s is registered for longer than it lives",
			    rules_address(&about));
}

void owns_check_sent(struct rules *rules, const struct client *client,
		     const struct in6_addr *source, const struct message *message, msec now)
{
	struct own *own = owns_find(&rules->owns, source);

	if (!client->config.register_addresses)
		rules_break(rules, "C-REG-8: a registration though that is off");
	if (!rules->owns.offered)
		rules_break(rules, "C-REG-1: a registration that no server wants");
	if (!own || !own->usable) {
		rules_break(rules, "C-REG-3: a registration from %s, which is not there",
			    rules_address(source));
		return;
	}
	for (unsigned int i = 0; i < client->lease.n_bindings; i++)
		if (IN6_ARE_ADDR_EQUAL(&client->lease.binding[i].addr, source))
			rules_break(rules, "C-REG-3: %s is registered and is a lease",
				    rules_address(source));
	if (own->count == 0 || message->xid != own->xid)
		own->count = 0;
	else if (now - own->last < SECOND * 9 / 10)
		rules_break(rules, "C-REG-4: %s is registered again after %d ms",
			    rules_address(source), (int)(now - own->last));
	if (++own->count > MRC)
		rules_break(rules, "C-REG-4: %s is registered %u times", rules_address(source),
			    own->count);
	own->xid = message->xid;
	own->last = now;
	check_contents(rules, own, message, now);
}

void owns_check_taken(struct rules *rules, const struct in6_addr *to, const struct message *message)
{
	const struct own *own = owns_find(&rules->owns, to);

	if (!own || own->count == 0 || own->xid != message->xid)
		rules_break(rules, "C-VAL-REG-1: an answer to no registration was taken");
}
