/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_LEASE_H
#define DHCP6_LEASE_H

/*
 * What the client holds on one interface: IAs, and in them addresses and
 * delegated prefixes ("bindings") with absolute times. This is one half of the
 * client's state: with no binding it is INIT, with at least one BOUND. What the
 * client says is the other half (exchange.h).
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/dad.h"
#include "core/duid.h"
#include "core/message.h"
#include "core/option.h"
#include "core/proto.h"

#define LEASE_IAS      8  /* IAs per interface */
#define LEASE_BINDINGS 64 /* addresses and prefixes per interface, over all IAs */

enum lease_state {
	INIT,
	BOUND,
};

/*
 * A moment twice: `at` is what all computing is done with; `epoch`, seconds
 * since 1970, is carried unread for the lease file and the scripts.
 */
struct stamp {
	msec at;
	int64_t epoch;
};

/* T1 and T2 of an IA in seconds as the server gave them, counted from `starts`. */
struct ia_times {
	struct stamp starts;
	uint32_t t1;
	uint32_t t2;
};

struct ia {
	uint16_t type; /* OPTION_IA_NA, OPTION_IA_PD or OPTION_IA_TA */
	uint32_t iaid;
	bool dormant;	 /* not asked for now: a router says that there are none */
	bool granted;	 /* times are those of a Reply */
	bool had;	 /* previous is set */
	bool unanswered; /* the last Reply did not extend it: its T1 is past (C-RPL-10, C-RPL-11) */
	struct duid server; /* who gave, or last extended, what it holds */
	uint16_t status;    /* what the server last said of this IA */
	struct ia_times times;
	struct ia_times previous;
};

/* Lifetimes in seconds as the server gave them, counted from `starts`. */
struct lifetimes {
	struct stamp starts;
	uint32_t preferred;
	uint32_t valid;
};

struct binding {
	struct in6_addr addr;
	uint8_t prefix_len;  /* bits; 128 for an address */
	uint8_t ia;	     /* index into lease.ia */
	uint8_t exclude_len; /* bits; 0 without an excluded prefix (RFC 6603) */
	struct in6_addr exclude;
	struct lifetimes times;
	struct lifetimes previous;
	bool had;	 /* previous is set: the script has heard of it before */
	bool deprecated; /* the preferred lifetime is over and that was told */
	bool doubtful;	 /* does it fit the link? That is being asked; the script waits for it */
	bool announce;	 /* the script is to hear of `times` when the address is unique */
	struct dad dad;
};

struct lease {
	struct duid server; /* who last gave or extended something */
	uint8_t n_ias;
	struct ia ia[LEASE_IAS]; /* those that are wanted, with or without bindings */
	uint8_t n_bindings;
	struct binding binding[LEASE_BINDINGS];
	struct options options; /* of the last Reply, without what the core itself uses */
	bool released;		/* only in the lease file: given back to the server */
};

enum lease_state lease_state(const struct lease *lease);
const char *lease_state_name(enum lease_state state);

/* NULL when nothing of that kind is held. */
struct ia *lease_find_ia(struct lease *lease, unsigned int type, uint32_t iaid);
struct binding *lease_find(struct lease *lease, const struct in6_addr *addr,
			   unsigned int prefix_len);

/* Adds an IA that is wanted; false when there are LEASE_IAS already. */
bool lease_want(struct lease *lease, unsigned int type, uint32_t iaid);

/* Takes out the binding at `index`; those behind it move up. */
void lease_remove(struct lease *lease, unsigned int index);

/* How many bindings the IA at `ia` has. */
unsigned int lease_count(const struct lease *lease, unsigned int ia);

bool lease_has_prefix(const struct lease *lease);

/* Is there a wanted IA, not a dormant one, that holds nothing? */
bool lease_lacks(const struct lease *lease);

/* Would a Renew name anything? Not where temporary addresses are all that is held and wanted. */
bool lease_renewable(const struct lease *lease);

msec binding_preferred_until(const struct binding *binding);
msec binding_valid_until(const struct binding *binding);

/* Seconds of `lifetime` left at `now`, rounded down; INFINITE_TIME stays what it is. */
uint32_t lifetime_left(const struct stamp *starts, uint32_t lifetime, msec now);

/*
 * When to Renew and when to Rebind: the earliest T1 and T2 over all IAs that
 * hold something (C-T12-2, C-T12-9), with our own choice where the server left
 * them 0 (C-T12-4). NEVER when no IA asks for it.
 */
msec lease_renew_at(const struct lease *lease);
msec lease_rebind_at(const struct lease *lease);

/* T2 of one IA; NEVER where it holds nothing that can be extended. */
msec lease_ia_rebind_at(const struct lease *lease, unsigned int ia);

/* The end of the last binding (the MRD of Rebind); NEVER with an infinite one. */
msec lease_ends_at(const struct lease *lease);

/* What a Reply does, over all IAs that are wanted (RFC 9915 section 18.2.10.1). */
struct merge {
	unsigned int granted;	  /* bindings that are new or extended */
	unsigned int withdrawn;	  /* bindings that came with a valid lifetime of 0 */
	unsigned int left;	  /* bindings held afterwards */
	unsigned int unanswered;  /* IAs that hold something and got no new times */
	unsigned int no_binding;  /* IAs with status NoBinding */
	unsigned int not_on_link; /* IAs with status NotOnLink */
	unsigned int holes;	  /* IAs that hold nothing, and for which no failure was given */
	unsigned int limit;	  /* bindings for which there was no room */
};

/*
 * Merges a Reply received at `now`: bindings are added (addresses DAD_WAITING),
 * extended, or, with a lifetime of 0, given times that are over; what the Reply
 * does not mention stays (C-RPL-4). The caller acts on the bindings (expiry, DAD).
 */
struct merge lease_merge(struct lease *lease, const struct message *reply, struct stamp now);

/* What lease_merge() would say; nothing is changed. */
struct merge lease_survey(const struct lease *lease, const struct message *reply);

#endif
