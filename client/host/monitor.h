/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_MONITOR_H
#define DHCP6_MONITOR_H

/*
 * Events from the kernel, through libmnl; this file's .c is the only one that
 * knows libmnl. One socket on the groups LINK and IPV6_IFADDR and, for what routers say,
 * IPV6_IFINFO, IPV6_PREFIX and ND_USEROPT. Its parser is a pure function of a buffer, so tests
 * and fuzzers need no socket.
 *
 * First subscribe, then ask: monitor_open() subscribes, monitor_resync() asks for
 * everything on the same socket, so that the answer and later events come in one
 * order. When events were lost (ENOBUFS), or a dump was interrupted, it asks again by itself.
 */

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum monitor_type {
	MONITOR_LINK, /* a link is there or changed */
	MONITOR_LINK_GONE,
	MONITOR_ADDRESS, /* an IPv6 address is there or changed */
	MONITOR_ADDRESS_GONE,
	MONITOR_ROUTER,	    /* what routers said of DHCPv6 changed */
	MONITOR_PREFIX,	    /* a router has advertised a prefix */
	MONITOR_SYNC_BEGIN, /* a dump begins: what it does not name is not there; may come again
			       before SYNC_END: then it begins anew */
	MONITOR_SYNC_END,
};

/*
 * The kernel's record of the last Router Advertisement on an interface (IFLA_INET6_FLAGS).
 *
 * MONITOR_ROUTER comes when `managed` or `other` changed, and behind the MONITOR_PREFIXes of the
 * same advertisement; and when IPv6 has been set up on a link, after its link-local address. That `heard` alone became true is told by the next dump only. All three stay
 * as they were when the carrier is lost, `managed` and `other` also when the interface goes down.
 */
struct monitor_router {
	bool heard;   /* one came after the kernel solicited it (IF_RA_RCVD) */
	bool managed; /* M: addresses by DHCPv6 */
	bool other;   /* O: other information by DHCPv6 */
};

/*
 * A Prefix Information option (RFC 4861 section 4.6.2), told each time it comes; by kernels since
 * 6.6 twice, once with and once without `delegating`. Bits behind the prefix's length are 0, and
 * preferred <= valid. One that is link-local or multicast is not told.
 */
struct monitor_prefix {
	struct in6_addr addr;
	uint8_t prefix_len;  /* bits */
	bool on_link;	     /* L */
	bool has_delegating; /* the kernel told the whole option (Linux 6.6): `delegating` is set */
	bool delegating;     /* P: clients should ask for a prefix of their own (RFC 9762) */
	uint32_t preferred;  /* seconds; INFINITE_TIME */
	uint32_t valid;
};

struct monitor_event {
	enum monitor_type type;
	unsigned int ifindex;
	union {
		struct {
			char name[IFNAMSIZ];
			uint16_t hardware; /* ARPHRD_… */
			uint32_t flags;	   /* IFF_UP, IFF_LOWER_UP, IFF_DORMANT, … */
			uint8_t mac_size;
			uint8_t mac[32];
			unsigned int master; /* the bridge or bond that it is a port of; 0 */
			bool has_router;     /* `router` is set */
			struct monitor_router router;
		} link;
		struct {
			struct in6_addr addr;
			uint8_t prefix_len; /* bits */
			uint32_t flags;	    /* IFA_F_TENTATIVE, IFA_F_DADFAILED, …: all 32 bits */
			bool has_proto;
			uint8_t proto;	    /* IFA_PROTO, since Linux 5.18 */
			bool has_lifetimes; /* both below are set, from IFA_CACHEINFO */
			uint32_t preferred; /* seconds from now; INFINITE_TIME */
			uint32_t valid;
		} address;
		struct monitor_router router;
		struct monitor_prefix prefix;
	};
};

typedef void monitor_handler(void *context, const struct monitor_event *event);

/* How a buffer of messages ended. */
enum monitor_result {
	MONITOR_PARSED,
	MONITOR_DUMP_DONE,	  /* NLMSG_DONE was in it */
	MONITOR_DUMP_INTERRUPTED, /* NLM_F_DUMP_INTR: must be asked again */
	MONITOR_FAILED,		  /* NLMSG_ERROR to a dump request, or a damaged buffer */
};

/*
 * Gives the events in `size` octets at `bytes` (aligned to 4) to `handler`. Messages of other kinds
 * are passed over.
 */
enum monitor_result monitor_parse(const void *bytes, size_t size, monitor_handler *handler,
				  void *context);

struct monitor;

/*
 * Subscribes. NULL with errno set. The handler is called from monitor_read() only;
 * it may call monitor_resync(), but not monitor_close().
 */
struct monitor *monitor_open(monitor_handler *handler, void *context);
void monitor_close(struct monitor *monitor);

/* For the loop: readable when monitor_read() is to be called. */
int monitor_fd(const struct monitor *monitor);

/*
 * Asks for all links, then all IPv6 addresses, between SYNC_BEGIN and SYNC_END. While an answer is
 * still coming, it is asked once more afterwards. 0 or -errno.
 */
int monitor_resync(struct monitor *monitor);

/* Reads what there is, or a part of it when it is much. 0 or -errno when the socket is of no more
 * use. */
int monitor_read(struct monitor *monitor);

/* Sets the receive buffer (octets), so that a test can have it overrun. 0 or -errno. */
int monitor_set_buffer(struct monitor *monitor, int size);

#endif
