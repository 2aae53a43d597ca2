/* SPDX-License-Identifier: MPL-2.0 */
#include "core/auth.h"

#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <string.h>

enum rkap_type {
	RKAP_KEY = 1,
	RKAP_DIGEST = 2,
};

bool auth_is_fresh(const struct rkap *rkap, const struct duid *server,
		   const struct message_auth *auth)
{
	return !rkap->has_replay || !duid_equal(&rkap->server, server) ||
	       auth->replay > rkap->replay;
}

bool auth_take(struct rkap *rkap, const struct duid *server, const struct message_auth *auth)
{
	if (!auth->present || !auth->rkap)
		return false;
	if (!duid_equal(&rkap->server, server))
		*rkap = (struct rkap){ .server = *server };
	rkap->has_replay = true;
	rkap->replay = auth->replay;
	if (auth->type == RKAP_KEY) {
		rkap->has_key = true;
		memcpy(rkap->key, auth->value, sizeof(rkap->key));
	}
	return true;
}

bool auth_verify(const struct rkap *rkap, const void *bytes, size_t size,
		 const struct message *message)
{
	static const uint8_t zeros[RKAP_VALUE];
	const struct message_auth *auth = &message->auth;
	const uint8_t *octets = bytes;
	size_t behind = (size_t)auth->value_at + RKAP_VALUE;
	struct hmac_md5_ctx hmac;
	uint8_t digest[RKAP_VALUE];

	if (!rkap->has_key || !duid_equal(&rkap->server, &message->server_id) || !auth->rkap ||
	    auth->type != RKAP_DIGEST || behind > size ||
	    !auth_is_fresh(rkap, &message->server_id, auth))
		return false;
	/* The digest is that of the whole message with zeros in its own place (section 20.4.3). */
	hmac_md5_set_key(&hmac, sizeof(rkap->key), rkap->key);
	hmac_md5_update(&hmac, auth->value_at, octets);
	hmac_md5_update(&hmac, sizeof(zeros), zeros);
	hmac_md5_update(&hmac, size - behind, octets + behind);
	hmac_md5_digest(&hmac, sizeof(digest), digest);
	return memeql_sec(digest, auth->value, sizeof(digest));
}
