/* SPDX-License-Identifier: MPL-2.0 */
#include "host/neighbor.h"

#include <assert.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/in6.h>
#include <netinet/icmp6.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/wire.h"

#define HOP_LIMIT      255
#define IP_HEADER      40   /* octets */
#define MESSAGE_HEADER 24   /* octets: both messages, up to and with the target */
#define MESSAGE_MAX    2048 /* octets: what is read of one; those with few options have 32 */
#define OPTION_UNIT    8    /* octets */
#define OPTION_NONCE   14   /* RFC 3971 section 5.3.2 */
#define MAC_INFINIBAND 20   /* octets; they stand behind 2 octets of padding (RFC 4391 section 9) */

/* Instructions of the filter: before the targets, for each of them, and behind. */
#define FILTER_HEAD   22
#define FILTER_TARGET 9
#define FILTER_MAX    (FILTER_HEAD + FILTER_TARGET * NEIGHBOR_TARGETS + 1)

static const char *const fault_names[] = {
	[NEIGHBOR_VALID] = "valid",
	[NEIGHBOR_CUT] = "cut short",
	[NEIGHBOR_OTHER] = "neither Solicitation nor Advertisement",
	[NEIGHBOR_HOP_LIMIT] = "hop limit is not 255",
	[NEIGHBOR_CODE] = "code is not 0",
	[NEIGHBOR_TARGET] = "target is multicast",
	[NEIGHBOR_EMPTY] = "option of length 0",
	[NEIGHBOR_SOLICITED] = "solicited, but sent to a group",
	[NEIGHBOR_DESTINATION] = "probe not sent to a solicited-node group",
	[NEIGHBOR_SOURCE] = "probe with a source link-layer address",
	[NEIGHBOR_FRAGMENTED] = "fragmented",
	[NEIGHBOR_RESOLUTION] = "address resolution",
	[NEIGHBOR_UNWATCHED] = "address is not watched",
};

const char *neighbor_fault_name(enum neighbor_fault fault)
{
	return fault_names[fault];
}

/* ff02::1:ff00:0/104 with the last 24 bits of the address (RFC 4291 section 2.7.1) */
static struct in6_addr solicited_node(const struct in6_addr *target)
{
	struct in6_addr group = { { { 0xff, 0x02, [11] = 0x01, [12] = 0xff } } };

	memcpy(group.s6_addr + 13, target->s6_addr + 13, 3);
	return group;
}

static bool is_solicited_node(const struct in6_addr *addr)
{
	const struct in6_addr group = solicited_node(addr);

	return IN6_ARE_ADDR_EQUAL(addr, &group);
}

static bool among(const struct in6_addr *addr, const struct in6_addr *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (IN6_ARE_ADDR_EQUAL(addr, &list[i]))
			return true;
	return false;
}

static size_t mac_padding(size_t mac_size)
{
	return mac_size == MAC_INFINIBAND ? 2 : 0;
}

/* The data of an option with a link-layer address. One that is too long for us is not known. */
static void take_mac(struct cursor data, struct neighbor_heard *heard)
{
	size_t size = cursor_left(&data);

	size -= mac_padding(size - 2);
	if (size > sizeof(heard->mac))
		return;
	get_span(&data, cursor_left(&data) - size);
	get_bytes(&data, heard->mac, size);
	heard->mac_size = (uint8_t)size;
}

