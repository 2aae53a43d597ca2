/* SPDX-License-Identifier: MPL-2.0 */
#include "core/lease.h"

#include <string.h>

/* Below this our own T1 would only make noise (C-T12-4). */
#define T1_FLOOR 60

enum lease_state lease_state(const struct lease *lease)
{
	return lease->n_bindings > 0 ? BOUND : INIT;
}

const char *lease_state_name(enum lease_state state)
{
	return state == BOUND ? "BOUND" : "INIT";
}

struct ia *lease_find_ia(struct lease *lease, unsigned int type, uint32_t iaid)
{
	for (unsigned int i = 0; i < lease->n_ias; i++)
		if (lease->ia[i].type == type && lease->ia[i].iaid == iaid)
			return &lease->ia[i];
	return NULL;
}

struct binding *lease_find(struct lease *lease, const struct in6_addr *addr,
			   unsigned int prefix_len)
{
	for (unsigned int i = 0; i < lease->n_bindings; i++)
		if (lease->binding[i].prefix_len == prefix_len &&
		    IN6_ARE_ADDR_EQUAL(&lease->binding[i].addr, addr))
			return &lease->binding[i];
	return NULL;
}

bool lease_want(struct lease *lease, unsigned int type, uint32_t iaid)
{
	if (lease_find_ia(lease, type, iaid))
		return true;
	if (lease->n_ias == LEASE_IAS)
		return false;
	lease->ia[lease->n_ias++] = (struct ia){ .type = (uint16_t)type, .iaid = iaid };
	return true;
}

void lease_remove(struct lease *lease, unsigned int index)
{
	lease->n_bindings--;
	memmove(&lease->binding[index], &lease->binding[index + 1],
		(lease->n_bindings - index) * sizeof(lease->binding[0]));
}

unsigned int lease_count(const struct lease *lease, unsigned int ia)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < lease->n_bindings; i++)
		n += lease->binding[i].ia == ia;
	return n;
}

bool lease_has_prefix(const struct lease *lease)
{
	for (unsigned int i = 0; i < lease->n_bindings; i++)
		if (lease->ia[lease->binding[i].ia].type == OPTION_IA_PD)
			return true;
	return false;
}

bool lease_lacks(const struct lease *lease)
{
	for (unsigned int i = 0; i < lease->n_ias; i++)
		if (lease_count(lease, i) == 0 && !lease->ia[i].dormant)
			return true;
	return false;
}

bool lease_renewable(const struct lease *lease)
{
	for (unsigned int i = 0; i < lease->n_ias; i++)
		if (lease_count(lease, i) > 0 ? lease->ia[i].type != OPTION_IA_TA
					      : !lease->ia[i].dormant)
			return true;
	return false;
}

msec binding_preferred_until(const struct binding *binding)
{
	return msec_after(binding->times.starts.at, binding->times.preferred);
}

msec binding_valid_until(const struct binding *binding)
{
	return msec_after(binding->times.starts.at, binding->times.valid);
}

uint32_t lifetime_left(const struct stamp *starts, uint32_t lifetime, msec now)
{
	msec end = msec_after(starts->at, lifetime);
	msec left;

	if (end == NEVER)
		return INFINITE_TIME;
	if (end <= now)
		return 0;
	left = (end - now) / 1000;
	/* A stamp of the future (the clock was set back) makes nothing last longer (C-GEN-10). */
	return left < lifetime ? (uint32_t)left : lifetime;
}

/* The shortest preferred lifetime above 0 in the IA, else its shortest valid one (C-T12-4). */
static uint32_t shortest_lifetime(const struct lease *lease, unsigned int ia)
{
	uint32_t preferred = INFINITE_TIME;
	uint32_t valid = INFINITE_TIME;
	bool any = false;

	for (unsigned int i = 0; i < lease->n_bindings; i++) {
		const struct binding *binding = &lease->binding[i];

		if (binding->ia != ia)
			continue;
		if (binding->times.valid < valid)
			valid = binding->times.valid;
		if (binding->times.preferred > 0) {
			any = true;
			if (binding->times.preferred < preferred)
				preferred = binding->times.preferred;
		}
	}
	return any ? preferred : valid;
}

