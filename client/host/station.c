/* SPDX-License-Identifier: MPL-2.0 */
#include "host/station.h"

#include <string.h>

static void drop(struct station *station, size_t index)
{
	station->n--;
	station->link[index] = station->link[station->n];
}

static void forget(struct station *station, unsigned int ifindex)
{
	for (size_t i = station->n; i-- > 0;)
		if (station->link[i].ifindex == ifindex)
			drop(station, i);
}

static void keep(struct station *station, const struct monitor_event *event)
{
	struct mac mac = { .size = event->link.mac_size };

	forget(station, event->ifindex);
	if (mac.size == 0 || mac.size > MAC_MAX || station->n == STATION_LINKS)
		return;
	memcpy(mac.octets, event->link.mac, mac.size);
	station->link[station->n].ifindex = event->ifindex;
	station->link[station->n].seen = true;
	station->link[station->n].mac = mac;
	station->n++;
}

void station_event(struct station *station, const struct monitor_event *event)
{
	switch (event->type) {
	case MONITOR_LINK:
		keep(station, event);
		break;
	case MONITOR_LINK_GONE:
		forget(station, event->ifindex);
		break;
	case MONITOR_SYNC_BEGIN:
		for (size_t i = 0; i < station->n; i++)
			station->link[i].seen = false;
		break;
	case MONITOR_SYNC_END:
		for (size_t i = station->n; i-- > 0;)
			if (!station->link[i].seen)
				drop(station, i);
		break;
	case MONITOR_ADDRESS:
	case MONITOR_ADDRESS_GONE:
	case MONITOR_ROUTER:
	case MONITOR_PREFIX:
		break;
	}
}

unsigned int station_find(const struct station *station, const struct mac *mac)
{
	for (size_t i = 0; i < station->n && mac->size > 0; i++)
		if (station->link[i].mac.size == mac->size &&
		    memcmp(station->link[i].mac.octets, mac->octets, mac->size) == 0)
			return station->link[i].ifindex;
	return 0;
}