/* Unknown options are passed over (RFC 4861 section 7.1). */
static enum neighbor_fault take_options(struct cursor *c, bool from_nowhere,
					struct neighbor_heard *heard)
{
	while (cursor_left(c) > 0) {
		uint8_t type = get_u8(c);
		size_t units = get_u8(c);
		struct cursor data;

		if (c->bad)
			return NEIGHBOR_CUT;
		if (units == 0)
			return NEIGHBOR_EMPTY;
		data = get_sub(c, units * OPTION_UNIT - 2);
		if (data.bad)
			return NEIGHBOR_CUT;
		if (type == ND_OPT_SOURCE_LINKADDR && from_nowhere)
			return NEIGHBOR_SOURCE;
		if (type == ND_OPT_TARGET_LINKADDR && heard->kind == NEIGHBOR_ADVERTISEMENT) {
			take_mac(data, heard);
		} else if (type == OPTION_NONCE && cursor_left(&data) == NEIGHBOR_NONCE) {
			get_bytes(&data, heard->nonce, NEIGHBOR_NONCE);
			heard->has_nonce = true;
		}
	}
	return NEIGHBOR_VALID;
}

static enum neighbor_fault parse(struct cursor c, const struct neighbor_origin *origin,
				 struct neighbor_heard *heard)
{
	uint8_t type = get_u8(&c);
	uint8_t code = get_u8(&c);
	bool solicitation = type == ND_NEIGHBOR_SOLICIT;
	bool from_nowhere = solicitation && IN6_IS_ADDR_UNSPECIFIED(&origin->from);
	enum neighbor_fault fault;
	bool solicited;

	get_u16(&c); /* checksum */
	solicited = get_u32(&c) & 0x40000000;
	heard->target = get_addr(&c);
	heard->kind = solicitation ? NEIGHBOR_PROBE : NEIGHBOR_ADVERTISEMENT;
	if (c.bad)
		return NEIGHBOR_CUT;
	if (!solicitation && type != ND_NEIGHBOR_ADVERT)
		return NEIGHBOR_OTHER;
	if (origin->hop_limit != HOP_LIMIT)
		return NEIGHBOR_HOP_LIMIT;
	if (origin->fragmented)
		return NEIGHBOR_FRAGMENTED;
	if (code != 0)
		return NEIGHBOR_CODE;
	if (IN6_IS_ADDR_MULTICAST(&heard->target))
		return NEIGHBOR_TARGET;
	if (!solicitation && solicited && IN6_IS_ADDR_MULTICAST(&origin->to))
		return NEIGHBOR_SOLICITED;
	if (from_nowhere && !is_solicited_node(&origin->to))
		return NEIGHBOR_DESTINATION;
	fault = take_options(&c, from_nowhere, heard);
	if (fault == NEIGHBOR_VALID && solicitation && !from_nowhere)
		return NEIGHBOR_RESOLUTION;
	return fault;
}

enum neighbor_fault neighbor_parse(const void *bytes, size_t size,
				   const struct neighbor_origin *origin,
				   struct neighbor_heard *heard)
{
	*heard = (struct neighbor_heard){ 0 };
	heard->fault = parse(cursor_reader(bytes, size), origin, heard);
	return heard->fault;
}

struct program {
	struct sock_filter code[FILTER_MAX];
	size_t n;
};

static void add(struct program *program, int code, uint32_t k)
{
	assert(program->n < FILTER_MAX);
	program->code[program->n++] = (struct sock_filter){ .code = (uint16_t)code, .k = k };
}

/* Skips so many instructions when the accumulator is `k`, and so many when it is not. */
static void add_test(struct program *program, uint32_t k, uint8_t equal, uint8_t other)
{
	add(program, BPF_JMP | BPF_JEQ | BPF_K, k);
	program->code[program->n - 1].jt = equal;
	program->code[program->n - 1].jf = other;
}

/* An octet or a word of the IPv6 header: a raw socket's own data begin behind it. */
static uint32_t ip_header(uint32_t offset)
{
	return (uint32_t)SKF_NET_OFF + offset;
}

/*
 * Only what has come straight from the link, and is an Advertisement or comes from ::.
 * Solicitations from elsewhere look for link-layer addresses only; there are many of them.
 */