/* T1 and T2 in seconds, never 0: our choice where the server left it to us (section 14.2). */
static void effective_times(const struct lease *lease, unsigned int index, uint32_t *t1,
			    uint32_t *t2)
{
	const struct ia *ia = &lease->ia[index];
	uint32_t life = shortest_lifetime(lease, index);
	uint64_t own;

	*t1 = ia->times.t1;
	*t2 = ia->times.t2;
	if (*t2 == 0) {
		own = life == INFINITE_TIME ? INFINITE_TIME : (uint64_t)life * 8 / 10;
		if (*t1 != 0 && *t1 != INFINITE_TIME && own < (uint64_t)*t1 * 8 / 5)
			own = (uint64_t)*t1 * 8 / 5;
		if (*t1 == INFINITE_TIME)
			own = INFINITE_TIME;
		*t2 = own >= INFINITE_TIME ? INFINITE_TIME : (uint32_t)own;
		if (*t2 == 0)
			*t2 = 1;
	}
	if (*t1 == 0) {
		own = life == INFINITE_TIME ? INFINITE_TIME : (uint64_t)life / 2;
		if (*t2 != INFINITE_TIME && own > (uint64_t)*t2 * 5 / 8)
			own = (uint64_t)*t2 * 5 / 8;
		if (T1_FLOOR > own && T1_FLOOR < *t2)
			own = T1_FLOOR;
		*t1 = own >= INFINITE_TIME ? INFINITE_TIME : (uint32_t)own;
		if (*t1 == 0)
			*t1 = 1;
	}
}

msec lease_renew_at(const struct lease *lease)
{
	msec earliest = NEVER;

	for (unsigned int i = 0; i < lease->n_ias; i++) {
		const struct ia *ia = &lease->ia[i];
		uint32_t t1, t2;
		msec at;

		if (lease_count(lease, i) == 0 || ia->unanswered || ia->type == OPTION_IA_TA)
			continue;
		effective_times(lease, i, &t1, &t2);
		at = msec_after(ia->times.starts.at, t1);
		if (at < earliest)
			earliest = at;
	}
	return earliest;
}

msec lease_ia_rebind_at(const struct lease *lease, unsigned int ia)
{
	uint32_t t1, t2;

	if (lease_count(lease, ia) == 0 || lease->ia[ia].type == OPTION_IA_TA)
		return NEVER;
	effective_times(lease, ia, &t1, &t2);
	return msec_after(lease->ia[ia].times.starts.at, t2);
}

msec lease_rebind_at(const struct lease *lease)
{
	msec earliest = NEVER;

	for (unsigned int i = 0; i < lease->n_ias; i++) {
		msec at = lease_ia_rebind_at(lease, i);

		if (at < earliest)
			earliest = at;
	}
	return earliest;
}

msec lease_ends_at(const struct lease *lease)
{
	msec last = 0;

	if (lease->n_bindings == 0)
		return NEVER;
	for (unsigned int i = 0; i < lease->n_bindings; i++) {
		msec end = binding_valid_until(&lease->binding[i]);

		if (i == 0 || end > last)
			last = end;
	}
	return last;
}

static const struct message_ia *reply_ia(const struct message *reply, const struct ia *ia,
					 unsigned int *index)
{
	for (unsigned int i = 0; i < reply->n_ias; i++)
		if (reply->ia[i].type == ia->type && reply->ia[i].iaid == ia->iaid) {
			*index = i;
			return &reply->ia[i];
		}
	return NULL;
}

/* New or longer times for a binding, or the first ones. */
static void set_times(struct binding *binding, const struct message_binding *from, struct stamp now)
{
	binding->times.starts = now;
	binding->times.preferred = from->preferred;
	binding->times.valid = from->valid;
	binding->exclude_len = from->exclude_len;
	binding->exclude = from->exclude;
	binding->deprecated = false;
	binding->doubtful = false;
	binding->announce = true;
}

/* One address or prefix of a Reply, in an IA of ours. */
static void merge_binding(struct lease *lease, unsigned int ia, const struct message_binding *from,
			  struct stamp now, struct merge *merge)
{
	struct binding *held = lease_find(lease, &from->addr, from->prefix_len);

