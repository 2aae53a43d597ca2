/* SPDX-License-Identifier: MPL-2.0 */
#include "host/monitor.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <limits.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/wire.h"

#define READ_SIZE     65536	    /* octets: the kernel's dumps use at most half of it */
#define SOCKET_BUFFER (1024 * 1024) /* octets: some thousand changes may wait */
#define READS_MAX     64	    /* buffers in one turn of the loop */
#define FAILURES_MAX  8		    /* refused dumps in a row until the socket is given up */

/* Bits of IFLA_INET6_FLAGS. The kernel tells them, but has their names for itself only. */
#define IF_RA_RCVD	0x20
#define IF_RA_MANAGED	0x40
#define IF_RA_OTHERCONF 0x80

/* Neighbor discovery (RFC 4861 sections 4.2, 4.6.2; RFC 9762). */
#define ROUTER_ADVERTISEMENT 134 /* ICMPv6 type */
#define PREFIX_INFORMATION   3	 /* option */
#define PREFIX_UNITS	     4	 /* its length, in 8 octets */
#define PREFIX_ON_LINK	     0x80
#define PREFIX_DELEGATING    0x10

/* RTM_NEWPREFIX before Linux 6.8 has bits of its own: on-link, autonomous. */
#define OLD_PREFIX_ON_LINK 0x01
#define OLD_PREFIX_FLAGS   0x03

/* What a buffer held besides events. */
struct scan {
	bool damaged;
	bool interrupted;
	bool done;
	uint32_t done_seq;
	int error; /* of a NLMSG_ERROR or NLMSG_DONE: -errno */
};

struct attributes {
	const struct nlattr *wanted[32];
};

/* Keeps the attributes with small numbers: all that are read here. The last one of a kind counts.
 */
static int keep_attribute(const struct nlattr *attribute, void *context)
{
	struct attributes *attributes = context;
	uint16_t type = mnl_attr_get_type(attribute);

	if (type < sizeof(attributes->wanted) / sizeof(attributes->wanted[0]))
		attributes->wanted[type] = attribute;
	return MNL_CB_OK;
}

_Static_assert(sizeof(struct ifinfomsg) % NLMSG_ALIGNTO == 0, "attributes begin aligned");
_Static_assert(sizeof(struct ifaddrmsg) % NLMSG_ALIGNTO == 0, "attributes begin aligned");
_Static_assert(sizeof(struct prefixmsg) % NLMSG_ALIGNTO == 0, "attributes begin aligned");

/*
 * Copies the fixed header of a message and collects the attributes behind it;
 * false when the message is shorter than that header. The payload's own size is the bound:
 * libmnl's other iterators round it up to 4, which may be past the end of the buffer.
 */
static bool split(const struct nlmsghdr *message, void *header, size_t size,
		  struct attributes *attributes)
{
	const char *payload = mnl_nlmsg_get_payload(message);
	size_t there = mnl_nlmsg_get_payload_len(message);

	memset(attributes, 0, sizeof(*attributes));
	if (there < size)
		return false;
	memcpy(header, payload, size);
	mnl_attr_parse_payload(payload + size, there - size, keep_attribute, attributes);
	return true;
}

/* Copies the value of an attribute of exactly `size` octets; false when it is not there. */
static bool take(const struct attributes *attributes, unsigned int type, void *value, size_t size)
{
	const struct nlattr *attribute = attributes->wanted[type];

	if (!attribute || mnl_attr_get_payload_len(attribute) != size)
		return false;
	memcpy(value, mnl_attr_get_payload(attribute), size);
	return true;
}

/* Collects the attributes inside of an attribute; false when that is not there. */
static bool open_nest(const struct attributes *outer, unsigned int type, struct attributes *inner)
{
	const struct nlattr *nest = outer->wanted[type];

	memset(inner, 0, sizeof(*inner));
	if (!nest)
		return false;
	mnl_attr_parse_payload(mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest),
			       keep_attribute, inner);
	return true;
}

static bool take_router(const struct attributes *attributes, struct monitor_router *router)
{
	uint32_t flags;

	if (!take(attributes, IFLA_INET6_FLAGS, &flags, sizeof(flags)))
		return false;
	router->heard = flags & IF_RA_RCVD;
	router->managed = flags & IF_RA_MANAGED;
	router->other = flags & IF_RA_OTHERCONF;
	return true;
}

