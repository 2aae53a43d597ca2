/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_FOLLOWING_H
#define DHCP6_FOLLOWING_H

/*
 * What follows from what routers say: whether leases, options or nothing is asked for
 * (`mode auto`), and that what is held is checked when the prefixes of the link change
 * (RFC 9915 section 18.2.12). What is asked for and when is changed here (the IAs that are
 * dormant, the times to ask and to refresh); which message follows is the table's business.
 */

#include "core/client.h"
#include "core/machine.h"

/* The link is new: nothing was heard on it, and a router is waited for if one is needed. */
void following_begin(struct client *client);

/* The link is gone. */
void following_end(struct client *client);

/* A router has spoken. */
void following_router(struct client *client, enum router_source source, bool managed, bool other);

/* Prefixes have changed: bits of enum router_change. */
void following_changes(struct client *client, unsigned int changes);

/* What time brings: prefixes end, and a router that is waited for does not speak. */
void following_timeout(struct client *client);
msec following_deadline(const struct client *client);

/* When an event of these is to be raised: NEVER, unless something leads to it. */
msec following_due(const struct client *client, enum event event);

/*
 * The wanted length of prefixes in bits, 0 for any. Where routers want each client to have a prefix
 * of its own (the flag P), it has to be one for SLAAC: longer ones are of no use (C-PFL-4).
 */
uint8_t following_prefix_hint(const struct client *client);
void following_refuse_long_prefixes(const struct client *client, struct message *message);

/* The changes are being followed: the next ones have to wait (C-RATE-5). */
void following_done(struct client *client);

#endif
