/* SPDX-License-Identifier: MPL-2.0 */

/*
 * The input is a packet: octet 0 is the hop limit, bit 0 of octet 1 says that it was fragmented,
 * then source, destination, and the ICMPv6 message.
 */

#include <string.h>

#include "fuzz.h"
#include "host/neighbor.h"

#define HEADER 34

static void look(const struct neighbor_heard *heard, const struct neighbor_origin *origin)
{
	EXPECT(neighbor_fault_name(heard->fault));
	EXPECT(heard->mac_size <= sizeof(heard->mac));
	EXPECT(!heard->own);
	if (heard->fault != NEIGHBOR_VALID)
		return;
	EXPECT(origin->hop_limit == 255);
	EXPECT(!origin->fragmented);
	EXPECT(!IN6_IS_ADDR_MULTICAST(&heard->target));
	switch (heard->kind) {
	case NEIGHBOR_ADVERTISEMENT:
		break;
	case NEIGHBOR_PROBE:
		EXPECT(IN6_IS_ADDR_UNSPECIFIED(&origin->from));
		EXPECT(IN6_IS_ADDR_MULTICAST(&origin->to));
		EXPECT(heard->mac_size == 0);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct neighbor_origin origin;
	struct neighbor_heard first;
	struct neighbor_heard second;
	uint8_t *copy; /* not an octet more than the message */

	if (size < HEADER)
		return 0;
	origin.hop_limit = data[0];
	origin.fragmented = data[1] & 1;
	memcpy(&origin.from, data + 2, 16);
	memcpy(&origin.to, data + 18, 16);
	size -= HEADER;
	copy = malloc(size > 0 ? size : 1);
	EXPECT(copy);
	memcpy(copy, data + HEADER, size);
	memset(&first, 0x5a, sizeof(first));
	memset(&second, 0xa5, sizeof(second));
	EXPECT(neighbor_parse(copy, size, &origin, &first) == first.fault);
	EXPECT(neighbor_parse(copy, size, &origin, &second) == second.fault);
	EXPECT(first.fault == second.fault && first.kind == second.kind);
	EXPECT(first.mac_size == second.mac_size && first.has_nonce == second.has_nonce);
	EXPECT(memcmp(first.mac, second.mac, sizeof(first.mac)) == 0);
	look(&first, &origin);
	free(copy);
	return 0;
}