static void fill_link(const struct attributes *attributes, struct monitor_event *event)
{
	const struct nlattr *name = attributes->wanted[IFLA_IFNAME];
	const struct nlattr *mac = attributes->wanted[IFLA_ADDRESS];
	struct attributes families;
	struct attributes inet6;

	if (name) {
		size_t size = strnlen(mnl_attr_get_payload(name), mnl_attr_get_payload_len(name));

		if (size < sizeof(event->link.name))
			memcpy(event->link.name, mnl_attr_get_payload(name), size);
	}
	if (mac && mnl_attr_get_payload_len(mac) <= sizeof(event->link.mac)) {
		event->link.mac_size = (uint8_t)mnl_attr_get_payload_len(mac);
		memcpy(event->link.mac, mnl_attr_get_payload(mac), event->link.mac_size);
	}
	take(attributes, IFLA_MASTER, &event->link.master, sizeof(uint32_t));
	event->link.has_router = open_nest(attributes, IFLA_AF_SPEC, &families) &&
				 open_nest(&families, AF_INET6, &inet6) &&
				 take_router(&inet6, &event->link.router);
}

/*
 * Only messages of family AF_UNSPEC are about the link itself: a port that leaves a bridge is told
 * as RTM_DELLINK of family AF_BRIDGE, and what a router said as RTM_NEWLINK of family AF_INET6.
 */
static bool parse_link(const struct nlmsghdr *message, struct monitor_event *event)
{
	struct attributes attributes;
	struct attributes inet6;
	struct ifinfomsg header;

	if (!split(message, &header, sizeof(header), &attributes) || header.ifi_index <= 0)
		return false;
	event->ifindex = (unsigned int)header.ifi_index;
	if (header.ifi_family == AF_INET6) {
		event->type = MONITOR_ROUTER;
		return message->nlmsg_type == RTM_NEWLINK &&
		       open_nest(&attributes, IFLA_PROTINFO, &inet6) &&
		       take_router(&inet6, &event->router);
	}
	if (header.ifi_family != AF_UNSPEC)
		return false;
	event->type = message->nlmsg_type == RTM_NEWLINK ? MONITOR_LINK : MONITOR_LINK_GONE;
	event->link.hardware = header.ifi_type;
	event->link.flags = header.ifi_flags;
	fill_link(&attributes, event);
	return true;
}

static bool parse_address(const struct nlmsghdr *message, struct monitor_event *event)
{
	struct attributes attributes;
	struct ifa_cacheinfo cache;
	struct ifaddrmsg header;

	if (!split(message, &header, sizeof(header), &attributes) ||
	    header.ifa_family != AF_INET6 || header.ifa_index == 0 || header.ifa_prefixlen > 128)
		return false;
	/* With a peer, IFA_ADDRESS is the peer's and IFA_LOCAL ours; without one there is no
	 * IFA_LOCAL. */
	if (!take(&attributes, IFA_LOCAL, &event->address.addr, sizeof(event->address.addr)) &&
	    !take(&attributes, IFA_ADDRESS, &event->address.addr, sizeof(event->address.addr)))
		return false;
	event->type = message->nlmsg_type == RTM_NEWADDR ? MONITOR_ADDRESS : MONITOR_ADDRESS_GONE;
	event->ifindex = header.ifa_index;
	event->address.prefix_len = header.ifa_prefixlen;
	event->address.flags = header.ifa_flags;
	take(&attributes, IFA_FLAGS, &event->address.flags, sizeof(event->address.flags));
	event->address.has_proto =
		take(&attributes, IFA_PROTO, &event->address.proto, sizeof(event->address.proto));
	event->address.has_lifetimes = take(&attributes, IFA_CACHEINFO, &cache, sizeof(cache));
	if (event->address.has_lifetimes) {
		event->address.preferred = cache.ifa_prefered;
		event->address.valid = cache.ifa_valid;
	}
	return true;
}

/*
 * Makes the event of an option that says `prefix`; false when it is one that a host passes over
 * (RFC 4861 section 6.3.4, RFC 4862 section 5.5.3). The kernel tells them all.
 */
