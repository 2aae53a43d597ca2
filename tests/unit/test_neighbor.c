/* SPDX-License-Identifier: MPL-2.0 */
/*
 * neighbor.h: the parser alone, then the socket against the real kernel. `left` is in one network
 * namespace, and `right`, the other end of the veth, in another: a neighbor that is nobody of ours.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_addr.h>
#include <linux/in6.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/monitor.h"
#include "host/neighbor.h"
#include "host/netlink.h"

#define LEFT_MAC  "\x02\0\0\0\0\x01"
#define RIGHT_MAC "\x02\0\0\0\0\x02"
#define TARGET	  "2001:db8::1"
#define OTHER	  "2001:db8::2"
#define LAST	  "2001:db8::ffff" /* asked or told of last: what was to be heard before has been */

TestSuite(neighbor, .timeout = 60);

static struct in6_addr ip(const char *text)
{
	struct in6_addr addr;

	cr_assert_eq(inet_pton(AF_INET6, text, &addr), 1, "%s", text);
	return addr;
}

static struct in6_addr group_of(const char *target)
{
	struct in6_addr group = ip("ff02::1:ff00:0");
	struct in6_addr addr = ip(target);

	memcpy(group.s6_addr + 13, addr.s6_addr + 13, 3);
	return group;
}

/* An IPv6 packet, by hand: these tests are not to trust what they test. */
struct packet {
	size_t size;
	uint8_t bytes[256];
};

#define MESSAGE 40 /* where the ICMPv6 message begins */

static void add_octets(struct packet *packet, const void *bytes, size_t size)
{
	memcpy(packet->bytes + packet->size, bytes, size);
	packet->size += size;
}

static struct packet begin(uint8_t type, uint32_t flags, const struct in6_addr *from,
			   const struct in6_addr *to, const char *target)
{
	const uint8_t fixed[] = { 0x60, 0, 0, 0, 0, 0, IPPROTO_ICMPV6, 255 };
	const uint8_t header[] = { type, 0, 0, 0, (uint8_t)(flags >> 24), 0, 0, 0 };
	const struct in6_addr addr = ip(target);
	struct packet packet = { 0 };

	add_octets(&packet, fixed, sizeof(fixed));
	add_octets(&packet, from, 16);
	add_octets(&packet, to, 16);
	add_octets(&packet, header, sizeof(header));
	add_octets(&packet, &addr, 16);
	return packet;
}

static void add_option(struct packet *packet, uint8_t type, const void *data, size_t size)
{
	const uint8_t header[] = { type, (uint8_t)((size + 2 + 7) / 8) };

	add_octets(packet, header, 2);
	add_octets(packet, data, size);
}

/* A gratuitous Advertisement of `target` by somebody with this MAC. */
static struct packet advertisement(const char *target, const char *mac)
{
	struct in6_addr from = ip(target);
	struct in6_addr to = ip("ff02::1");
	struct packet packet = begin(ND_NEIGHBOR_ADVERT, 0x20000000, &from, &to, target);

	add_option(&packet, ND_OPT_TARGET_LINKADDR, mac, 6);
	return packet;
}

static struct packet probe(const char *target, const void *nonce)
{
	struct in6_addr to = group_of(target);
	struct packet packet = begin(ND_NEIGHBOR_SOLICIT, 0, &in6addr_any, &to, target);

	if (nonce)
		add_option(&packet, 14, nonce, 6);
	return packet;
}

static struct packet resolution(const char *target)
{
	struct in6_addr from = ip("fe80::99");
	struct in6_addr to = group_of(target);
	struct packet packet = begin(ND_NEIGHBOR_SOLICIT, 0, &from, &to, target);

	add_option(&packet, ND_OPT_SOURCE_LINKADDR, RIGHT_MAC, 6);
	return packet;
}

static struct neighbor_origin origin_of(const struct packet *packet)
{
	struct neighbor_origin origin = { .hop_limit = packet->bytes[7] };

	memcpy(&origin.from, packet->bytes + 8, 16);
	memcpy(&origin.to, packet->bytes + 24, 16);
	return origin;
}

/* Parses a copy with not an octet behind it, for the sanitizers. */
static struct neighbor_heard parse(const struct packet *packet)
{
	const struct neighbor_origin origin = origin_of(packet);
	size_t size = packet->size - MESSAGE;
	struct neighbor_heard heard;
	void *copy = malloc(size > 0 ? size : 1);

	cr_assert_not_null(copy);
	memcpy(copy, packet->bytes + MESSAGE, size);
	memset(&heard, 0xa5, sizeof(heard));
	cr_expect_eq(neighbor_parse(copy, size, &origin, &heard), heard.fault);
	free(copy);
	return heard;
}

