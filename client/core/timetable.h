/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_TIMETABLE_H
#define DHCP6_TIMETABLE_H

/*
 * What time brings: T1 and T2, retransmissions, hold-offs, refreshes. Nothing is changed
 * here; an event without a row in the table is not waited for.
 */

#include "core/client.h"
#include "core/machine.h"

/* The next event that time alone has brought, at client->now; EVENTS when there is none. */
enum event timetable_event(const struct client *client);

/* When the next one, or anything else that time brings, is due; NEVER. */
msec timetable_deadline(const struct client *client);

#endif
