/* SPDX-License-Identifier: MPL-2.0 */
#include "core/dad.h"

#include <string.h>

void conflicts_init(struct conflicts *conflicts)
{
	*conflicts = (struct conflicts){ .decline_at = NEVER, .round = { -NEVER, -NEVER, -NEVER } };
}

const char *dad_finder_name(enum dad_finder finder)
{
	switch (finder) {
	case FOUND_BY_KERNEL:
		return "kernel";
	case FOUND_BY_PROBE:
		return "probe";
	case FOUND_BY_SCRIPT:
		return "script";
	}
	return "";
}

static void remember(struct conflicts *conflicts, const struct in6_addr *addr, msec now)
{
	unsigned int i;

	for (i = 0; i < conflicts->n_remembered; i++)
		if (IN6_ARE_ADDR_EQUAL(&conflicts->remembered[i].addr, addr))
			break;
	if (i == DAD_REMEMBERED) {
		i = conflicts->oldest;
		conflicts->oldest = (uint8_t)((conflicts->oldest + 1) % DAD_REMEMBERED);
	} else if (i == conflicts->n_remembered) {
		conflicts->n_remembered++;
	}
	conflicts->remembered[i].addr = *addr;
	conflicts->remembered[i].until = now + DAD_MEMORY;
}

static bool same_mac(const struct mac *a, const struct mac *b)
{
	return a->size == b->size && memcmp(a->octets, b->octets, a->size) == 0;
}

/* The addresses of one Reply are tested together, and are one round. */
static void count_round(struct conflicts *conflicts, const struct declined *found)
{
	if (found->since > conflicts->round[0]) {
		conflicts->round[2] = conflicts->round[1];
		conflicts->round[1] = conflicts->round[0];
		conflicts->round[0] = found->since;
	}
	if (found->mac.size > 0 && !same_mac(&found->mac, &conflicts->defender)) {
		conflicts->defender = found->mac;
		conflicts->defended = 0;
	}
	conflicts->defended += found->mac.size > 0;
}

static bool is_storm(const struct conflicts *conflicts, msec now)
{
	bool fast = conflicts->round[2] != -NEVER && now - conflicts->round[2] <= DAD_STORM_TIME;
	bool all_one = conflicts->round[1] != -NEVER && conflicts->defended >= DAD_STORM_MAC;

	return fast || all_one;
}

bool conflicts_add(struct conflicts *conflicts, const struct declined *found, bool settled,
		   msec now)
{
	bool was = conflicts->storm;

	remember(conflicts, &found->addr, now);
	if (now - conflicts->last > DAD_CALM) {
		conflicts->in_a_row = 0;
		was = false;
	}
	if (!found->vetoed)
		count_round(conflicts, found);
	conflicts->storm = was || (!found->vetoed && is_storm(conflicts, now));
	if (conflicts->storm) {
		conflicts->n_declined = conflicts->n_sent;
		conflicts->decline_at = NEVER;
		conflicts->last = now + DAD_HOLD_MAX;
		return !was;
	}
	if (conflicts->n_declined < DAD_DECLINED)
		conflicts->declined[conflicts->n_declined++] = *found;
	if (settled)
		conflicts->decline_at = now;
	else if (conflicts->decline_at == NEVER)
		conflicts->decline_at = now + DAD_DECLINE_WAIT;
	return false;
}

void conflicts_pass(struct conflicts *conflicts)
{
	conflicts->defended = 0;
}

void conflicts_drop(struct conflicts *conflicts)
{
	conflicts->n_declined = 0;
	conflicts->n_sent = 0;
	conflicts->decline_at = NEVER;
}

void conflicts_calm(struct conflicts *conflicts)
{
	conflicts->storm = false;
	conflicts->in_a_row = 0;
	conflicts->defended = 0;
	for (unsigned int i = 0; i < 3; i++)
		conflicts->round[i] = -NEVER;
}

bool conflicts_remember(const struct conflicts *conflicts, const struct in6_addr *addr, msec now)
{
	for (unsigned int i = 0; i < conflicts->n_declined; i++)
		if (IN6_ARE_ADDR_EQUAL(&conflicts->declined[i].addr, addr))
			return true;
	for (unsigned int i = 0; i < conflicts->n_remembered; i++)
		if (IN6_ARE_ADDR_EQUAL(&conflicts->remembered[i].addr, addr))
			return now < conflicts->remembered[i].until;
	return false;
}

void conflicts_begin(struct conflicts *conflicts)
{
	conflicts->decline_at = NEVER;
	conflicts->n_sent = 1;
	for (unsigned int i = 1; i < conflicts->n_declined; i++) {
		struct declined moved = conflicts->declined[i];

		if (!duid_equal(&moved.server, &conflicts->declined[0].server))
			continue;
		conflicts->declined[i] = conflicts->declined[conflicts->n_sent];
		conflicts->declined[conflicts->n_sent++] = moved;
	}
}

void conflicts_again(struct conflicts *conflicts, msec now)
{
	conflicts->decline_at = now;
	conflicts->n_sent = 0;
}

msec conflicts_hold(struct conflicts *conflicts, uint32_t random, msec now)
{
	msec hold = DAD_HOLD_FIRST;

	conflicts->n_declined = (uint8_t)(conflicts->n_declined - conflicts->n_sent);
	memmove(conflicts->declined, conflicts->declined + conflicts->n_sent,
		conflicts->n_declined * sizeof(conflicts->declined[0]));
	conflicts->n_sent = 0;
	conflicts->decline_at = conflicts->n_declined > 0 ? now : NEVER;
	if (conflicts->n_declined > 0)
		return 0;
	conflicts->in_a_row++;
	if (conflicts->storm)
		hold = DAD_HOLD_MAX;
	else if (conflicts->in_a_row <= 2)
		hold = (msec)(random % 1000);
	for (unsigned int i = 3; i < conflicts->in_a_row && hold < DAD_HOLD_MAX; i++)
		hold *= 2;
	if (hold > DAD_HOLD_MAX)
		hold = DAD_HOLD_MAX;
	conflicts->last = now + hold;
	return hold;
}