/* RFC 4861 sections 4.3, 4.4; RFC 7527 section 4.1 */
Test(neighbor, valid_messages_say_who_claims_what)
{
	struct packet packet = advertisement(TARGET, RIGHT_MAC);
	struct in6_addr target = ip(TARGET);
	struct neighbor_heard heard = parse(&packet);

	cr_expect_eq(heard.fault, NEIGHBOR_VALID);
	cr_expect_eq(heard.kind, NEIGHBOR_ADVERTISEMENT);
	cr_expect_arr_eq(&heard.target, &target, 16);
	cr_expect_eq(heard.mac_size, 6);
	cr_expect_arr_eq(heard.mac, RIGHT_MAC, 6);
	cr_expect_not(heard.has_nonce);
	cr_expect_not(heard.own);

	packet = probe(TARGET, "nonce!");
	heard = parse(&packet);
	cr_expect_eq(heard.fault, NEIGHBOR_VALID);
	cr_expect_eq(heard.kind, NEIGHBOR_PROBE);
	cr_expect_arr_eq(&heard.target, &target, 16);
	cr_expect_eq(heard.mac_size, 0);
	cr_expect(heard.has_nonce);
	cr_expect_arr_eq(heard.nonce, "nonce!", 6);

	packet = probe(TARGET, NULL);
	heard = parse(&packet);
	cr_expect_eq(heard.fault, NEIGHBOR_VALID);
	cr_expect_not(heard.has_nonce);

	packet = resolution(TARGET);
	heard = parse(&packet);
	cr_expect_eq(heard.fault, NEIGHBOR_RESOLUTION);
}

/* RFC 4861 sections 7.1.1, 7.1.2; RFC 6980 */
Test(neighbor, each_rule_of_validity_has_its_fault)
{
	static const struct {
		const char *name;
		enum { NA, NS, ASK } base;
		int at; /* from the beginning of the IPv6 header; -1: nothing is changed */
		uint8_t value;
		enum neighbor_fault fault;
	} rows[] = {
		{ "Advertisement, hop limit 254", NA, 7, 254, NEIGHBOR_HOP_LIMIT },
		{ "probe, hop limit 64", NS, 7, 64, NEIGHBOR_HOP_LIMIT },
		{ "Router Advertisement", NA, MESSAGE, 134, NEIGHBOR_OTHER },
		{ "Redirect", NS, MESSAGE, 137, NEIGHBOR_OTHER },
		{ "Advertisement, code 1", NA, MESSAGE + 1, 1, NEIGHBOR_CODE },
		{ "probe, code 255", NS, MESSAGE + 1, 255, NEIGHBOR_CODE },
		{ "Advertisement, solicited, to all", NA, MESSAGE + 4, 0x60, NEIGHBOR_SOLICITED },
		{ "Advertisement of a router", NA, MESSAGE + 4, 0xa0, NEIGHBOR_VALID },
		{ "probe, reserved bits set", NS, MESSAGE + 4, 0xff, NEIGHBOR_VALID },
		{ "Advertisement of a group", NA, MESSAGE + 8, 0xff, NEIGHBOR_TARGET },
		{ "probe for a group", NS, MESSAGE + 8, 0xff, NEIGHBOR_TARGET },
		{ "question about a group", ASK, MESSAGE + 8, 0xff, NEIGHBOR_TARGET },
		{ "Advertisement, empty option", NA, MESSAGE + 25, 0, NEIGHBOR_EMPTY },
		{ "probe, empty option", NS, MESSAGE + 25, 0, NEIGHBOR_EMPTY },
		{ "question, empty option", ASK, MESSAGE + 25, 0, NEIGHBOR_EMPTY },
		{ "Advertisement, option too long", NA, MESSAGE + 25, 2, NEIGHBOR_CUT },
		{ "probe, option too long", NS, MESSAGE + 25, 255, NEIGHBOR_CUT },
		{ "probe with a source's MAC", NS, MESSAGE + 24, 1, NEIGHBOR_SOURCE },
		{ "Advertisement with one", NA, MESSAGE + 24, 1, NEIGHBOR_VALID },
		{ "unknown option", NS, MESSAGE + 24, 253, NEIGHBOR_VALID },
		{ "probe to a node", NS, 24, 0x20, NEIGHBOR_DESTINATION },
		{ "probe to another group", NS, 36, 0xfe, NEIGHBOR_DESTINATION },
		{ "probe to the group of another", NS, 39, 0x77, NEIGHBOR_VALID },
		{ "question from a node", ASK, -1, 0, NEIGHBOR_RESOLUTION },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet packet = rows[i].base == NA   ? advertisement(TARGET, RIGHT_MAC)
				       : rows[i].base == NS ? probe(TARGET, "nonce!")
							    : resolution(TARGET);
		struct neighbor_heard heard;

		if (rows[i].at >= 0)
			packet.bytes[rows[i].at] = rows[i].value;
		heard = parse(&packet);
		cr_expect_eq(heard.fault, rows[i].fault, "%s: %s", rows[i].name,
			     neighbor_fault_name(heard.fault));
	}
}

