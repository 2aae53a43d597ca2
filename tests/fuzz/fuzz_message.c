/* SPDX-License-Identifier: MPL-2.0 */

/* The input is a datagram. What was understood of it can be sent, and is understood the same. */

#include <string.h>

#include "core/message.h"
#include "fuzz.h"

#define ROOM 131072 /* octets: more than any message that fits into struct message */

static uint8_t first[ROOM];
static uint8_t second[ROOM];

static size_t build(const struct message *message, uint8_t *bytes)
{
	struct cursor out = cursor_writer(bytes, ROOM);

	message_build(message, &out);
	EXPECT(!out.bad);
	return out.at;
}

static void check_bounds(const struct message *message)
{
	EXPECT(message->n_ias <= MESSAGE_IAS);
	EXPECT(message->n_bindings <= MESSAGE_BINDINGS);
	EXPECT(message->n_oro <= MESSAGE_ORO);
	EXPECT(message->options.size <= OPTIONS_SIZE);
	EXPECT(message->client_id.size <= DUID_MAX && message->server_id.size <= DUID_MAX);
	EXPECT(memchr(message->status.text, '\0', STATUS_TEXT));
	for (unsigned int i = 0; i < message->n_bindings; i++) {
		EXPECT(message->binding[i].ia < message->n_ias);
		EXPECT(message->binding[i].prefix_len <= 128);
		EXPECT(message->binding[i].preferred <= message->binding[i].valid);
	}
	for (unsigned int i = 0; i < message->n_ias; i++)
		EXPECT(message->ia[i].t2 == 0 || message->ia[i].t1 <= message->ia[i].t2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message message;
	struct message again;
	size_t size_first;
	size_t size_second;

	if (message_parse(&message, data, size) != REFUSED_NOT)
		return 0;
	check_bounds(&message);
	size_first = build(&message, first);
	EXPECT(message_parse(&again, first, size_first) == REFUSED_NOT);
	check_bounds(&again);
	EXPECT(again.n_ias == message.n_ias && again.n_bindings == message.n_bindings);
	EXPECT((again.notes & ~(unsigned int)NOTE_LIMIT) == 0);
	/* With the bag of options full, what is put in front takes the place of the last. */
	if ((again.notes & NOTE_LIMIT) != 0)
		return 0;
	size_second = build(&again, second);
	EXPECT(size_second == size_first && memcmp(first, second, size_first) == 0);
	return 0;
}
