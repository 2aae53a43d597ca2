/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_RECEPTION_H
#define DHCP6_RECEPTION_H

/* Which messages are believed, and which event of the state machine they are. */

#include "core/client.h"
#include "core/machine.h"

/* The rules that depend on what is running (sections 16.3 and 16.10). */
enum refusal reception_check(const struct client *client, const struct message *message);

/*
 * The same for a Reconfigure, `size` octets at `bytes`: sections 16.11 and 20.4.
 */
enum refusal reception_check_reconfigure(const struct client *client, const void *bytes,
					 size_t size, const struct message *message);

/* What a Reconfigure that passed it wants. */
enum event reception_reconfigure(const struct message *message);

/* Ranks an Advertise among the offers (section 18.2.9) and says what it means now. */
enum event reception_consider(struct client *client, const struct message *advertise);

/* What a Reply means now (sections 18.2.10 and 18.2.10.1 to 18.2.10.3). */
enum event reception_classify(const struct client *client, const struct message *reply);

#endif