/* RFC 6980 section 5; 4861 section 7.1.2: an answer to one node may have the flag. */
Test(neighbor, what_only_the_kernel_can_say_counts)
{
	struct packet packet = advertisement(TARGET, RIGHT_MAC);
	struct neighbor_origin origin = origin_of(&packet);
	struct neighbor_heard heard;
	size_t size = packet.size - MESSAGE;

	origin.fragmented = true;
	cr_expect_eq(neighbor_parse(packet.bytes + MESSAGE, size, &origin, &heard),
		     NEIGHBOR_FRAGMENTED);
	origin = origin_of(&packet);
	origin.hop_limit = -1;
	cr_expect_eq(neighbor_parse(packet.bytes + MESSAGE, size, &origin, &heard),
		     NEIGHBOR_HOP_LIMIT);
	origin = origin_of(&packet);
	origin.to = ip("fe80::1");
	packet.bytes[MESSAGE + 4] = 0x60;
	cr_expect_eq(neighbor_parse(packet.bytes + MESSAGE, size, &origin, &heard), NEIGHBOR_VALID);
}

/* RFC 4861 section 7.1: 24 octets at least, and options are whole. */
Test(neighbor, a_message_cut_anywhere_is_refused)
{
	const struct packet whole[] = { advertisement(TARGET, RIGHT_MAC), probe(TARGET, "nonce!") };

	for (size_t i = 0; i < 2; i++)
		for (size_t size = MESSAGE; size < whole[i].size; size++) {
			struct packet packet = whole[i];
			struct neighbor_heard heard;

			packet.size = size;
			heard = parse(&packet);
			cr_expect_eq(heard.fault,
				     size == MESSAGE + 24 ? NEIGHBOR_VALID : NEIGHBOR_CUT,
				     "%zu: %zu octets", i, size - MESSAGE);
			cr_expect_eq(heard.mac_size, 0);
		}
}

/* RFC 4391 section 9: Infiniband; others fill their units. */
Test(neighbor, macs_of_other_links_are_understood)
{
	static const struct {
		size_t data;
		size_t mac_size;
		size_t from; /* where the MAC begins in the data */
	} rows[] = { { 6, 6, 0 }, { 14, 14, 0 }, { 22, 20, 2 }, { 30, 30, 0 }, { 38, 0, 0 } };
	static const char data[] = "0123456789abcdefghijklmnopqrstuvwxyzABCD";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet packet = advertisement(TARGET, RIGHT_MAC);
		struct neighbor_heard heard;

		packet.size = MESSAGE + 24;
		add_option(&packet, ND_OPT_TARGET_LINKADDR, data, rows[i].data);
		heard = parse(&packet);
		cr_expect_eq(heard.fault, NEIGHBOR_VALID);
		cr_expect_eq(heard.mac_size, rows[i].mac_size, "%zu", rows[i].data);
		cr_expect_arr_eq(heard.mac, data + rows[i].from, rows[i].mac_size, "%zu",
				 rows[i].data);
	}
}

Test(neighbor, every_fault_has_a_name)
{
	for (int fault = NEIGHBOR_VALID; fault <= NEIGHBOR_UNWATCHED; fault++)
		cr_expect_not_null(neighbor_fault_name((enum neighbor_fault)fault), "%d", fault);
}

/* From here on: the real kernel. */

/* One end of the link, and what the monitor there has told. */
static struct side {
	const char *device;
	int namespace;
	unsigned int ifindex;
	struct monitor *monitor;
	bool running;
	struct in6_addr given; /* all below is about this address */
	unsigned int events;
	uint32_t flags;
	bool gone;
} near = { .device = "left", .namespace = -1 }, far = { .device = "right", .namespace = -1 };

static struct neighbor neighbor;
static struct netlink *netlink;

static void take(void *context, const struct monitor_event *event)
{
	struct side *side = context;
	bool gone = event->type == MONITOR_ADDRESS_GONE;

	if (event->ifindex != side->ifindex)
		return;
	if (event->type == MONITOR_LINK)
		side->running = (event->link.flags & IFF_RUNNING) != 0;
	if ((event->type != MONITOR_ADDRESS && !gone) ||
	    !IN6_ARE_ADDR_EQUAL(&event->address.addr, &side->given))
		return;
	side->events++;
	side->flags = event->address.flags;
	side->gone = gone;
}

