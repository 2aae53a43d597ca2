/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_TEXT_H
#define DHCP6_TEXT_H

/*
 * Text is rendered through the same cursor as packets (core/wire.h): what does
 * not fit makes the cursor bad, nothing is ever written past its end, and the
 * caller checks once. No NUL is written except by text_end().
 */

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dad.h"
#include "core/duid.h"
#include "core/wire.h"

void put_text(struct cursor *c, const char *text);

/*
 * printf for what is not input from the link: numbers and our own words. Needs
 * an octet more than it writes.
 */
__attribute__((format(printf, 2, 3))) void put_format(struct cursor *c, const char *format, ...);

/* RFC 5952, as inet_ntop() writes it. */
void put_address_text(struct cursor *c, const struct in6_addr *addr);

/* ISC's octets, not padded: "0:1:0:b" */
void put_hex(struct cursor *c, const uint8_t *bytes, size_t size);

/* A hardware address: "02:00:00:00:00:0b" */
void put_mac(struct cursor *c, const struct mac *mac);

/* Octets from the link for people: printable ASCII as it is, all else and \ itself as \xHH. */
void put_escaped(struct cursor *c, const void *bytes, size_t size);

/* ISC's text for an IAID: four octets in network order, "bb:cc:dd:01", always hex. */
void put_iaid(struct cursor *c, uint32_t iaid);

/*
 * Ends the text with a NUL (the last octet of the buffer is given up for it when full) and
 * returns its start. Of a text that did not fit there is the beginning.
 */
const char *text_end(struct cursor *c);

#endif