static void add_head(struct program *program)
{
	add(program, BPF_LD | BPF_B | BPF_ABS, ip_header(7));
	add_test(program, HOP_LIMIT, 0, 11);
	add(program, BPF_LD | BPF_B | BPF_ABS, 0);
	add_test(program, ND_NEIGHBOR_ADVERT, 10, 0);
	add_test(program, ND_NEIGHBOR_SOLICIT, 0, 8);
	for (uint8_t word = 0; word < 4; word++) {
		add(program, BPF_LD | BPF_W | BPF_ABS, ip_header(8 + 4U * word));
		add_test(program, 0, word == 3, (uint8_t)(6 - 2 * word));
	}
	add(program, BPF_RET | BPF_K, 0);
	for (uint32_t word = 0; word < 4; word++) {
		add(program, BPF_LD | BPF_W | BPF_ABS, 8 + 4 * word);
		add(program, BPF_ST, word);
	}
}

/* The last word first: there addresses of one link differ. */
static void add_target(struct program *program, const struct in6_addr *target)
{
	struct cursor c = cursor_reader(target, sizeof(*target));
	uint32_t word[4];

	for (size_t i = 0; i < 4; i++)
		word[i] = get_u32(&c);
	for (uint32_t i = 4; i-- > 0;) {
		add(program, BPF_LD | BPF_MEM, i);
		add_test(program, word[i], 0, (uint8_t)(2 * i + 1));
	}
	add(program, BPF_RET | BPF_K, UINT32_MAX);
}

static int filter(int fd, const struct in6_addr *target, size_t n)
{
	struct program program = { .n = 0 };
	struct sock_fprog attached = { .filter = program.code };

	if (n > 0)
		add_head(&program);
	for (size_t i = 0; i < n; i++)
		add_target(&program, &target[i]);
	add(&program, BPF_RET | BPF_K, 0);
	attached.len = (unsigned short)program.n;
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof(attached)) < 0
		       ? -errno
		       : 0;
}

static int set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value));
}

/*
 * The IPv6 header is ours (IPV6_HDRINCL): the kernel would not send from ::. Groups that the
 * kernel has joined for its own addresses are heard without joining them (IPV6_MULTICAST_ALL).
 */
static int prepare(int fd, const char *interface)
{
	struct icmp6_filter wanted;
	int error = filter(fd, NULL, 0);

	if (error)
		return error;
	ICMP6_FILTER_SETBLOCKALL(&wanted);
	ICMP6_FILTER_SETPASS(ND_NEIGHBOR_SOLICIT, &wanted);
	ICMP6_FILTER_SETPASS(ND_NEIGHBOR_ADVERT, &wanted);
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface)) <
		    0 ||
	    setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &wanted, sizeof(wanted)) < 0 ||
	    set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0) < 0 ||
	    set_int(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) < 0 ||
	    set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) < 0 ||
	    set_int(fd, IPPROTO_IPV6, IPV6_RECVFRAGSIZE, 1) < 0 ||
	    set_int(fd, IPPROTO_IPV6, IPV6_HDRINCL, 1) < 0)
		return -errno;
	/* What came between socket() and the filter, from any interface. */
	while (recv(fd, NULL, 0, 0) >= 0)
		;
	return 0;
}

int neighbor_open(struct neighbor *neighbor, const char *interface, unsigned int ifindex)
{
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	int error = fd < 0 ? -errno : prepare(fd, interface);

	*neighbor = (struct neighbor){ .fd = -1, .ifindex = ifindex };
	if (!error)
		neighbor->fd = fd;
	else if (fd >= 0)
		close(fd);
	return error;
}

void neighbor_close(struct neighbor *neighbor)
{
	if (neighbor->fd >= 0)
		close(neighbor->fd);
	neighbor->fd = -1;
}

static int change_membership(struct neighbor *neighbor, int option, const struct in6_addr *group)
{
	const struct ipv6_mreq request = {
		.ipv6mr_multiaddr = *group,
		.ipv6mr_interface = neighbor->ifindex,
	};

	return setsockopt(neighbor->fd, IPPROTO_IPV6, option, &request, sizeof(request)) < 0
		       ? -errno
		       : 0;
}

