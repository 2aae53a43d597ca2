/* SPDX-License-Identifier: MPL-2.0 */
/* netlink.h and monitor.h against the real kernel, in a network namespace of our own. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/loop.h"
#include "host/monitor.h"
#include "host/netlink.h"
#include "host/udp.h"

#define HELD_MAX 1024
#define OURS	 (IFA_F_NOPREFIXROUTE)

/* What the monitor has told, kept as a host would keep it. */
struct held {
	unsigned int ifindex;
	struct in6_addr addr;
	uint32_t flags;
	uint8_t proto;
	bool fresh; /* named by the running dump */
};

static struct {
	struct held held[HELD_MAX];
	size_t n;
	unsigned int begun;
	unsigned int ended;
	bool syncing;
	unsigned int addresses; /* events, without those of link-local addresses */
	struct monitor_event last_gone;
	uint32_t link_flags[16];
} known;

static struct monitor *monitor;
static struct netlink *netlink;
static unsigned int left; /* the interface used: its other end is `right` */
static unsigned int right;

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

static bool enter_namespace(void)
{
	char map[32];
	unsigned int uid = geteuid();

	if (unshare(CLONE_NEWNET) == 0)
		return true;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return false;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	return write_file("/proc/self/uid_map", map);
}

/* A message for rtnetlink, written by hand: these tests are not to trust the library they test. */
struct request {
	_Alignas(4) unsigned char bytes[512];
	size_t size;
};

static size_t put_attribute(struct request *request, uint16_t type, const void *data, size_t size)
{
	size_t start = request->size;
	const struct rtattr header = { .rta_len = (unsigned short)(4 + size), .rta_type = type };

	memcpy(request->bytes + start, &header, sizeof(header));
	if (size > 0)
		memcpy(request->bytes + start + 4, data, size);
	request->size = start + 4 + ((size + 3) & ~(size_t)3);
	return start;
}

static void end_nest(struct request *request, size_t start)
{
	unsigned short size = (unsigned short)(request->size - start);

	memcpy(request->bytes + start, &size, sizeof(size));
}

