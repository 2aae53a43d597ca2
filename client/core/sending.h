/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SENDING_H
#define DHCP6_SENDING_H

/*
 * What is said: exchanges begin, to whom and after which delay, messages leave
 * within the limit, and rounds that lead to nothing get rarer. Beside the exchange half of
 * struct client only that is changed which a new exchange makes void: changes of the link that
 * were to be followed, the times to ask and to refresh, a key that ends with its lease.
 */

#include "core/client.h"

/* A new exchange, also of the kind that is running. */
void sending_begin(struct client *client, enum message_state next);

/* The first message or a retransmission; later when the limit is reached (C-RATE-1). */
void sending_transmit(struct client *client);

/* The next exchange asks the best offer's server. There is an offer. */
void sending_take_offer(struct client *client);

/* What a message says of SOL_MAX_RT (C-OPT-17, C-ADV-6, C-RTX-11). */
void sending_hear_max_rt(struct client *client, const struct message *message, bool reply);

/* The next exchange waits, longer each time (C-SOL-12, C-RATE-3). */
void sending_back_off(struct client *client);

/* The Request after NoBinding led to nothing: another Rebind waits, longer each time. */
void sending_unrepaired(struct client *client);

/* Are addresses registered now (RFC 9686); those that are due; when the next one is; NEVER. */
bool sending_registers(const struct client *client);
void sending_register(struct client *client);
msec sending_register_at(const struct client *client);

/* Has the running Release's server something that is to be given back; another server; and what
 * the last one had is done. */
bool sending_something_to_release(const struct client *client);
bool sending_more_to_release(const struct client *client);
void sending_release_next(struct client *client);

/* A Decline is over: when another address is asked for (dad.h). */
void sending_declined(struct client *client);

#endif
