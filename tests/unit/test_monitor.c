/* SPDX-License-Identifier: MPL-2.0 */
/* monitor_parse(): no socket. With a real kernel: test_netlink.c. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/monitor.h"

/* A buffer of netlink messages, written octet by octet as the kernel lays them out. */
static _Alignas(8) unsigned char buffer[4096];
static size_t used;
static size_t message_start;

static struct monitor_event seen[16];
static size_t n_seen;

static void keep(void *context, const struct monitor_event *event)
{
	cr_expect_eq(context, seen);
	if (n_seen < sizeof(seen) / sizeof(seen[0]))
		seen[n_seen++] = *event;
}

static void put(const void *bytes, size_t size)
{
	memcpy(buffer + used, bytes, size);
	used += size;
	while (used % 4)
		buffer[used++] = 0;
}

static void begin(uint16_t type, uint16_t flags)
{
	const struct nlmsghdr header = { .nlmsg_type = type, .nlmsg_flags = flags };

	message_start = used;
	put(&header, sizeof(header));
}

static void end(void)
{
	uint32_t size = (uint32_t)(used - message_start);

	memcpy(buffer + message_start, &size, sizeof(size));
}

static void attribute(uint16_t type, const void *bytes, size_t size)
{
	const struct nlattr header = { .nla_len = (uint16_t)(4 + size), .nla_type = type };

	put(&header, sizeof(header));
	put(bytes, size);
}

static size_t begin_nest(uint16_t type)
{
	size_t start = used;

	attribute(type, "", 0);
	return start;
}

static void end_nest(size_t start)
{
	uint16_t size = (uint16_t)(used - start);

	memcpy(buffer + start, &size, sizeof(size));
}

static void link_header(uint16_t type, uint8_t family, int ifindex, uint32_t flags)
{
	const struct ifinfomsg header = {
		.ifi_family = family,
		.ifi_type = 1,
		.ifi_index = ifindex,
		.ifi_flags = flags,
	};

	begin(type, 0);
	put(&header, sizeof(header));
}

static void address_header(uint16_t type, uint8_t family, uint8_t prefix_len, uint8_t flags,
			   uint32_t ifindex)
{
	const struct ifaddrmsg header = {
		.ifa_family = family,
		.ifa_prefixlen = prefix_len,
		.ifa_flags = flags,
		.ifa_index = ifindex,
	};

	begin(type, 0);
	put(&header, sizeof(header));
}

static struct in6_addr ip(const char *text)
{
	struct in6_addr addr;

	cr_assert_eq(inet_pton(AF_INET6, text, &addr), 1);
	return addr;
}

static void address_attribute(uint16_t type, const char *text)
{
	struct in6_addr addr = ip(text);

	attribute(type, &addr, sizeof(addr));
}

static enum monitor_result parse(void)
{
	n_seen = 0;
	return monitor_parse(buffer, used, keep, seen);
}

static const uint8_t mac[6] = { 2, 0xaa, 0xbb, 0xcc, 0xdd, 1 };

static void good_link(uint16_t type)
{
	link_header(type, AF_UNSPEC, 7, 0x11043);
	attribute(IFLA_IFNAME, "eth0", 5);
	attribute(IFLA_ADDRESS, mac, sizeof(mac));
	end();
}

static void good_address(uint16_t type, uint32_t flags)
{
	address_header(type, AF_INET6, 128, (uint8_t)flags, 7);
	address_attribute(IFA_ADDRESS, "2001:db8::5");
	attribute(IFA_FLAGS, &flags, sizeof(flags));
	attribute(IFA_PROTO, "\xd6", 1);
	end();
}

/* What the kernel itself calls IF_RA_RCVD, IF_RA_MANAGED, IF_RA_OTHERCONF; and IF_READY. */
#define RCVD  0x20
#define M     0x40
#define O     0x80
#define READY 0x80000000

/* The AF_INET6 RTM_NEWLINK that the kernel sends when M or O changed. */
static void good_router(uint32_t flags)
{
	size_t nest;

	link_header(RTM_NEWLINK, AF_INET6, 7, 0x11043);
	attribute(IFLA_IFNAME, "eth0", 5);
	attribute(IFLA_ADDRESS, mac, sizeof(mac));
	nest = begin_nest(IFLA_PROTINFO);
	attribute(IFLA_INET6_FLAGS, &flags, sizeof(flags));
	attribute(IFLA_INET6_RA_MTU, &flags, sizeof(flags));
	end_nest(nest);
	end();
}

struct pio {
	const char *name;
	const char *addr;
	uint8_t prefix_len;
	uint8_t flags;
	uint32_t preferred;
	uint32_t valid;
};

