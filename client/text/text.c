/* SPDX-License-Identifier: MPL-2.0 */
#include "text/text.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void put_text(struct cursor *c, const char *text)
{
	put_bytes(c, text, strlen(text));
}

void put_format(struct cursor *c, const char *format, ...)
{
	size_t left = cursor_left(c);
	va_list args;
	int size;

	if (c->bad)
		return;
	va_start(args, format);
	size = vsnprintf(left > 0 ? (char *)c->out + c->at : NULL, left, format, args);
	va_end(args);
	/* vsnprintf() wants room for its NUL as well, which is not counted here. */
	if (size < 0 || (size > 0 && (size_t)size >= left))
		c->bad = true;
	else
		c->at += (size_t)size;
}

void put_address_text(struct cursor *c, const struct in6_addr *addr)
{
	char text[INET6_ADDRSTRLEN];

	put_text(c, inet_ntop(AF_INET6, addr, text, sizeof(text)));
}

static const char digits[] = "0123456789abcdef";

static void put_digits(struct cursor *c, uint8_t value)
{
	put_u8(c, (uint8_t)digits[value >> 4]);
	put_u8(c, (uint8_t)digits[value & 15]);
}

void put_hex(struct cursor *c, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (i > 0)
			put_u8(c, ':');
		if (bytes[i] > 15)
			put_digits(c, bytes[i]);
		else
			put_u8(c, (uint8_t)digits[bytes[i]]);
	}
}

void put_escaped(struct cursor *c, const void *bytes, size_t size)
{
	const uint8_t *octet = bytes;

	for (size_t i = 0; i < size; i++) {
		if (octet[i] >= ' ' && octet[i] <= '~' && octet[i] != '\\') {
			put_u8(c, octet[i]);
		} else {
			put_text(c, "\\x");
			put_digits(c, octet[i]);
		}
	}
}

void put_mac(struct cursor *c, const struct mac *mac)
{
	for (unsigned int i = 0; i < mac->size && i < MAC_MAX; i++)
		put_format(c, i == 0 ? "%02x" : ":%02x", mac->octets[i]);
}

void put_iaid(struct cursor *c, uint32_t iaid)
{
	for (unsigned int shift = 32; shift > 0; shift -= 8) {
		if (shift < 32)
			put_u8(c, ':');
		put_digits(c, (uint8_t)(iaid >> (shift - 8)));
	}
}

const char *text_end(struct cursor *c)
{
	if (c->size == 0)
		return "";
	c->out[c->at < c->size ? c->at : c->size - 1] = '\0';
	return (const char *)c->out;
}
