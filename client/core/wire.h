/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_WIRE_H
#define DHCP6_WIRE_H

/*
 * One cursor for everything that walks over bytes: the packet parser, the
 * packet builder and (client/text) the text renderer. Running out is sticky:
 * a cursor that was asked for more than there is becomes `bad`, reads yield
 * zeros and writes do nothing from then on, and the caller checks once at the
 * end. No function here reads or writes outside [0, size).
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
	union {
		const uint8_t *in; /* cursor_reader() */
		uint8_t *out;	   /* cursor_writer() */
	};
	size_t at;   /* octets consumed or produced so far */
	size_t size; /* octets there are */
	bool bad;    /* ran out once; stays so */
};

/* A cursor that reads the `size` octets at `bytes`, which stay the caller's. */
struct cursor cursor_reader(const void *bytes, size_t size);

/* A cursor that writes into the `size` octets at `bytes`, which stay the caller's. */
struct cursor cursor_writer(void *bytes, size_t size);

/* Octets still to be read, or room still to be written; 0 once bad. */
size_t cursor_left(const struct cursor *c);

/* Integers in network order on the wire, host order here; 0 when out of data. */
uint8_t get_u8(struct cursor *c);
uint16_t get_u16(struct cursor *c);
uint32_t get_u24(struct cursor *c);
uint32_t get_u32(struct cursor *c);
uint64_t get_u64(struct cursor *c);

/* Copies `size` octets to `to`, which is zeroed when there are not so many. */
void get_bytes(struct cursor *c, void *to, size_t size);
struct in6_addr get_addr(struct cursor *c);

/* The next `size` octets without copying, or NULL (and bad) when there are not so many. */
const uint8_t *get_span(struct cursor *c, size_t size);

/* A reader over the next `size` octets, which are consumed here; bad when there are not so many. */
struct cursor get_sub(struct cursor *c, size_t size);

void put_u8(struct cursor *c, uint8_t value);
void put_u16(struct cursor *c, uint16_t value);
void put_u24(struct cursor *c, uint32_t value);
void put_u32(struct cursor *c, uint32_t value);
void put_u64(struct cursor *c, uint64_t value);
void put_bytes(struct cursor *c, const void *from, size_t size);
void put_addr(struct cursor *c, const struct in6_addr *addr);

/*
 * DHCPv6 options (RFC 9915 section 21.1): code and length of 2 octets each, then
 * the data. begin_option() writes the header and returns where it stands;
 * end_option() patches the length in.
 */
size_t begin_option(struct cursor *c, uint16_t code);
void end_option(struct cursor *c, size_t mark);

struct wire_option {
	uint16_t code;
	struct cursor data; /* reads the option's data and nothing else */
};

/*
 * The next option, or false at the end. A header or data that reach past the
 * end make the cursor bad (C-FMT-3): check `c->bad` after the loop.
 */
bool get_option(struct cursor *c, struct wire_option *option);

#endif
