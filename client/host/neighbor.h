/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_NEIGHBOR_H
#define DHCP6_NEIGHBOR_H

/*
 * Who else on the link claims an address: Neighbor Solicitations and Advertisements (RFC 4861) on
 * a raw ICMPv6 socket of one interface. It asks, and it hears what comes unasked; what follows
 * from that is decided elsewhere. The kernel's own duplicate address detection goes on beside it.
 *
 * A filter in the kernel lets through what is about the watched addresses only, so that other
 * traffic does not wake the process. What the process sends itself is not heard, nor what the
 * kernel sends from this interface, unless the link sends it back.
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEIGHBOR_TARGETS 64  /* addresses watched at a time */
#define NEIGHBOR_NONCES	 128 /* probes of ours that are known again when they come back */
#define NEIGHBOR_MAC_MAX 32
#define NEIGHBOR_NONCE	 6 /* octets (RFC 7527 section 4.1) */

enum neighbor_kind {
	NEIGHBOR_ADVERTISEMENT, /* somebody has the address: asked, or unasked (K16) */
	NEIGHBOR_PROBE,		/* somebody wants it, and tests it: a Solicitation from :: */
};

/* Why a packet says nothing. */
enum neighbor_fault {
	NEIGHBOR_VALID,
	NEIGHBOR_CUT,	      /* shorter than the message, or an option reaches past the end */
	NEIGHBOR_OTHER,	      /* neither Solicitation nor Advertisement */
	NEIGHBOR_HOP_LIMIT,   /* not 255: it has come through a router */
	NEIGHBOR_CODE,	      /* not 0 */
	NEIGHBOR_TARGET,      /* a multicast address */
	NEIGHBOR_EMPTY,	      /* an option of length 0 */
	NEIGHBOR_SOLICITED,   /* an answer, but sent to a group */
	NEIGHBOR_DESTINATION, /* a probe, but not sent to a solicited-node group */
	NEIGHBOR_SOURCE,      /* a probe, but with a source link-layer address */
	NEIGHBOR_FRAGMENTED,  /* RFC 6980 section 5 */
	NEIGHBOR_RESOLUTION,  /* valid, but only asks for the link-layer address: no claim */
	NEIGHBOR_UNWATCHED,   /* valid, but about an address that is not watched any more */
};

struct neighbor_origin {
	struct in6_addr from;
	struct in6_addr to;
	int hop_limit;
	bool fragmented;
};

struct neighbor_heard {
	enum neighbor_fault fault; /* NEIGHBOR_VALID: the rest is set */
	enum neighbor_kind kind;
	struct in6_addr target;
	uint8_t mac_size; /* 0: not told. A probe never tells */
	uint8_t mac[NEIGHBOR_MAC_MAX];
	bool own;	/* our own probe, sent back by the link (RFC 7527 section 4.2) */
	bool has_nonce; /* `nonce` is set */
	uint8_t nonce[NEIGHBOR_NONCE];
};

/*
 * What the ICMPv6 message of `size` octets at `bytes` says, by the rules of RFC 4861 sections 7.1.1
 * and 7.1.2; the checksum is the kernel's business, and `own` is never set here. Returns and sets
 * heard->fault.
 */
enum neighbor_fault neighbor_parse(const void *bytes, size_t size,
				   const struct neighbor_origin *origin,
				   struct neighbor_heard *heard);

/* A fault in words, as in "ignoring a Neighbor Advertisement: …". */
const char *neighbor_fault_name(enum neighbor_fault fault);

struct neighbor {
	int fd; /* for the loop; -1: closed */
	unsigned int ifindex;
	size_t n_targets;
	struct in6_addr target[NEIGHBOR_TARGETS];
	size_t n_groups; /* joined, each once */
	struct in6_addr group[NEIGHBOR_TARGETS];
	size_t n_nonces; /* sent in all; the last NEIGHBOR_NONCES are kept */
	uint8_t nonce[NEIGHBOR_NONCES][NEIGHBOR_NONCE];
};

/*
 * Opens it: nothing is watched yet. It does not survive that the interface is deleted. 0 or -errno
 * (-EPERM without CAP_NET_RAW), and then fd is -1.
 */
int neighbor_open(struct neighbor *neighbor, const char *interface, unsigned int ifindex);
void neighbor_close(struct neighbor *neighbor);

/*
 * Watches these addresses, at most NEIGHBOR_TARGETS, and no others from now on. They need not be
 * on the interface. 0 or -errno: then some of them may be watched, or probes for some not heard.
 */
int neighbor_watch(struct neighbor *neighbor, const struct in6_addr *target, size_t n);

/*
 * Tests an address that is not on the interface: a Neighbor Solicitation from :: with a new nonce
 * (RFC 4862 section 5.4.2, RFC 7527). An answer, or a probe of somebody else, is heard when the
 * address is watched. 0 or -errno.
 */
int neighbor_probe(struct neighbor *neighbor, const struct in6_addr *target);

/*
 * Asks who else has an address that is on the interface, and leaves it there (K24). `source` is
 * our link-local address, `mac` (at most NEIGHBOR_MAC_MAX octets, or none) the interface's: who
 * answers needs it. 0 or -errno.
 */
int neighbor_solicit(struct neighbor *neighbor, const struct in6_addr *source,
		     const struct in6_addr *target, const uint8_t *mac, size_t mac_size);

/*
 * Takes one packet: 0 and what it says, -EBADMSG and heard->fault, -EAGAIN when there is none, or
 * another -errno.
 */
int neighbor_receive(struct neighbor *neighbor, struct neighbor_heard *heard);

#endif
