/* SPDX-License-Identifier: MPL-2.0 */

/* The input is a lease file. Each lease that is read can be written, and is read the same. */

#include <string.h>

#include "fuzz.h"
#include "text/leasefile.h"

#define ROOM 262144 /* octets: more than the text of any lease */

static char first[ROOM];
static char second[ROOM];
static struct lex lex;
static struct lex again;
static struct leasefile_item item;
static struct leasefile_item copy;

static size_t put(char *text, const struct leasefile_item *from)
{
	struct cursor out = cursor_writer(text, ROOM);

	leasefile_put_lease(&out, from->interface, &from->lease, &from->duid);
	EXPECT(!out.bad);
	return out.at;
}

static void check_lease(const struct lease *lease)
{
	EXPECT(lease->n_ias <= LEASE_IAS);
	EXPECT(lease->n_bindings <= LEASE_BINDINGS);
	EXPECT(lease->server.size <= DUID_MAX);
	EXPECT(lease->options.size <= OPTIONS_SIZE);
	for (unsigned int i = 0; i < lease->n_bindings; i++) {
		EXPECT(lease->binding[i].ia < lease->n_ias);
		EXPECT(lease->binding[i].prefix_len <= 128);
	}
}

/* Is `binding` of `from` in `lease`? An IA that came in two parts is written in one. */
static bool is_in(const struct lease *lease, const struct lease *from,
		  const struct binding *binding)
{
	for (unsigned int i = 0; i < lease->n_bindings; i++) {
		const struct binding *other = &lease->binding[i];

		if (memcmp(&other->addr, &binding->addr, sizeof(other->addr)) == 0 &&
		    other->prefix_len == binding->prefix_len &&
		    other->times.valid == binding->times.valid &&
		    other->times.preferred == binding->times.preferred &&
		    other->times.starts.epoch == binding->times.starts.epoch &&
		    lease->ia[other->ia].iaid == from->ia[binding->ia].iaid)
			return true;
	}
	return false;
}

static void write_and_read(void)
{
	size_t size_first = put(first, &item);
	size_t size_second;

	lex_init(&again, first, size_first);
	leasefile_next(&again, &copy);
	EXPECT(copy.kind == LEASEFILE_LEASE);
	check_lease(&copy.lease);
	EXPECT(strcmp(copy.interface, item.interface) == 0);
	EXPECT(copy.lease.n_bindings == item.lease.n_bindings);
	EXPECT(copy.lease.released == item.lease.released);
	for (unsigned int i = 0; i < item.lease.n_bindings; i++)
		EXPECT(is_in(&copy.lease, &item.lease, &item.lease.binding[i]));
	copy.duid = item.duid;
	size_second = put(second, &copy);
	EXPECT(size_second == size_first && memcmp(first, second, size_first) == 0);
	leasefile_next(&again, &copy);
	EXPECT(copy.kind == LEASEFILE_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t end = 0;

	lex_init(&lex, (const char *)data, size);
	for (;;) {
		memset(&item, 0, sizeof(item));
		leasefile_next(&lex, &item);
		if (item.kind == LEASEFILE_END)
			break;
		/* Each item begins where the one before it ended, or later: so there is an end. */
		EXPECT(item.start >= end && item.end > item.start && item.end <= size);
		end = item.end;
		if (item.kind == LEASEFILE_DAMAGED)
			EXPECT(item.reason && item.line > 0);
		if (item.kind != LEASEFILE_LEASE)
			continue;
		check_lease(&item.lease);
		EXPECT(memchr(item.interface, '\0', sizeof(item.interface)));
		write_and_read();
	}
	return 0;
}
