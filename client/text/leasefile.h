/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_LEASEFILE_H
#define DHCP6_LEASEFILE_H

/*
 * dhclient6.leases in ISC's syntax, text <-> struct lease. For each interface
 * the last record counts. A record that is damaged is passed over with its place
 * and reason; the rest of the file is still read: a record ends with its brace or,
 * where that is lost, where the next lease6 or default-duid begins a line.
 */

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/duid.h"
#include "core/lease.h"
#include "core/wire.h"
#include "text/lex.h"

enum leasefile_kind {
	LEASEFILE_END,
	LEASEFILE_DUID,	   /* item.duid */
	LEASEFILE_LEASE,   /* item.lease, item.interface */
	LEASEFILE_DAMAGED, /* item.reason, item.line */
};

struct leasefile_item {
	enum leasefile_kind kind;
	struct duid
		duid; /* LEASEFILE_DUID; of a lease its dhcp6.client-id, size 0 where it has none */
	char interface[IFNAMSIZ];
	struct lease lease; /* stamps with `epoch` only: `at` is 0 until the caller sets it */
	size_t start;	    /* the item's text, octets from the start of the file … */
	size_t end;	    /* … to one past its last octet */
	unsigned int line;  /* its first one; LEASEFILE_DAMAGED: that of the damage */
	const char *reason; /* a constant text */
};

/*
 * The next item of a file over which lex_init() was called. IAs and bindings for
 * which struct lease has no room are left out, and so are options that do not
 * match their format; a lease without server has server.size 0.
 */
void leasefile_next(struct lex *lex, struct leasefile_item *item);

/* default-duid "…"; as ISC writes it, octal escapes. */
void leasefile_put_duid(struct cursor *out, const struct duid *duid);

/*
 * A lease6 record; IAs without bindings are not written. Times are written from the stamps'
 * `epoch`.
 */
void leasefile_put_lease(struct cursor *out, const char *interface, const struct lease *lease,
			 const struct duid *client_id);

#endif
