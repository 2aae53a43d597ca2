/* SPDX-License-Identifier: MPL-2.0 */
#include "host/udp.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/proto.h"

/* Room for several of the largest datagrams, with what the kernel counts on top of them. */
#define RECEIVE_BUFFER (256 * 1024)

/* ff02::1:2, All_DHCP_Relay_Agents_and_Servers (RFC 9915 section 7.1) */
static const struct in6_addr servers = { { { 0xff, 0x02, [13] = 0x01, [15] = 0x02 } } };

static int set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value));
}

/*
 * Without SO_REUSEADDR or SO_REUSEPORT: a second client on the interface is to
 * hear of the first one instead of taking its packets.
 */
static int prepare(int fd, const char *interface, uint16_t port)
{
	const struct sockaddr_in6 any = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_ANY_INIT,
	};

	if (set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface)) <
		    0 ||
	    set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) < 0 ||
	    set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0) < 0 ||
	    set_int(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER) < 0)
		return -errno;
	return bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0 ? -errno : 0;
}

int udp_open(const char *interface, uint16_t port)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
	int error;

	if (fd < 0)
		return -errno;
	error = prepare(fd, interface, port);
	if (!error)
		return fd;
	close(fd);
	return error;
}

int udp_send(int fd, unsigned int ifindex, const struct in6_addr *source, const void *bytes,
	     size_t size)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in6_pktinfo))] = { 0 };
	const struct in6_pktinfo info = { .ipi6_addr = *source, .ipi6_ifindex = ifindex };
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(DHCP6_SERVER_PORT),
		.sin6_addr = servers,
		.sin6_scope_id = ifindex,
	};
	struct iovec data = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = size };
	struct msghdr header = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&header);
	ssize_t n;

	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	do {
		n = sendmsg(fd, &header, 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EMSGSIZE;
}

/* Where the kernel says that the datagram was sent to. */
static struct in6_addr destination(struct msghdr *header)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		struct in6_pktinfo info;

		if (c->cmsg_level != IPPROTO_IPV6 || c->cmsg_type != IPV6_PKTINFO ||
		    c->cmsg_len < CMSG_LEN(sizeof(info)))
			continue;
		memcpy(&info, CMSG_DATA(c), sizeof(info));
		return info.ipi6_addr;
	}
	return in6addr_any;
}

ssize_t udp_receive(int fd, void *bytes, size_t size, struct udp_origin *origin)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	struct iovec data = { .iov_base = bytes, .iov_len = size };
	struct sockaddr_in6 from = { 0 };
	struct msghdr header = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	do {
		n = recvmsg(fd, &header, 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	*origin = (struct udp_origin){
		.from = from.sin6_addr,
		.to = destination(&header),
		.truncated = (header.msg_flags & MSG_TRUNC) != 0,
	};
	return n;
}
