/* SPDX-License-Identifier: MPL-2.0 */
#include "core/wire.h"

#include <string.h>

struct cursor cursor_reader(const void *bytes, size_t size)
{
	return (struct cursor){ .in = bytes, .size = size };
}

struct cursor cursor_writer(void *bytes, size_t size)
{
	return (struct cursor){ .out = bytes, .size = size };
}

size_t cursor_left(const struct cursor *c)
{
	return c->bad ? 0 : c->size - c->at;
}

/* The one bounds check of reader, builder and renderer. */
static bool take(struct cursor *c, size_t size)
{
	if (c->bad || size > c->size - c->at) {
		c->bad = true;
		return false;
	}
	c->at += size;
	return true;
}

static uint64_t get_uint(struct cursor *c, unsigned int octets)
{
	uint64_t value = 0;

	if (!take(c, octets))
		return 0;
	for (size_t i = c->at - octets; i < c->at; i++)
		value = value << 8 | c->in[i];
	return value;
}

uint8_t get_u8(struct cursor *c)
{
	return (uint8_t)get_uint(c, 1);
}

uint16_t get_u16(struct cursor *c)
{
	return (uint16_t)get_uint(c, 2);
}

uint32_t get_u24(struct cursor *c)
{
	return (uint32_t)get_uint(c, 3);
}

uint32_t get_u32(struct cursor *c)
{
	return (uint32_t)get_uint(c, 4);
}

uint64_t get_u64(struct cursor *c)
{
	return get_uint(c, 8);
}

const uint8_t *get_span(struct cursor *c, size_t size)
{
	return take(c, size) ? c->in + c->at - size : NULL;
}

void get_bytes(struct cursor *c, void *to, size_t size)
{
	const uint8_t *from = get_span(c, size);

	if (from)
		memcpy(to, from, size);
	else
		memset(to, 0, size);
}

struct in6_addr get_addr(struct cursor *c)
{
	struct in6_addr addr;

	get_bytes(c, &addr, sizeof(addr));
	return addr;
}

struct cursor get_sub(struct cursor *c, size_t size)
{
	const uint8_t *from = get_span(c, size);
	struct cursor sub = cursor_reader(from, from ? size : 0);

	sub.bad = !from;
	return sub;
}

static void put_uint(struct cursor *c, uint64_t value, unsigned int octets)
{
	if (!take(c, octets))
		return;
	for (size_t i = c->at; i > c->at - octets; i--, value >>= 8)
		c->out[i - 1] = (uint8_t)value;
}

void put_u8(struct cursor *c, uint8_t value)
{
	put_uint(c, value, 1);
}

void put_u16(struct cursor *c, uint16_t value)
{
	put_uint(c, value, 2);
}

void put_u24(struct cursor *c, uint32_t value)
{
	put_uint(c, value, 3);
}

void put_u32(struct cursor *c, uint32_t value)
{
	put_uint(c, value, 4);
}

void put_u64(struct cursor *c, uint64_t value)
{
	put_uint(c, value, 8);
}

void put_bytes(struct cursor *c, const void *from, size_t size)
{
	if (take(c, size) && size > 0)
		memcpy(c->out + c->at - size, from, size);
}

void put_addr(struct cursor *c, const struct in6_addr *addr)
{
	put_bytes(c, addr, sizeof(*addr));
}

size_t begin_option(struct cursor *c, uint16_t code)
{
	size_t mark = c->at;

	put_u16(c, code);
	put_u16(c, 0);
	return mark;
}

void end_option(struct cursor *c, size_t mark)
{
	size_t size;

	if (c->bad)
		return;
	size = c->at - mark - 4;
	if (size > UINT16_MAX) {
		c->bad = true;
		return;
	}
	c->out[mark + 2] = (uint8_t)(size >> 8);
	c->out[mark + 3] = (uint8_t)size;
}

bool get_option(struct cursor *c, struct wire_option *option)
{
	if (cursor_left(c) == 0)
		return false;
	option->code = get_u16(c);
	option->data = get_sub(c, get_u16(c));
	return !c->bad;
}