static void wait_told(struct side *side)
{
	struct pollfd ready = { .fd = monitor_fd(side->monitor), .events = POLLIN };

	cr_assert_eq(poll(&ready, 1, 5000), 1, "%s: no event", side->device);
	cr_assert_eq(monitor_read(side->monitor), 0);
}

static void enter(const struct side *side)
{
	cr_assert_eq(setns(side->namespace, CLONE_NEWNET), 0);
}

/* Runs a command at one end. */
__attribute__((format(printf, 2, 3))) static bool run(const struct side *side, const char *format,
						      ...)
{
	char command[256];
	va_list values;
	bool good;

	va_start(values, format);
	vsnprintf(command, sizeof(command), format, values);
	va_end(values);
	enter(side);
	good = system(command) == 0;
	enter(&near);
	return good;
}

/*
 * Gives one end an address which it has at once. That the kernel tells of it comes late: only then
 * it has joined the group, and answers.
 */
static void give(struct side *side, const char *target)
{
	side->given = ip(target);
	side->events = 0;
	cr_assert(run(side, "ip addr add %s/128 dev %s nodad", target, side->device));
	while (side->events == 0)
		wait_told(side);
}

static bool open_namespace(struct side *side)
{
	if (unshare(CLONE_NEWNET) < 0)
		return false;
	side->namespace = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	/* DAD without its random delay. */
	return side->namespace >= 0 &&
	       system("echo 0 >/proc/sys/net/ipv6/conf/default/router_solicitation_delay") == 0;
}

static void open_side(struct side *side)
{
	enter(side);
	side->ifindex = if_nametoindex(side->device);
	side->monitor = monitor_open(take, side);
	enter(&near);
	cr_assert(side->ifindex != 0 && side->monitor);
}

static void close_side(struct side *side)
{
	monitor_close(side->monitor);
	close(side->namespace);
}

static void close_all(void)
{
	if (far.ifindex == 0) /* skipped */
		return;
	neighbor_close(&neighbor);
	netlink_close(netlink);
	close_side(&near);
	close_side(&far);
}

static void open_all(void)
{
	if (geteuid() != 0 || !open_namespace(&far) || !open_namespace(&near))
		cr_skip_test("network namespaces are not allowed here: %s", strerror(errno));
	if (!run(&near,
		 "ip link add left address 02:00:00:00:00:01 type veth"
		 " peer name right netns /proc/%d/fd/%d",
		 getpid(), far.namespace))
		cr_skip_test("no ip, or the kernel has no veth");
	open_side(&near);
	open_side(&far);
	netlink = netlink_open();
	cr_assert_not_null(netlink);
	cr_assert(run(&far, "ip link set right address 02:00:00:00:00:02 up"));
	cr_assert(run(&near, "ip link set left addrgenmode none up"));
	while (!near.running)
		wait_told(&near);
	while (!far.running)
		wait_told(&far);
	give(&near, "fe80::1");
	give(&far, LAST);
	cr_assert_eq(neighbor_open(&neighbor, "left", near.ifindex), 0);
}

static void watch(const char *first, const char *second)
{
	const struct in6_addr target[] = { ip(first), ip(second) };

	cr_assert_eq(neighbor_watch(&neighbor, target, 2), 0);
}

/* The next packet that the filter has let through, whatever it says. */
static struct neighbor_heard wait_any(void)
{
	struct pollfd ready = { .fd = neighbor.fd, .events = POLLIN };
	struct neighbor_heard heard;
	int result;

	cr_assert_eq(poll(&ready, 1, 5000), 1, "nothing is heard");
	result = neighbor_receive(&neighbor, &heard);
	cr_assert(result == 0 || result == -EBADMSG, "%d", result);
	cr_expect_eq(result == 0, heard.fault == NEIGHBOR_VALID);
	return heard;
}

static struct neighbor_heard wait_heard(void)
{
	struct neighbor_heard heard = wait_any();

	cr_assert_eq(heard.fault, NEIGHBOR_VALID, "%s", neighbor_fault_name(heard.fault));
	return heard;
}

static bool is_about(const struct neighbor_heard *heard, const char *target)
{
	const struct in6_addr addr = ip(target);

	return IN6_ARE_ADDR_EQUAL(&heard->target, &addr);
}

static void expect_claim(const char *target)
{
	struct neighbor_heard heard = wait_heard();

	cr_expect(is_about(&heard, target));
	cr_expect_eq(heard.kind, NEIGHBOR_ADVERTISEMENT);
	cr_expect_eq(heard.mac_size, 6);
	cr_expect_arr_eq(heard.mac, RIGHT_MAC, 6);
	cr_expect_not(heard.own);
}

