/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_FQDN_H
#define DHCP6_FQDN_H

/* What the configuration says in the space fqdn, and the Client FQDN option made of it (RFC 4704).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/wire.h"

#define FQDN_LABELS 255 /* octets of a name (RFC 1035 section 2.3.4) */

struct fqdn {
	bool named;
	bool server_update;    /* the server updates the AAAA record */
	bool no_client_update; /* nobody updates anything */
	uint8_t size;	       /* octets in `labels` */
	uint8_t labels[FQDN_LABELS];
};

/*
 * A name with a dot in it or at its end is whole, another one a part of a name; an empty one leaves
 * the choice to the server. False, and nothing is changed, when it is no domain name.
 */
bool fqdn_set_name(struct fqdn *fqdn, const char *text, size_t size);

/* The data of the option. */
void fqdn_put(struct cursor *out, const struct fqdn *fqdn);

#endif
