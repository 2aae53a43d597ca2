/* SPDX-License-Identifier: MPL-2.0 */
#include "text/fqdn.h"

#include <string.h>

#include "text/value.h"

/* RFC 4704 section 4.1. The flag O, 0x02, is the server's and never set here. */
#define FLAG_S 0x01
#define FLAG_N 0x04

bool fqdn_set_name(struct fqdn *fqdn, const char *text, size_t size)
{
	struct fqdn named = *fqdn;
	struct cursor labels = cursor_writer(named.labels, sizeof(named.labels));

	if (size > 0 && (!value_parse_domain(&labels, text, size) || labels.bad))
		return false;
	/* C-FQDN-3: a part of a name has no empty label at its end. */
	if (size > 0 && !memchr(text, '.', size))
		labels.at--;
	named.named = true;
	named.size = (uint8_t)labels.at;
	*fqdn = named;
	return true;
}

void fqdn_put(struct cursor *out, const struct fqdn *fqdn)
{
	uint8_t flags = fqdn->server_update ? FLAG_S : 0;

	/* C-FQDN-2: where nobody updates anything, the server does not either. */
	put_u8(out, fqdn->no_client_update ? FLAG_N : flags);
	put_bytes(out, fqdn->labels, fqdn->size);
}