/*
 * Probes for an address go to its solicited-node group, which the kernel joins only for addresses
 * that are on the interface.
 */
static int join_groups(struct neighbor *neighbor)
{
	struct in6_addr wanted[NEIGHBOR_TARGETS];
	int error = 0;

	for (size_t i = 0; i < neighbor->n_targets; i++)
		wanted[i] = solicited_node(&neighbor->target[i]);
	for (size_t i = neighbor->n_groups; i-- > 0;) {
		if (among(&neighbor->group[i], wanted, neighbor->n_targets))
			continue;
		change_membership(neighbor, IPV6_LEAVE_GROUP, &neighbor->group[i]);
		neighbor->group[i] = neighbor->group[--neighbor->n_groups];
	}
	for (size_t i = 0; i < neighbor->n_targets; i++) {
		int failed;

		if (among(&wanted[i], neighbor->group, neighbor->n_groups))
			continue;
		failed = change_membership(neighbor, IPV6_JOIN_GROUP, &wanted[i]);
		if (!failed)
			neighbor->group[neighbor->n_groups++] = wanted[i];
		else
			error = failed;
	}
	return error;
}

int neighbor_watch(struct neighbor *neighbor, const struct in6_addr *target, size_t n)
{
	int error;
	int failed;

	if (n > NEIGHBOR_TARGETS)
		return -E2BIG;
	if (n > 0)
		memmove(neighbor->target, target, n * sizeof(*target));
	neighbor->n_targets = n;
	error = join_groups(neighbor);
	failed = filter(neighbor->fd, neighbor->target, n);
	return failed ? failed : error;
}

