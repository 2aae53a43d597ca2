/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_DUID_H
#define DHCP6_DUID_H

/* DHCP Unique Identifiers (RFC 9915 section 11): opaque, compared for equality only. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/wire.h"

#define DUID_MIN 3   /* octets: the type and one more */
#define DUID_MAX 130 /* octets: the type and 128 more (section 11.1) */

struct duid {
	uint8_t size; /* octets; 0 where there is none */
	uint8_t bytes[DUID_MAX];
};

/*
 * DUID-LLT (section 11.2) from an ARP hardware type, a link-layer address of
 * `size` octets (at most 32) and a wall clock in seconds since 1970.
 */
struct duid duid_llt(uint16_t hardware, const uint8_t *address, size_t size, int64_t epoch);

/* DUID-LL (section 11.4). */
struct duid duid_ll(uint16_t hardware, const uint8_t *address, size_t size);

/* DUID-UUID (section 11.5, RFC 6355). */
struct duid duid_uuid(const uint8_t uuid[static 16]);

/* Takes `size` octets as they are; false when there are fewer than 3 or more than 130. */
bool duid_set(struct duid *duid, const uint8_t *bytes, size_t size);

/* Reads all that is left of `data`; false when that is no legal DUID. */
bool duid_read(struct duid *duid, struct cursor *data);

bool duid_equal(const struct duid *a, const struct duid *b);

#define DUID_LIST 8

struct duid_list {
	uint8_t n;
	struct duid duid[DUID_LIST];
};

bool duid_in(const struct duid_list *list, const struct duid *duid);

#endif
