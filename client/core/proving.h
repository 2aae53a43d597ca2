/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_PROVING_H
#define DHCP6_PROVING_H

/*
 * Questions of our own to the link about an address: before it is put on the interface (`dad
 * probe;`), and in place, when it may have become somebody else's while the link was lost or when
 * somebody claims it. The kernel does none of these.
 */

#include "core/client.h"

/* An address is tested before it is put on: DAD_PROBING begins. */
void proving_begin(struct client *client, struct binding *binding);

/* Asks in place whether somebody else has an address that is in use. */
void proving_in_place(struct client *client, struct binding *binding);

/* The same for all of ours that are in use: the link was lost, or is another one. */
void proving_all(struct client *client);

/* No answer will come, or none counts any more. */
void proving_end(struct binding *binding);

/* Somebody else speaks of an address of ours. The binding can be gone afterwards. */
void proving_claim(struct client *client, const struct claim *claim);

/* Sends what is due; an address that nobody claimed has passed. */
void proving_timeout(struct client *client);
msec proving_deadline(const struct client *client);

#endif
