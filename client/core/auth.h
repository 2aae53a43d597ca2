/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_AUTH_H
#define DHCP6_AUTH_H

/* The reconfigure key protocol (RFC 9915 sections 20.3 and 20.4): a key that came with a Reply
 * proves a Reconfigure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/duid.h"
#include "core/message.h"

/* What is known of the server that may reconfigure us. Kept over restarts (C-REC-11). */
struct rkap {
	bool has_key;
	bool has_replay;
	uint8_t key[RKAP_VALUE];
	uint64_t replay;    /* the last value taken */
	struct duid server; /* whose these are */
};

/*
 * Is the replay detection value of a message with an Authentication option from
 * `server` greater than the last one? True also for the first message (C-AUTH-2).
 */
bool auth_is_fresh(const struct rkap *rkap, const struct duid *server,
		   const struct message_auth *auth);

/*
 * Takes the key (C-AUTH-1, C-AUTH-6) and the replay value out of a Reply that is fresh;
 * false when it has none of them.
 */
bool auth_take(struct rkap *rkap, const struct duid *server, const struct message_auth *auth);

/*
 * Does the HMAC-MD5 digest of a Reconfigure, `size` octets at `bytes` of which `message` is the
 * parsed form, fit our key, and is it fresh? Compares in constant time; changes nothing
 * (C-AUTH-3). auth_take() records the replay value afterwards.
 */
bool auth_verify(const struct rkap *rkap, const void *bytes, size_t size,
		 const struct message *message);

#endif
