/* SPDX-License-Identifier: MPL-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "host/station.h"

static struct station station;

static struct mac mac(uint8_t last)
{
	return (struct mac){ .size = 6, .octets = { 2, 0, 0, 0, 0, last } };
}

static void tell(enum monitor_type type, unsigned int ifindex, uint8_t last)
{
	struct monitor_event event = { .type = type, .ifindex = ifindex };
	struct mac own = mac(last);

	if (type == MONITOR_LINK) {
		event.link.mac_size = own.size;
		memcpy(event.link.mac, own.octets, own.size);
	}
	station_event(&station, &event);
}

static unsigned int find(uint8_t last)
{
	struct mac wanted = mac(last);

	return station_find(&station, &wanted);
}

Test(station, knows_the_addresses_of_all_interfaces)
{
	tell(MONITOR_LINK, 1, 11);
	tell(MONITOR_LINK, 2, 12);
	cr_expect_eq(find(11), 1);
	cr_expect_eq(find(12), 2);
	cr_expect_eq(find(13), 0);
	tell(MONITOR_LINK, 2, 13);
	cr_expect_eq(find(12), 0, "it has another one now");
	cr_expect_eq(find(13), 2);
	tell(MONITOR_LINK_GONE, 1, 0);
	cr_expect_eq(find(11), 0);
}

Test(station, what_a_dump_does_not_name_is_gone)
{
	tell(MONITOR_LINK, 1, 11);
	tell(MONITOR_LINK, 2, 12);
	tell(MONITOR_SYNC_BEGIN, 0, 0);
	tell(MONITOR_LINK, 2, 12);
	tell(MONITOR_SYNC_END, 0, 0);
	cr_expect_eq(find(11), 0);
	cr_expect_eq(find(12), 2);
}

Test(station, no_address_is_nobody_s)
{
	const struct mac none = { 0 };

	tell(MONITOR_LINK, 1, 11);
	cr_expect_eq(station_find(&station, &none), 0);
}

Test(station, more_interfaces_than_are_kept_are_strangers)
{
	for (unsigned int i = 1; i <= STATION_LINKS + 10; i++)
		tell(MONITOR_LINK, i, (uint8_t)i);
	cr_expect_eq(station.n, STATION_LINKS);
}
