/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_HOLDING_H
#define DHCP6_HOLDING_H

/*
 * What becomes of that which is held: a Reply is merged, addresses go on the
 * interface and are judged, the script and the lease file hear of them, and all comes
 * to its end. Only the lease half of struct client is changed here; which message
 * follows is client.c's business.
 */

#include "core/client.h"

/* Merges a Reply into the lease, and does what follows for kernel, script and lease file. */
void holding_apply(struct client *client, const struct message *reply);

/* Takes over the options of a Reply to Information-request, and sets when to ask again (C-INF-5).
 */
void holding_inform(struct client *client, const struct message *reply);

/* Marks what was declined a short while ago as of no use in what a server says (C-DEC-7). */
void holding_refuse_duplicates(struct client *client, struct message *message);

/* Gives what waits for the link to the kernel; nothing without a link (K7). */
void holding_put_on(struct client *client);

/* The link is lost: what was being tested is taken off, to be tested again later. */
void holding_link_lost(struct client *client);

/* The address of ours that an event is about; NULL when it is none, or a prefix. */
struct binding *holding_find(struct client *client, const struct in6_addr *addr);

/* What the host saw of it. The binding can be gone afterwards. */
void holding_judge(struct client *client, struct binding *binding, enum address_event event);

/* It is somebody else's: off the interface, out of the lease, to be declined (C-DEC-3). */
void holding_conflict(struct client *client, struct binding *binding, enum dad_finder finder);

/* Gives an address to the kernel, which begins its test. */
void holding_give(struct client *client, struct binding *binding);

/* The hooks that TENTATIVE6 asked have no objection, or have had their time. */
void holding_asked(struct client *client, struct binding *binding);
void holding_asked_in_time(struct client *client);

/* Tells the script of all that is usable and that it has not heard of; at once, or soon. */
void holding_announce(struct client *client);
void holding_announce_soon(struct client *client);

/* Whether what is held fits the link is being asked; that is settled, as far as it ever will be. */
void holding_doubt(struct client *client);
void holding_trust(struct client *client);

/* Ends what has ended, and tells of preferred lifetimes that are over. */
void holding_expire(struct client *client);
void holding_deprefer(struct client *client);

/* When the next of these two is due; NEVER. */
msec holding_deadline(const struct client *client);

/* Everything goes, each with a call to the script. */
void holding_drop(struct client *client, enum script_reason reason);

/* The lease file gets what is held. */
void holding_save(struct client *client);

/* Takes over a lease from the lease file; what has ended becomes a hint. */
void holding_restore(struct client *client, const struct lease *lease);

/* ACTION_READY, once, when no verdict is awaited and the script has heard of the rest. */
void holding_check_ready(struct client *client);

#endif