static void prefix_header(int ifindex, uint8_t family, uint8_t type, const struct pio *pio)
{
	const struct prefixmsg header = {
		.prefix_family = family,
		.prefix_ifindex = ifindex,
		.prefix_type = type,
		.prefix_len = pio->prefix_len,
		.prefix_flags = pio->flags,
	};

	begin(RTM_NEWPREFIX, 0);
	put(&header, sizeof(header));
}

static void prefix_message(const struct pio *pio)
{
	const struct prefix_cacheinfo cache = { pio->preferred, pio->valid };

	prefix_header(7, AF_INET6, 3, pio);
	address_attribute(PREFIX_ADDRESS, pio->addr);
	attribute(PREFIX_CACHEINFO, &cache, sizeof(cache));
	end();
}

static void option_header(uint16_t size, uint8_t family, uint8_t type, uint8_t code, int ifindex)
{
	const struct nduseroptmsg header = {
		.nduseropt_family = family,
		.nduseropt_opts_len = size,
		.nduseropt_ifindex = ifindex,
		.nduseropt_icmp_type = type,
		.nduseropt_icmp_code = code,
	};

	begin(RTM_NEWNDUSEROPT, 0);
	put(&header, sizeof(header));
}

/* The option as it stands in the Router Advertisement (RFC 4861 section 4.6.2). */
static void pio_octets(const struct pio *pio, uint8_t octets[static 32])
{
	const uint32_t times[3] = { htonl(pio->valid), htonl(pio->preferred), 0 };
	struct in6_addr addr = ip(pio->addr);

	octets[0] = 3;
	octets[1] = 4;
	octets[2] = pio->prefix_len;
	octets[3] = pio->flags;
	memcpy(octets + 4, times, sizeof(times));
	memcpy(octets + 16, &addr, sizeof(addr));
}

static void option_message(const struct pio *pio)
{
	uint8_t octets[32];

	option_header(32, AF_INET6, 134, 0, 7);
	pio_octets(pio, octets);
	put(octets, sizeof(octets));
	address_attribute(NDUSEROPT_SRCADDR, "fe80::1");
	end();
}

static const struct pio good_pio = { "good", "2001:db8:1::", 64, 0xd0, 3600, 7200 };

TestSuite(monitor, .timeout = 60);

Test(monitor, a_link_is_told_with_name_flags_and_hardware_address)
{
	good_link(RTM_NEWLINK);
	good_link(RTM_DELLINK);
	cr_assert_eq(parse(), MONITOR_PARSED);
	cr_assert_eq(n_seen, 2);
	cr_expect_eq(seen[0].type, MONITOR_LINK);
	cr_expect_eq(seen[0].ifindex, 7);
	cr_expect_str_eq(seen[0].link.name, "eth0");
	cr_expect_eq(seen[0].link.flags, 0x11043);
	cr_expect_eq(seen[0].link.hardware, 1);
	cr_expect_eq(seen[0].link.mac_size, 6);
	cr_expect_arr_eq(seen[0].link.mac, mac, 6);
	cr_expect_eq(seen[1].type, MONITOR_LINK_GONE);
}

/* A port that leaves a bridge is RTM_DELLINK of family AF_BRIDGE: the link is still there. */
Test(monitor, a_port_that_leaves_a_bridge_is_no_link_gone)
{
	link_header(RTM_DELLINK, AF_BRIDGE, 7, 0x11043);
	attribute(IFLA_IFNAME, "eth0", 5);
	end();
	cr_assert_eq(parse(), MONITOR_PARSED);
	cr_expect_eq(n_seen, 0);
}

/* C-KRN-2: a duplicate with a finite lifetime is a DELADDR with DADFAILED. */
Test(monitor, a_duplicate_is_told_by_the_flags_of_deladdr)
{
	good_address(RTM_NEWADDR, IFA_F_TENTATIVE | IFA_F_NOPREFIXROUTE);
	good_address(RTM_DELADDR, IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_NOPREFIXROUTE);
	cr_assert_eq(parse(), MONITOR_PARSED);
	cr_assert_eq(n_seen, 2);
	cr_expect_eq(seen[0].type, MONITOR_ADDRESS);
	cr_expect_eq(seen[0].address.flags, IFA_F_TENTATIVE | IFA_F_NOPREFIXROUTE);
	cr_expect_eq(seen[1].type, MONITOR_ADDRESS_GONE);
	cr_expect_eq(seen[1].ifindex, 7);
	cr_expect_eq(seen[1].address.flags,
		     IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_NOPREFIXROUTE);
	cr_expect_eq(seen[1].address.prefix_len, 128);
	cr_expect(seen[1].address.has_proto);
	cr_expect_eq(seen[1].address.proto, 0xd6);
	struct in6_addr addr = ip("2001:db8::5");
	cr_expect_arr_eq(&seen[1].address.addr, &addr, 16);
}