static bool take_prefix(const struct monitor_prefix *prefix, int ifindex,
			struct monitor_event *event)
{
	if (ifindex <= 0 || prefix->prefix_len > 128 || prefix->preferred > prefix->valid ||
	    IN6_IS_ADDR_LINKLOCAL(&prefix->addr) || IN6_IS_ADDR_MULTICAST(&prefix->addr))
		return false;
	event->type = MONITOR_PREFIX;
	event->ifindex = (unsigned int)ifindex;
	event->prefix = *prefix;
	/* What is behind the prefix's length is to be ignored (RFC 4861 section 4.6.2). */
	for (unsigned int bit = prefix->prefix_len; bit < 128; bit++)
		event->prefix.addr.s6_addr[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	return true;
}

static bool parse_prefix(const struct nlmsghdr *message, struct monitor_event *event)
{
	struct monitor_prefix prefix = { 0 };
	struct prefix_cacheinfo cache;
	struct attributes attributes;
	struct prefixmsg header;
	bool old;

	if (!split(message, &header, sizeof(header), &attributes) ||
	    header.prefix_family != AF_INET6 || header.prefix_type != PREFIX_INFORMATION ||
	    !take(&attributes, PREFIX_ADDRESS, &prefix.addr, sizeof(prefix.addr)) ||
	    !take(&attributes, PREFIX_CACHEINFO, &cache, sizeof(cache)))
		return false;
	old = (header.prefix_flags & ~OLD_PREFIX_FLAGS) == 0;
	prefix.on_link = header.prefix_flags & (old ? OLD_PREFIX_ON_LINK : PREFIX_ON_LINK);
	prefix.prefix_len = header.prefix_len;
	prefix.preferred = cache.preferred_time;
	prefix.valid = cache.valid_time;
	return take_prefix(&prefix, header.prefix_ifindex, event);
}

/* An option of a Router Advertisement as it came; the kernel tells each by a message of its own. */
static bool parse_option(const struct nlmsghdr *message, struct monitor_event *event)
{
	struct cursor payload =
		cursor_reader(mnl_nlmsg_get_payload(message), mnl_nlmsg_get_payload_len(message));
	struct monitor_prefix prefix = { .has_delegating = true };
	struct nduseroptmsg header;
	struct cursor option;
	uint8_t flags;

	get_bytes(&payload, &header, sizeof(header));
	option = get_sub(&payload, header.nduseropt_opts_len);
	if (header.nduseropt_family != AF_INET6 ||
	    header.nduseropt_icmp_type != ROUTER_ADVERTISEMENT || header.nduseropt_icmp_code != 0 ||
	    get_u8(&option) != PREFIX_INFORMATION || get_u8(&option) != PREFIX_UNITS)
		return false;
	prefix.prefix_len = get_u8(&option);
	flags = get_u8(&option);
	prefix.on_link = flags & PREFIX_ON_LINK;
	prefix.delegating = flags & PREFIX_DELEGATING;
	prefix.valid = get_u32(&option);
	prefix.preferred = get_u32(&option);
	get_u32(&option); /* reserved */
	prefix.addr = get_addr(&option);
	return !option.bad && take_prefix(&prefix, header.nduseropt_ifindex, event);
}

/* NLMSG_ERROR and NLMSG_DONE both begin with a -errno (0: all is well). */
static int error_of(const struct nlmsghdr *message)
{
	int error = 0;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(error))
		return message->nlmsg_type == NLMSG_DONE ? 0 : -EBADMSG;
	memcpy(&error, mnl_nlmsg_get_payload(message), sizeof(error));
	if (error > 0 || error == INT_MIN)
		return -EBADMSG;
	return error;
}

static void scan_message(const struct nlmsghdr *message, struct scan *scan,
			 monitor_handler *handler, void *context)
{
	struct monitor_event event = { 0 };
	bool known = false;

	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		scan->interrupted = true;
	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		known = parse_link(message, &event);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		known = parse_address(message, &event);
		break;
	case RTM_NEWPREFIX:
		known = parse_prefix(message, &event);
		break;
	case RTM_NEWNDUSEROPT:
		known = parse_option(message, &event);
		break;
	case NLMSG_DONE:
		scan->done = true;
		scan->done_seq = message->nlmsg_seq;
		scan->error = error_of(message);
		break;
	case NLMSG_ERROR:
		scan->error = error_of(message);
		break;
	case NLMSG_OVERRUN:
		scan->damaged = true;
		break;
	default:
		break;
	}
	if (known)
		handler(context, &event);
}

