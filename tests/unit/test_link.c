/* SPDX-License-Identifier: MPL-2.0 */
/* What the kernel's events add up to for one interface (dad.md K2, K5, K13, K19, K23). */
#include "host/link.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <string.h>

#define READY (IFF_UP | IFF_LOWER_UP | IFF_RUNNING)

static struct link link_;
static enum address_event told[16];
static struct in6_addr told_addr[16];
static unsigned int n_told;

static void note(void *context, const struct in6_addr *addr, enum address_event event)
{
	(void)context;
	cr_assert_lt(n_told, 16);
	told_addr[n_told] = *addr;
	told[n_told++] = event;
}

static void feed(const struct monitor_event *event)
{
	n_told = 0;
	cr_assert(link_event(&link_, event, note, NULL));
}

static void feed_link(const char *name, unsigned int ifindex, uint32_t flags)
{
	struct monitor_event event = { .type = MONITOR_LINK, .ifindex = ifindex };

	strncpy(event.link.name, name, sizeof(event.link.name) - 1);
	event.link.flags = flags;
	feed(&event);
}

static void feed_address(enum monitor_type type, const char *addr, uint32_t flags)
{
	struct monitor_event event = { .type = type, .ifindex = 2 };

	event.address.prefix_len = 128;
	event.address.flags = flags;
	cr_assert_eq(inet_pton(AF_INET6, addr, &event.address.addr), 1);
	feed(&event);
}

static void feed_sync(enum monitor_type type)
{
	struct monitor_event event = { .type = type };

	feed(&event);
}

static void begin(void)
{
	link_init(&link_, "eth0");
}

static void end(void)
{
	link_free(&link_);
}

TestSuite(link, .init = begin, .fini = end);

/* C-GEN-3: what it waits for, in the order in which it comes about. */
Test(link, obstacles_are_named_one_after_the_other)
{
	cr_expect_eq(link_obstacle(&link_), LINK_ABSENT);
	feed_link("eth0", 2, 0);
	cr_expect_eq(link_obstacle(&link_), LINK_DOWN);
	feed_link("eth0", 2, IFF_UP);
	cr_expect_eq(link_obstacle(&link_), LINK_NO_CARRIER);
	feed_link("eth0", 2, READY | IFF_DORMANT);
	cr_expect_eq(link_obstacle(&link_), LINK_DORMANT);
	feed_link("eth0", 2, READY);
	cr_expect_eq(link_obstacle(&link_), LINK_NO_LINK_LOCAL);
	feed_address(MONITOR_ADDRESS, "fe80::1", IFA_F_TENTATIVE);
	cr_expect_eq(link_obstacle(&link_), LINK_TENTATIVE);
	feed_address(MONITOR_ADDRESS, "fe80::1", IFA_F_PERMANENT);
	cr_expect_eq(link_obstacle(&link_), LINK_USABLE);
}

/* K19 */
Test(link, a_duplicate_link_local_address_is_named)
{
	feed_link("eth0", 2, READY);
	feed_address(MONITOR_ADDRESS, "fe80::1", IFA_F_DADFAILED | IFA_F_TENTATIVE);
	cr_expect_eq(link_obstacle(&link_), LINK_DUPLICATE);
	feed_address(MONITOR_ADDRESS, "fe80::2", IFA_F_PERMANENT);
	cr_expect_eq(link_obstacle(&link_), LINK_USABLE);
	cr_expect_eq(link_local(&link_)->addr.s6_addr[15], 2);
}

/* C-KRN-2, K2, K3 */
Test(link, dadfailed_is_a_duplicate_in_either_message)
{
	feed_link("eth0", 2, READY);
	feed_address(MONITOR_ADDRESS, "2001:db8::5", IFA_F_DADFAILED | IFA_F_TENTATIVE);
	cr_assert_eq(n_told, 1);
	cr_expect_eq(told[0], ADDRESS_DUPLICATE);
	feed_address(MONITOR_ADDRESS_GONE, "2001:db8::6", IFA_F_DADFAILED | IFA_F_TENTATIVE);
	cr_assert_eq(n_told, 1);
	cr_expect_eq(told[0], ADDRESS_DUPLICATE);
}

