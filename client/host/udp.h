/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_UDP_H
#define DHCP6_UDP_H

/* The UDP socket of one interface: open, send, receive, nothing else. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define UDP_RECEIVE_MAX 65535 /* octets: IPv6 reassembles what is larger than the MTU (C-FMT-9) */

/*
 * Opens a non-blocking socket on [::]:`port`, bound to the interface by
 * SO_BINDTODEVICE, IPv6 only, with IPV6_RECVPKTINFO. The descriptor or -errno (-EADDRINUSE: another
 * client has it).
 */
int udp_open(const char *interface, uint16_t port);

/*
 * Sends to ff02::1:2 port 547 on the interface `ifindex` (C-GEN-1), from `source`; from a
 * link-local address that the kernel chooses where that is ::. 0 or -errno.
 */
int udp_send(int fd, unsigned int ifindex, const struct in6_addr *source, const void *bytes,
	     size_t size);

struct udp_origin {
	struct in6_addr from;
	struct in6_addr to; /* the destination; :: when the kernel did not say */
	bool truncated;	    /* the datagram was longer than the buffer */
};

/* The octets received, or -errno (-EAGAIN when there is nothing). */
ssize_t udp_receive(int fd, void *bytes, size_t size, struct udp_origin *origin);

#endif
