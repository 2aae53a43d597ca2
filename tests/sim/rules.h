/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_RULES_H
#define DHCP6_SIM_RULES_H

/*
 * What must hold after every event, whatever happened (the invariants of the
 * requirements, section 6). It sees the client, its actions, what was delivered to it and
 * a model of the kernel; it decides nothing by chance, so the simulator and the
 * fuzzer share it. Only the first broken rule is kept.
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/client.h"
#include "core/message.h"
#include "kernel.h"
#include "owns.h"

#define RULES_GIVEN	4096 /* addresses and prefixes that can be kept account of; a power of 2 */
#define RULES_WINDOW	64   /* times of messages kept: more than any limit that is tried */
#define RULES_ANNOUNCED (LEASE_BINDINGS * 2)
#define RULES_TEXT	256

/* What Replies have said of an address or prefix, and what was seen of it. */
struct given {
	bool used;
	uint8_t prefix_len;
	struct in6_addr addr;
	msec until;    /* the latest end of its valid lifetime that any Reply gave */
	msec conflict; /* when it was found to be a duplicate by this client; NEVER … */
	msec before;   /* … and the time before */
};

/* A binding that a script has heard of. */
struct announced {
	uint16_t ia_type;
	uint8_t prefix_len;
	struct in6_addr addr;
};

/* A duplicate that a Decline has yet to name. */
struct owed {
	struct in6_addr addr;
	struct duid server;
};

struct rules {
	struct kernel kernel;
	struct owns owns;
	char broken[RULES_TEXT]; /* empty: no rule is broken */
	uint64_t trace;		 /* a hash over all that the client did */

	unsigned int n_given;
	struct given given[RULES_GIVEN];

	/* Since this client was started. */
	bool done;		 /* ACTION_DONE came: nothing may come any more */
	bool started;		 /* client_start() was called */
	unsigned int type;	 /* of the last message; 0 before the first */
	uint32_t xid;		 /* of the last message … */
	unsigned int count;	 /* … sent so often */
	msec first;		 /* ms, of its first transmission … */
	msec last;		 /* … and of its last */
	unsigned int n_sent;	 /* messages in all … */
	msec sent[RULES_WINDOW]; /* … and when the last of them were sent, as a ring */
	struct message message;	 /* the last one */
	unsigned int n_owed;
	struct owed owed[DAD_DECLINED];
	unsigned int conflicts;	  /* found so far */
	unsigned int n_announced; /* what the script has heard of, and not of its end */
	struct announced announced[RULES_ANNOUNCED];
	msec calm_since;   /* the end of the last hold-off after a conflict; NEVER */
	bool optimistic;   /* addresses are used before their test has ended … */
	bool probing;	   /* … or tested before they are on the interface */
	bool may_ask;	   /* a hold-off was told: a Renew may ask for what is missing */
	unsigned int news; /* of routers and the link-local address: a Renew may follow from each */
	msec round;	   /* the first conflict since then; NEVER */
	bool has_file;
	struct lease file; /* the last lease saved */
};

void rules_init(struct rules *rules);

/* A new client begins; the kernel, what was given and the file stay. */
void rules_restart(struct rules *rules);

/* The client becomes another one: what was a duplicate is nothing to it. */
void rules_forget(struct rules *rules);

__attribute__((format(printf, 2, 3))) void rules_break(struct rules *rules, const char *format,
						       ...);

/* Mixes what happened into the trace. */
void rules_trace(struct rules *rules, const void *bytes, size_t size);

/* What a message that is refused must not change. */
struct before {
	enum message_state state;
	uint32_t xid;
	uint32_t sent;
	unsigned int n_bindings;
	struct duid target;
	bool due; /* time alone changes it too */
};

void rules_before(struct before *before, const struct client *client, msec now);

/*
 * The client was handed `message` (as client_receive() has left it), sent to the address `to`,
 * and took it or not. What only the codec knows, whether it parses, is not checked again here.
 */
void rules_received(struct rules *rules, const struct before *before, const struct client *client,
		    const struct in6_addr *to, const struct message *message, enum refusal refusal);

/* A datagram is about to be handed to the client. */
void rules_delivered(struct rules *rules, const struct client *client, const void *bytes,
		     size_t size, msec now);

/* Evidence that `addr` is a duplicate is about to be handed to the client. */
void rules_conflict(struct rules *rules, const struct client *client, const struct in6_addr *addr,
		    msec now);

/* The client has kept the address all the same: it saw no evidence. */
void rules_acquit(struct rules *rules, const struct client *client, const struct in6_addr *addr);

/* A router or a new link-local address is about to be told to the client. */
void rules_news(struct rules *rules);

/* The client did something; called before the host does it. */
void rules_action(struct rules *rules, const struct client *client, const struct action *action,
		  msec now);

/* The client was told something at `now`; `timer`: it was client_timeout(). */
void rules_settled(struct rules *rules, const struct client *client, bool timer, msec now);

/* What is known of an address or prefix; NULL when no Reply ever gave it. */
struct given *rules_given(struct rules *rules, const struct in6_addr *addr,
			  unsigned int prefix_len);

/* "2001:db8::1", valid until the next but three calls. */
const char *rules_address(const struct in6_addr *addr);

#endif