Test(monitor, without_ifa_flags_the_byte_of_the_header_counts)
{
	address_header(RTM_NEWADDR, AF_INET6, 64, IFA_F_TENTATIVE | IFA_F_DADFAILED, 3);
	address_attribute(IFA_ADDRESS, "2001:db8::5");
	end();
	cr_assert_eq(parse(), MONITOR_PARSED);
	cr_assert_eq(n_seen, 1);
	cr_expect_eq(seen[0].address.flags, IFA_F_TENTATIVE | IFA_F_DADFAILED);
	cr_expect_not(seen[0].address.has_proto);
}

Test(monitor, with_a_peer_the_local_address_is_ours)
{
	for (int order = 0; order < 2; order++) {
		struct in6_addr addr = ip("2001:db8::5");

		used = 0;
		address_header(RTM_NEWADDR, AF_INET6, 128, 0, 3);
		address_attribute(order ? IFA_LOCAL : IFA_ADDRESS,
				  order ? "2001:db8::5" : "2001:db8::77");
		address_attribute(order ? IFA_ADDRESS : IFA_LOCAL,
				  order ? "2001:db8::77" : "2001:db8::5");
		end();
		cr_assert_eq(parse(), MONITOR_PARSED);
		cr_assert_eq(n_seen, 1);
		cr_expect_arr_eq(&seen[0].address.addr, &addr, 16);
	}
}

/* Address registration tells the lifetimes that are left (RFC 9686). */
Test(monitor, an_address_is_told_with_its_lifetimes)
{
	static const struct ifa_cacheinfo cache = { 0xffffffff, 7200, 11, 12 };
	static const size_t sizes[] = { 16, 15, 0 };

	for (size_t i = 0; i < 3; i++) {
		used = 0;
		address_header(RTM_NEWADDR, AF_INET6, 64, 0, 3);
		address_attribute(IFA_ADDRESS, "2001:db8::5");
		if (sizes[i] != 0)
			attribute(IFA_CACHEINFO, &cache, sizes[i]);
		end();
		cr_assert_eq(parse(), MONITOR_PARSED);
		cr_assert_eq(n_seen, 1);
		cr_expect_eq(seen[0].address.has_lifetimes, i == 0, "%zu octets", sizes[i]);
		cr_expect_eq(seen[0].address.preferred, i == 0 ? 0xffffffff : 0);
		cr_expect_eq(seen[0].address.valid, i == 0 ? 7200 : 0);
	}
}

static const struct {
	uint32_t flags;
	struct monitor_router wanted;
} routers[] = {
	{ 0, { false, false, false } },	     { READY | 0x10, { false, false, false } },
	{ RCVD, { true, false, false } },    { M, { false, true, false } },
	{ O | RCVD, { true, false, true } }, { READY | 0x10 | M | O | RCVD, { true, true, true } },
};

static void expect_router(const struct monitor_router *router, size_t row)
{
	cr_expect_eq(router->heard, routers[row].wanted.heard, "%#x", routers[row].flags);
	cr_expect_eq(router->managed, routers[row].wanted.managed, "%#x", routers[row].flags);
	cr_expect_eq(router->other, routers[row].wanted.other, "%#x", routers[row].flags);
}

/* M and O come by RTM_NEWLINK of family AF_INET6, which is no link. */
Test(monitor, what_a_router_says_is_told_and_is_no_link)
{
	for (size_t i = 0; i < sizeof(routers) / sizeof(routers[0]); i++) {
		used = 0;
		good_router(routers[i].flags);
		cr_assert_eq(parse(), MONITOR_PARSED);
		cr_assert_eq(n_seen, 1);
		cr_expect_eq(seen[0].type, MONITOR_ROUTER);
		cr_expect_eq(seen[0].ifindex, 7);
		expect_router(&seen[0].router, i);
	}
}

