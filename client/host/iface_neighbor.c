/* SPDX-License-Identifier: MPL-2.0 */
#include "host/iface_inner.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "host/log.h"

#define HEAR_AT_ONCE 64 /* packets: the loop brings the rest */

/* Two interfaces of ours are on one link: what the other one says is no claim, but worth a line. */
static bool is_our_own(struct iface *iface, const struct claim *claim)
{
	char text[INET6_ADDRSTRLEN];

	unsigned int ifindex = station_find(&iface->host->station, &claim->mac);

	if (ifindex == 0)
		return false;
	/* Our own words, sent back by the link (hairpin, a wireless access point). */
	if (ifindex != iface->link.ifindex && !iface->same_segment)
		log_warning("%s: another interface of this host answers for %s: both are on the "
			    "same link",
			    iface_name(iface),
			    inet_ntop(AF_INET6, &claim->addr, text, sizeof(text)));
	iface->same_segment |= ifindex != iface->link.ifindex;
	return true;
}

/* Takes one packet; false when there is none. */
static bool hear(struct iface *iface)
{
	struct neighbor_heard heard;
	struct claim claim = { 0 };
	int error = neighbor_receive(&iface->neighbor, &heard);

	if (error == -EBADMSG && heard.fault != NEIGHBOR_RESOLUTION &&
	    heard.fault != NEIGHBOR_UNWATCHED)
		log_detail("%s: a neighbor's message is ignored: %s", iface_name(iface),
			   neighbor_fault_name(heard.fault));
	if (error < 0 || heard.own)
		return error == 0 || error == -EBADMSG;
	claim.addr = heard.target;
	claim.probe = heard.kind == NEIGHBOR_PROBE;
	claim.mac.size = heard.mac_size;
	memcpy(claim.mac.octets, heard.mac, heard.mac_size);
	if (!is_our_own(iface, &claim))
		client_claim(&iface->client, &claim, loop_now());
	return true;
}

void iface_hear(struct iface *iface)
{
	for (unsigned int i = 0; i < HEAR_AT_ONCE && iface->neighbor.fd >= 0 && hear(iface); i++)
		;
}

static void on_neighbor(struct loop_source *source, uint32_t events)
{
	struct iface *iface = IFACE_OF(source, neighbor_source);

	(void)events;
	hear(iface);
	iface_settle(iface);
}

void iface_deafen(struct iface *iface)
{
	if (iface->neighbor.fd < 0)
		return;
	loop_remove(&iface->host->loop, &iface->neighbor_source);
	neighbor_close(&iface->neighbor);
	iface->n_watched = 0;
}

static bool open_neighbor(struct iface *iface)
{
	int error;

	if (iface->neighbor.fd >= 0)
		return true;
	error = neighbor_open(&iface->neighbor, iface_name(iface), iface->link.ifindex);
	if (error == 0) {
		iface->neighbor_source =
			(struct loop_source){ .fd = iface->neighbor.fd, .ready = on_neighbor };
		error = loop_add(&iface->host->loop, &iface->neighbor_source);
		if (error < 0)
			neighbor_close(&iface->neighbor);
	}
	if (error < 0 && !iface->deaf)
		log_warning("%s: no raw ICMPv6 socket: %s: duplicates that appear later are not "
			    "found (CAP_NET_RAW is needed)",
			    iface_name(iface), strerror(-error));
	iface->deaf = error < 0;
	return error == 0;
}

/* What the kernel's own tests leave open is watched: all leased addresses. */
void iface_listen(struct iface *iface)
{
	const struct lease *lease = &iface->client.lease;
	struct in6_addr wanted[NEIGHBOR_TARGETS];
	size_t n = 0;
	int error;

	for (unsigned int i = 0; i < lease->n_bindings && n < NEIGHBOR_TARGETS; i++)
		if (lease->ia[lease->binding[i].ia].type != OPTION_IA_PD)
			wanted[n++] = lease->binding[i].addr;
	if (iface->socket.fd < 0 || iface->client.config.dad == DAD_OFF)
		n = 0;
	if (n == 0 && iface->neighbor.fd < 0)
		return;
	if (n == iface->n_watched && memcmp(wanted, iface->watched, n * sizeof(wanted[0])) == 0)
		return;
	if (!open_neighbor(iface))
		return;
	error = neighbor_watch(&iface->neighbor, wanted, n);
	if (error < 0)
		log_warning("%s: cannot watch for claims of others: %s", iface_name(iface),
			    strerror(-error));
	iface->n_watched = n;
	memcpy(iface->watched, wanted, n * sizeof(wanted[0]));
}

/* 0 or -errno; -EPERM, which was said, without a socket. */
static int ask(struct iface *iface, const struct in6_addr *addr, bool in_place)
{
	const struct link *link = &iface->link;
	const struct link_address *local = link_local(link);

	if (iface->neighbor.fd < 0)
		return -EPERM;
	if (in_place && local)
		return neighbor_solicit(&iface->neighbor, &local->addr, addr, link->mac,
					link->mac_size);
	return neighbor_probe(&iface->neighbor, addr);
}

void iface_probe(struct iface *iface, const struct in6_addr *addr, bool in_place)
{
	char text[INET6_ADDRSTRLEN];
	int error;

	/* The answer must not come before it is listened for. */
	iface_listen(iface);
	inet_ntop(AF_INET6, addr, text, sizeof(text));
	error = ask(iface, addr, in_place);
	if (error == 0) {
		log_info("%s: asking who has %s", iface_name(iface), text);
		return;
	}
	iface_feed_back(iface, addr, ADDRESS_UNASKED);
	if (!iface->deaf)
		log_warning("%s: cannot ask about %s: %s", iface_name(iface), text,
			    strerror(-error));
}
