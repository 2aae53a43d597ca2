/* SPDX-License-Identifier: MPL-2.0 */
#ifndef HASHSERVER_SITE_H
#define HASHSERVER_SITE_H

/*
 * What all servers of a site are told alike, and nothing else: a prefix, a key, and a list
 * of exceptions. From it follows which addresses a client may get, in which order.
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/duid.h"

#define SITE_EXCEPTIONS 256
#define SITE_KEY	64 /* octets */
#define SITE_CANDIDATES 16 /* addresses for an identity */

/* An IA_NA of a client. */
struct identity {
	struct duid duid;
	uint32_t iaid;
};

struct exception {
	struct identity identity;
	struct in6_addr addr;
};

struct site {
	struct in6_addr prefix;
	uint8_t length; /* bits: from 64 to 127 */
	uint8_t key_size;
	uint8_t key[SITE_KEY];
	unsigned int n;
	struct exception exception[SITE_EXCEPTIONS];
};

/* Octets in hex, with colons or without; false when that is no DUID. */
bool read_duid(struct duid *duid, const char *text);

/* The same for the four octets of an IAID. */
bool read_iaid(uint32_t *iaid, const char *text);

bool identity_equal(const struct identity *a, const struct identity *b);

/* "2001:db8::/64"; what is set behind the length is cleared. */
bool site_set_prefix(struct site *site, const char *text);

bool site_set_key(struct site *site, const char *text);

/*
 * Takes a line of the file of exceptions, "DUID IAID ADDRESS"; empty lines and those that
 * begin with # are passed over. False when it is none of these, or one too many.
 */
bool site_add_exception(struct site *site, const char *line);

/* The same for each line of a file. On failure says why on stderr. */
bool site_load_exceptions(struct site *site, const char *path);

/* NULL when there is none. */
const struct exception *site_exception(const struct site *site, const struct identity *identity);

/*
 * RFC 7943: the interface identifier is a hash of prefix, DUID, IAID, a counter and a key.
 * Reserved ones (RFC 5453) are passed over.
 */
struct in6_addr site_hash(const struct site *site, const struct identity *identity,
			  unsigned int counter);

/* The identity's address number `counter`: its exception first, if there is one, then hashes. */
struct in6_addr site_candidate(const struct site *site, const struct identity *identity,
			       unsigned int counter);

/* Are the first 64 bits those of the site? */
bool site_on_link(const struct site *site, const struct in6_addr *addr);

#endif
