/* SPDX-License-Identifier: MPL-2.0 */
#include "core/offer.h"

#include <string.h>

/* The index in lease->ia of an advertised IA; LEASE_IAS when it is none of ours (C-IA-10). */
static unsigned int own_ia(const struct lease *lease, const struct message_ia *ia)
{
	unsigned int i;

	for (i = 0; i < lease->n_ias; i++)
		if (lease->ia[i].type == ia->type && lease->ia[i].iaid == ia->iaid)
			return i;
	return LEASE_IAS;
}

/*
 * Servers of RFC 3315's days say at the top of a message too what one IA lacks: the
 * others may have something all the same (C-ADV-3, C-ADV-8).
 */
static bool may_have_leases(uint16_t status)
{
	return status == STATUS_SUCCESS || status == STATUS_NO_ADDRS_AVAIL ||
	       status == STATUS_NO_PREFIX_AVAIL;
}

bool offer_read(struct offer *offer, const struct message *advertise, const struct lease *lease)
{
	bool usable[LEASE_IAS] = { false };

	*offer = (struct offer){ .server = advertise->server_id,
				 .valid = UINT32_MAX,
				 .preference = advertise->has_preference ? advertise->preference
									 : 0 };
	if (!may_have_leases(advertise->status.code))
		return false;
	for (unsigned int i = 0; i < advertise->n_bindings; i++) {
		const struct message_binding *binding = &advertise->binding[i];
		const struct message_ia *ia = &advertise->ia[binding->ia];
		unsigned int own = own_ia(lease, ia);

		if (own == LEASE_IAS || lease->ia[own].dormant ||
		    ia->status.code != STATUS_SUCCESS || binding->status != STATUS_SUCCESS ||
		    binding->valid == 0)
			continue;
		usable[own] = true;
		if (binding->valid < offer->valid)
			offer->valid = binding->valid;
		if (offer->n_bindings == OFFER_BINDINGS)
			continue;
		offer->binding[offer->n_bindings].addr = binding->addr;
		offer->binding[offer->n_bindings].prefix_len = binding->prefix_len;
		offer->binding[offer->n_bindings].prefix = ia->type == OPTION_IA_PD;
		offer->binding[offer->n_bindings].ia = (uint8_t)own;
		offer->n_bindings++;
	}
	offer->complete = true;
	for (unsigned int i = 0; i < lease->n_ias; i++) {
		offer->ias = (uint8_t)(offer->ias + usable[i]);
		offer->complete &= usable[i] || lease->ia[i].dormant;
	}
	return offer->ias > 0;
}

void offer_rate(struct offer *offer, const struct message *advertise, uint8_t prefix_hint,
		const uint16_t *wanted, size_t n)
{
	struct cursor data;

	bool any = false;

	for (unsigned int i = 0; i < offer->n_bindings && prefix_hint > 0; i++) {
		int bits = offer->binding[i].prefix_len - prefix_hint;
		uint16_t distance = (uint16_t)(bits < 0 ? -bits : bits);

		if (!offer->binding[i].prefix)
			continue;
		if (!any || distance < offer->distance)
			offer->distance = distance;
		any = true;
	}
	for (size_t i = 0; i < n; i++)
		offer->wanted = (uint8_t)(offer->wanted +
					  options_find(&advertise->options, wanted[i], &data));
}

static bool better(const struct offer *a, const struct offer *b)
{
	if (a->complete != b->complete)
		return a->complete;
	if (a->preference != b->preference)
		return a->preference > b->preference;
	if (a->distance != b->distance)
		return a->distance < b->distance;
	if (a->wanted != b->wanted)
		return a->wanted > b->wanted;
	return a->valid > b->valid;
}

static void take_out(struct offers *offers, unsigned int index)
{
	offers->n--;
	memmove(&offers->offer[index], &offers->offer[index + 1],
		(offers->n - index) * sizeof(offers->offer[0]));
}

void offers_forget(struct offers *offers, const struct duid *server)
{
	for (unsigned int i = 0; i < offers->n; i++)
		if (duid_equal(&offers->offer[i].server, server)) {
			take_out(offers, i);
			break;
		}
}

void offers_add(struct offers *offers, const struct offer *offer)
{
	unsigned int place;

	offers_forget(offers, &offer->server);
	for (place = 0; place < offers->n; place++)
		if (better(offer, &offers->offer[place]))
			break;
	if (place == OFFERS)
		return;
	if (offers->n == OFFERS)
		offers->n--;
	memmove(&offers->offer[place + 1], &offers->offer[place],
		(offers->n - place) * sizeof(offers->offer[0]));
	offers->offer[place] = *offer;
	offers->n++;
}

bool offers_take(struct offers *offers, struct offer *offer)
{
	if (offers->n == 0)
		return false;
	*offer = offers->offer[0];
	take_out(offers, 0);
	return true;
}