static bool create_veth(void)
{
	struct request request = { .size = NLMSG_SPACE(sizeof(struct ifinfomsg)) };
	const struct ifinfomsg peer_header = { 0 };
	struct nlmsghdr header = {
		.nlmsg_type = RTM_NEWLINK,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	_Alignas(4) char answer[1024];
	struct nlmsgerr error = { .error = -1 };
	size_t info;
	size_t data;
	size_t peer;

	put_attribute(&request, IFLA_IFNAME, "left", 5);
	info = put_attribute(&request, IFLA_LINKINFO, NULL, 0);
	put_attribute(&request, IFLA_INFO_KIND, "veth", 4);
	data = put_attribute(&request, IFLA_INFO_DATA, NULL, 0);
	peer = put_attribute(&request, VETH_INFO_PEER, &peer_header, sizeof(peer_header));
	put_attribute(&request, IFLA_IFNAME, "right", 6);
	end_nest(&request, peer);
	end_nest(&request, data);
	end_nest(&request, info);
	header.nlmsg_len = (uint32_t)request.size;
	memcpy(request.bytes, &header, sizeof(header));
	if (fd >= 0 && send(fd, request.bytes, request.size, 0) == (ssize_t)request.size &&
	    recv(fd, answer, sizeof(answer), 0) >= (ssize_t)NLMSG_LENGTH(sizeof(error)))
		memcpy(&error, answer + NLMSG_HDRLEN, sizeof(error));
	if (fd >= 0)
		close(fd);
	return error.error == 0;
}

static struct held *find(unsigned int ifindex, const struct in6_addr *addr)
{
	for (size_t i = 0; i < known.n; i++)
		if (known.held[i].ifindex == ifindex &&
		    IN6_ARE_ADDR_EQUAL(&known.held[i].addr, addr))
			return &known.held[i];
	return NULL;
}

static void hold(const struct monitor_event *event)
{
	struct held *held = find(event->ifindex, &event->address.addr);

	if (!held) {
		cr_assert_lt(known.n, HELD_MAX);
		held = &known.held[known.n++];
	}
	*held = (struct held){
		.ifindex = event->ifindex,
		.addr = event->address.addr,
		.flags = event->address.flags,
		.proto = event->address.proto,
		.fresh = true,
	};
}

static void take(void *context, const struct monitor_event *event)
{
	struct held *held;

	(void)context;
	switch (event->type) {
	case MONITOR_LINK:
		if (event->ifindex < 16)
			known.link_flags[event->ifindex] = event->link.flags;
		break;
	case MONITOR_LINK_GONE:
	case MONITOR_ROUTER:
	case MONITOR_PREFIX:
		break;
	case MONITOR_ADDRESS:
		known.addresses += !IN6_IS_ADDR_LINKLOCAL(&event->address.addr);
		hold(event);
		break;
	case MONITOR_ADDRESS_GONE:
		known.last_gone = *event;
		held = find(event->ifindex, &event->address.addr);
		if (held)
			*held = known.held[--known.n];
		break;
	case MONITOR_SYNC_BEGIN:
		known.begun++;
		known.syncing = true;
		for (size_t i = 0; i < known.n; i++)
			known.held[i].fresh = false;
		break;
	case MONITOR_SYNC_END:
		cr_expect(known.syncing, "SYNC_END without SYNC_BEGIN");
		known.ended++;
		known.syncing = false;
		for (size_t i = known.n; i-- > 0;)
			if (!known.held[i].fresh)
				known.held[i] = known.held[--known.n];
		break;
	}
}

/* Waits for the next events; false when there are none within `ms`. */
static bool wait_events(int ms)
{
	struct pollfd ready = { .fd = monitor_fd(monitor), .events = POLLIN };

	if (poll(&ready, 1, ms) <= 0)
		return false;
	cr_assert_eq(monitor_read(monitor), 0);
	return true;
}

static struct in6_addr ip(const char *text)
{
	struct in6_addr addr;

	cr_assert_eq(inet_pton(AF_INET6, text, &addr), 1);
	return addr;
}

/* The flags of an address on `left` once `mask` of them is `wanted`. */
static uint32_t wait_flags(const struct in6_addr *addr, uint32_t mask, uint32_t wanted)
{
	msec end = loop_now() + 8000;

	for (;;) {
		const struct held *held = find(left, addr);

		if (held && (held->flags & mask) == wanted)
			return held->flags;
		cr_assert(loop_now() < end && wait_events(8000), "no event in time");
	}
}

static void wait_running(unsigned int ifindex)
{
	while (!(known.link_flags[ifindex] & (1U << 16))) /* IFF_LOWER_UP */
		cr_assert(wait_events(5000), "the link did not come up");
}

static void close_all(void)
{
	monitor_close(monitor);
	netlink_close(netlink);
}

static void set_up(const char *name)
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(request.ifr_name, name);
	request.ifr_flags = IFF_UP;
	cr_assert_eq(ioctl(fd, SIOCSIFFLAGS, &request), 0, "%s", name);
	close(fd);
}

static void open_all(void)
{
	if (!enter_namespace())
		cr_skip_test("network namespaces are not allowed here: %s", strerror(errno));
	/* DAD without its random delay, and quick: still one probe. */
	write_file("/proc/sys/net/ipv6/conf/default/router_solicitation_delay", "0");
	if (!create_veth())
		cr_skip_test("the kernel has no veth");
	write_file("/proc/sys/net/ipv6/neigh/left/retrans_time_ms", "200");
	write_file("/proc/sys/net/ipv6/neigh/right/retrans_time_ms", "200");
	left = if_nametoindex("left");
	right = if_nametoindex("right");
	monitor = monitor_open(take, NULL);
	netlink = netlink_open();
	cr_assert_not_null(monitor);
	cr_assert_not_null(netlink);
	set_up("left");
	set_up("right");
	cr_assert_eq(monitor_resync(monitor), 0);
	cr_assert_eq(monitor_read(monitor), 0);
	cr_assert_eq(known.ended, 1);
	wait_running(left);
}

TestSuite(netlink, .timeout = 60);

