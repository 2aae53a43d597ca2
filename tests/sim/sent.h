/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_SENT_H
#define DHCP6_SIM_SENT_H

/* The rules for what is sent: when, how often, and what each message contains. */

#include "core/client.h"
#include "rules.h"

/* Checks a message, ACTION_SEND, and keeps account of it. */
void sent_check(struct rules *rules, const struct client *client, const struct action *action,
		msec now);

#endif