/* libmnl takes a size of 2^31 or more for a negative number, and that for one that fits. */
static bool message_fits(const struct nlmsghdr *message, int left)
{
	return mnl_nlmsg_ok(message, left) && message->nlmsg_len <= (unsigned int)left;
}

static struct scan scan_buffer(const void *bytes, size_t size, monitor_handler *handler,
			       void *context)
{
	const struct nlmsghdr *message = bytes;
	struct scan scan = { 0 };
	int left = size > INT_MAX ? INT_MAX : (int)size;

	while (message_fits(message, left)) {
		scan_message(message, &scan, handler, context);
		message = mnl_nlmsg_next(message, &left);
	}
	if (left > 0)
		scan.damaged = true;
	return scan;
}

enum monitor_result monitor_parse(const void *bytes, size_t size, monitor_handler *handler,
				  void *context)
{
	struct scan scan = scan_buffer(bytes, size, handler, context);

	if (scan.damaged || scan.error)
		return MONITOR_FAILED;
	if (scan.interrupted)
		return MONITOR_DUMP_INTERRUPTED;
	return scan.done ? MONITOR_DUMP_DONE : MONITOR_PARSED;
}

enum phase {
	PHASE_IDLE,
	PHASE_LINKS,	 /* RTM_GETLINK has been sent, its NLMSG_DONE has not come */
	PHASE_ADDRESSES, /* the same for RTM_GETADDR */
};

struct monitor {
	struct mnl_socket *socket;
	monitor_handler *handler;
	void *context;
	enum phase phase;
	uint32_t seq;  /* of the last request */
	bool announce; /* SYNC_BEGIN is still to be given */
	bool wanted;   /* another dump is to follow */
	bool lost; /* the running dump is worth nothing: events were lost, or it was interrupted */
	unsigned int failures;
	_Alignas(struct nlmsghdr) char buffer[READ_SIZE];
};

/*
 * What routers say. A kernel may not have these groups: then it is learnt from dumps only, or not
 * at all, and that is no reason not to run.
 */
static void subscribe_routers(struct monitor *monitor)
{
	static const unsigned int groups[] = {
		RTNLGRP_IPV6_IFINFO, /* M and O changed */
		RTNLGRP_IPV6_PREFIX, /* a prefix */
		RTNLGRP_ND_USEROPT,  /* options as they came; of prefixes since Linux 6.6 */
	};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		unsigned int group = groups[i];

		(void)mnl_socket_setsockopt(monitor->socket, NETLINK_ADD_MEMBERSHIP, &group,
					    sizeof(group));
	}
}

struct monitor *monitor_open(monitor_handler *handler, void *context)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));
	int saved;

	if (!monitor)
		return NULL;
	monitor->handler = handler;
	monitor->context = context;
	monitor->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (monitor->socket && mnl_socket_bind(monitor->socket, RTMGRP_LINK | RTMGRP_IPV6_IFADDR,
					       MNL_SOCKET_AUTOPID) == 0) {
		subscribe_routers(monitor);
		monitor_set_buffer(monitor, SOCKET_BUFFER);
		return monitor;
	}
	saved = errno;
	monitor_close(monitor);
	errno = saved;
	return NULL;
}

void monitor_close(struct monitor *monitor)
{
	if (!monitor)
		return;
	if (monitor->socket)
		mnl_socket_close(monitor->socket);
	free(monitor);
}

int monitor_fd(const struct monitor *monitor)
{
	return mnl_socket_get_fd(monitor->socket);
}

