/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_OPTION_H
#define DHCP6_OPTION_H

/*
 * The table of options: what each code is called (ISC's names, which scripts
 * and configuration files know), what its data look like, and whether a client
 * may ask for it; and a bag for those that a client only passes on.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/wire.h"

/* May a client list the code in its Option Request option (RFC 9915 section 21.7)? */
enum option_request {
	REQUEST_NEVER,	     /* C-ORO-2, C-ORO-4, C-ORO-8 */
	REQUEST_ANY,	     /* in every message that has an ORO */
	REQUEST_INFORMATION, /* in Information-request only (C-ORO-7) */
	REQUEST_LEASE,	     /* in every other message that has an ORO (C-PDX-1) */
};

struct option_info {
	uint16_t code;
	const char *name; /* in space "dhcp6", as ISC spells it */
	/*
	 * ISC's letters, a letter a field: 6 IPv6 address, I IPv4 address, B S L
	 * unsigned 8 16 32 bits, T time in seconds, t text, d domain name,
	 * D domain list, N status word, X octets, Z empty, E encapsulated; with A
	 * behind it an array of what stands before. In definitions of a configuration
	 * there are also f boolean, b s l signed 8 16 32 bits, and a behind the last
	 * letter, an array of that field alone.
	 */
	const char *format;
	enum option_request request;
	bool single; /* comes once in a message; of repeated ones the first counts (C-FMT-7) */
};

/* NULL when the table has no such code or name. Names compare without regard to case. */
const struct option_info *option_by_code(unsigned int code);
const struct option_info *option_by_name(const char *name);

/* The table's rows in ascending order of their codes; NULL past the last one. */
const struct option_info *option_row(size_t index);

/*
 * May `code` be listed in an ORO? Codes that the table lacks may, but for those
 * of relays, lease queries and failover.
 */
bool option_requestable(unsigned int code, bool information_request);

#define OPTIONS_SIZE 4096 /* octets */

/* Options as they stand on the wire, back to back, in the order of their arrival. */
struct options {
	uint16_t size; /* octets in use */
	uint8_t bytes[OPTIONS_SIZE];
};

/* Appends one option; false, and nothing is changed, when there is no room for it. */
bool options_add(struct options *options, uint16_t code, const void *data, size_t size);

/*
 * The same, instead of those of that code whose first `key` octets are the same: with 0 all
 * of that code, with 4 those of one enterprise.
 */
bool options_replace(struct options *options, uint16_t code, const void *data, size_t size,
		     size_t key);

/* A reader over the first option of that code; false when there is none. */
bool options_find(const struct options *options, uint16_t code, struct cursor *data);

/* A cursor over all of them, for get_option(). */
struct cursor options_read(const struct options *options);

bool options_equal(const struct options *a, const struct options *b);

#endif