/* Lifetimes as the kernel has them, read with a request of our own; false without the address. */
static bool read_lifetimes(const struct in6_addr *addr, uint32_t *preferred, uint32_t *valid)
{
	struct {
		struct nlmsghdr header;
		struct ifaddrmsg address;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = RTM_GETADDR,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.address = { .ifa_family = AF_INET6 },
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	static _Alignas(8) char answer[32768];
	bool found = false;
	bool done = false;

	cr_assert_geq(fd, 0);
	cr_assert_eq(send(fd, &request, sizeof(request), 0), (ssize_t)sizeof(request));
	while (!done) {
		ssize_t n = recv(fd, answer, sizeof(answer), 0);
		unsigned int size = (unsigned int)n;

		cr_assert_gt(n, 0);
		for (struct nlmsghdr *m = (void *)answer; NLMSG_OK(m, size);
		     m = NLMSG_NEXT(m, size)) {
			struct ifaddrmsg *header = NLMSG_DATA(m);
			unsigned int space = (unsigned int)IFA_PAYLOAD(m);
			struct ifa_cacheinfo info = { 0 };
			bool here = false;

			done |= m->nlmsg_type == NLMSG_DONE;
			if (m->nlmsg_type != RTM_NEWADDR)
				continue;
			for (struct rtattr *a = IFA_RTA(header); RTA_OK(a, space);
			     a = RTA_NEXT(a, space)) {
				if (a->rta_type == IFA_ADDRESS)
					here = memcmp(RTA_DATA(a), addr, 16) == 0;
				else if (a->rta_type == IFA_CACHEINFO)
					memcpy(&info, RTA_DATA(a), sizeof(info));
			}
			if (here) {
				*preferred = info.ifa_prefered;
				*valid = info.ifa_valid;
				found = true;
			}
		}
	}
	close(fd);
	return found;
}

/* C-ADR-1, C-ADR-3, C-DAD-1, K22; the kernel counts seconds down from the moment of the request. */
Test(netlink, an_address_gets_its_flags_lifetimes_and_mark, .init = open_all, .fini = close_all)
{
	static const struct {
		const char *addr;
		uint32_t preferred;
		uint32_t valid;
		bool permanent;
	} rows[] = {
		{ "2001:db8::1", 1000, 2000, false },
		{ "2001:db8::2", UINT32_MAX, UINT32_MAX, true },
		{ "2001:db8::3", 1000, UINT32_MAX, true },
		{ "2001:db8::4", UINT32_MAX - 1, UINT32_MAX - 1, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct in6_addr addr = ip(rows[i].addr);
		uint32_t preferred = 0;
		uint32_t valid = 0;
		uint32_t flags;

		cr_assert_eq(netlink_address_add(netlink, left, &addr, 128, rows[i].preferred,
						 rows[i].valid, 0),
			     0);
		flags = wait_flags(&addr, IFA_F_TENTATIVE, IFA_F_TENTATIVE);
		cr_expect_eq(flags,
			     OURS | IFA_F_TENTATIVE | (rows[i].permanent ? IFA_F_PERMANENT : 0),
			     "%s: %#x", rows[i].addr, flags);
		cr_expect_eq(find(left, &addr)->proto, NETLINK_PROTO);
		cr_assert(read_lifetimes(&addr, &preferred, &valid));
		cr_expect(preferred == rows[i].preferred || preferred + 1 == rows[i].preferred,
			  "%s: preferred %u", rows[i].addr, preferred);
		cr_expect(valid == rows[i].valid || valid + 1 == rows[i].valid, "%s: valid %u",
			  rows[i].addr, valid);
	}
}

/* C-REN-7, K6: Renew changes the lifetimes and starts no new DAD. */
Test(netlink, an_update_changes_lifetimes_and_nothing_else, .init = open_all, .fini = close_all)
{
	struct in6_addr addr = ip("2001:db8::1");
	uint32_t preferred = 0;
	uint32_t valid = 0;
	unsigned int events;

	cr_assert_eq(netlink_address_add(netlink, left, &addr, 128, 100, 200, 0), 0);
	wait_flags(&addr, IFA_F_TENTATIVE, 0);
	events = known.addresses;
	cr_assert_eq(netlink_address_update(netlink, left, &addr, 128, 3000, 4000), 0);
	cr_assert_eq(monitor_read(monitor), 0);
	cr_expect_eq(known.addresses, events + 1);
	cr_expect_eq(find(left, &addr)->flags, OURS);
	cr_assert(read_lifetimes(&addr, &preferred, &valid));
	cr_expect_geq(preferred, 2999);
	cr_expect_geq(valid, 3999);
	cr_assert_eq(netlink_address_update(netlink, left, &addr, 128, UINT32_MAX, UINT32_MAX), 0);
	cr_assert_eq(monitor_read(monitor), 0);
	cr_expect_eq(find(left, &addr)->flags, OURS | IFA_F_PERMANENT);
}

Test(netlink, each_refusal_has_the_kernels_own_error, .init = open_all, .fini = close_all)
{
	struct in6_addr addr = ip("2001:db8::1");
	struct in6_addr multicast = ip("ff02::1");
	unsigned int nowhere = 4711;

	cr_expect_eq(netlink_address_add(netlink, left, &addr, 128, 100, 200, 0), 0);
	cr_expect_eq(netlink_address_add(netlink, left, &addr, 128, 100, 200, 0), -EEXIST);
	cr_expect_eq(netlink_address_remove(netlink, left, &addr, 128), 0);
	cr_expect_eq(netlink_address_remove(netlink, left, &addr, 128), 0, "gone already");
	cr_expect_eq(netlink_address_add(netlink, nowhere, &addr, 128, 100, 200, 0), -ENODEV);
	cr_expect_eq(netlink_address_update(netlink, nowhere, &addr, 128, 100, 200), -ENODEV);
	cr_expect_eq(netlink_address_remove(netlink, nowhere, &addr, 128), -ENODEV);
	cr_expect_eq(netlink_address_add(netlink, left, &addr, 128, 200, 100, 0), -EINVAL);
	cr_expect_eq(netlink_address_add(netlink, left, &addr, 128, 0, 0, 0), -EINVAL);
	cr_expect_eq(netlink_address_add(netlink, left, &addr, 129, 1, 2, 0), -EINVAL);
	cr_expect_lt(netlink_address_add(netlink, left, &multicast, 128, 1, 2, 0), 0);
	cr_assert(write_file("/proc/sys/net/ipv6/conf/left/disable_ipv6", "1"));
	cr_expect_eq(netlink_address_add(netlink, left, &addr, 128, 100, 200, 0), -EACCES, "K20");
	cr_assert(write_file("/proc/sys/net/ipv6/conf/left/disable_ipv6", "0"));
	/* After all these the handle is as good as new. */
	cr_expect_eq(netlink_address_add(netlink, left, &addr, 128, 100, 200, 0), 0);
}

Test(netlink, without_the_capability_it_is_eperm, .init = open_all, .fini = close_all)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };
	struct in6_addr addr = ip("2001:db8::1");
	struct netlink *weak;

	cr_assert_eq(syscall(SYS_capset, &header, none), 0);
	weak = netlink_open();
	cr_assert_not_null(weak);
	cr_expect_eq(netlink_address_add(weak, left, &addr, 128, 100, 200, 0), -EPERM);
	netlink_close(weak);
}

