/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_CONTENT_H
#define DHCP6_CONTENT_H

/*
 * Options that the client only passes on, but whose standards say what of them must be
 * ignored: name servers, NTP servers, AFTR names, resolvers (DNR, RFC 9463) and
 * Softwire46 containers (RFC 7598).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/wire.h"

/*
 * Reads one whole name of at least one label that is not empty, without compression
 * (RFC 9915 section 10), made of what names of hosts are made of. False for any other.
 */
bool content_name(struct cursor *data);

/*
 * May this instance of option `code`, `size` octets at `data`, be used? True for codes
 * that have no such rule (C-OPT-1, C-OPT-4, C-OPT-5, C-OPT-7, C-OPT-9, C-OPT-10, C-OPT-11).
 */
bool content_usable(unsigned int code, const void *data, size_t size);

/*
 * The same answer; and when it is true, writes what of the instance is to be used, never more
 * than `size` octets: addresses that no server can have, and names behind the only one that
 * counts, are left out.
 */
bool content_write(struct cursor *out, unsigned int code, const void *data, size_t size);

#endif