/* The neighbor answers one question after the other: with LAST's answer all others are here. */
static void expect_last(void)
{
	const struct in6_addr source = ip("fe80::1");
	const struct in6_addr last = ip(LAST);

	cr_assert_eq(neighbor_solicit(&neighbor, &source, &last, (const uint8_t *)LEFT_MAC, 6), 0);
	expect_claim(LAST);
}

static void sum_up(struct packet *packet)
{
	uint8_t *message = packet->bytes + MESSAGE;
	size_t size = packet->size - MESSAGE;
	uint32_t sum = (uint32_t)size + IPPROTO_ICMPV6;

	packet->bytes[5] = (uint8_t)size;
	message[2] = message[3] = 0;
	for (size_t i = 8; i < packet->size; i += 2)
		sum += (uint32_t)packet->bytes[i] << 8 | packet->bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	message[2] = (uint8_t)(~sum >> 8);
	message[3] = (uint8_t)~sum;
}

/* A raw socket of the neighbor's. */
static int open_far(int protocol)
{
	int fd;

	enter(&far);
	fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, protocol);
	cr_assert_geq(fd, 0);
	cr_assert_eq(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "right", 5), 0);
	enter(&near);
	return fd;
}

/* The neighbor sends this, as it is. */
static void send_as_is(const struct packet *packet)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };
	int fd = open_far(IPPROTO_RAW);

	memcpy(&to.sin6_addr, packet->bytes + 24, 16);
	to.sin6_scope_id = far.ifindex;
	cr_assert_eq(sendto(fd, packet->bytes, packet->size, 0, (const struct sockaddr *)&to,
			    sizeof(to)),
		     (ssize_t)packet->size, "%s", strerror(errno));
	close(fd);
}

static void send_far(struct packet packet)
{
	sum_up(&packet);
	send_as_is(&packet);
}

/* The bytes of a probe and of a question, as the neighbor gets them; its kernel checks the sum. */
Test(neighbor, solicitations_are_as_the_standard_has_them, .init = open_all, .fini = close_all)
{
	const struct in6_addr source = ip("fe80::1");
	const struct in6_addr target = ip(LAST);
	struct packet expected[] = { probe(LAST, NULL), resolution(LAST) };
	int fd = open_far(IPPROTO_ICMPV6);
	struct icmp6_filter wanted;
	int on = 1;

	ICMP6_FILTER_SETBLOCKALL(&wanted);
	ICMP6_FILTER_SETPASS(ND_NEIGHBOR_SOLICIT, &wanted);
	cr_assert_eq(setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &wanted, sizeof(wanted)), 0);
	cr_assert_eq(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on)), 0);
	cr_assert_eq(neighbor_probe(&neighbor, &target), 0);
	cr_assert_eq(neighbor_solicit(&neighbor, &source, &target, (const uint8_t *)LEFT_MAC, 6),
		     0);
	add_option(&expected[0], 14, neighbor.nonce[0], 6);
	expected[1].size -= 6;
	add_octets(&expected[1], LEFT_MAC, 6);
	memcpy(expected[1].bytes + 8, &source, 16);
	for (size_t i = 0; i < 2; i++) {
		_Alignas(struct cmsghdr) char control[64];
		uint8_t bytes[256];
		struct iovec data = { .iov_base = bytes, .iov_len = sizeof(bytes) };
		struct sockaddr_in6 from = { 0 };
		struct msghdr header = { .msg_name = &from,
					 .msg_namelen = sizeof(from),
					 .msg_iov = &data,
					 .msg_iovlen = 1,
					 .msg_control = control,
					 .msg_controllen = sizeof(control) };
		int hop_limit = 0;

		sum_up(&expected[i]);
		cr_assert_eq(recvmsg(fd, &header, 0), 32);
		cr_expect_arr_eq(bytes, expected[i].bytes + MESSAGE, 32);
		cr_expect_arr_eq(&from.sin6_addr, expected[i].bytes + 8, 16);
		memcpy(&hop_limit, CMSG_DATA(CMSG_FIRSTHDR(&header)), sizeof(hop_limit));
		cr_expect_eq(hop_limit, 255);
	}
	close(fd);
}

