/* SPDX-License-Identifier: MPL-2.0 */
#include "host/netlink.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/addr.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/socket.h>
#include <stdlib.h>

struct netlink {
	struct nl_sock *socket;
	int error; /* the kernel's own -errno of the last request: libnl's numbers lose it */
};

static int keep_error(struct sockaddr_nl *from, struct nlmsgerr *answer, void *context)
{
	struct netlink *netlink = context;

	(void)from;
	netlink->error = answer->error;
	return NL_STOP;
}

/* For what fails before the kernel has answered. */
static int errno_of(int libnl)
{
	switch (-libnl) {
	case NLE_NOMEM:
	case NLE_MSGSIZE:
		return -ENOMEM;
	case NLE_PERM:
		return -EPERM;
	case NLE_NOACCESS:
		return -EACCES;
	case NLE_AGAIN:
		return -EAGAIN;
	case NLE_INVAL:
	case NLE_RANGE:
		return -EINVAL;
	default:
		return -EIO;
	}
}

/* Sends `message`, which is used up, and waits for the kernel's answer, which is there at once. */
static int request(struct netlink *netlink, struct nl_msg *message)
{
	int result;

	netlink->error = 0;
	result = nl_send_sync(netlink->socket, message);
	if (result >= 0)
		return 0;
	return netlink->error ? netlink->error : errno_of(result);
}

struct netlink *netlink_open(void)
{
	struct netlink *netlink = calloc(1, sizeof(*netlink));
	int result;

	if (!netlink)
		return NULL;
	netlink->socket = nl_socket_alloc();
	if (!netlink->socket) {
		free(netlink);
		errno = ENOMEM;
		return NULL;
	}
	nl_socket_modify_err_cb(netlink->socket, NL_CB_CUSTOM, keep_error, netlink);
	result = nl_connect(netlink->socket, NETLINK_ROUTE);
	if (result < 0) {
		netlink_close(netlink);
		errno = -errno_of(result);
		return NULL;
	}
	return netlink;
}

void netlink_close(struct netlink *netlink)
{
	if (!netlink)
		return;
	nl_socket_free(netlink->socket);
	free(netlink);
}

/* The part that names an address; NULL without memory. */
static struct rtnl_addr *make_address(unsigned int ifindex, const struct in6_addr *addr,
				      unsigned int prefix_len)
{
	struct nl_addr *local = nl_addr_build(AF_INET6, addr, sizeof(*addr));
	struct rtnl_addr *address = rtnl_addr_alloc();

	if (!local || !address)
		goto failed;
	nl_addr_set_prefixlen(local, (int)prefix_len);
	rtnl_addr_set_ifindex(address, (int)ifindex);
	if (rtnl_addr_set_local(address, local) < 0)
		goto failed;
	nl_addr_put(local);
	return address;
failed:
	nl_addr_put(local);
	rtnl_addr_put(address);
	return NULL;
}

static int address_request(struct netlink *netlink, struct rtnl_addr *address, int flags)
{
	struct nl_msg *message;
	int result = rtnl_addr_build_add_request(address, flags, &message);

	if (result < 0)
		return errno_of(result);
	result = nla_put_u8(message, IFA_PROTO, NETLINK_PROTO);
	if (result < 0) {
		nlmsg_free(message);
		return errno_of(result);
	}
	return request(netlink, message);
}

static int put_address(struct netlink *netlink, int flags, unsigned int ifindex,
		       const struct in6_addr *addr, unsigned int prefix_len, uint32_t preferred,
		       uint32_t valid, uint32_t more)
{
	struct rtnl_addr *address = make_address(ifindex, addr, prefix_len);
	int error;

	if (!address)
		return -ENOMEM;
	/* C-ADR-1: an address says nothing about what is on-link. */
	rtnl_addr_set_flags(address, IFA_F_NOPREFIXROUTE | more);
	rtnl_addr_set_preferred_lifetime(address, preferred);
	rtnl_addr_set_valid_lifetime(address, valid);
	error = address_request(netlink, address, flags);
	rtnl_addr_put(address);
	return error;
}

int netlink_address_add(struct netlink *netlink, unsigned int ifindex, const struct in6_addr *addr,
			unsigned int prefix_len, uint32_t preferred, uint32_t valid, uint32_t flags)
{
	return put_address(netlink, NLM_F_CREATE | NLM_F_EXCL, ifindex, addr, prefix_len, preferred,
			   valid, flags);
}

int netlink_address_update(struct netlink *netlink, unsigned int ifindex,
			   const struct in6_addr *addr, unsigned int prefix_len, uint32_t preferred,
			   uint32_t valid)
{
	return put_address(netlink, NLM_F_REPLACE, ifindex, addr, prefix_len, preferred, valid, 0);
}

int netlink_address_remove(struct netlink *netlink, unsigned int ifindex,
			   const struct in6_addr *addr, unsigned int prefix_len)
{
	struct rtnl_addr *address = make_address(ifindex, addr, prefix_len);
	struct nl_msg *message;
	int error;

	if (!address)
		return -ENOMEM;
	error = rtnl_addr_build_delete_request(address, 0, &message);
	error = error < 0 ? errno_of(error) : request(netlink, message);
	rtnl_addr_put(address);
	return error == -EADDRNOTAVAIL || error == -ENOENT ? 0 : error;
}