/* K5, C-DEC-9 */
Test(link, a_removal_without_dadfailed_is_no_conflict)
{
	feed_link("eth0", 2, READY);
	feed_address(MONITOR_ADDRESS, "2001:db8::5", IFA_F_TENTATIVE);
	cr_expect_eq(told[0], ADDRESS_TENTATIVE);
	feed_address(MONITOR_ADDRESS_GONE, "2001:db8::5", IFA_F_TENTATIVE);
	cr_assert_eq(n_told, 1);
	cr_expect_eq(told[0], ADDRESS_GONE);
	cr_expect_null(link_find(&link_, &told_addr[0]));
}

/* C-KRN-1: an event was lost; what a dump does not name is missing, and that is no verdict. */
Test(link, what_a_dump_does_not_name_is_missing)
{
	feed_link("eth0", 2, READY);
	feed_address(MONITOR_ADDRESS, "2001:db8::5", 0);
	feed_address(MONITOR_ADDRESS, "2001:db8::6", 0);
	feed_sync(MONITOR_SYNC_BEGIN);
	feed_link("eth0", 2, READY);
	feed_address(MONITOR_ADDRESS, "2001:db8::6", 0);
	feed_sync(MONITOR_SYNC_END);
	cr_assert_eq(n_told, 1);
	cr_expect_eq(told[0], ADDRESS_MISSING);
	cr_expect_eq(told_addr[0].s6_addr[15], 5);
}

Test(link, a_dump_that_begins_again_counts_from_its_beginning)
{
	feed_link("eth0", 2, READY);
	feed_sync(MONITOR_SYNC_BEGIN);
	feed_link("eth0", 2, READY);
	feed_address(MONITOR_ADDRESS, "2001:db8::5", 0);
	feed_sync(MONITOR_SYNC_BEGIN);
	feed_link("eth0", 2, READY);
	feed_sync(MONITOR_SYNC_END);
	cr_assert_eq(n_told, 1);
	cr_expect_eq(told[0], ADDRESS_MISSING);
}

Test(link, an_interface_that_a_dump_does_not_name_is_gone)
{
	feed_link("eth0", 2, READY);
	feed_address(MONITOR_ADDRESS, "2001:db8::5", 0);
	feed_sync(MONITOR_SYNC_BEGIN);
	feed_sync(MONITOR_SYNC_END);
	cr_expect_eq(link_obstacle(&link_), LINK_ABSENT);
	cr_assert_eq(n_told, 1);
	cr_expect_eq(told[0], ADDRESS_GONE);
}

Test(link, an_interface_made_anew_has_nothing_of_the_old_one)
{
	feed_link("eth0", 2, READY);
	feed_address(MONITOR_ADDRESS, "fe80::1", 0);
	feed_link("eth0", 7, READY);
	cr_expect_eq(link_.ifindex, 7);
	cr_expect_eq(link_obstacle(&link_), LINK_NO_LINK_LOCAL);
}

Test(link, a_renamed_interface_is_absent)
{
	feed_link("eth0", 2, READY);
	feed_link("lan", 2, READY);
	cr_expect_eq(link_obstacle(&link_), LINK_ABSENT);
}

Test(link, other_interfaces_mean_nothing)
{
	struct monitor_event gone = { .type = MONITOR_LINK_GONE, .ifindex = 3 };

	feed_link("eth0", 2, READY);
	feed_address(MONITOR_ADDRESS, "fe80::1", 0);
	feed_link("eth1", 3, 0);
	feed(&gone);
	cr_expect_eq(link_obstacle(&link_), LINK_USABLE);
	gone.ifindex = 2;
	feed(&gone);
	cr_expect_eq(link_obstacle(&link_), LINK_ABSENT);
}

