/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_STATION_H
#define DHCP6_STATION_H

/*
 * The hardware addresses of this host, over all its interfaces: what one of them says on a
 * link that two of them share is no claim of somebody else.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dad.h"
#include "host/monitor.h"

#define STATION_LINKS 256 /* interfaces kept; those beyond are strangers */

struct station {
	size_t n;
	struct {
		unsigned int ifindex;
		bool seen; /* in the dump that is running */
		struct mac mac;
	} link[STATION_LINKS];
};

/* Takes an event of the monitor. */
void station_event(struct station *station, const struct monitor_event *event);

/* The interface that has `mac`; 0 when none has. */
unsigned int station_find(const struct station *station, const struct mac *mac);

#endif
