/* SPDX-License-Identifier: MPL-2.0 */

/* The input is what a netlink socket gave. */

#include <string.h>

#include "fuzz.h"
#include "host/monitor.h"

struct seen {
	unsigned int events;
	unsigned long sum;
};

static void look_at_prefix(const struct monitor_prefix *prefix)
{
	EXPECT(prefix->prefix_len <= 128);
	EXPECT(prefix->preferred <= prefix->valid);
	EXPECT(!IN6_IS_ADDR_LINKLOCAL(&prefix->addr));
	EXPECT(prefix->has_delegating || !prefix->delegating);
	for (unsigned int bit = prefix->prefix_len; bit < 128; bit++)
		EXPECT(!(prefix->addr.s6_addr[bit / 8] & 0x80 >> bit % 8));
}

static void look(void *context, const struct monitor_event *event)
{
	struct seen *seen = context;

	seen->events++;
	seen->sum = seen->sum * 31 + event->ifindex;
	switch (event->type) {
	case MONITOR_LINK:
	case MONITOR_LINK_GONE:
		EXPECT(memchr(event->link.name, '\0', sizeof(event->link.name)));
		EXPECT(event->link.mac_size <= sizeof(event->link.mac));
		seen->sum += event->link.flags;
		break;
	case MONITOR_ADDRESS:
	case MONITOR_ADDRESS_GONE:
		EXPECT(event->address.prefix_len <= 128);
		seen->sum += event->address.flags;
		break;
	case MONITOR_ROUTER:
		EXPECT(event->ifindex != 0);
		seen->sum += event->router.managed + 2UL * event->router.other;
		break;
	case MONITOR_PREFIX:
		EXPECT(event->ifindex != 0);
		look_at_prefix(&event->prefix);
		seen->sum += event->prefix.valid;
		break;
	case MONITOR_SYNC_BEGIN:
	case MONITOR_SYNC_END:
		abort(); /* a buffer alone is no dump */
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen first = { 0 };
	struct seen second = { 0 };
	void *copy = malloc(size > 0 ? size : 1); /* aligned, and no octet more */
	enum monitor_result result;

	EXPECT(copy);
	memcpy(copy, data, size);
	result = monitor_parse(copy, size, look, &first);
	EXPECT(result >= MONITOR_PARSED && result <= MONITOR_FAILED);
	EXPECT(monitor_parse(copy, size, look, &second) == result);
	EXPECT(first.events == second.events && first.sum == second.sum);
	free(copy);
	return 0;
}