Test(link, link_local_addresses_are_not_told)
{
	feed_link("eth0", 2, READY);
	feed_address(MONITOR_ADDRESS, "fe80::1", 0);
	cr_expect_eq(n_told, 0);
	feed_address(MONITOR_ADDRESS_GONE, "fe80::1", 0);
	cr_expect_eq(n_told, 0);
}

/* What is left of an address is kept as the kernel last told. */
Test(link, an_address_has_the_lifetimes_last_told)
{
	struct monitor_event event = { .type = MONITOR_ADDRESS, .ifindex = 2 };
	const struct link_address *address;

	feed_link("eth0", 2, READY);
	event.address.addr.s6_addr[0] = 0x20;
	feed(&event);
	address = link_find(&link_, &event.address.addr);
	cr_assert_not_null(address);
	cr_expect_not(address->has_lifetimes);
	event.address.has_lifetimes = true;
	event.address.preferred = 1;
	event.address.valid = 2;
	feed(&event);
	cr_assert_eq(link_.n_addresses, 1);
	address = link_find(&link_, &event.address.addr);
	cr_expect(address->has_lifetimes);
	cr_expect_eq(address->preferred, 1);
	cr_expect_eq(address->valid, 2);
}

/* What routers said before a client began is known to it. */
Test(link, the_kernels_record_of_routers_is_kept)
{
	struct monitor_event link = { .type = MONITOR_LINK, .ifindex = 2 };
	struct monitor_event router = { .type = MONITOR_ROUTER, .ifindex = 2 };

	strcpy(link.link.name, "eth0");
	link.link.flags = READY;
	link.link.has_router = true;
	link.link.router = (struct monitor_router){ .heard = true, .managed = true };
	feed(&link);
	cr_expect(link_.router.heard && link_.router.managed && !link_.router.other);
	router.router.other = true;
	feed(&router);
	cr_expect(!link_.router.heard && !link_.router.managed && link_.router.other);
	router.ifindex = 3;
	router.router.managed = true;
	feed(&router);
	cr_expect(!link_.router.managed, "another interface");
	link.link.has_router = false;
	feed(&link);
	cr_expect(link_.router.other, "the kernel did not say");
	link.type = MONITOR_LINK_GONE;
	feed(&link);
	cr_expect_not(link_.router.other, "it has gone with its interface");
}

Test(link, what_a_router_says_changes_nothing_of_the_link)
{
	struct monitor_event router = { .type = MONITOR_ROUTER, .ifindex = 2 };
	struct monitor_event prefix = { .type = MONITOR_PREFIX, .ifindex = 2 };

	feed_link("eth0", 2, READY);
	feed_address(MONITOR_ADDRESS, "fe80::1", IFA_F_PERMANENT);
	router.router.managed = true;
	feed(&router);
	cr_expect_eq(n_told, 0);
	feed(&prefix);
	cr_expect_eq(n_told, 0);
	cr_expect_eq(link_.n_addresses, 1);
	cr_expect_eq(link_.flags, READY);
	cr_expect_eq(link_obstacle(&link_), LINK_USABLE);
}

static bool moves(unsigned int ifindex, uint8_t mac, unsigned int master, uint32_t flags)
{
	struct monitor_event event = { .type = MONITOR_LINK, .ifindex = ifindex };

	strcpy(event.link.name, "eth0");
	event.link.flags = flags;
	event.link.mac_size = 6;
	event.link.mac[5] = mac;
	event.link.master = master;
	link_.moved = false;
	feed(&event);
	return link_.moved;
}

/* K14, C-CNF-1: what the kernel tells when the interface may have come to another network. */
Test(link, another_hardware_address_or_master_is_a_move)
{
	cr_expect_not(moves(2, 1, 0, READY), "it is new");
	cr_expect_not(moves(2, 1, 0, READY));
	cr_expect_not(moves(2, 1, 0, IFF_UP), "the carrier is another matter");
	cr_expect(moves(2, 2, 0, READY));
	cr_expect(moves(2, 2, 7, READY), "a port of a bridge");
	cr_expect_not(moves(2, 2, 7, READY));
	cr_expect(moves(2, 2, 0, READY), "and no longer");
}