/* K24 */
Test(neighbor, asking_finds_a_duplicate_and_leaves_our_address_alone, .init = open_all,
     .fini = close_all)
{
	const struct in6_addr source = ip("fe80::1");
	const struct in6_addr target = ip(TARGET);

	give(&near, TARGET);
	watch(TARGET, LAST);
	cr_assert_eq(neighbor_solicit(&neighbor, &source, &target, (const uint8_t *)LEFT_MAC, 6),
		     0);
	expect_last(); /* and nothing about TARGET before it */

	give(&far, TARGET);
	cr_assert_eq(neighbor_solicit(&neighbor, &source, &target, (const uint8_t *)LEFT_MAC, 6),
		     0);
	expect_claim(TARGET);
	expect_last();
	cr_assert_eq(monitor_read(near.monitor), 0);
	cr_expect_eq(near.events, 1, "our address was touched");
}

/* RFC 4862 section 5.4.3: the owner answers to all nodes. */
Test(neighbor, a_probe_finds_the_owner, .init = open_all, .fini = close_all)
{
	const struct in6_addr target = ip(TARGET);

	give(&far, TARGET);
	watch(TARGET, LAST);
	cr_assert_eq(neighbor_probe(&neighbor, &target), 0);
	expect_claim(TARGET);
	expect_last();
}

/* K16 */
Test(neighbor, who_takes_an_address_unasked_is_heard, .init = open_all, .fini = close_all)
{
	give(&near, TARGET);
	watch(TARGET, LAST);
	send_far(advertisement(TARGET, RIGHT_MAC));
	expect_claim(TARGET);
	/* The kernel itself does so where it is told to. */
	give(&far, TARGET);
	cr_assert(run(&far, "echo 1 >/proc/sys/net/ipv6/conf/right/ndisc_notify &&"
			    " ip link set right address 02:00:00:00:00:03 &&"
			    " ip link set right address 02:00:00:00:00:02"));
	for (;;) {
		struct neighbor_heard heard = wait_heard();

		if (is_about(&heard, TARGET) && memcmp(heard.mac, RIGHT_MAC, 6) == 0)
			break;
	}
}

/* K17: for an address that is on the interface, and for one that is not (yet). */
Test(neighbor, the_duplicate_address_detection_of_others_is_heard, .init = open_all,
     .fini = close_all)
{
	struct neighbor_heard heard;

	give(&near, TARGET);
	watch(TARGET, OTHER);
	cr_assert(run(&far, "ip addr add " OTHER "/128 dev right"));
	heard = wait_heard();
	cr_expect(is_about(&heard, OTHER));
	cr_expect_eq(heard.kind, NEIGHBOR_PROBE);
	cr_expect_eq(heard.mac_size, 0);
	cr_expect_not(heard.own);
	far.given = ip(TARGET);
	cr_assert(run(&far, "ip addr add " TARGET "/128 dev right"));
	heard = wait_heard();
	cr_expect(is_about(&heard, TARGET));
	cr_expect_eq(heard.kind, NEIGHBOR_PROBE);

	/* Our kernel has defended TARGET, and that is not heard. */
	while (!(far.flags & IFA_F_DADFAILED))
		wait_told(&far);
	watch(TARGET, LAST);
	expect_last();
}

/* RFC 7527 section 4.2; K24: multicast loop off. */
Test(neighbor, our_own_probe_is_not_heard_unless_the_link_sends_it_back, .init = open_all,
     .fini = close_all)
{
	const struct in6_addr target = ip(TARGET);
	struct neighbor_heard heard;

	watch(TARGET, LAST);
	for (int i = 0; i < NEIGHBOR_NONCES + 3; i++)
		cr_assert_eq(neighbor_probe(&neighbor, &target), 0);
	expect_last();

	send_far(probe(TARGET, neighbor.nonce[NEIGHBOR_NONCES - 1]));
	heard = wait_heard();
	cr_expect_eq(heard.kind, NEIGHBOR_PROBE);
	cr_expect(heard.own);
	send_far(probe(TARGET, "\0\0\0\0\0\0"));
	heard = wait_heard();
	cr_expect_not(heard.own);
	send_far(probe(TARGET, NULL));
	heard = wait_heard();
	cr_expect_not(heard.own);
}