/* K2, K3, C-KRN-2: the other end of the veth has the address already. */
Test(netlink, a_duplicate_is_seen_in_both_of_its_forms, .init = open_all, .fini = close_all)
{
	struct in6_addr finite = ip("2001:db8::1");
	struct in6_addr infinite = ip("2001:db8::2");
	msec end = loop_now() + 8000;

	cr_assert_eq(netlink_address_add(netlink, right, &finite, 128, 1000, 2000, 0), 0);
	cr_assert_eq(netlink_address_add(netlink, right, &infinite, 128, 1000, 2000, 0), 0);
	while (!find(right, &finite) || !find(right, &infinite) ||
	       ((find(right, &finite)->flags | find(right, &infinite)->flags) & IFA_F_TENTATIVE))
		cr_assert(loop_now() < end && wait_events(8000));

	cr_assert_eq(netlink_address_add(netlink, left, &infinite, 128, UINT32_MAX, UINT32_MAX, 0),
		     0);
	cr_expect_eq(wait_flags(&infinite, IFA_F_DADFAILED, IFA_F_DADFAILED),
		     OURS | IFA_F_PERMANENT | IFA_F_TENTATIVE | IFA_F_DADFAILED);

	cr_assert_eq(netlink_address_add(netlink, left, &finite, 128, 1000, 2000, 0), 0);
	while (known.last_gone.ifindex != left)
		cr_assert(loop_now() < end && wait_events(8000));
	cr_expect_eq(known.last_gone.address.flags, OURS | IFA_F_TENTATIVE | IFA_F_DADFAILED);
	cr_expect_arr_eq(&known.last_gone.address.addr, &finite, 16);
	cr_expect_null(find(left, &finite));
}

/* Adds `n` addresses, then takes every third out again: some hundred events. */
static void churn(unsigned int n, uint8_t tag)
{
	struct in6_addr addr = ip("2001:db8:1::");

	addr.s6_addr[8] = tag;
	for (unsigned int i = 0; i < n; i++) {
		addr.s6_addr[14] = (uint8_t)(i >> 8);
		addr.s6_addr[15] = (uint8_t)i;
		cr_assert_eq(netlink_address_add(netlink, left, &addr, 128, 1000, 2000, 0), 0);
	}
	for (unsigned int i = 0; i < n; i += 3) {
		addr.s6_addr[14] = (uint8_t)(i >> 8);
		addr.s6_addr[15] = (uint8_t)i;
		cr_assert_eq(netlink_address_remove(netlink, left, &addr, 128), 0);
	}
}

