/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_COMPOSE_H
#define DHCP6_COMPOSE_H

/* What each message contains (RFC 9915 sections 18.2.1 to 18.2.8, 21.7, appendix B). */

#include "core/client.h"
#include "core/message.h"

/*
 * The next message of the running exchange, built anew for each transmission:
 * bindings that have ended meanwhile are not in it (C-RTX-8).
 */
void compose(const struct client *client, struct message *message);

#endif
