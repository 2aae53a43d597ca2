/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_DESCRIBE_H
#define DHCP6_DESCRIBE_H

/* What -d shows to people: a line a message, a line an event. */

#include "core/client.h"
#include "core/message.h"
#include "core/wire.h"

/*
 * One line without its end: "Reply xid 0x1a2b3c from fe80::1 server 00:01:...; IA_NA bb:cc:dd:01:
 * 2001:db8::5 preferred 3000 s valid 4000 s, T1 1000 s, T2 2000 s; status Success".
 * `from` may be NULL. What there is no room for is left out whole, with " ..." in its place.
 */
void describe_message(struct cursor *out, const struct message *message,
		      const struct in6_addr *from);

/*
 * -v: every option, one a line, indented by `indent` blanks, lines ended by \n. A line
 * that there is no room for, and those behind it, are left out, with "..." in their place.
 */
void describe_options(struct cursor *out, const struct message *message, unsigned int indent);

/* "IA bb:cc:dd:01: NoAddrsAvail": what is worth a line, of an ACTION_NOTE. */
void describe_note(struct cursor *out, const struct action *action);

/* "00:03:00:01:02:00:00:00:00:0b" */
void describe_duid(struct cursor *out, const struct duid *duid);

/* "BOUND/Renewing" */
void describe_state(struct cursor *out, const struct client *client);

#endif
