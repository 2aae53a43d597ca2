/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_KERNEL_H
#define DHCP6_SIM_KERNEL_H

/* A model of what the kernel knows: the addresses on one interface. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/proto.h"

#define KERNEL_ADDRESSES 256

struct kernel_address {
	struct in6_addr addr;
	msec until;	/* the end of the valid lifetime as the kernel counts it; NEVER */
	uint32_t id;	/* of this stay on the interface: a verdict for an earlier one is void */
	bool tentative; /* DAD has not ended */
	bool failed;	/* dadfailed: a duplicate with an infinite lifetime stays (K3) */
	bool foreign;	/* not put there by the client … */
	bool told;	/* … which was told so */
	bool unheard;	/* its DAD could not hear everybody who has it too */
	msec slept;	/* the host slept so long: the kernel's clock stands still then */
	bool orphan;	/* put there by a client that was killed since */
};

struct kernel {
	unsigned int n;
	uint32_t ids;
	struct kernel_address address[KERNEL_ADDRESSES];
};

struct kernel_address *kernel_find(struct kernel *kernel, const struct in6_addr *addr);

/* Adds an address, tentative; NULL when it is there already, or there is no room. */
struct kernel_address *kernel_add(struct kernel *kernel, const struct in6_addr *addr,
				  uint32_t valid, msec now);

/* False when it was not there. */
bool kernel_remove(struct kernel *kernel, const struct in6_addr *addr);

/* The end of a valid lifetime of `valid` seconds from `now` on. */
msec kernel_until(uint32_t valid, msec now);

/* The address whose lifetime ends first; NULL when none ever ends. */
struct kernel_address *kernel_next_end(struct kernel *kernel);

/* The host has slept so long (ms): all ends come as much later. */
void kernel_sleep(struct kernel *kernel, msec duration);

/* The client was killed: nobody looks after its addresses but the kernel. */
void kernel_orphan_all(struct kernel *kernel);

#endif