/* A busy link must not wake us. */
Test(neighbor, the_filter_drops_what_says_nothing, .init = open_all, .fini = close_all)
{
	struct pollfd ready = { .fd = neighbor.fd, .events = POLLIN };
	struct packet packet;

	give(&near, TARGET);
	send_far(advertisement(TARGET, RIGHT_MAC));
	cr_expect_eq(poll(&ready, 1, 0), 0, "nothing is watched yet");
	watch(TARGET, LAST);
	for (int i = 0; i < 300; i++)
		send_far(advertisement(OTHER, RIGHT_MAC));
	for (unsigned int i = 0; i < 128; i++) {
		/* One bit beside the target. */
		packet = advertisement(TARGET, RIGHT_MAC);
		packet.bytes[MESSAGE + 8 + i / 8] ^= (uint8_t)(0x80 >> i % 8);
		send_far(packet);
	}
	send_far(probe(OTHER, "nonce!"));
	for (unsigned int i = 0; i < 300; i++) {
		/* A source which is not :: in one place only. */
		packet = resolution(TARGET);
		memset(packet.bytes + 8, 0, 16);
		packet.bytes[8 + i % 16] = 1;
		send_far(packet);
	}
	packet = advertisement(TARGET, RIGHT_MAC);
	packet.bytes[7] = 254;
	send_far(packet);
	packet = probe(TARGET, NULL);
	packet.bytes[7] = 1;
	send_far(packet);
	packet = advertisement(TARGET, RIGHT_MAC);
	sum_up(&packet);
	packet.bytes[MESSAGE + 3] ^= 1;
	send_as_is(&packet);
	cr_expect_eq(poll(&ready, 1, 0), 0, "woken");
	expect_last();
	cr_assert_eq(neighbor_watch(&neighbor, NULL, 0), 0);
	send_far(advertisement(TARGET, RIGHT_MAC));
	cr_expect_eq(poll(&ready, 1, 0), 0, "nothing is watched any more");
}

/* What passes the filter is looked at again. */
Test(neighbor, what_is_refused_is_said_with_its_reason, .init = open_all, .fini = close_all)
{
	struct packet packet = advertisement(TARGET, RIGHT_MAC);
	struct neighbor_heard heard;

	watch(TARGET, LAST);
	packet.bytes[MESSAGE + 1] = 1;
	send_far(packet);
	heard = wait_any();
	cr_expect_eq(heard.fault, NEIGHBOR_CODE);
	packet = advertisement(TARGET, RIGHT_MAC);
	packet.bytes[MESSAGE + 4] = 0x60;
	send_far(packet);
	heard = wait_any();
	cr_expect_eq(heard.fault, NEIGHBOR_SOLICITED);
	/* It waits while the watch changes. */
	send_far(advertisement(TARGET, RIGHT_MAC));
	watch(OTHER, LAST);
	heard = wait_any();
	cr_expect_eq(heard.fault, NEIGHBOR_UNWATCHED);
	expect_last();
}

/* RFC 6980 section 5: an Advertisement in two fragments, of 16 octets each. */
Test(neighbor, fragments_are_refused, .init = open_all, .fini = close_all)
{
	struct packet packet = advertisement(TARGET, RIGHT_MAC);
	struct neighbor_heard heard;

	watch(TARGET, LAST);
	sum_up(&packet);
	for (uint8_t i = 0; i < 2; i++) {
		const uint8_t header[] = { IPPROTO_ICMPV6, 0, 0, i == 0 ? 1 : 16, 0, 0, 0, 1 };
		struct packet part = { 0 };

		add_octets(&part, packet.bytes, MESSAGE);
		part.bytes[5] = 24;
		part.bytes[6] = IPPROTO_FRAGMENT;
		add_octets(&part, header, 8);
		add_octets(&part, packet.bytes + MESSAGE + 16 * i, 16);
		send_as_is(&part);
	}
	heard = wait_any();
	cr_expect_eq(heard.fault, NEIGHBOR_FRAGMENTED);
	expect_last();
}

static unsigned int count_groups(void)
{
	char line[256];
	unsigned int n = 0;
	FILE *file = fopen("/proc/self/net/igmp6", "r");

	cr_assert_not_null(file);
	while (fgets(line, sizeof(line), file))
		n += strstr(line, "left") && strstr(line, " ff0200000000000000000001ff");
	fclose(file);
	return n;
}

/* Also with the small limit on a socket's own memory that kernels before 6.7 have. */
Test(neighbor, so_many_addresses_can_be_watched_and_changed, .init = open_all, .fini = close_all)
{
	struct in6_addr target[NEIGHBOR_TARGETS + 1];
	unsigned int before = count_groups();
	char text[INET6_ADDRSTRLEN];

	run(&near, "echo 20480 >/proc/sys/net/core/optmem_max");
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i <= NEIGHBOR_TARGETS; i++) {
			target[i] = ip("2001:db8:ffff:fffe:ffff:fffe:ff00:0");
			target[i].s6_addr[14] = (uint8_t)(1 + round);
			target[i].s6_addr[15] = (uint8_t)i;
		}
		cr_expect_eq(neighbor_watch(&neighbor, target, NEIGHBOR_TARGETS), 0);
		cr_expect_eq(count_groups(), before + NEIGHBOR_TARGETS, "%u", round);
		for (unsigned int i = 0; i < NEIGHBOR_TARGETS; i++) {
			struct neighbor_heard heard;

			inet_ntop(AF_INET6, &target[i], text, sizeof(text));
			send_far(probe(text, NULL));
			heard = wait_heard();
			cr_expect(is_about(&heard, text), "%s", text);
		}
	}
	/* Two addresses of one group, and the socket's own list as the new one. */
	target[1] = target[0];
	target[1].s6_addr[0] = 0xfd;
	cr_expect_eq(neighbor_watch(&neighbor, target, 2), 0);
	cr_expect_eq(count_groups(), before + 1);
	cr_expect_eq(neighbor_watch(&neighbor, neighbor.target + 1, 1), 0);
	cr_expect_eq(count_groups(), before + 1);
	inet_ntop(AF_INET6, &target[1], text, sizeof(text));
	send_far(probe(text, NULL));
	cr_expect(wait_heard().kind == NEIGHBOR_PROBE);
	cr_expect_eq(neighbor_watch(&neighbor, target, NEIGHBOR_TARGETS + 1), -E2BIG);
	cr_expect_eq(neighbor_watch(&neighbor, NULL, 0), 0);
	cr_expect_eq(count_groups(), before);
}

