/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_REPORT_H
#define DHCP6_REPORT_H

/* Actions that tell the outside what the client did: script calls, the lease file, notes. */

#include "core/client.h"

/* Hands client->action to the host. */
void report(struct client *client, enum action_type type);

void report_note(struct client *client, enum client_note note, const struct in6_addr *addr,
		 int64_t number, uint32_t extra);

/* The same of somebody who has `addr`; NULL where it is about all. */
void report_note_mac(struct client *client, enum client_note note, const struct in6_addr *addr,
		     const struct mac *mac, uint32_t extra);

/* The link is asked about an address. */
void report_probe(struct client *client, const struct in6_addr *addr, bool in_place);

/* An action on the address of a binding, with the lifetimes that are left now. */
void report_address(struct client *client, enum action_type type, const struct binding *binding);

/* A call about a binding with new_... and, where it was known before, old_... variables. */
void report_new(struct client *client, enum script_reason reason, const struct binding *binding);

/* A call about an IA that holds nothing, with the server's reason. */
void report_empty_ia(struct client *client, enum script_reason reason, const struct ia *ia);

/* A call about options alone (Information-request), with new_... and, where some were told, old_...
 */
void report_options(struct client *client, enum script_reason reason);

/* A call about nothing held: the variables that every call has. */
void report_bare(struct client *client, enum script_reason reason);

/* A call about a binding with cur_... variables (DEPREF6). */
void report_current(struct client *client, enum script_reason reason,
		    const struct binding *binding);

/* A call about a binding that is going, with old_... variables. */
void report_old(struct client *client, enum script_reason reason, const struct binding *binding,
		enum dad_finder found_by);

/* CONFLICT6: of an address in use, with cur_... variables; and of more than can be declined. */
void report_conflict(struct client *client, const struct binding *binding);
void report_storm(struct client *client, const struct mac *mac);

/*
 * The lease for the lease file: only what has passed DAD once, so that a duplicate is
 * never confirmed after a restart; with `released` all of it.
 */
void report_lease(struct client *client, const struct lease *lease, bool released);

#endif