static void expect_churned(unsigned int n, uint8_t tag)
{
	struct in6_addr addr = ip("2001:db8:1::");
	unsigned int wrong = 0;

	addr.s6_addr[8] = tag;
	for (unsigned int i = 0; i < n; i++) {
		addr.s6_addr[14] = (uint8_t)(i >> 8);
		addr.s6_addr[15] = (uint8_t)i;
		wrong += (find(left, &addr) != NULL) != (i % 3 != 0);
	}
	cr_expect_eq(wrong, 0, "%u of %u addresses are known wrongly", wrong, n);
}

static void read_to_the_end(void)
{
	do {
		cr_assert_eq(monitor_read(monitor), 0);
	} while (wait_events(0));
}

/* C-KRN-1: what is lost on the way is found by asking again. */
Test(netlink, lost_events_end_in_the_truth, .init = open_all, .fini = close_all)
{
	unsigned int before;

	cr_assert_eq(monitor_set_buffer(monitor, 2304), 0);
	before = known.ended;
	churn(300, 1);
	read_to_the_end();
	cr_expect_gt(known.ended, before, "nothing was asked again");
	cr_expect_not(known.syncing);
	expect_churned(300, 1);
	/* From then on events come again, one by one. */
	before = known.ended;
	struct in6_addr addr = ip("2001:db8::1");
	cr_assert_eq(netlink_address_add(netlink, left, &addr, 128, 1000, 2000, 0), 0);
	wait_flags(&addr, IFA_F_TENTATIVE, IFA_F_TENTATIVE);
	cr_expect_eq(known.ended, before);
}

/* Lost while the answer to a resync is still on its way, and asked once more meanwhile. */
Test(netlink, events_lost_during_a_dump_end_in_the_truth, .init = open_all, .fini = close_all)
{
	cr_assert_eq(monitor_set_buffer(monitor, 2304), 0);
	churn(200, 1);
	cr_assert_eq(monitor_resync(monitor), 0);
	churn(200, 2);
	cr_assert_eq(monitor_resync(monitor), 0);
	read_to_the_end();
	cr_expect_not(known.syncing);
	expect_churned(200, 1);
	expect_churned(200, 2);
}

/* Two dumps never run at once: the kernel would refuse the second (EBUSY). */
Test(netlink, a_dump_asked_for_during_a_dump_comes_afterwards, .init = open_all, .fini = close_all)
{
	unsigned int begun = known.begun;
	unsigned int ended = known.ended;

	churn(300, 1);
	for (int i = 0; i < 5; i++)
		cr_assert_eq(monitor_resync(monitor), 0);
	read_to_the_end();
	cr_expect_eq(known.begun, begun + 2);
	cr_expect_eq(known.ended, ended + 2);
	expect_churned(300, 1);
}

Test(netlink, what_went_before_the_dump_is_not_named_by_it, .init = open_all, .fini = close_all)
{
	struct in6_addr ghost = ip("2001:db8::99");

	known.held[known.n++] = (struct held){ .ifindex = left, .addr = ghost, .fresh = true };
	cr_assert_eq(monitor_resync(monitor), 0);
	read_to_the_end();
	cr_expect_null(find(left, &ghost));
}

/* udp.h needs an interface too, so it is tried here. */

Test(netlink, a_second_client_on_the_interface_is_refused, .init = open_all, .fini = close_all)
{
	int fd = udp_open("left", 546);
	int other = udp_open("right", 546);

	cr_assert_geq(fd, 0);
	cr_assert_geq(other, 0, "another interface is another matter");
	cr_expect_eq(udp_open("left", 546), -EADDRINUSE);
	cr_expect_eq(udp_open("nowhere", 546), -ENODEV);
	cr_expect(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	cr_expect(fcntl(fd, F_GETFL) & O_NONBLOCK);
	close(other);
	close(fd);
}

/* A link-local address of `ifindex` that can be used. */
static struct in6_addr wait_link_local(unsigned int ifindex)
{
	msec end = loop_now() + 8000;

	for (;;) {
		for (size_t i = 0; i < known.n; i++)
			if (known.held[i].ifindex == ifindex &&
			    IN6_IS_ADDR_LINKLOCAL(&known.held[i].addr) &&
			    !(known.held[i].flags & IFA_F_TENTATIVE))
				return known.held[i].addr;
		cr_assert(loop_now() < end && wait_events(8000), "no link-local address");
	}
}

/* A server's socket at the other end, in the group of all servers. */
static int open_server(void)
{
	const struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(547) };
	struct ipv6_mreq group = { .ipv6mr_multiaddr = ip("ff02::1:2"), .ipv6mr_interface = right };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	cr_assert_geq(fd, 0);
	cr_assert_eq(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "right", 5), 0);
	cr_assert_eq(setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof(group)), 0);
	cr_assert_eq(bind(fd, (const struct sockaddr *)&any, sizeof(any)), 0);
	return fd;
}

