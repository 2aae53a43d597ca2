/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_OFFER_H
#define DHCP6_OFFER_H

/* Usable Advertises, the best first (RFC 9915 section 18.2.9). */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/duid.h"
#include "core/lease.h"
#include "core/message.h"

#define OFFERS	       8  /* servers kept; the worst makes room */
#define OFFER_BINDINGS 16 /* advertised addresses and prefixes kept of each, as hints */

struct offer {
	struct duid server;
	uint8_t preference;
	uint8_t ias;	   /* IAs of ours in which something usable was advertised */
	bool complete;	   /* all of them */
	uint16_t distance; /* bits: how far the nearest of its prefixes is from the wanted length */
	uint8_t wanted;	   /* how many of the wanted options are in it */
	uint32_t valid;	   /* seconds: the shortest valid lifetime of what is usable */
	uint8_t n_bindings;
	struct {
		struct in6_addr addr;
		uint8_t prefix_len;
		bool prefix; /* not an address */
		uint8_t ia;  /* index into lease.ia */
	} binding[OFFER_BINDINGS];
};

struct offers {
	uint8_t n;
	struct offer offer[OFFERS]; /* ranked */
};

/*
 * What an Advertise offers for the IAs of `lease`; false when nothing of it is
 * usable (C-ADV-3, C-ADV-10).
 */
bool offer_read(struct offer *offer, const struct message *advertise, const struct lease *lease);

/*
 * Sets what offers of equal preference are ranked by: how near their prefixes are to
 * `prefix_hint` bits (0: any length will do, C-HINT-2), and how many of the `n` options of `wanted`
 * the Advertise has.
 */
void offer_rate(struct offer *offer, const struct message *advertise, uint8_t prefix_hint,
		const uint16_t *wanted, size_t n);

/*
 * Puts an offer in its place: complete ones first, then by preference, prefix
 * length, options and lifetime, then by arrival (C-ADV-1, C-ADV-2).
 * A server's later Advertise replaces its earlier one.
 */
void offers_add(struct offers *offers, const struct offer *offer);

/* The server takes its offer back. */
void offers_forget(struct offers *offers, const struct duid *server);

/* Takes the best out; false when there is none. */
bool offers_take(struct offers *offers, struct offer *offer);

#endif