/*
 * The kernel tests a new address, and the owner's answer is heard beside it: who it is, is known
 * before the kernel's verdict is.
 */
Test(neighbor, the_owner_is_known_before_the_kernels_verdict, .init = open_all, .fini = close_all)
{
	const struct in6_addr target = ip(TARGET);
	struct pollfd answer = { .fd = neighbor.fd, .events = POLLIN };

	give(&far, TARGET);
	watch(TARGET, LAST);
	near.given = target;
	cr_assert_eq(netlink_address_add(netlink, near.ifindex, &target, 128, 1000, 2000, 0), 0);
	while (!near.gone)
		wait_told(&near);
	cr_expect(near.flags & IFA_F_DADFAILED);
	cr_assert_eq(poll(&answer, 1, 0), 1, "not heard before the verdict");
	expect_claim(TARGET);
}

/* A second interface on the same segment, with the same address: the answer has its MAC. */
Test(neighbor, a_second_interface_of_ours_is_known_by_its_mac, .init = open_all, .fini = close_all)
{
	const struct in6_addr source = ip("fe80::1");
	const struct in6_addr target = ip(TARGET);
	struct neighbor_heard heard;

	cr_assert(run(&far, "ip link set right netns /proc/%d/fd/%d", getpid(), near.namespace));
	close_side(&far);
	far.namespace = dup(near.namespace);
	open_side(&far);
	cr_assert(run(&far, "ip link set right up"));
	give(&far, TARGET);
	give(&near, TARGET);
	watch(TARGET, LAST);
	cr_assert_eq(neighbor_solicit(&neighbor, &source, &target, (const uint8_t *)LEFT_MAC, 6),
		     0);
	heard = wait_heard();
	cr_expect(is_about(&heard, TARGET));
	cr_expect_arr_eq(heard.mac, RIGHT_MAC, 6);
}

Test(neighbor, open_says_why_not, .init = open_all, .fini = close_all)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };
	struct neighbor other;
	struct neighbor_heard heard;

	cr_expect(fcntl(neighbor.fd, F_GETFD) & FD_CLOEXEC);
	cr_expect(fcntl(neighbor.fd, F_GETFL) & O_NONBLOCK);
	cr_expect_eq(neighbor_receive(&neighbor, &heard), -EAGAIN);
	cr_expect_eq(neighbor_open(&other, "nowhere", 4711), -ENODEV);
	cr_expect_eq(other.fd, -1);
	neighbor_close(&other);
	cr_assert_eq(syscall(SYS_capset, &header, none), 0);
	cr_expect_eq(neighbor_open(&other, "left", near.ifindex), -EPERM);
	cr_expect_eq(other.fd, -1);
}

Test(neighbor, without_the_interface_it_is_an_error, .init = open_all, .fini = close_all)
{
	const struct in6_addr source = ip("fe80::1");
	const struct in6_addr target = ip(TARGET);
	const struct in6_addr other = ip(OTHER);

	cr_assert_eq(neighbor_watch(&neighbor, &target, 1), 0);
	cr_assert(run(&near, "ip link set left down"));
	cr_expect_lt(neighbor_probe(&neighbor, &target), 0);
	cr_expect_lt(neighbor_solicit(&neighbor, &source, &target, NULL, 0), 0);
	cr_assert(run(&near, "ip link del left"));
	cr_expect_lt(neighbor_probe(&neighbor, &target), 0);
	cr_expect_eq(neighbor_watch(&neighbor, &other, 1), -ENODEV);
	cr_expect_eq(neighbor_watch(&neighbor, NULL, 0), 0);
}