/* The Internet checksum (RFC 4443 section 2.3) of `size` octets, an even number, at `bytes`. */
static uint16_t checksum(const void *bytes, size_t size, const struct in6_addr *source,
			 const struct in6_addr *destination)
{
	struct cursor parts[] = {
		cursor_reader(source, sizeof(*source)),
		cursor_reader(destination, sizeof(*destination)),
		cursor_reader(bytes, size),
	};
	uint32_t sum = (uint32_t)size + IPPROTO_ICMPV6;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		while (cursor_left(&parts[i]) > 0)
			sum += get_u16(&parts[i]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static int transmit(const struct neighbor *neighbor, const struct in6_addr *to,
		    const struct cursor *packet)
{
	const struct sockaddr_in6 name = {
		.sin6_family = AF_INET6,
		.sin6_addr = *to,
		.sin6_scope_id = neighbor->ifindex,
	};
	ssize_t n;

	do {
		n = sendto(neighbor->fd, packet->out, packet->at, 0, (const struct sockaddr *)&name,
			   sizeof(name));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == packet->at ? 0 : -EMSGSIZE;
}

/* One option; its `size` octets of data stand behind `before` octets of padding. */
static int solicit(const struct neighbor *neighbor, const struct in6_addr *source,
		   const struct in6_addr *target, uint8_t option, size_t before,
		   const uint8_t *data, size_t size)
{
	static const uint8_t zeros[OPTION_UNIT];
	uint8_t bytes[IP_HEADER + MESSAGE_HEADER + OPTION_UNIT + NEIGHBOR_MAC_MAX];
	const struct in6_addr to = solicited_node(target);
	size_t units = size > 0 ? (2 + before + size + OPTION_UNIT - 1) / OPTION_UNIT : 0;
	size_t length = MESSAGE_HEADER + units * OPTION_UNIT;
	struct cursor c = cursor_writer(bytes, sizeof(bytes));
	struct cursor sum;

	put_u32(&c, 0x60000000); /* version 6 */
	put_u16(&c, (uint16_t)length);
	put_u8(&c, IPPROTO_ICMPV6);
	put_u8(&c, HOP_LIMIT);
	put_addr(&c, source);
	put_addr(&c, &to);
	put_u8(&c, ND_NEIGHBOR_SOLICIT);
	put_u8(&c, 0); /* code */
	sum = c;
	put_u16(&c, 0);
	put_u32(&c, 0);
	put_addr(&c, target);
	if (units > 0) {
		put_u8(&c, option);
		put_u8(&c, (uint8_t)units);
		put_bytes(&c, zeros, before);
		put_bytes(&c, data, size);
		put_bytes(&c, zeros, units * OPTION_UNIT - 2 - before - size);
	}
	put_u16(&sum, checksum(bytes + IP_HEADER, length, source, &to));
	return transmit(neighbor, &to, &c);
}

int neighbor_probe(struct neighbor *neighbor, const struct in6_addr *target)
{
	uint8_t *nonce = neighbor->nonce[neighbor->n_nonces % NEIGHBOR_NONCES];

	/* After boot getrandom() neither fails nor waits for so few octets. */
	if (getrandom(nonce, NEIGHBOR_NONCE, 0) != NEIGHBOR_NONCE)
		return -EAGAIN;
	neighbor->n_nonces++;
	return solicit(neighbor, &in6addr_any, target, OPTION_NONCE, 0, nonce, NEIGHBOR_NONCE);
}

int neighbor_solicit(struct neighbor *neighbor, const struct in6_addr *source,
		     const struct in6_addr *target, const uint8_t *mac, size_t mac_size)
{
	if (mac_size > NEIGHBOR_MAC_MAX)
		return -EINVAL;
	return solicit(neighbor, source, target, ND_OPT_SOURCE_LINKADDR, mac_padding(mac_size), mac,
		       mac_size);
}

static bool is_own_nonce(const struct neighbor *neighbor, const uint8_t *nonce)
{
	for (size_t i = 0; i < neighbor->n_nonces && i < NEIGHBOR_NONCES; i++)
		if (memcmp(neighbor->nonce[i], nonce, NEIGHBOR_NONCE) == 0)
			return true;
	return false;
}

/* What the kernel says of a packet. */
static struct neighbor_origin take_origin(struct msghdr *header, const struct in6_addr *from)
{
	struct neighbor_origin origin = { .from = *from, .hop_limit = -1 };

	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		struct in6_pktinfo info;

		if (c->cmsg_level != IPPROTO_IPV6)
			continue;
		if (c->cmsg_type == IPV6_HOPLIMIT &&
		    c->cmsg_len >= CMSG_LEN(sizeof(origin.hop_limit))) {
			memcpy(&origin.hop_limit, CMSG_DATA(c), sizeof(origin.hop_limit));
		} else if (c->cmsg_type == IPV6_PKTINFO && c->cmsg_len >= CMSG_LEN(sizeof(info))) {
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			origin.to = info.ipi6_addr;
		} else if (c->cmsg_type == IPV6_RECVFRAGSIZE) {
			origin.fragmented = true;
		}
	}
	return origin;
}

int neighbor_receive(struct neighbor *neighbor, struct neighbor_heard *heard)
{
	_Alignas(struct cmsghdr) char control[256];
	uint8_t bytes[MESSAGE_MAX];
	struct iovec data = { .iov_base = bytes, .iov_len = sizeof(bytes) };
	struct sockaddr_in6 from = { 0 };
	struct msghdr header = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct neighbor_origin origin;
	ssize_t n;

	do {
		n = recvmsg(neighbor->fd, &header, 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	origin = take_origin(&header, &from.sin6_addr);
	neighbor_parse(bytes, (size_t)n, &origin, heard);
	/* It may have waited since before the last change of what is watched. */
	if (heard->fault == NEIGHBOR_VALID &&
	    !among(&heard->target, neighbor->target, neighbor->n_targets))
		heard->fault = NEIGHBOR_UNWATCHED;
	heard->own = heard->has_nonce && is_own_nonce(neighbor, heard->nonce);
	return heard->fault == NEIGHBOR_VALID ? 0 : -EBADMSG;
}
