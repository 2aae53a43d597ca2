/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_SERVER_H
#define DHCP6_SIM_SERVER_H

/*
 * A scripted DHCPv6 server on the message codec: good, or bad in one of many ways. What
 * it says when it lies is liar.h's business.
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/duid.h"
#include "core/message.h"
#include "core/proto.h"
#include "pool.h"
#include "rng.h"

enum server_mode {
	SERVER_GOOD,
	SERVER_SILENT,
	SERVER_NOTHING_LEFT, /* NoAddrsAvail, NoPrefixAvail */
	SERVER_NO_BINDING,   /* to Renew and Rebind, sometimes to Request */
	SERVER_NOT_ON_LINK,
	SERVER_UNSPEC_FAIL,
	SERVER_LEAVES_OUT, /* IAs, or some of their addresses */
	SERVER_WITHDRAWS,  /* lifetimes of 0 */
	SERVER_REOFFERS,   /* an address that was declined comes again */
	SERVER_MIXED,	   /* anything of the above, another for each IA */
	SERVER_MODES,
};

/* What T1, T2 and lifetimes it gives. */
enum server_times {
	TIMES_USUAL,
	TIMES_ZERO, /* T1 and T2 left to the client */
	TIMES_INFINITE,
	TIMES_TINY,
	TIMES_SHORT,
	TIMES_LATE, /* T1 and T2 at the end of the lifetimes, or behind */
	TIMES_ODD,  /* T1 > T2, preferred > valid */
	TIMES_ANY,  /* random ones */
	TIMES,
};

#define SERVER_RECONFIGURE 300 /* octets: a Reconfigure is smaller */

struct server {
	struct duid duid;
	struct in6_addr dns;
	struct pool *pool; /* perhaps another's too */
	int partner;	   /* the index of the one that takes over, with a pool of its own; -1 */
	bool alive;
	enum server_mode mode;
	enum server_times times;
	int preference;	     /* -1: the option is absent */
	unsigned int per_ia; /* addresses in each IA */
	bool rapid;	     /* Rapid Commit */
	bool registers;	     /* wants to know of addresses that hosts make themselves */
	uint32_t max_rt;     /* SOL_MAX_RT in seconds; 0: absent */
	unsigned int style;  /* where it puts status codes; whether an unknown lease is ended */
	uint32_t shares;     /* percent: new addresses that somebody else has already */
	uint32_t lies;	     /* percent: messages that are twisted (liar.h) */
	uint64_t replay;     /* of the last Authentication option */
	size_t old_size;     /* an old Reconfigure, to be replayed; 0: none yet */
	unsigned int old_host;
	uint8_t old[SERVER_RECONFIGURE];
};

/* A good server that gives from `pool`; `number` is its own for ever. */
void server_init(struct server *server, struct pool *pool, unsigned int number);

/* The answer to a client's message; false when there is none. */
bool server_answer(struct server *server, struct rng *rng, const struct message *from,
		   struct message *to);

/* Appends an Authentication option with the server's reconfigure key to a built Reply. */
void server_put_key(struct server *server, struct cursor *out);

/* A Reconfigure for the client that sent `from`; its size in octets. The digest is right or not. */
size_t server_reconfigure(struct server *server, struct rng *rng, const struct message *from,
			  bool right, uint8_t bytes[static SERVER_RECONFIGURE]);

const char *server_mode_name(enum server_mode mode);

#endif