	if (from->status != STATUS_SUCCESS)
		return;
	if (held && held->ia != ia && held->times.valid > 0)
		return; /* the same address in two IAs: the first one keeps it */
	if (from->valid == 0) {
		if (held)
			held->times = (struct lifetimes){ .starts = now };
		merge->withdrawn += held != NULL;
		return;
	}
	if (!held && lease->n_bindings == LEASE_BINDINGS) {
		merge->limit++;
		return;
	}
	if (!held) {
		held = &lease->binding[lease->n_bindings++];
		*held = (struct binding){ .addr = from->addr,
					  .prefix_len = from->prefix_len,
					  .ia = (uint8_t)ia };
		/* Nobody else can hold a prefix that was delegated to us (C-DAD-2). */
		held->dad.passed = lease->ia[ia].type == OPTION_IA_PD;
		held->dad.state = held->dad.passed ? DAD_UNIQUE : DAD_WAITING;
	} else if (held->times.starts.at != now.at || held->times.valid == 0) {
		held->previous = held->times;
		held->had = true;
		held->ia = (uint8_t)ia; /* withdrawn from another one in the same Reply */
	}
	set_times(held, from, now);
	merge->granted++;
}

/* NotOnLink in a Renew's or Rebind's Reply, from servers of RFC 3315's days (C-RPL-13). */
static void withdraw_ia(struct lease *lease, unsigned int ia, struct stamp now, struct merge *merge)
{
	for (unsigned int i = 0; i < lease->n_bindings; i++) {
		if (lease->binding[i].ia != ia)
			continue;
		lease->binding[i].times = (struct lifetimes){ .starts = now };
		merge->withdrawn++;
	}
}

/* True when the Reply granted or extended something in the IA at `index`. */
static bool merge_ia(struct lease *lease, unsigned int index, const struct message *reply,
		     struct stamp now, struct merge *merge)
{
	struct ia *ia = &lease->ia[index];
	unsigned int place = 0;
	const struct message_ia *from = reply_ia(reply, ia, &place);
	unsigned int granted = merge->granted;

	if (!from) {
		ia->status = STATUS_SUCCESS;
		return false;
	}
	ia->status = from->status.code;
	if (from->status.code != STATUS_SUCCESS) {
		merge->no_binding += from->status.code == STATUS_NO_BINDING;
		if (from->status.code == STATUS_NOT_ON_LINK) {
			merge->not_on_link++;
			withdraw_ia(lease, index, now, merge);
		}
		return false;
	}
	for (unsigned int i = 0; i < reply->n_bindings; i++)
		if (reply->binding[i].ia == place)
			merge_binding(lease, index, &reply->binding[i], now, merge);
	if (merge->granted == granted)
		return false;
	ia->previous = ia->times;
	ia->had = ia->granted;
	ia->granted = true;
	ia->server = reply->server_id;
	ia->times = (struct ia_times){ .starts = now, .t1 = from->t1, .t2 = from->t2 };
	return true;
}

/* Does the IA hold anything whose lifetime the Reply did not end? */
static bool still_holds(const struct lease *lease, unsigned int ia)
{
	for (unsigned int i = 0; i < lease->n_bindings; i++)
		if (lease->binding[i].ia == ia && lease->binding[i].times.valid > 0)
			return true;
	return false;
}

struct merge lease_merge(struct lease *lease, const struct message *reply, struct stamp now)
{
	struct merge merge = { 0 };

	for (unsigned int i = 0; i < lease->n_ias; i++) {
		bool answered = merge_ia(lease, i, reply, now, &merge);

		/* Temporary addresses are never asked to last longer. */
		lease->ia[i].unanswered = !answered && lease->ia[i].type != OPTION_IA_TA &&
					  still_holds(lease, i);
		merge.unanswered += lease->ia[i].unanswered;
		merge.holes += lease_count(lease, i) == 0 && !lease->ia[i].dormant &&
			       lease->ia[i].status == STATUS_SUCCESS;
	}
	for (unsigned int i = 0; i < lease->n_bindings; i++)
		merge.left += lease->binding[i].times.valid > 0;
	return merge;
}

struct merge lease_survey(const struct lease *lease, const struct message *reply)
{
	struct lease scratch = *lease;

	return lease_merge(&scratch, reply, (struct stamp){ 0 });
}
