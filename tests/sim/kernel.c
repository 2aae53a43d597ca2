/* SPDX-License-Identifier: MPL-2.0 */
#include "kernel.h"

#include <string.h>

struct kernel_address *kernel_find(struct kernel *kernel, const struct in6_addr *addr)
{
	for (unsigned int i = 0; i < kernel->n; i++)
		if (memcmp(&kernel->address[i].addr, addr, sizeof(*addr)) == 0)
			return &kernel->address[i];
	return NULL;
}

msec kernel_until(uint32_t valid, msec now)
{
	return msec_after(now, valid);
}

struct kernel_address *kernel_add(struct kernel *kernel, const struct in6_addr *addr,
				  uint32_t valid, msec now)
{
	struct kernel_address *address;

	if (kernel->n == KERNEL_ADDRESSES || kernel_find(kernel, addr))
		return NULL;
	address = &kernel->address[kernel->n++];
	*address = (struct kernel_address){
		.addr = *addr,
		.until = kernel_until(valid, now),
		.id = ++kernel->ids,
		.tentative = true,
	};
	return address;
}

bool kernel_remove(struct kernel *kernel, const struct in6_addr *addr)
{
	struct kernel_address *address = kernel_find(kernel, addr);

	if (!address)
		return false;
	*address = kernel->address[--kernel->n];
	return true;
}

struct kernel_address *kernel_next_end(struct kernel *kernel)
{
	struct kernel_address *next = NULL;

	for (unsigned int i = 0; i < kernel->n; i++)
		if (kernel->address[i].until != NEVER &&
		    (!next || kernel->address[i].until < next->until))
			next = &kernel->address[i];
	return next;
}

void kernel_sleep(struct kernel *kernel, msec duration)
{
	for (unsigned int i = 0; i < kernel->n; i++) {
		if (kernel->address[i].until == NEVER)
			continue;
		kernel->address[i].until += duration;
		kernel->address[i].slept += duration;
	}
}

void kernel_orphan_all(struct kernel *kernel)
{
	for (unsigned int i = 0; i < kernel->n; i++) {
		kernel->address[i].orphan = !kernel->address[i].foreign;
		kernel->address[i].told = false;
	}
}
