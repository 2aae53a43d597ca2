/* SPDX-License-Identifier: MPL-2.0 */
#include "core/router.h"

#include <string.h>

void router_init(struct router *router)
{
	*router = (struct router){ .since = NEVER };
}

void router_speaks(struct router *router, enum router_source source, bool managed, bool other)
{
	/* A record gives way to a later record as well as to news. */
	bool anew = !router->heard || router->recorded;

	if (source == ROUTER_RECORD && !anew)
		return;
	router->recorded = source == ROUTER_RECORD;
	router->managed = managed || (!anew && router->managed);
	router->other = other || (!anew && router->other);
	router->heard = true;
}

static struct router_prefix *find(struct router *router, const struct in6_addr *addr,
				  uint8_t prefix_len)
{
	for (unsigned int i = 0; i < router->n_prefixes; i++)
		if (router->prefix[i].prefix_len == prefix_len &&
		    IN6_ARE_ADDR_EQUAL(&router->prefix[i].addr, addr))
			return &router->prefix[i];
	return NULL;
}

static void take_out(struct router *router, struct router_prefix *prefix)
{
	router->n_prefixes--;
	memmove(prefix, prefix + 1,
		(size_t)(&router->prefix[router->n_prefixes] - prefix) * sizeof(*prefix));
}

static unsigned int flags_of(const struct router_prefix *prefix)
{
	return (prefix->on_link ? ROUTER_ON_LINK : 0U) |
	       (prefix->delegating ? ROUTER_DELEGATING : 0U);
}

unsigned int router_prefix(struct router *router, const struct in6_addr *addr, uint8_t prefix_len,
			   enum router_flag flag, bool set, uint32_t preferred, msec now)
{
	struct router_prefix *prefix = find(router, addr, prefix_len);
	unsigned int before = prefix ? flags_of(prefix) : 0;
	unsigned int after = 0;

	if (router->since == NEVER)
		router->since = now;
	if (!prefix && (preferred == 0 || router->n_prefixes == ROUTER_PREFIXES))
		return 0;
	if (!prefix) {
		prefix = &router->prefix[router->n_prefixes++];
		*prefix = (struct router_prefix){ .addr = *addr, .prefix_len = prefix_len };
	}
	if (flag == ROUTER_FLAG_L)
		prefix->on_link = set;
	else
		prefix->delegating = set;
	prefix->preferred_until = msec_after(now, preferred);
	if (preferred > 0)
		after = flags_of(prefix);
	else
		take_out(router, prefix);
	return now - router->since < ROUTER_SETTLING ? 0 : before ^ after;
}

unsigned int router_expire(struct router *router, msec now)
{
	unsigned int changes = 0;

	for (unsigned int i = router->n_prefixes; i-- > 0;) {
		if (router->prefix[i].preferred_until > now)
			continue;
		changes |= flags_of(&router->prefix[i]);
		take_out(router, &router->prefix[i]);
	}
	return changes;
}

msec router_deadline(const struct router *router)
{
	msec earliest = NEVER;

	for (unsigned int i = 0; i < router->n_prefixes; i++)
		if (router->prefix[i].preferred_until < earliest)
			earliest = router->prefix[i].preferred_until;
	return earliest;
}

bool router_delegates(const struct router *router)
{
	for (unsigned int i = 0; i < router->n_prefixes; i++)
		if (router->prefix[i].delegating)
			return true;
	return false;
}

bool router_delegates_only(const struct router *router)
{
	for (unsigned int i = 0; i < router->n_prefixes; i++)
		if (!router->prefix[i].delegating)
			return false;
	return router->n_prefixes > 0;
}