/* A dump of links has it too, deeper inside. */
Test(monitor, a_link_is_told_with_what_a_router_said)
{
	for (size_t i = 0; i < sizeof(routers) / sizeof(routers[0]); i++) {
		size_t families;
		size_t family;

		used = 0;
		link_header(RTM_NEWLINK, AF_UNSPEC, 7, 0x11043);
		attribute(IFLA_IFNAME, "eth0", 5);
		families = begin_nest(IFLA_AF_SPEC | NLA_F_NESTED);
		family = begin_nest(AF_INET);
		attribute(1, "\xff\xff\xff\xff", 4);
		end_nest(family);
		family = begin_nest(AF_INET6);
		attribute(IFLA_INET6_FLAGS, &routers[i].flags, 4);
		end_nest(family);
		end_nest(families);
		end();
		cr_assert_eq(parse(), MONITOR_PARSED);
		cr_assert_eq(n_seen, 1);
		cr_expect_eq(seen[0].type, MONITOR_LINK);
		cr_expect(seen[0].link.has_router);
		expect_router(&seen[0].link.router, i);
	}
	used = 0;
	good_link(RTM_NEWLINK);
	cr_assert_eq(parse(), MONITOR_PARSED);
	cr_expect_not(seen[0].link.has_router, "a link without IPv6");
}

/* Nests that are cut, too small or without flags: the link is there, its router unknown. */
Test(monitor, without_flags_nothing_is_known_of_a_router)
{
	static const size_t sizes[] = { 0, 3, 5 };

	for (size_t i = 0; i < 3; i++) {
		size_t families;
		size_t family;

		used = 0;
		link_header(RTM_NEWLINK, AF_UNSPEC, 7, 0);
		families = begin_nest(IFLA_AF_SPEC);
		family = begin_nest(AF_INET6);
		attribute(IFLA_INET6_FLAGS, "\xff\xff\xff\xff\xff", sizes[i]);
		end_nest(family);
		end_nest(families);
		end();
		link_header(RTM_NEWLINK, AF_INET6, 7, 0);
		families = begin_nest(IFLA_PROTINFO);
		attribute(IFLA_INET6_FLAGS, "\xff\xff\xff\xff\xff", sizes[i]);
		end_nest(families);
		end();
		cr_assert_eq(parse(), MONITOR_PARSED);
		cr_assert_eq(n_seen, 1, "%zu octets", sizes[i]);
		cr_expect_eq(seen[0].type, MONITOR_LINK);
		cr_expect_not(seen[0].link.has_router, "%zu octets", sizes[i]);
	}
	used = 0;
	link_header(RTM_NEWLINK, AF_INET6, 7, 0);
	end();
	good_router(M);
	buffer[message_start + 4] = RTM_DELLINK; /* the interface has no IPv6 any more */
	cr_assert_eq(parse(), MONITOR_PARSED);
	cr_expect_eq(n_seen, 0);
}

/* A nest whose inside says that it is longer than the nest. */
Test(monitor, a_nest_is_not_read_past_its_end)
{
	size_t nest;

	link_header(RTM_NEWLINK, AF_INET6, 7, 0);
	nest = begin_nest(IFLA_PROTINFO);
	put("\x08\0\x01\0", 4); /* the value would be what follows the nest */
	end_nest(nest);
	attribute(IFLA_MTU, "\xff\xff\xff\xff", 4);
	end();
	cr_assert_eq(parse(), MONITOR_PARSED);
	cr_expect_eq(n_seen, 0);
}

static void expect_prefix(const struct monitor_event *event, const struct pio *pio)
{
	struct in6_addr addr = ip(pio->addr);

	cr_expect_eq(event->type, MONITOR_PREFIX, "%s", pio->name);
	cr_expect_eq(event->ifindex, 7, "%s", pio->name);
	cr_expect_arr_eq(&event->prefix.addr, &addr, 16, "%s", pio->name);
	cr_expect_eq(event->prefix.prefix_len, pio->prefix_len, "%s", pio->name);
	cr_expect_eq(event->prefix.preferred, pio->preferred, "%s", pio->name);
	cr_expect_eq(event->prefix.valid, pio->valid, "%s", pio->name);
}

