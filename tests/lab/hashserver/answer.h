/* SPDX-License-Identifier: MPL-2.0 */
#ifndef HASHSERVER_ANSWER_H
#define HASHSERVER_ANSWER_H

/* What a server answers to a message, and the little that it remembers. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/duid.h"
#include "core/message.h"
#include "site.h"

#define SERVER_COUNTERS 64

/* The number of an identity's address, where it is not 0. */
struct counter {
	struct identity identity;
	unsigned int value;
};

struct hash_server {
	struct site site;
	struct duid duid;
	bool has_preference;
	uint8_t preference;
	uint32_t t1, t2, preferred, valid; /* seconds */
	bool has_dns;
	struct in6_addr dns;
	unsigned int n, oldest;
	struct counter counter[SERVER_COUNTERS];
};

/*
 * Makes the answer to a client's message that came by multicast, and returns NULL; or says
 * why there is none. Learns from the message in both cases.
 */
const char *hash_answer(struct hash_server *server, const struct message *from, struct message *to);

/* The number of the address that the identity gets now. */
unsigned int hash_counter(const struct hash_server *server, const struct identity *identity);

#endif