static ssize_t wait_receive(int fd, void *bytes, size_t size, struct udp_origin *origin)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	cr_assert_eq(poll(&ready, 1, 5000), 1);
	return udp_receive(fd, bytes, size, origin);
}

/* C-REG-2: an address is registered by a message from itself. */
Test(netlink, a_datagram_leaves_from_the_address_that_is_wanted, .init = open_all,
     .fini = close_all)
{
	struct in6_addr own = ip("2001:db8::5");
	struct sockaddr_in6 client = { 0 };
	socklen_t client_size = sizeof(client);
	unsigned char bytes[16];
	int fd = udp_open("left", 546);
	int server = open_server();

	cr_assert_geq(fd, 0);
	wait_link_local(left);
	cr_assert_lt(udp_send(fd, left, &own, "hello", 5), 0, "it is not there yet");
	cr_assert_eq(netlink_address_add(netlink, left, &own, 128, INFINITE_TIME, INFINITE_TIME, 0),
		     0);
	wait_flags(&own, IFA_F_TENTATIVE, 0);
	cr_assert_eq(udp_send(fd, left, &own, "hello", 5), 0);
	cr_assert_eq(recvfrom(server, bytes, sizeof(bytes), 0, (struct sockaddr *)&client,
			      &client_size),
		     5);
	cr_expect_arr_eq(&client.sin6_addr, &own, 16);
	close(server);
	close(fd);
}

/* C-GEN-1, C-GEN-2, C-VAL-2, C-FMT-9 */
Test(netlink, datagrams_go_to_the_servers_and_come_back, .init = open_all, .fini = close_all)
{
	static unsigned char large[UDP_RECEIVE_MAX - 48];
	static unsigned char bytes[UDP_RECEIVE_MAX];
	struct sockaddr_in6 client = { 0 };
	socklen_t client_size = sizeof(client);
	struct udp_origin origin = { 0 };
	struct in6_addr all_nodes = ip("ff02::1");
	struct in6_addr server_addr;
	int fd = udp_open("left", 546);
	int server = open_server();

	cr_assert_geq(fd, 0);
	wait_link_local(left);
	server_addr = wait_link_local(right);
	cr_expect_eq(udp_receive(fd, bytes, sizeof(bytes), &origin), -EAGAIN);
	cr_assert_eq(udp_send(fd, left, &in6addr_any, "hello", 5), 0);
	cr_assert_eq(recvfrom(server, bytes, sizeof(bytes), 0, (struct sockaddr *)&client,
			      &client_size),
		     5);
	cr_expect_eq(ntohs(client.sin6_port), 546);
	cr_expect(IN6_IS_ADDR_LINKLOCAL(&client.sin6_addr));

	cr_assert_eq(sendto(server, large, sizeof(large), 0, (struct sockaddr *)&client,
			    sizeof(client)),
		     (ssize_t)sizeof(large));
	cr_expect_eq(wait_receive(fd, bytes, sizeof(bytes), &origin), (ssize_t)sizeof(large));
	cr_expect_arr_eq(&origin.to, &client.sin6_addr, 16);
	cr_expect_not(origin.truncated);
	cr_expect_arr_eq(&origin.from, &server_addr, 16);

	client.sin6_addr = all_nodes;
	cr_assert_eq(sendto(server, "reply", 5, 0, (struct sockaddr *)&client, sizeof(client)), 5);
	cr_expect_eq(wait_receive(fd, bytes, 4, &origin), 4);
	cr_expect_arr_eq(&origin.to, &all_nodes, 16);
	cr_expect(origin.truncated);
	cr_expect_eq(udp_receive(fd, bytes, sizeof(bytes), &origin), -EAGAIN);
	close(server);
	close(fd);
}