/* Prefixes, with the bits L (0x80) and P (0x10). */
Test(monitor, a_prefix_is_told_by_either_message)
{
	static const struct pio rows[] = {
		{ "L A P", "2001:db8:1::", 64, 0xd0, 3600, 7200 },
		{ "P alone", "2001:db8:1::", 64, 0x10, 3600, 7200 },
		{ "L A", "2001:db8:1::", 64, 0xc0, 1, 0xffffffff },
		{ "A alone, for ever", "fd00::", 48, 0x40, 0xffffffff, 0xffffffff },
		{ "all but P", "2001:db8::5", 128, 0xef, 0, 1 },
		{ "withdrawn", "2001:db8:1::", 64, 0xc0, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		used = 0;
		prefix_message(&rows[i]);
		option_message(&rows[i]);
		cr_assert_eq(parse(), MONITOR_PARSED);
		cr_assert_eq(n_seen, 2, "%s", rows[i].name);
		for (size_t j = 0; j < 2; j++) {
			expect_prefix(&seen[j], &rows[i]);
			cr_expect_eq(seen[j].prefix.on_link, rows[i].flags >> 7, "%s",
				     rows[i].name);
			cr_expect_eq(seen[j].prefix.has_delegating, j == 1, "%s", rows[i].name);
		}
		cr_expect_not(seen[0].prefix.delegating, "%s", rows[i].name);
		cr_expect_eq(seen[1].prefix.delegating, rows[i].flags >> 4 & 1, "%s", rows[i].name);
	}
}

/* Kernels before 6.8 have bits of their own in RTM_NEWPREFIX: 1 on-link, 2 autonomous. */
Test(monitor, an_older_kernels_bits_are_understood)
{
	for (uint8_t flags = 0; flags < 4; flags++) {
		const struct pio pio = { "old", "2001:db8:1::", 64, flags, 1, 2 };

		used = 0;
		prefix_message(&pio);
		cr_assert_eq(parse(), MONITOR_PARSED);
		cr_assert_eq(n_seen, 1);
		cr_expect_eq(seen[0].prefix.on_link, flags & 1, "%u", flags);
	}
}

/* Both messages name a prefix alike, whatever the router had behind its length. */
Test(monitor, bits_behind_the_length_of_a_prefix_are_cleared)
{
	static const struct {
		uint8_t prefix_len;
		const char *addr;
	} rows[] = {
		{ 128, "2001:dbf:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ 127, "2001:dbf:ffff:ffff:ffff:ffff:ffff:fffe" },
		{ 64, "2001:dbf:ffff:ffff::" },
		{ 61, "2001:dbf:ffff:fff8::" },
		{ 29, "2001:db8::" },
		{ 1, "::" },
		{ 0, "::" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct pio sent = { "sent", rows[0].addr, rows[i].prefix_len, 0xc0, 1, 2 };
		const struct pio wanted = {
			rows[i].addr, rows[i].addr, rows[i].prefix_len, 0xc0, 1, 2
		};

		used = 0;
		prefix_message(&sent);
		option_message(&sent);
		cr_assert_eq(parse(), MONITOR_PARSED);
		cr_assert_eq(n_seen, 2);
		expect_prefix(&seen[0], &wanted);
		expect_prefix(&seen[1], &wanted);
	}
}

/* RFC 4861 section 6.3.4, RFC 4862 section 5.5.3: what a host passes over. */
Test(monitor, a_prefix_that_means_nothing_is_passed_over)
{
	static const struct pio rows[] = {
		{ "129 bits", "2001:db8:1::", 129, 0xc0, 1, 2 },
		{ "255 bits", "2001:db8:1::", 255, 0xc0, 1, 2 },
		{ "link-local", "fe80::", 64, 0xc0, 1, 2 },
		{ "link-local too", "febf::", 64, 0xc0, 1, 2 },
		{ "multicast", "ff02::", 64, 0xc0, 1, 2 },
		{ "preferred > valid", "2001:db8:1::", 64, 0xc0, 2, 1 },
		{ "preferred for ever", "2001:db8:1::", 64, 0xc0, 0xffffffff, 7200 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		used = 0;
		prefix_message(&rows[i]);
		option_message(&rows[i]);
		cr_expect_eq(parse(), MONITOR_PARSED, "%s", rows[i].name);
		cr_expect_eq(n_seen, 0, "%s", rows[i].name);
	}
}

Test(monitor, a_prefix_message_that_is_none_is_passed_over)
{
	static const struct {
		const char *name;
		int ifindex;
		uint8_t family;
		uint8_t type;
		size_t address;
		size_t cache;
	} rows[] = {
		{ "good", 7, AF_INET6, 3, 16, 8 },
		{ "no interface", 0, AF_INET6, 3, 16, 8 },
		{ "interface -1", -1, AF_INET6, 3, 16, 8 },
		{ "IPv4", 7, AF_INET, 3, 16, 8 },
		{ "type 4", 7, AF_INET6, 4, 16, 8 },
		{ "no prefix", 7, AF_INET6, 3, 0, 8 },
		{ "prefix of 15", 7, AF_INET6, 3, 15, 8 },
		{ "prefix of 17", 7, AF_INET6, 3, 17, 8 },
		{ "no lifetimes", 7, AF_INET6, 3, 16, 0 },
		{ "lifetimes of 7", 7, AF_INET6, 3, 16, 7 },
	};
	static const uint8_t octets[32] = { 0x20, 1, [31] = 1 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		used = 0;
		prefix_header(rows[i].ifindex, rows[i].family, rows[i].type, &good_pio);
		attribute(PREFIX_ADDRESS, octets, rows[i].address);
		attribute(PREFIX_CACHEINFO, octets + 16, rows[i].cache);
		end();
		cr_expect_eq(parse(), MONITOR_PARSED, "%s", rows[i].name);
		cr_expect_eq(n_seen, i == 0, "%s", rows[i].name);
	}
	used = 0;
	begin(RTM_NEWPREFIX, 0);
	put("\x0a\0\0\0\x07\0\0\0", 8);
	end();
	cr_expect_eq(parse(), MONITOR_PARSED);
	cr_expect_eq(n_seen, 0, "cut in its header");
}

Test(monitor, an_option_that_is_no_prefix_is_passed_over)
{
	static const struct {
		const char *name;
		int ifindex;
		uint16_t size; /* as the message says */
		uint8_t there; /* octets that are */
		uint8_t family;
		uint8_t icmp;
		uint8_t code;
		uint8_t option;
		uint8_t units;
	} rows[] = {
		{ "good", 7, 32, 32, AF_INET6, 134, 0, 3, 4 },
		{ "no interface", 0, 32, 32, AF_INET6, 134, 0, 3, 4 },
		{ "IPv4", 7, 32, 32, AF_INET, 134, 0, 3, 4 },
		{ "Neighbor Advertisement", 7, 32, 32, AF_INET6, 136, 0, 3, 4 },
		{ "code 1", 7, 32, 32, AF_INET6, 134, 1, 3, 4 },
		{ "recursive DNS servers", 7, 32, 32, AF_INET6, 134, 0, 25, 4 },
		{ "of 3 units", 7, 32, 32, AF_INET6, 134, 0, 3, 3 },
		{ "of 5 units", 7, 32, 32, AF_INET6, 134, 0, 3, 5 },
		{ "of no units", 7, 32, 32, AF_INET6, 134, 0, 3, 0 },
		{ "no options", 7, 0, 32, AF_INET6, 134, 0, 3, 4 },
		{ "31 octets", 7, 31, 32, AF_INET6, 134, 0, 3, 4 },
		{ "says 32, has 28", 7, 32, 28, AF_INET6, 134, 0, 3, 4 },
		{ "says 65535", 7, 65535, 32, AF_INET6, 134, 0, 3, 4 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t octets[32];

		used = 0;
		option_header(rows[i].size, rows[i].family, rows[i].icmp, rows[i].code,
			      rows[i].ifindex);
		pio_octets(&good_pio, octets);
		octets[0] = rows[i].option;
		octets[1] = rows[i].units;
		put(octets, rows[i].there);
		end();
		cr_expect_eq(parse(), MONITOR_PARSED, "%s", rows[i].name);
		cr_expect_eq(n_seen, i == 0, "%s", rows[i].name);
	}
	used = 0;
	begin(RTM_NEWNDUSEROPT, 0);
	put("\x0a\0\x20\0\x07\0\0\0", 8);
	end();
	cr_expect_eq(parse(), MONITOR_PARSED);
	cr_expect_eq(n_seen, 0, "cut in its header");
}

/* Messages that say nothing to us, or not what they should: passed over without an event. */
Test(monitor, what_is_of_no_use_is_passed_over)
{
	static const struct {
		const char *name;
		uint8_t family;
		uint8_t prefix_len;
		uint32_t ifindex;
		size_t size; /* of IFA_ADDRESS */
	} rows[] = {
		{ "IPv4", AF_INET, 24, 3, 4 },	      { "IPv4 with 16", AF_INET, 24, 3, 16 },
		{ "129 bits", AF_INET6, 129, 3, 16 }, { "no interface", AF_INET6, 64, 0, 16 },
		{ "15 octets", AF_INET6, 64, 3, 15 }, { "17 octets", AF_INET6, 64, 3, 17 },
		{ "no octets", AF_INET6, 64, 3, 0 },
	};
	static const uint8_t octets[32] = { 0x20, 1 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		used = 0;
		address_header(RTM_NEWADDR, rows[i].family, rows[i].prefix_len, 0, rows[i].ifindex);
		attribute(IFA_ADDRESS, octets, rows[i].size);
		end();
		cr_expect_eq(parse(), MONITOR_PARSED, "%s", rows[i].name);
		cr_expect_eq(n_seen, 0, "%s", rows[i].name);
	}
	used = 0;
	address_header(RTM_NEWADDR, AF_INET6, 64, 0, 3);
	end();
	link_header(RTM_NEWLINK, AF_UNSPEC, 0, 0);
	end();
	link_header(RTM_NEWLINK, AF_UNSPEC, -1, 0);
	end();
	begin(RTM_NEWLINK, 0);
	put("\0\0\0\0", 4);
	end();
	begin(RTM_NEWADDR, 0);
	put("\x0a\0\0\0", 4);
	end();
	begin(RTM_NEWROUTE, 0);
	end();
	begin(NLMSG_NOOP, 0);
	end();
	cr_expect_eq(parse(), MONITOR_PARSED);
	cr_expect_eq(n_seen, 0);
}

Test(monitor, attributes_of_a_wrong_size_do_not_count)
{
	static const char long_name[] = "a-name-of-16-oct";
	static const uint8_t octets[33] = { 1 };

	address_header(RTM_NEWADDR, AF_INET6, 64, IFA_F_TENTATIVE, 3);
	address_attribute(IFA_ADDRESS, "2001:db8::5");
	attribute(IFA_FLAGS, octets, 2);
	attribute(IFA_PROTO, octets, 2);
	end();
	link_header(RTM_NEWLINK, AF_UNSPEC, 7, 0);
	attribute(IFLA_IFNAME, long_name, 16); /* no NUL, and no room for one */
	attribute(IFLA_ADDRESS, octets, 33);
	end();
	link_header(RTM_NEWLINK, AF_UNSPEC, 8, 0);
	attribute(IFLA_IFNAME, "eth", 3); /* no NUL */
	attribute(IFLA_ADDRESS, octets, 32);
	end();
	cr_assert_eq(parse(), MONITOR_PARSED);
	cr_assert_eq(n_seen, 3);
	cr_expect_eq(seen[0].address.flags, IFA_F_TENTATIVE);
	cr_expect_not(seen[0].address.has_proto);
	cr_expect_str_eq(seen[1].link.name, "");
	cr_expect_eq(seen[1].link.mac_size, 0);
	cr_expect_str_eq(seen[2].link.name, "eth");
	cr_expect_eq(seen[2].link.mac_size, 32);
}

Test(monitor, a_nested_bit_does_not_hide_an_attribute)
{
	link_header(RTM_NEWLINK, AF_UNSPEC, 7, 0);
	attribute(IFLA_IFNAME | NLA_F_NET_BYTEORDER, "eth0", 5);
	attribute(0x3fff, "x", 1);
	end();
	cr_assert_eq(parse(), MONITOR_PARSED);
	cr_assert_eq(n_seen, 1);
	cr_expect_str_eq(seen[0].link.name, "eth0");
}

/* How a buffer ends: an event stands before each of these. */
Test(monitor, the_result_says_how_the_dump_stands)
{
	static const struct {
		const char *name;
		uint16_t type;
		uint16_t flags;
		int error;
		enum monitor_result result;
	} rows[] = {
		{ "done", NLMSG_DONE, NLM_F_MULTI, 0, MONITOR_DUMP_DONE },
		{ "done, with an error", NLMSG_DONE, NLM_F_MULTI, -EBUSY, MONITOR_FAILED },
		{ "done, interrupted", NLMSG_DONE, NLM_F_DUMP_INTR, 0, MONITOR_DUMP_INTERRUPTED },
		{ "event, interrupted", RTM_NEWROUTE, NLM_F_DUMP_INTR, 0,
		  MONITOR_DUMP_INTERRUPTED },
		{ "acknowledged", NLMSG_ERROR, 0, 0, MONITOR_PARSED },
		{ "refused", NLMSG_ERROR, 0, -EPERM, MONITOR_FAILED },
		{ "refused with a positive number", NLMSG_ERROR, 0, EPERM, MONITOR_FAILED },
		{ "refused with the least number", NLMSG_ERROR, 0, INT32_MIN, MONITOR_FAILED },
		{ "overrun", NLMSG_OVERRUN, 0, 0, MONITOR_FAILED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		used = 0;
		good_address(RTM_NEWADDR, 0);
		begin(rows[i].type, rows[i].flags);
		put(&rows[i].error, sizeof(rows[i].error));
		end();
		cr_expect_eq(parse(), rows[i].result, "%s", rows[i].name);
		cr_expect_eq(n_seen, 1, "%s", rows[i].name);
	}
	used = 0;
	begin(NLMSG_DONE, NLM_F_MULTI);
	end();
	cr_expect_eq(parse(), MONITOR_DUMP_DONE, "done, without a number");
	used = 0;
	begin(NLMSG_ERROR, 0);
	end();
	cr_expect_eq(parse(), MONITOR_FAILED, "error, without a number");
}

/* Exactly as many octets as there are: the sanitizer sees a read past them. */
static enum monitor_result parse_copy(const unsigned char *bytes, size_t size)
{
	unsigned char *copy = malloc(size ? size : 1);
	enum monitor_result result;

	cr_assert_not_null(copy);
	memcpy(copy, bytes, size);
	n_seen = 0;
	result = monitor_parse(copy, size, keep, seen);
	free(copy);
	return result;
}

static size_t message_ends[7];

static void whole_story(void)
{
	used = 0;
	good_link(RTM_NEWLINK);
	message_ends[0] = used;
	good_address(RTM_NEWADDR, IFA_F_TENTATIVE);
	message_ends[1] = used;
	good_address(RTM_DELADDR, IFA_F_DADFAILED);
	message_ends[2] = used;
	good_link(RTM_DELLINK);
	message_ends[3] = used;
	good_router(M | RCVD);
	message_ends[4] = used;
	prefix_message(&good_pio);
	message_ends[5] = used;
	option_message(&good_pio);
	message_ends[6] = used;
	begin(NLMSG_DONE, NLM_F_MULTI);
	put("\0\0\0\0", 4);
	end();
}

Test(monitor, a_buffer_cut_anywhere_is_damaged_and_read_up_to_there)
{
	size_t before = 0;

	whole_story();
	cr_assert_eq(parse_copy(buffer, used), MONITOR_DUMP_DONE);
	cr_assert_eq(n_seen, 7);
	cr_expect_eq(seen[0].type, MONITOR_LINK);
	cr_expect_eq(seen[1].type, MONITOR_ADDRESS);
	cr_expect_eq(seen[2].type, MONITOR_ADDRESS_GONE);
	cr_expect_eq(seen[3].type, MONITOR_LINK_GONE);
	cr_expect_eq(seen[4].type, MONITOR_ROUTER);
	cr_expect_eq(seen[5].type, MONITOR_PREFIX);
	cr_expect_eq(seen[6].type, MONITOR_PREFIX);
	for (size_t size = 0; size < used; size++) {
		enum monitor_result result = parse_copy(buffer, size);
		bool whole = size == 0;

		for (size_t i = 0; i < 7; i++)
			whole |= size == message_ends[i];
		cr_expect_eq(result, whole ? MONITOR_PARSED : MONITOR_FAILED, "at %zu", size);
		cr_expect_geq(n_seen, before, "at %zu", size);
		before = n_seen;
	}
	cr_expect_eq(before, 7);
}

/* A message whose size is no multiple of 4 at the end of the buffer: its padding is not there. */
Test(monitor, padding_that_is_not_there_is_not_read)
{
	for (uint32_t cut = 1; cut < 4; cut++) {
		uint32_t size;

		used = 0;
		good_address(RTM_NEWADDR, 0);
		size = (uint32_t)used - cut;
		memcpy(buffer, &size, sizeof(size));
		parse_copy(buffer, size);
		cr_expect_eq(n_seen, 1, "cut by %u", cut);
	}
}

Test(monitor, damaged_octets_harm_nobody)
{
	unsigned int seed = (unsigned int)getpid();

	cr_log_info("seed %u", seed);
	for (unsigned int round = 0; round < 20000; round++) {
		unsigned int changes = 1 + (unsigned int)rand_r(&seed) % 8;
		size_t size;

		whole_story();
		while (changes--)
			buffer[(size_t)rand_r(&seed) % used] = (unsigned char)rand_r(&seed);
		size = (size_t)rand_r(&seed) % (used + 1);
		parse_copy(buffer, size);
		for (size_t i = 0; i < n_seen; i++) {
			cr_assert_leq(seen[i].type, MONITOR_PREFIX);
			cr_assert_neq(seen[i].ifindex, 0);
			if (seen[i].type <= MONITOR_LINK_GONE) {
				cr_assert_leq(seen[i].link.mac_size, sizeof(seen[i].link.mac));
				cr_assert_eq(seen[i].link.name[IFNAMSIZ - 1], '\0');
			} else if (seen[i].type <= MONITOR_ADDRESS_GONE) {
				cr_assert_leq(seen[i].address.prefix_len, 128);
			} else if (seen[i].type == MONITOR_PREFIX) {
				cr_assert_leq(seen[i].prefix.prefix_len, 128);
				cr_assert_leq(seen[i].prefix.preferred, seen[i].prefix.valid);
			}
		}
	}
}
