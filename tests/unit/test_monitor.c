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

static size_t message_ends[4];

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
	begin(NLMSG_DONE, NLM_F_MULTI);
	put("\0\0\0\0", 4);
	end();
}

Test(monitor, a_buffer_cut_anywhere_is_damaged_and_read_up_to_there)
{
	size_t before = 0;

	whole_story();
	cr_assert_eq(parse_copy(buffer, used), MONITOR_DUMP_DONE);
	cr_assert_eq(n_seen, 4);
	cr_expect_eq(seen[0].type, MONITOR_LINK);
	cr_expect_eq(seen[1].type, MONITOR_ADDRESS);
	cr_expect_eq(seen[2].type, MONITOR_ADDRESS_GONE);
	cr_expect_eq(seen[3].type, MONITOR_LINK_GONE);
	for (size_t size = 0; size < used; size++) {
		enum monitor_result result = parse_copy(buffer, size);
		bool whole = size == 0;

		for (size_t i = 0; i < 4; i++)
			whole |= size == message_ends[i];
		cr_expect_eq(result, whole ? MONITOR_PARSED : MONITOR_FAILED, "at %zu", size);
		cr_expect_geq(n_seen, before, "at %zu", size);
		before = n_seen;
	}
	cr_expect_eq(before, 4);
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
			cr_assert_leq(seen[i].type, MONITOR_ADDRESS_GONE);
			cr_assert_neq(seen[i].ifindex, 0);
			if (seen[i].type <= MONITOR_LINK_GONE) {
				cr_assert_leq(seen[i].link.mac_size, sizeof(seen[i].link.mac));
				cr_assert_eq(seen[i].link.name[IFNAMSIZ - 1], '\0');
			} else {
				cr_assert_leq(seen[i].address.prefix_len, 128);
			}
		}
	}
}
