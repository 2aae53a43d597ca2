/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_IFACE_H
#define DHCP6_IFACE_H

/*
 * One interface: joins its client (core) with the kernel, the socket, the
 * script and the lease file. Only iface*.c know both sides.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/client.h"
#include "host/link.h"
#include "host/loop.h"
#include "host/monitor.h"
#include "host/netlink.h"
#include "host/station.h"
#include "text/conf.h"

struct iface;

/* What all interfaces of the process share. */
struct host {
	struct loop loop;
	struct netlink *netlink;
	struct monitor *monitor;
	struct station station;
	const char *lease_file;
	const char *script_file;      /* where the configuration names none */
	const char *const *extra_env; /* -e, NULL at the end */
	const struct conf *conf;
	struct duid duid; /* size 0 until it is known */
	uint16_t port;
	unsigned int n_na;   /* how many IA_NA are wanted per interface … */
	unsigned int n_ta;   /* … how many IA_TA … */
	unsigned int n_pd;   /* … and how many IA_PD */
	uint8_t prefix_hint; /* bits; 0: none */
	bool stateless;

	/* Told once each: the first binding is complete and its scripts have ended … */
	void (*ready)(struct host *host, struct iface *iface);
	/* … a release or a stop is over, and its scripts have ended … */
	void (*done)(struct host *host, struct iface *iface);
	/* … the process must end with this status; it was said why. */
	void (*failed)(struct host *host, int status);
};

enum iface_task {
	IFACE_CONFIGURE,
	IFACE_RELEASE, /* -r: give back what the lease file holds */
	IFACE_STOP,    /* -x: unconfigure it without a packet */
	IFACE_PREPARE, /* -n: see to it that there is a DUID, no more */
};

/* NULL: no memory, or the script cannot be run. Nothing happens before iface_event(). */
struct iface *iface_open(struct host *host, const char *name, enum iface_task task);
void iface_close(struct iface *iface);

const char *iface_name(const struct iface *iface);

/* Each event of the monitor, for every interface. */
void iface_event(struct iface *iface, const struct monitor_event *event);

/* The host has slept, and may have been carried to another network. */
void iface_resume(struct iface *iface);

/* Ends without a packet or a script; what is held stays. */
void iface_stop(struct iface *iface);

/* Does the interface exist; has it got what was asked for; why can it not be used? */
bool iface_exists(const struct iface *iface);
bool iface_bound(const struct iface *iface);
enum link_obstacle iface_obstacle(const struct iface *iface);

#endif
