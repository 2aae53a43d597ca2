/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_NETLINK_H
#define DHCP6_NETLINK_H

/*
 * Requests to the kernel, through libnl-route; this file's .c is the only one that knows
 * libnl. Events come back through monitor.h, never through here.
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct netlink;

/* Ours in IFA_PROTO of what we add (K22): how monitor.h knows our addresses again. */
#define NETLINK_PROTO 0xd6

/* The handle, or NULL with errno set. */
struct netlink *netlink_open(void);
void netlink_close(struct netlink *netlink);

/*
 * Adds an address to the interface: exclusively, with IFA_F_NOPREFIXROUTE (C-ADR-1),
 * lifetimes in seconds (0xffffffff: infinite), our IFA_PROTO and, as `flags`, what of
 * IFA_F_OPTIMISTIC and IFA_F_NODAD is wanted. 0 or -errno: -EEXIST when it is there already,
 * -EACCES when IPv6 is disabled on the interface.
 */
int netlink_address_add(struct netlink *netlink, unsigned int ifindex, const struct in6_addr *addr,
			unsigned int prefix_len, uint32_t preferred, uint32_t valid,
			uint32_t flags);

/*
 * The same with NLM_F_REPLACE: only the lifetimes change, no new DAD (K6). 0 or -errno.
 * An address that is not there is added by the kernel, with DAD.
 */
int netlink_address_update(struct netlink *netlink, unsigned int ifindex,
			   const struct in6_addr *addr, unsigned int prefix_len, uint32_t preferred,
			   uint32_t valid);

/* Removes it. 0 or -errno; it is 0 when it was gone already, -ENODEV when the interface is. */
int netlink_address_remove(struct netlink *netlink, unsigned int ifindex,
			   const struct in6_addr *addr, unsigned int prefix_len);

#endif