int monitor_set_buffer(struct monitor *monitor, int size)
{
	int fd = monitor_fd(monitor);

	/* The first goes past net.core.rmem_max and takes CAP_NET_ADMIN. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) == 0)
		return 0;
	return setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) < 0 ? -errno : 0;
}

/* Sends the request of `phase`. */
static int ask(struct monitor *monitor, enum phase phase)
{
	_Alignas(struct nlmsghdr) char buffer[128] = { 0 };
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	message->nlmsg_seq = ++monitor->seq;
	if (phase == PHASE_LINKS) {
		struct ifinfomsg *link = mnl_nlmsg_put_extra_header(message, sizeof(*link));

		message->nlmsg_type = RTM_GETLINK;
		link->ifi_family = AF_UNSPEC;
	} else {
		struct ifaddrmsg *address = mnl_nlmsg_put_extra_header(message, sizeof(*address));

		message->nlmsg_type = RTM_GETADDR;
		address->ifa_family = AF_INET6;
	}
	if (mnl_socket_sendto(monitor->socket, message, message->nlmsg_len) < 0)
		return -errno;
	monitor->phase = phase;
	return 0;
}

static void tell(struct monitor *monitor, enum monitor_type type)
{
	const struct monitor_event event = { .type = type };

	monitor->handler(monitor->context, &event);
}

static int start_dump(struct monitor *monitor)
{
	monitor->wanted = false;
	monitor->lost = false;
	monitor->announce = true;
	return ask(monitor, PHASE_LINKS);
}

int monitor_resync(struct monitor *monitor)
{
	if (monitor->phase == PHASE_IDLE && !monitor->lost)
		return start_dump(monitor);
	monitor->wanted = true;
	return 0;
}

/* The running dump has come to its end. */
static int end_dump(struct monitor *monitor)
{
	enum phase phase = monitor->phase;

	if (!monitor->lost && phase == PHASE_LINKS)
		return ask(monitor, PHASE_ADDRESSES);
	monitor->phase = PHASE_IDLE;
	if (monitor->lost) {
		monitor->wanted = true;
	} else {
		monitor->failures = 0;
		tell(monitor, MONITOR_SYNC_END);
	}
	return 0;
}

/* The kernel refused the dump, for a while (EBUSY, ENOBUFS) or for good. */
static int dump_refused(struct monitor *monitor, int error)
{
	if (++monitor->failures >= FAILURES_MAX)
		return error;
	monitor->lost = true;
	monitor->wanted = true;
	monitor->phase = PHASE_IDLE;
	return 0;
}

static int take_buffer(struct monitor *monitor, size_t size)
{
	struct scan scan;

	if (monitor->announce) {
		monitor->announce = false;
		tell(monitor, MONITOR_SYNC_BEGIN);
	}
	scan = scan_buffer(monitor->buffer, size, monitor->handler, monitor->context);
	if (scan.damaged || (scan.interrupted && monitor->phase != PHASE_IDLE)) {
		monitor->lost = true;
		monitor->wanted = true;
	}
	if (monitor->phase == PHASE_IDLE)
		return 0;
	if (scan.error)
		return dump_refused(monitor, scan.error);
	return scan.done && scan.done_seq == monitor->seq ? end_dump(monitor) : 0;
}

/* The octets of the next buffer, or -errno; 0 for one that is not the kernel's. */
static ssize_t receive(struct monitor *monitor)
{
	struct sockaddr_nl from = { 0 };
	struct iovec data = { .iov_base = monitor->buffer, .iov_len = sizeof(monitor->buffer) };
	struct msghdr header = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &data,
		.msg_iovlen = 1,
	};
	ssize_t n;

	do {
		n = recvmsg(monitor_fd(monitor), &header, 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (header.msg_namelen != sizeof(from) || from.nl_pid != 0)
		return 0;
	return header.msg_flags & MSG_TRUNC ? -ENOBUFS : n;
}

/*
 * The queue is empty. The kernel answers a request before sendto() returns and
 * adds to a dump as we read, so one that is not at its end now is stuck: asked
 * again, it goes on.
 */
static int drained(struct monitor *monitor)
{
	int error = 0;

	if (monitor->phase != PHASE_IDLE)
		error = dump_refused(monitor, -ENOBUFS);
	return error ? error : start_dump(monitor);
}

/*
 * After an overrun the kernel leaves us out of everything until our queue is
 * empty, and says so once only: a dump asked for before that could be followed by a
 * silent gap. So the queue is read to its end first, and then it is asked again.
 */
int monitor_read(struct monitor *monitor)
{
	for (unsigned int reads = 0; reads < READS_MAX || monitor->wanted; reads++) {
		ssize_t n = receive(monitor);
		int error = 0;

		if (n >= 0) {
			error = take_buffer(monitor, (size_t)n);
		} else if (n == -ENOBUFS) {
			monitor->lost = true;
			monitor->wanted = true;
		} else if (n != -EAGAIN) {
			return (int)n;
		} else if (monitor->wanted || monitor->phase != PHASE_IDLE) {
			error = drained(monitor);
		} else {
			return 0;
		}
		if (error)
			return error;
	}
	return 0;
}
