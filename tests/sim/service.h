/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_SERVICE_H
#define DHCP6_SIM_SERVICE_H

/* The servers of a world: what they receive and send, and how they come and go. */

#include <stdbool.h>

#include "agenda.h"

struct world;

/* A new server in the place of the one at `index`, good, with a pool of its own. */
void service_new(struct world *world, unsigned int index);

/* Two servers for the same clients: with one memory, or each learns later what the other did. */
void service_pair(struct world *world, unsigned int a, unsigned int b, bool shared);

/* The server dies; later it comes back, with its memory or without. */
void service_die(struct world *world, unsigned int index);
void service_revive(struct world *world, const struct item *item);

void service_receive(struct world *world, const struct item *item);
void service_sync(struct world *world, const struct item *item);

/* Damaged answers to what a client has sent last, or octets without any sense. */
void service_attack(struct world *world, unsigned int host);

/* An old Reconfigure comes again. */
void service_replay(struct world *world, unsigned int index);

#endif
